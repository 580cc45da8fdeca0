"""Work out a sum: what a lead, a deflected case, a licence or more touch is worth."""

import textwrap
from argparse import SUPPRESS, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping
from typing import Any

import numpy as np

from servicelead.calculators import Tornado, break_even, outputs_of, tornado
from servicelead.calculators.amounts import Amount, plain
from servicelead.calculators.varying import numeric_input, rounded
from servicelead.cli import console
from servicelead.cli.arguments import Parser
from servicelead.cli.calc_arguments import calculator_of, calculators_by_name, help_of, summary_of, value_of
from servicelead.cli.figures import count
from servicelead.cli.layout import Column
from servicelead.cli.results import output_file, write_result
from servicelead.columns.table import ResultTable
from servicelead.domain import Money
from servicelead.exceptions import InvalidValueError, UndefinedRateError

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "work out what a lead, a deflected case or more touch is worth"

#: Options whose value may hold an equals sign.
_TAKE_ONE = ("--range", "--out")


_USAGE = """servicelead calc {name} [-h] key=value ... [--currency CODE]
         [--tornado [OUTPUT]] [--range key=LOW:HIGH] [--break-even INPUT OUTPUT]
         [--out FILE]"""


class _CalculatorParser(Parser):
    """A parser that takes ``key=value`` words before, between and after options, and knows what they mean."""

    def format_help(self) -> str:
        """Return the help, with the calculator's inputs and outputs, which are looked up only now."""
        self.epilog = help_of(calculators_by_name()[self.prog.rpartition(" ")[2]])
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse with the inputs first: argparse takes one run of them only, and an option may want none."""
        words: list[str] = list(args or ())
        after = [None, *words]
        is_input = ["=" in word and word[0] not in "-=" and after[i] not in _TAKE_ONE for i, word in enumerate(words)]
        first = [word for word, this in zip(words, is_input, strict=True) if this]
        rest = [word for word, this in zip(words, is_input, strict=True) if not this]
        return super().parse_known_args([*first, *rest], namespace)


def configure(parser: Parser) -> None:
    """Add one command per calculator, each with the options that all of them have."""
    commands = parser.add_subparsers(
        title="calculators", dest="calculator", metavar="NAME", parser_class=_CalculatorParser
    )
    for name, calculator in calculators_by_name().items():
        command = commands.add_parser(
            name,
            help=summary_of(calculator).replace("%", "%%"),
            description=textwrap.fill(summary_of(calculator), 78).replace("%", "%%"),
            usage=_USAGE.format(name=name),
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.add_argument("inputs", nargs="*", metavar="key=value", help="inputs, listed below")
        command.add_argument(
            "--currency", metavar="CODE", help="read amounts as exact money of this currency (ISO 4217)"
        )
        command.add_argument("--tornado", nargs="?", const="", metavar="OUTPUT", help="show which input moves it most")
        command.add_argument(
            "--range",
            dest="ranges",
            action="append",
            default=[],
            metavar="key=LOW:HIGH",
            help="of an input in the tornado; repeat for more (default: every input 20%% either way)",
        )
        command.add_argument(
            "--break-even", nargs=2, metavar=("INPUT", "OUTPUT"), help="find the input at which the output is 0"
        )
        command.add_argument(
            "--out", metavar="FILE", type=output_file, help="write what is shown to a .csv, .parquet or .json file"
        )
        command.add_argument("--debug", action="store_true", default=SUPPRESS, help=SUPPRESS)
        command.set_defaults(parser=command)


def run(arguments: Namespace) -> int:
    """Print a calculator's outputs, or its tornado, or its break-even; without a name, list the calculators."""
    if arguments.calculator is None:
        arguments.parser.print_help()
        return 0
    kind = calculators_by_name()[arguments.calculator]
    case = calculator_of(kind, arguments.inputs, arguments.currency)
    if arguments.ranges and arguments.tornado is None:
        raise InvalidValueError("--range belongs to --tornado; add it, or leave --range out")
    if arguments.break_even is not None:
        if arguments.tornado is not None or arguments.out is not None:
            raise InvalidValueError("--break-even prints one line, so --tornado and --out do not go with it")
        console.line(f"{break_even(case, *arguments.break_even)}")
        return 0
    if arguments.tornado is None:
        table = _results(case)
        _print_results(table, summary_of(kind))
    else:
        table = _print_tornado(case, arguments)
    if arguments.out is not None:
        write_result(table, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(table), 'row')})")
    return 0


