"""Share the value of won deals over the touches before them by one model, a rule or one that learns, and total it."""

from argparse import Namespace
from datetime import timedelta

import numpy as np

from servicelead._typing import Array
from servicelead.attribution import Attribution
from servicelead.attribution import attribute as attribute_journeys
from servicelead.attribution.learned.summary import Learned
from servicelead.attribution.results.dimensions import DIMENSIONS
from servicelead.cli import console
from servicelead.cli.arguments import (
    Parser,
    add_confidence,
    add_folder,
    add_lookback,
    refuse,
    whole_number,
)
from servicelead.cli.dimensions import GIVEN, dimensions
from servicelead.cli.figures import amount, amounts, count, counts, exact_value, intervals, labels, numbers, percents
from servicelead.cli.layout import Column
from servicelead.cli.learned import print_learned
from servicelead.cli.reading import read, remark_on_no_credit, remark_on_rejects, window_of
from servicelead.cli.results import output_file, refuse_to_replace_input, write_result
from servicelead.cli.strategies import add_strategy, refuse_unknown_channels, strategy_of, with_choices
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import Zone
from servicelead.exceptions import UnknownNameError
from servicelead.tables import Journeys, JourneyWindow
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "share the value of won deals over the touches before them"
_SHOWN = 25  # rows
_OUTCOMES = ("won", "lost", "open")


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    add_strategy(parser)
    add_lookback(parser)
    parser.add_argument(
        "--max-touches", metavar="N", type=whole_number(1, 10**9), help="keep only the latest N touches of a journey"
    )
    parser.add_argument(
        "--restart-after-close",
        action="store_true",
        help="let a touch serve only the first deal closed after it",
    )
    parser.add_argument(
        "--by",
        metavar="NAMES",
        type=dimensions,
        help=f"what to total by, one or several with commas: {', '.join(GIVEN)} (default: team)",
    )
    add_confidence(parser, default=None)
    parser.add_argument(
        "--explain", metavar="OPPORTUNITY_ID", help="show the touches of one deal and why each has its share"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=output_file, help="write every row and column to a .csv, .parquet or .json file"
    )


def run(arguments: Namespace) -> int:
    """Print the credit of one model, or the explanation of one deal."""
    if arguments.explain is not None and (arguments.by or arguments.confidence):
        refuse(arguments, "--explain shows one deal, so --by and --confidence do not go with it; leave them out")
    strategy = strategy_of(arguments)
    refuse_to_replace_input(arguments.out, arguments.folder)
    business = read(arguments)
    with console.working("attributing"):
        journeys = Journeys.from_business(business, window_of(arguments))
        refuse_unknown_channels(arguments, journeys)
        attribution = attribute_journeys(journeys, strategy)
        if arguments.explain is None:
            level = arguments.confidence or DEFAULT_CONFIDENCE
            is_money = journeys.minor_units is not None
            table = attribution.by(*arguments.by or ("team",), confidence=level, minor_units=is_money)
        else:
            _refuse_unknown_deal(arguments.explain, journeys)
            table = attribution.explain(arguments.explain)
    if arguments.explain is None:
        remark_on_no_credit(business)
        _print_credit(table, attribution, with_choices(arguments.strategy, strategy), level)
        print_learned(attribution)
    else:
        _print_deal(table, attribution, arguments.explain, with_choices(arguments.strategy, strategy))
    if isinstance(strategy, Learned):
        console.line("A model that learns shares out credit; it does not measure what a touch caused.")
    for warning in attribution.warnings:
        console.line(f"Warning: {warning}.")
    remark_on_rejects(business)
    if arguments.out is not None:
        write_result(table, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(table), 'row')})")
    return 0


def _refuse_unknown_deal(opportunity_id: str, journeys: Journeys) -> None:
    if opportunity_id not in journeys.opportunity_ids().tolist():
        raise UnknownNameError(
            f"--explain: there is no opportunity {opportunity_id!r}; "
            "servicelead attribute FOLDER --by opportunity lists those with credit"
        )


