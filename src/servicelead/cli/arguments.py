"""Arguments that help whoever mistypes them: every refusal says the rule and the nearest right word."""

import difflib
import math
from argparse import Action, ArgumentError, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

from servicelead.cli import console
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = [
    "Parser",
    "ShowVersion",
    "add_confidence",
    "add_folder",
    "add_lookback",
    "days",
    "refuse_unknown",
    "suggestion",
    "whole_number",
]

_LONGEST = 36_525  # days: a century, well inside what instants can hold


class Parser(ArgumentParser):
    """A parser that takes no abbreviations, answers in one line, and suggests."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    @property
    def options(self) -> tuple[str, ...]:
        """Every option this command takes, by the words that name it."""
        return tuple(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and leave with exit code 2."""
        self.exit(2, f"servicelead: error: {message}; see {self.prog} --help\n")

    def _check_value(self, action: Action, value: Any) -> None:
        """Refuse a value that is not among the choices, naming the nearest."""
        if action.choices is not None and value not in action.choices:
            known = list(action.choices)
            raise ArgumentError(
                action, f"there is no {value!r}{suggestion(value, known)}; choose among {', '.join(known)}"
            )


class ShowVersion(Action):
    """``--version``, which looks the version up only when asked."""

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        """Print the version and leave."""
        from servicelead import __version__  # noqa: PLC0415 - reads the disk; only when asked for

        console.verbatim(f"servicelead {__version__}")
        parser.exit(0)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the nearest known word as a question in brackets, or nothing.

    Examples
    --------
    >>> suggestion("linaer", ["linear", "first-touch"])
    " (did you mean 'linear'?)"
    """
    near = difflib.get_close_matches(word.lower().replace("_", "-"), list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def refuse_unknown(arguments: Namespace, unknown: Sequence[str], commands: Mapping[str, Parser]) -> None:
    """Leave with an error when arguments are left over, naming the command that has them or the nearest option."""
    if not unknown:
        return
    word = next((word for word in unknown if word.startswith("-")), unknown[0])
    name = word.partition("=")[0]
    if owners := [command for command, parser in commands.items() if name in parser.options]:
        hint = f"; it belongs to servicelead {' and '.join(owners)}"
    elif name == word == unknown[0] and getattr(arguments, "by", None) and not name.startswith("-"):
        hint = f"; names go together with commas, as in --by {','.join([*arguments.by, *unknown])}"
    else:
        hint = suggestion(name, arguments.parser.options)
    arguments.parser.error(f"unknown argument {name!r}{hint}")


def add_folder(parser: Parser) -> None:
    """Add what every command that reads a folder takes."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder of CSV or Parquet tables")
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="column maps and settings (default: FOLDER/servicelead.toml)"
    )


def add_lookback(parser: Parser) -> None:
    """Add the length of the window."""
    parser.add_argument(
        "--lookback", metavar="DAYS", type=days, help="days before a close in which touches count (default: 90)"
    )


def days(text: str) -> timedelta:
    """Return a positive number of days."""
    value = _number(text)
    if value is None or not 0 < value <= _LONGEST:
        raise ArgumentTypeError(f"must be a number of days above 0, at most {_LONGEST:,}, such as 90; got {text!r}")
    return timedelta(days=value)


def add_confidence(parser: Parser, *, default: float | None = DEFAULT_CONFIDENCE) -> None:
    """Add the confidence of intervals; a default of None tells whether it was given."""
    words = f"of the intervals (default: {DEFAULT_CONFIDENCE:g})"
    parser.add_argument("--confidence", metavar="P", type=_confidence, default=default, help=words)


def _confidence(text: str) -> float:
    """Return a number strictly between 0 and 1."""
    value = _number(text)
    if value is None or not 0 < value < 1:
        raise ArgumentTypeError(f"must be a number between 0 and 1, such as .95; got {text!r}")
    return value


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number in a range."""

    def read(text: str) -> int:
        plain = text.replace("_", "").replace(",", "")
        if not (plain.isascii() and plain.isdigit() and least <= int(plain) <= most):
            raise ArgumentTypeError(f"must be a whole number from {least:,} to {most:,}; got {text!r}")
        return int(plain)

    return read


def refuse(arguments: Namespace, message: str) -> NoReturn:
    """Leave with an error about arguments that do not go together."""
    arguments.parser.error(message)
    raise AssertionError  # pragma: no cover - error() does not return


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
