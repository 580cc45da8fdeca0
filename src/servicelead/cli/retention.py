"""Follow recurring revenue from period to period: what moved, what was kept, and the proof that it adds up."""

from argparse import Namespace
from typing import get_args

import numpy as np

from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_confidence, add_folder
from servicelead.cli.figures import ABSENT, amounts, count, counts, intervals, labels, percents
from servicelead.cli.layout import Column
from servicelead.cli.policy import add_policy, policy_of
from servicelead.cli.reading import read, remark_on_rejects
from servicelead.cli.results import output_file, refuse_to_replace_input, write_result
from servicelead.columns.table import ResultTable
from servicelead.exceptions import UnknownNameError
from servicelead.retention import MovementLedger, RetentionRates, losses_by
from servicelead.retention.given import KINDS
from servicelead.retention.periods import Grain
from servicelead.tables import Business
from servicelead.tables.base import Table, major_units
from servicelead.uncertainty import Estimate

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "follow recurring revenue: movements, retention and the proof"
_A_YEAR = {"month": 12, "quarter": 4, "year": 1}
_RATIOS = (
    ("net revenue retention", "net_revenue_retention_ratio"),
    ("gross revenue retention, at the end", "gross_revenue_retention_ratio"),
    ("gross revenue retention, on the way", "gross_revenue_retention_path_ratio"),
    ("with new customers: not retention", "net_recurring_revenue_ratio"),
)
_WARNINGS = {
    "amounts_rounded": "whose year's price is no whole number of minor units was rounded",
    "discounts_above_price": "has a discount above its price and counts as 0",
}


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument(
        "--grain", choices=get_args(Grain), metavar="NAME", default="month", help="month (default), quarter or year"
    )
    parser.add_argument("--start", metavar="PERIOD", help="compare its close (default: a year before the end)")
    parser.add_argument("--end", metavar="PERIOD", help="with this one's, such as 2025-12 (default: the last period)")
    parser.add_argument(
        "--by", metavar="NAME", help="what to tell apart: cohort, product, end_reason or another label of the table"
    )
    parser.add_argument(
        "--source",
        choices=("subscriptions", "payments"),
        metavar="TABLE",
        default="subscriptions",
        help="subscriptions (default), or payments of perpetual customers",
    )
    parser.add_argument("--parents", action="store_true", help="count subsidiaries as one customer with their parent")
    add_policy(parser)
    add_confidence(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=output_file, help="write the movements to a .csv, .parquet or .json file"
    )


def run(arguments: Namespace) -> int:
    """Print movements, rates and the proof."""
    refuse_to_replace_input(arguments.out, arguments.folder)
    policy = policy_of(arguments)
    business = read(arguments)
    _require_label(business, arguments.source, arguments.by)
    with console.working("adding up movements"):
        ledger = MovementLedger.from_business(
            business, grain=arguments.grain, source=arguments.source, policy=policy, parents=arguments.parents
        )
        table = ledger.statement(arguments.by)
    if not len(ledger.periods):
        console.heading(f"NOTHING RECURS: no {arguments.source} were active in a {arguments.grain} that is over.")
    else:
        last = ledger.periods.labels[-1] if arguments.end is None else arguments.end
        first = _a_year_before(ledger, last) if arguments.start is None else arguments.start
        _print_movements(ledger, first, last)
        if first != last:
            _print_rates(RetentionRates.between(ledger, first, last, confidence=arguments.confidence))
            if arguments.by == "end_reason" and not ledger.periods.is_to_come(last):
                _print_losses(losses_by(ledger, first, last), first, last, ledger.currency)
            elif arguments.by is not None:
                _print_slices(
                    RetentionRates.between(ledger, first, last, by=arguments.by, confidence=arguments.confidence)
                )
        _print_proof(ledger, arguments.by)
    console.line()
    for name, n in ledger.warnings.items():
        console.line(f"Warning: {count(n, 'subscription')} {_WARNINGS[name]}.")
    remark_on_rejects(business)
    if arguments.out is not None:
        write_result(table, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(table), 'row')})")
    return 0