def _results(case: Any) -> ResultTable:
    """Return each output as a number, where it is one, and as the text that is printed."""
    numbers, texts = [], []
    for output in outputs_of(case):
        try:
            value = getattr(case, output.name)
        except UndefinedRateError as error:
            number, text = np.nan, f"undefined: {_reason(error)}"
        else:
            number = np.nan if isinstance(value, str) else plain(value)
            text = str(value) if isinstance(value, str | Money) else rounded(number, 10)
        numbers.append(number)
        texts.append(text)
    outputs = outputs_of(case)
    return ResultTable(
        {
            "output": np.array([each.name for each in outputs], dtype=object),
            "value": np.array(numbers, dtype=np.float64),
            "text": np.array(texts, dtype=object),
            "unit": np.array([each.unit for each in outputs], dtype=object),
            "formula": np.array([each.formula for each in outputs], dtype=object),
        }
    )


def _reason(error: UndefinedRateError) -> str:
    """Return what there is nothing of."""
    return str(error).partition("; got ")[2].partition(";")[0]


def _print_results(table: ResultTable, summary: str) -> None:
    console.heading(summary)
    left_out = console.table(
        [
            Column(title="output", cells=table["output"].tolist()),
            Column(title="value", cells=table["text"].tolist(), right=True),
            Column(title="unit", cells=table["unit"].tolist(), rank=1),
            Column(title="formula", cells=table["formula"].tolist(), wraps=True, floor=24, rank=2),
        ]
    )
    if left_out:
        console.line()
        console.line(f"No room for: {', '.join(left_out)}; a wider window, --help or --out FILE shows them.")


def _print_tornado(case: Any, arguments: Namespace) -> ResultTable:
    ranges = dict(_range(case, word, arguments.currency) for word in arguments.ranges) or None
    found = tornado(case, arguments.tornado, ranges) if arguments.tornado else _widest(case, ranges)
    console.heading(
        f"{found.output}: {rounded(found.base, 10)} in the base case ({found.unit}); each input moved alone"
    )
    if not arguments.tornado:
        console.line(f"{found.output} is the output that most inputs move; for another, write --tornado OUTPUT")
    table = found.table
    names = ("low", "high", "at_low", "at_high", "swing")
    console.table(
        [
            Column(title="input", cells=table["input"].tolist()),
            *(Column(title=name, cells=[rounded(x) for x in table[name].tolist()], right=True) for name in names),
        ]
    )
    return table


def _widest(case: Any, ranges: Mapping[str, tuple[Amount, Amount]] | None) -> Tornado:
    """Return the tornado of the output that most inputs move, the last of several: it is worked out from the others."""
    names = [each.name for each in outputs_of(case) if each.unit != "word"]
    if not names:
        raise InvalidValueError("--tornado needs an output that is a number; here all are words, so leave it out")
    found, refused = [], []
    for name in names:
        try:
            found.append(tornado(case, name, ranges))
        except InvalidValueError as error:  # undefined here or at an end; a wrong range is refused for all
            refused.append(error)
    if not found:
        raise refused[0]
    return max(reversed(found), key=lambda each: np.count_nonzero(each.table["swing"]))


def _range(case: Any, word: str, currency: str | None) -> tuple[str, tuple[Amount, Amount]]:
    name, _, ends = word.partition("=")
    low_text, colon, high_text = ends.partition(":")
    if not colon:
        raise InvalidValueError(f"--range is written key=LOW:HIGH, as in close_rate=.2:.3; got {word!r}")
    spec = numeric_input(case, name)
    low, high = value_of(spec, low_text, currency), value_of(spec, high_text, currency)
    if plain(low) > plain(high):
        raise InvalidValueError(f"--range {name}: write LOW:HIGH, the lower end first; got {ends!r}")
    return name, (low, high)