def _print_credit(table: ResultTable, attribution: Attribution, strategy: str, confidence: float) -> None:
    journeys = attribution.journeys
    dimensions = [name for name in table.names if name in DIMENSIONS]
    console.heading(f"Credit by {' and '.join(dimensions)} ({strategy}; {_window(journeys)} before each close)")
    shown = table.head(_SHOWN)
    interval = f"{100 * confidence:g}% interval"
    left_out = console.table(
        [
            *(labels(name, shown[name]) for name in dimensions),
            counts("touches", shown["n_touches"], rank=2),
            numbers("wins", shown["conversions"], decimals=1, rank=1),
            amounts(f"value {journeys.currency or ''}".rstrip(), exact_value(shown, journeys.currency)),
            intervals(interval, shown["value_lower"], shown["value_upper"]),
            percents("share", shown["share"]),
            intervals("share interval", shown["share_lower"], shown["share_upper"], percent=True, rank=4),
            amounts("cost", shown["cost"], rank=5),
            numbers("ROI", shown["roi"], decimals=2, rank=3),
        ]
    )
    console.line()
    if len(table) > _SHOWN:
        console.line(f"{len(table) - _SHOWN:,} more rows: --out FILE writes them all.")
    if left_out:
        console.line(f"No room for: {', '.join(left_out)}; a wider window or --out FILE shows them.")
    won = journeys.is_won & (journeys.lengths > 0)
    console.line(
        f"Attributed: {amount(attribution.attributed_value, journeys.currency)} in "
        f"{count(int(np.count_nonzero(won)), 'won deal')}"
    )
    missing = attribution.unattributed
    reasons = ", ".join(f"{row['n']:,} {row['reason'].replace('_', ' ')}" for row in missing.rows())
    console.line(
        f"Unattributed: {amount(float(np.sum(missing['value'])), journeys.currency)} in "
        f"{count(int(np.sum(missing['n'])), 'won deal')}" + (f" ({reasons})" if reasons else "")
    )
    in_won = len(np.unique(journeys.rows[journeys.is_won[journeys.ids]]))
    elsewhere = len(journeys.touches) - journeys.outside_windows - in_won
    console.line(
        f"Touches: {len(journeys.touches):,}, of which {in_won:,} in the window of a won deal, {elsewhere:,} only in "
        f"other journeys (lost, open), {journeys.outside_windows:,} in no journey"
    )


def _print_deal(table: ResultTable, attribution: Attribution, opportunity_id: str, strategy: str) -> None:
    journeys = attribution.journeys
    deal = int(np.flatnonzero(journeys.opportunity_ids() == opportunity_id)[0])
    outcome = _OUTCOMES[int(journeys.outcome[deal])]
    worth = f", {amount(float(journeys.value[deal]), journeys.currency)}" if outcome == "won" else ""
    console.heading(f"Deal {opportunity_id}: {outcome}{worth} ({strategy}; {_window(journeys)} before the close)")
    if not len(table):
        console.line("No touch lies in its window, so there is nothing to credit.")
        return
    left_out = console.table(
        [
            counts("#", table["position"]),
            Column(title="date", cells=_local_days(table["occurred_at"], journeys), rank=3),
            numbers("days before", table["age_days"], decimals=1, rank=1),
            labels("channel", table["channel"]),
            labels("team", table["team"], rank=2),
            percents("share", table["share"]),
            amounts(f"value {journeys.currency or ''}".rstrip(), table["value"]),
            Column(title="why", cells=table["reason"].tolist(), wraps=True, floor=28),
        ]
    )
    console.line()
    if outcome != "won":
        console.line(f"The deal is {outcome}: its touches have shares, and no value to share yet.")
    if left_out:
        console.line(f"No room for: {', '.join(left_out)}; a wider window or --out FILE shows them.")


def _local_days(instants: Array, journeys: Journeys) -> list[str]:
    """Return the calendar day of each instant in the zone of the business."""
    zone = journeys.business.zone if journeys.business else Zone("UTC")
    local = zone.to_local(instants.astype(np.int64)).astype("datetime64[us]")
    days: list[str] = np.datetime_as_string(local, unit="D").tolist()
    return days


def _window(journeys: Journeys) -> str:
    window = journeys.window or JourneyWindow()
    return f"{window.lookback / timedelta(days=1):g} days"