def _require_label(business: Business, source: str, by: str | None) -> None:
    """Refuse a name before anything is added up; any column of the table's own files may be one."""
    labelled: Table = getattr(business, source)
    known = ["cohort", *(name for name in labelled.vocabularies if name != "account_id")]
    if by is not None and by not in known:
        raise UnknownNameError(f"--by: {source} cannot be told apart by {by!r}; choose among {', '.join(known)}")


def _a_year_before(ledger: MovementLedger, end: str) -> str:
    """Return the period a year before another, or the first one."""
    if ledger.periods.is_to_come(end):
        return ledger.periods.labels[0]
    return ledger.periods.labels[max(ledger.periods.position(end) - _A_YEAR[ledger.periods.grain], 0)]


def _print_movements(ledger: MovementLedger, first: str, last: str) -> None:
    """Print the periods after the first to the last; all that is there of them."""
    table = ledger.statement()
    names = table["period"]
    table = table.take((names > first) & (names <= last) if first != last else names == last)
    console.heading(f"Recurring revenue, {ledger.currency} a year")
    console.table(
        [
            labels("period", table["period"].tolist()),
            amounts("opening", table["opening"], rank=1),
            *(amounts(name, table[name]) for name in KINDS),
            amounts("closing", table["closing"]),
        ]
    )


def _print_rates(rates: RetentionRates) -> None:
    console.heading(f"Kept from the close of {rates.start} to that of {rates.end}")
    found = [("customers", rates.customer_retention_rate.interval(rates.confidence))]
    found += [(name, rates.estimate(measure)) for name, measure in _RATIOS]
    if rates.reason is not None:
        console.line(f"Undefined: {rates.reason}.")
        return
    interval = f"{100 * rates.confidence:g}% interval"
    console.table(
        [
            labels("figure", [name for name, _ in found]),
            Column(title="value", cells=[_percent(one.value) for _, one in found], right=True),
            Column(title=interval, cells=[_interval(one) for _, one in found], right=True),
            Column(title="accounts", cells=[f"{one.n:,}" for _, one in found], right=True, rank=1),
        ]
    )
    quick = rates.quick_ratio
    words = f"undefined: {quick.reason}" if quick.value is None else f"{quick.value:.2f}, {_ends(quick)}"
    console.line()
    console.line(f"Quick ratio (new and expansion for each unit of contraction and churn): {words}.")


def _print_slices(rates: RetentionRates) -> None:
    table, net, title = rates.table, "net_revenue_retention_ratio", f"{100 * rates.confidence:g}% interval"
    console.heading(f"By {rates.by}")
    console.table(
        [
            labels(str(rates.by), table[str(rates.by)].tolist()),
            counts("accounts", table["n_start"]),
            percents("customers", table["customer_retention_rate"]),
            percents("net", table[net]),
            intervals(title, table[f"{net}_lower"], table[f"{net}_upper"], percent=True),
            percents("gross", table["gross_revenue_retention_ratio"], rank=1),
        ]
    )


def _print_losses(table: ResultTable, first: str, last: str, currency: str | None) -> None:
    """Print why the start's customers paid less or left: reasons are known of ends only."""
    console.heading(f"Lost of what recurred at the close of {first}, to that of {last}, by end_reason")
    console.table(
        [
            labels("end_reason", table["end_reason"].tolist()),
            percents("lost", table["loss_ratio"]),
            amounts("contraction", major_units(table["contraction"], currency), rank=1),
            amounts("churn", major_units(table["churn"], currency)),
        ]
    )


def _print_proof(ledger: MovementLedger, by: str | None) -> None:
    table = ledger.reconcile(by)
    n_off = int(np.count_nonzero(table["difference"]))
    what = "closings" if by is None else f"closings by {by}"
    held = f"{len(table) - n_off:,} of {len(table):,} {what}"
    console.line()
    console.line(f"Proof: {held} equal what the {_title(ledger)} add up to, to the unit.")


def _title(ledger: MovementLedger) -> str:
    return "rows" if ledger.spans is None else ledger.spans.table.title


def _percent(value: float | None) -> str:
    return ABSENT if value is None else f"{100 * value:.1f}%"


def _interval(one: Estimate) -> str:
    return ABSENT if one.lower is None or one.upper is None else f"{_percent(one.lower)} to {_percent(one.upper)}"


def _ends(one: Estimate) -> str:
    return "no interval" if one.lower is None or one.upper is None else f"{one.lower:.2f} to {one.upper:.2f}"
