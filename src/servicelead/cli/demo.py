"""Simulate a business, write its tables as CSV, and run on them what a user would: validate, attribute, report."""

import shlex
import sys
from argparse import Namespace
from pathlib import Path

from servicelead.cli import console
from servicelead.cli.arguments import Parser, whole_number
from servicelead.cli.figures import count
from servicelead.exceptions import InvalidValueError

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "simulate a business, then check it, attribute its revenue and write its report"
_MARK = ".servicelead-demo"
#: Commands that the demo's folder answers as it is.
_MORE = ("compare", "refinery", "train", "retention", "deflection")


def configure(parser: Parser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--folder",
        metavar="DIR",
        type=Path,
        default=Path("servicelead-demo"),
        help="where to write (default: servicelead-demo); its tables of an earlier demo are replaced",
    )
    parser.add_argument(
        "--accounts",
        metavar="N",
        type=whole_number(1, 1_000_000),
        default=2_000,
        help="number of accounts (default: 2000)",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number(0, 2**63 - 1),
        default=0,
        help="of the simulation; the same seed gives the same tables (default: 0)",
    )


def run(arguments: Namespace) -> int:
    """Write a simulated business and run the other commands on it."""
    folder: Path = arguments.folder
    _claim(folder)
    with console.working("simulating"):
        from servicelead.datasets import simulate_business  # noqa: PLC0415 - loaded on first use

        simulate_business(arguments.accounts, seed=arguments.seed).write_csv(folder)
    console.line(
        f"Simulated a business of {count(arguments.accounts, 'account')}; its tables are CSV files in {folder}. "
        "Now what you would do with your own:"
    )
    for words in (
        ["validate", str(folder)],
        ["attribute", str(folder), "--by", "team,channel"],
        ["report", str(folder), "--out", str(folder / "report.html")],
    ):
        console.line()
        console.verbatim(f"$ {shlex.join([*_program(), *words])}")
        code: int = arguments.again(words)
        if code:
            return code
    console.line()
    more = ", ".join(_MORE)
    console.line(f"There is more to ask of that folder: {more}; servicelead NAME --help says what each does.")
    return 0


def _claim(folder: Path) -> None:
    """Make the folder and mark it as the demo's; refuse one that holds somebody's files."""
    if folder.exists() and not folder.is_dir():
        raise InvalidValueError(f"demo --folder: must be a folder; {folder} is a file. Name another")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise InvalidValueError(
            f"demo --folder: must be new, empty or an earlier demo's, as its tables are replaced; {folder} holds other "
            "files. Name another"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


def _program() -> list[str]:
    """Return how this program was called, so that the commands shown can be copied."""
    if Path(sys.argv[0]).name == "__main__.py":
        return [sys.orig_argv[0], "-m", "servicelead"]
    return ["servicelead"]
