"""Count the cases that self-service made unnecessary, and what that was worth."""

import math
from argparse import ArgumentTypeError, Namespace
from datetime import timedelta
from decimal import Decimal, InvalidOperation

import numpy as np

from servicelead.calculators import (
    Deflection,
    ObservedDeflection,
    deflection_interval,
    overstated_deflection,
)
from servicelead.calculators.amounts import Amount
from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_confidence, add_folder, days, whole_number
from servicelead.cli.figures import ABSENT, count, counts, intervals, labels, numbers, percents
from servicelead.cli.layout import Column
from servicelead.cli.reading import read, remark_on_rejects
from servicelead.cli.results import output_file, refuse_to_replace_input, write_result
from servicelead.columns.table import ResultTable
from servicelead.domain import Money
from servicelead.uncertainty import Estimate, VerdictStatus

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "count the cases that self-service deflected, and their worth"
_DIMENSIONS = ("month", "resource")


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument(
        "--follow-up",
        metavar="DAYS",
        type=days,
        default=timedelta(days=7),
        help="days in which a case on the same issue overrides an answer; younger events are left out (default: 7)",
    )
    parser.add_argument("--by", choices=_DIMENSIONS, metavar="NAME", help="what to tell apart: month or resource")
    parser.add_argument("--assisted-case-cost", metavar="AMOUNT", type=_price, help="what an assisted case costs")
    parser.add_argument("--self-help-event-cost", metavar="AMOUNT", type=_price, help="what a self-help event costs")
    parser.add_argument(
        "--plausible-cases",
        metavar="N",
        type=whole_number(0, 10**12),
        help="most cases there would be without self-service; more than that is reported",
    )
    add_confidence(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=output_file, help="write the figures to a .csv, .parquet or .json file"
    )


def run(arguments: Namespace) -> int:
    """Print what was deflected, what became of every event, and what careless counting would claim."""
    refuse_to_replace_input(arguments.out, arguments.folder)
    business = read(arguments)
    with console.working("following the events"):
        observed = ObservedDeflection.from_business(business, follow_up=arguments.follow_up)
        rate = observed.event_deflection_rate(arguments.confidence)
    if rate.is_defined:
        deflection = observed.deflection(
            n_plausible_cases=arguments.plausible_cases,
            assisted_case_cost=_in_currency(arguments.assisted_case_cost, business.currency),
            self_help_event_cost=_in_currency(arguments.self_help_event_cost, business.currency),
        )
        if not observed.n_assisted_cases:
            console.heading("NO DEMAND TO COMPARE WITH: there is no assisted case of an entitled customer.")
        table = deflection_interval(deflection, rate)
        _print_figures(table, observed, rate, business.currency)
        _print_overstated(deflection)
        _print_check(deflection)
    else:
        console.heading(f"NOTHING TO SAY: {rate.reason}.")
        table = ResultTable({"bound": ["value"], "event_deflection_rate": [math.nan]})
    _print_accounting(observed)
    if arguments.by is not None:
        table = observed.by(arguments.by, confidence=arguments.confidence)
        _print_groups(table, arguments.by, arguments.confidence)
    console.line()
    for warning in observed.warnings:
        console.line(f"Warning: {warning}.")
    remark_on_rejects(business)
    if arguments.out is not None:
        write_result(table, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(table), 'row')})")
    return 0


def _price(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise ArgumentTypeError(f"must be an amount of at least 0, digits with a point, such as 2.50; got {text!r}")
    return value


def _in_currency(price: Decimal | None, currency: str | None) -> Amount | None:
    """Return a price as money where the currency has coins that fine."""
    if price is None or currency is None:
        return price
    money = Money.of(price, currency, rounding="half_even")
    return money if money.amount == price else price


def _print_figures(table: ResultTable, observed: ObservedDeflection, rate: Estimate, currency: str | None) -> None:
    console.heading(f"What self-service deflected ({count(observed.n_events, 'event')} counted)")
    names = table.names[1:]
    cells = [[_cell(name, end) for end in table[name].tolist()] for name in names]
    console.table(
        [
            labels("figure", [name.replace("_", " ") for name in names]),
            Column(title="value", cells=[value for value, _, _ in cells], right=True),
            Column(
                title=f"{100 * rate.confidence:g}% interval",
                cells=[ABSENT if ABSENT in (low, high) else f"{low} to {high}" for _, low, high in cells],
                right=True,
            ),
            labels("unit", [(currency or "") if name.endswith("_value") else "" for name in names], rank=1),
        ]
    )
    console.line()
    console.line(
        f"The interval takes those who answered for a fair sample. If all who were silent deflected nothing, the event "
        f"rate is {observed.non_response_lower:.1%}; if all of them did, {observed.non_response_upper:.1%}."
    )


def _cell(name: str, value: float) -> str:
    if math.isnan(value):
        return ABSENT
    if name.endswith("_rate"):
        return f"{100 * value:.1f}%"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _print_overstated(deflection: Deflection) -> None:
    table = overstated_deflection(deflection)
    console.heading("What careless counting would claim")
    console.table(
        [
            labels("reckoning", table["reckoning"].tolist()),
            numbers("cases", np.round(table["deflected_cases"]), decimals=0),
            numbers("times", table["times"], decimals=2),
        ]
    )


def _print_check(deflection: Deflection) -> None:
    verdict = deflection.demand_check()
    if verdict.status is VerdictStatus.TOO_LITTLE_DATA:
        return
    demand = f"{verdict.evidence['deflected_cases'] + verdict.evidence['n_assisted_cases']:,.0f}"
    plausible = f"{verdict.evidence['n_plausible_cases']:,.0f}"
    console.line()
    if verdict.fires:
        console.line(
            f"Warning: deflected and assisted cases come to {demand}, more than the {plausible} that are plausible: a "
            "rate is too high, or events are counted that were no demand."
        )
    else:
        console.line(f"Deflected and assisted cases come to {demand}, within the {plausible} that are plausible.")


def _print_accounting(observed: ObservedDeflection) -> None:
    console.heading(f"What became of {count(len(observed.fates), 'self-help event')}")
    table = observed.accounting
    console.table(
        [
            labels("fate", [fate.replace("_", " ") for fate in table["fate"].tolist()]),
            counts("events", table["n"]),
            labels("which means", table["meaning"].tolist(), rank=1),
        ]
    )


def _print_groups(table: ResultTable, dimension: str, level: float) -> None:
    rate = "event_deflection_rate"
    console.heading(f"By {dimension}")
    columns = [
        labels(dimension, table[dimension]),
        counts("events", table["n_events"]),
        counts("answered", table["n_answered"], rank=3),
        percents("event rate", table[rate]),
        intervals(f"{100 * level:g}% interval", table[f"{rate}_lower"], table[f"{rate}_upper"], percent=True),
        numbers("cases", table["deflected_cases"], decimals=0, rank=1),
    ]
    if "demand_deflection_rate" in table:
        columns.append(percents("demand rate", table["demand_deflection_rate"], rank=2))
    console.table(columns)
