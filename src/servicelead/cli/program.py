"""What ``servicelead`` does with its arguments, and how every error reaches the one who typed them."""

import os
import sys
import traceback
from argparse import SUPPRESS
from collections.abc import Sequence

from servicelead.cli import (
    attribute,
    calc,
    compare,
    console,
    deflection,
    demo,
    qualify,
    refinery,
    report,
    retention,
    score,
    train,
    validate,
)
from servicelead.cli.arguments import Parser, ShowVersion, refuse_unknown
from servicelead.exceptions import ServiceLeadError

__all__ = ["main"]

_COMMANDS = (demo, validate, attribute, compare, deflection, retention, qualify, refinery, train, score, calc, report)
_EXTRA = frozenset({"duckdb", "jinja2", "matplotlib", "pyarrow", "rich"})
_STOPPED, _FAILED, _READER_LEFT = 130, 2, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        Arguments after the program's name; by default those of the process.

    Returns
    -------
    int
        Exit code: 0 when the command did its work, 1 when ``validate --strict`` found rejected rows or ``train``
        refused the model, 2 for wrong arguments or input that cannot be read, 130 when interrupted.

    Examples
    --------
    >>> main(["attribute"])
    2
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(words)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse has said why
        return stop.code if isinstance(stop.code, int) else _FAILED
    except KeyboardInterrupt:
        console.error("stopped; files written so far are whole")
        return _STOPPED
    except BrokenPipeError:  # `| head` has seen enough; Python must not complain about it once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _READER_LEFT
    except (ServiceLeadError, OSError, ModuleNotFoundError) as error:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        if "--debug" in words:
            traceback.print_exc()
        console.error(_words(error))
        return _FAILED
    return code


def _run(words: Sequence[str]) -> int:
    arguments, unknown = _parser().parse_known_args(words)
    refuse_unknown(arguments, unknown, arguments.commands)
    code: int = arguments.run(arguments)
    return code


def _parser() -> Parser:
    parser = Parser(
        prog="servicelead",
        usage="servicelead [-h] [--version] COMMAND ...",
        description="What are your services people worth? Attribution for a folder of CSV or Parquet tables.",
        epilog="New here? `servicelead demo` simulates a business, attributes its revenue and writes its report.",
    )
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="print the version and stop")
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND ...", prog="servicelead", required=True
    )
    for module in _COMMANDS:
        name = module.__name__.rpartition(".")[2]
        command = commands.add_parser(name, help=module.SUMMARY, description=f"{module.__doc__}")
        module.configure(command)
        command.add_argument("--debug", action="store_true", default=SUPPRESS, help="show where an error comes from")
        command.set_defaults(parser=command, commands=commands.choices, run=module.run, again=_run)
    return parser


def _words(error: Exception) -> str:
    """Return an error that ends in what to do, with lines to copy as they are."""
    if isinstance(error, ModuleNotFoundError):
        return f'{error.name} is not installed; install it with: pip install "servicelead[cli]"'
    if isinstance(error, OSError) and not isinstance(error, ServiceLeadError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or type(error).__name__}; check the path, its permissions and the free space"
    return "\n".join(" ".join(line.split()) for line in str(error).splitlines())
