"""What training and scoring have in common: how snapshots are taken, and the list that a saved model makes of them."""

from argparse import Namespace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from servicelead.cli import console
from servicelead.cli.arguments import Parser
from servicelead.columns.table import ResultTable
from servicelead.tables import Business

if TYPE_CHECKING:
    from servicelead.propensity import SnapshotBuilder

__all__ = ["add_snapshots", "builder_of", "ranked", "read_model"]


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


def builder_of(arguments: Namespace) -> "SnapshotBuilder":
    """Return how the arguments want snapshots taken; what they leave open is the library's default."""
    from servicelead.propensity import SnapshotBuilder  # noqa: PLC0415 - heavy, loaded on first use

    asked: dict[str, Any] = {name: getattr(arguments, name, None) for name in ("every", "assume_constant")}
    for name in ("horizon", "gap"):
        length = getattr(arguments, name, None)
        asked[name] = None if length is None else timedelta(days=length)
    return SnapshotBuilder(**{name: value for name, value in asked.items() if value is not None})


def read_model(arguments: Namespace) -> Any:
    """Return the model in the file that the arguments name."""
    with console.working("reading the model"):
        from servicelead.propensity import load_model  # noqa: PLC0415 - heavy, loaded on first use

        return load_model(arguments.model)


def ranked(model: Any, business: Business, arguments: Namespace) -> ResultTable:
    """Return the active accounts as they are known by now, likeliest first."""
    from servicelead.propensity import rank_accounts  # noqa: PLC0415 - heavy, loaded on first use

    return rank_accounts(model, builder_of(arguments).build(business, labelled=False))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
