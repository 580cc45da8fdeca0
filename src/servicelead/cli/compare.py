"""Share the value of won deals out by several models, side by side, and name the deals they disagree on."""

from argparse import ArgumentTypeError, Namespace

from servicelead.attribution import Comparison
from servicelead.attribution import compare as compare_models
from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_folder, add_lookback, suggestion
from servicelead.cli.dimensions import dimensions
from servicelead.cli.figures import amounts, count, counts, labels, percents
from servicelead.cli.reading import read, remark_on_no_credit, remark_on_rejects, window_of
from servicelead.cli.results import output_file, refuse_to_replace_input, write_result
from servicelead.cli.strategies import STRATEGIES
from servicelead.tables import Journeys

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "set several models' credit side by side"
_DEFAULT = ("first-touch", "last-touch", "linear", "markov", "shapley")
_SHOWN, _DEALS = 25, 5  # rows
_OF_DEALS = frozenset({"account", "opportunity", "month"})


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument(
        "--models",
        metavar="NAMES",
        type=_models,
        default=_DEFAULT,
        help=f"two or more with commas: {', '.join(STRATEGIES)} (default: {','.join(_DEFAULT)})",
    )
    add_lookback(parser)
    parser.add_argument(
        "--by",
        metavar="NAMES",
        type=dimensions,
        default=("team",),
        help="what to total by, as for attribute (default: team)",
    )
    parser.add_argument(
        "--out", metavar="FILE", type=output_file, help="write every share to a .csv, .parquet or .json file"
    )


def run(arguments: Namespace) -> int:
    """Print the shares of each model, how far apart models are, and the deals they disagree on."""
    refuse_to_replace_input(arguments.out, arguments.folder)
    business = read(arguments)
    with console.working("attributing"):
        journeys = Journeys.from_business(business, window_of(arguments))
        comparison = compare_models(journeys, {name: STRATEGIES[name]() for name in arguments.models})
        table = comparison.by(*arguments.by)
    remark_on_no_credit(business)
    _print_shares(comparison, arguments.by)
    if _OF_DEALS.issuperset(arguments.by):
        console.line(
            f"By {' and '.join(arguments.by)} no two models can differ: each gives a deal's whole value to its "
            "touches. See where they do by team or channel."
        )
    _print_distances(comparison, arguments.by)
    _print_deals(comparison)
    console.line("Models differ in how they share out credit; none of them measures what a touch caused.")
    remark_on_rejects(business)
    if arguments.out is not None:
        write_result(table, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(table), 'row')})")
    return 0


def _models(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower().replace("_", "-") for name in text.split(","))
    for name in names:
        if name not in STRATEGIES:
            raise ArgumentTypeError(
                f"there is no {name!r}{suggestion(name, STRATEGIES)}; choose among {', '.join(STRATEGIES)}"
            )
    if len(set(names)) < len(names) or len(names) < 2:
        raise ArgumentTypeError(f"names two models or more, each once, as in linear,last-touch; got {text!r}")
    return names


def _print_shares(comparison: Comparison, by: tuple[str, ...]) -> None:
    console.heading(f"Share of credited value by {' and '.join(by)}")
    table, ranks = comparison.by(*by), comparison.ranks(*by)
    shown = table.head(_SHOWN)
    left_out = console.table(
        [
            *(labels(name, shown[name]) for name in by),
            *(percents(name, shown[name], rank=1 + place) for place, name in enumerate(comparison.models)),
            counts("ranks apart", ranks.head(_SHOWN)["largest_move"], rank=1),
        ]
    )
    console.line()
    if len(table) > _SHOWN:
        console.line(f"{len(table) - _SHOWN:,} more rows: --out FILE writes them all.")
    _remark_on_room(left_out)


def _print_distances(comparison: Comparison, by: tuple[str, ...]) -> None:
    console.heading("Part of the credit that two models give to different labels")
    table = comparison.distances(*by)
    left_out = console.table(
        [
            labels("model", table["model"]),
            percents("from last touch", table["from_last_touch"]),
            *(percents(name, table[name], rank=1 + place) for place, name in enumerate(comparison.models)),
        ]
    )
    console.line()
    _remark_on_room(left_out)


def _print_deals(comparison: Comparison) -> None:
    table = comparison.deals().head(_DEALS)
    if not len(table):
        return
    console.heading("Deals with most money credited to different touches")
    console.table(
        [
            labels("opportunity", table["opportunity"]),
            counts("touches", table["n_touches"], rank=2),
            amounts(f"value {comparison.journeys.currency or ''}".rstrip(), table["value"]),
            percents("disagreement", table["disagreement"]),
            labels("between", table["one"], rank=1),
            labels("and", table["other"], rank=1),
        ]
    )
    console.line()


def _remark_on_room(left_out: list[str]) -> None:
    if left_out:
        console.line(f"No room for: {', '.join(left_out)}; a wider window shows them.")
