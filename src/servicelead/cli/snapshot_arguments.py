"""What training and scoring have in common: how snapshots are taken, and the list that a saved model makes of them."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicelead.cli import console
from servicelead.cli.arguments import Parser, refuse, whole_number
from servicelead.columns.table import ResultTable
from servicelead.exceptions import IngestError, InvalidValueError
from servicelead.tables import Business

if TYPE_CHECKING:
    from servicelead.propensity import SnapshotBuilder

__all__ = [
    "add_key",
    "add_snapshots",
    "add_windows",
    "builder_of",
    "key_of",
    "ranked",
    "read_model",
    "refuse_missing",
]

_SHOWN = 5
_LENGTH = whole_number(1, 3650)


def add_snapshots(parser: Parser) -> None:
    """Add what decides which columns there are."""
    parser.add_argument(
        "--assume-constant",
        metavar="NAMES",
        type=_names,
        default=(),
        help="attributes of accounts that never change, with commas, as industry; others are read from account_history "
        "alone",
    )


def add_windows(parser: Parser) -> None:
    """Add the windows in which events are counted; whoever scores reads them from the model."""
    parser.add_argument(
        "--windows", metavar="DAYS", type=_windows, help="days in which events are counted (default: 30,90,365)"
    )


def add_key(parser: Parser) -> None:
    """Add the key of model files, which no list of processes and no shell history shall show."""
    parser.add_argument(
        "--key-file",
        metavar="FILE",
        type=Path,
        help="a secret of at least 16 bytes, as it is in this file: tells who wrote a model file",
    )


def builder_of(
    arguments: Namespace, assumed: tuple[str, ...] = (), windows: tuple[int, ...] | None = None
) -> "SnapshotBuilder":
    """Return how the arguments want snapshots taken; what they leave open is the library's default."""
    from servicelead.propensity import SnapshotBuilder  # noqa: PLC0415 - heavy, loaded on first use

    asked: dict[str, Any] = {"every": getattr(arguments, "every", None)}
    asked["windows"] = windows or getattr(arguments, "windows", None)
    for name in ("horizon", "gap"):
        length = getattr(arguments, name, None)
        asked[name] = None if length is None else timedelta(days=length)
    asked["assume_constant"] = tuple(dict.fromkeys((*arguments.assume_constant, *assumed)))
    return SnapshotBuilder(**{name: value for name, value in asked.items() if value is not None})


def key_of(arguments: Namespace) -> bytes | None:
    """Return the key in the file that the arguments name.

    Raises
    ------
    InvalidValueError
        When it is too short.
    """
    if arguments.key_file is None:
        return None
    from servicelead.propensity.storage.seal import require_key  # noqa: PLC0415 - heavy, loaded on first use

    key: bytes = arguments.key_file.read_bytes()
    try:
        require_key(key)
    except InvalidValueError as error:
        raise InvalidValueError(f"--key-file: {error}") from None
    return key


def read_model(path: Path, key: bytes | None) -> Any:
    """Return the model in a file.

    Raises
    ------
    IngestError
        When there is no such file, or it holds no model that can be trusted, naming the file.
    """
    if not path.is_file():
        raise IngestError(f"{path}: there is no such file; give one that servicelead train saved")
    with console.working("reading the model"):
        from servicelead.propensity import load_model  # noqa: PLC0415 - heavy, loaded on first use

        try:
            return load_model(path, key=key)
        except IngestError as error:
            raise IngestError(
                f"{path} must be a file that servicelead train saved: {error}", reason=error.reason
            ) from None


def ranked(model: Any, business: Business, arguments: Namespace) -> ResultTable:
    """Return the active accounts as they are known by now, likeliest first.

    What was assumed constant in training is, unless the columns have gone, assumed again; windows are the same, too.
    """
    from servicelead.propensity import rank_accounts  # noqa: PLC0415 - heavy, loaded on first use
    from servicelead.propensity.snapshots.assumptions import assumed_constant, windows_of  # noqa: PLC0415 - the same

    read = model.encoder_.names
    builder = builder_of(arguments, assumed_constant(read, business), windows_of(read))
    snapshots = builder.build(business, labelled=False)
    refuse_missing(arguments, "--model", read, snapshots.features.names)
    return rank_accounts(model, snapshots)


def refuse_missing(arguments: Namespace, option: str, read: Iterable[str], given: Iterable[str]) -> None:
    """Leave with an error when a model reads columns that snapshots of this folder do not have."""
    known = set(given)
    if missing := [name for name in read if name not in known]:
        taken = [name for name in ("--assume-constant", "--windows") if name in arguments.parser.options]
        shown = ", ".join(map(repr, missing[:_SHOWN])) + f" and {len(missing) - _SHOWN} more" * (len(missing) > _SHOWN)
        refuse(
            arguments,
            f"{option}: the model reads {shown}, which snapshots of this folder lack; put the attribute into accounts "
            f"or account_history and pass {' and '.join(taken)} as in training, or train again",
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _windows(text: str) -> tuple[int, ...]:
    """Return ascending whole numbers of days."""
    lengths = tuple(map(_LENGTH, text.split(",")))
    if list(lengths) != sorted(set(lengths)):
        raise ArgumentTypeError(f"must ascend, as in 30,90,365; got {text!r}")
    return lengths
