"""Show where leads leak: the funnel, promises between teams, published rules judged, signs of poor data and gaming."""

from argparse import Namespace
from datetime import timedelta

import numpy as np

from servicelead._typing import FloatArray
from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_confidence, add_folder, days, whole_number
from servicelead.cli.figures import count, counts, intervals, labels, numbers, percents
from servicelead.cli.layout import Column
from servicelead.cli.promises import show_at_risk, show_promises
from servicelead.cli.reading import read, remark_on_rejects
from servicelead.cli.results import output_file, refuse_to_replace_input, write_result
from servicelead.columns.table import ResultTable
from servicelead.qualification import follow_up_promises
from servicelead.refinery import Funnel, Sla, SlaReport, audit, diagnose, published_rules
from servicelead.refinery.funnel import USUAL_MATURITY
from servicelead.refinery.lengths import length_of
from servicelead.tables.lead_groups import PLAIN_DIMENSIONS

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "show where leads leak: funnel, promises, rules, signs"
_DECIDED = ("accepted", "rejected", "opportunity")
_LEAST_SURE = 0.5  # a verdict at a confidence below it would be both yes and no


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument(
        "--maturity",
        metavar="DAYS",
        type=days,
        default=USUAL_MATURITY,
        help=f"age from which leads count: what nearly all need that ever move on (default: {USUAL_MATURITY.days})",
    )
    parser.add_argument(
        "--by",
        choices=PLAIN_DIMENSIONS,
        metavar="NAME",
        help=f"what to tell apart: {', '.join(PLAIN_DIMENSIONS)} (of creation)",
    )
    parser.add_argument(
        "--answer-within", metavar="DAYS", type=days, help="target: moved on, followed up or touched by sales by then"
    )
    parser.add_argument(
        "--decide-within", metavar="DAYS", type=days, help="target: qualified leads accepted or rejected by then"
    )
    parser.add_argument(
        "--top", metavar="N", type=whole_number(1, 10_000), default=10, help="accounts to print (default: 10)"
    )
    add_confidence(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=output_file, help="write the funnel to a .csv, .parquet or .json file"
    )


def run(arguments: Namespace) -> int:
    """Print the funnel, what was promised and kept, what the rules say, and what an audit finds."""
    refuse_to_replace_input(arguments.out, arguments.folder)
    if arguments.confidence <= _LEAST_SURE:
        arguments.parser.error("argument --confidence: must be above .5 here, as verdicts are given by it")
    business = read(arguments)
    confidence = arguments.confidence
    with console.working("following the leads"):
        funnel = Funnel.from_business(business, maturity=arguments.maturity, confidence=confidence)
        steps = funnel.steps(arguments.by)
        diagnosis = diagnose(business, published_rules(maturity=arguments.maturity), confidence=confidence)
        found = audit(business).table
        promises = follow_up_promises(business)
    if len(funnel.rows):
        _show_funnel(funnel, steps, arguments.by)
        if targets := _targets(arguments):
            _show_targets(SlaReport(business=business, slas=targets, confidence=confidence), arguments.by)
        show_promises(promises, arguments.by, confidence)
        show_at_risk(promises, arguments.top)
    else:
        console.heading("NO LEADS: there is no funnel to show.")
    console.heading("What published rules say")
    for judgement in diagnosis.judgements:
        console.line(str(judgement))
    _show_signs(found)
    console.line()
    remark_on_rejects(business)
    if arguments.out is not None:
        write_result(steps, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(steps), 'row')})")
    return 0


def _targets(arguments: Namespace) -> list[Sla]:
    """Return the promises between teams that were asked for; none is assumed."""
    found = []
    if arguments.answer_within is not None:
        ends = ("working", "qualified", *_DECIDED, "followed_up")
        found.append(
            Sla(name="answered", begins="created", ends=ends, touched_by=["sales"], within=arguments.answer_within)
        )
    if arguments.decide_within is not None:
        found.append(Sla(name="decided", begins="qualified", ends=_DECIDED, within=arguments.decide_within))
    return found


def _show_funnel(funnel: Funnel, steps: ResultTable, by: str | None) -> None:
    age = length_of(funnel.maturity)
    console.heading(f"How far leads get ({count(len(funnel.rows), 'lead')}; those given at least {age} count)")
    console.table(
        [
            *([] if by is None else [labels(by, steps[by])]),
            labels("from", steps["from_stage"]),
            labels("to", steps["to_stage"]),
            counts("leads", steps["n_mature"]),
            counts("went on", steps["n_advanced"]),
            percents("rate", steps["advance_rate"]),
            _interval("advance_rate", steps, funnel.confidence, rank=1),
            counts("too young", steps["n_too_young"], rank=3),
            numbers("median days", _median_days(funnel, steps, by), decimals=1, rank=2),
        ]
    )
    last = funnel.cumulative().rows()[-1]
    console.line()
    console.line(f"Each row counts leads that entered its first stage at least {age} ago, so rows do not add up.")
    if last["n_mature"]:
        console.line(
            f"Of {count(last['n_mature'], 'lead')} created at least {age} ago, {last['n_reached']:,} were won: "
            f"{last['reach_rate']:.1%} ({last['reach_rate_lower']:.1%} to {last['reach_rate_upper']:.1%})."
        )
    else:
        console.line(f"No lead was created at least {age} ago: choose a shorter --maturity, or wait.")
    if undated := int(np.sum(steps["n_undated"])):
        console.line(f"Warning: {undated:,} times a stage was reached without a date; stage_history would have it.")


def _median_days(funnel: Funnel, steps: ResultTable, by: str | None) -> FloatArray:
    """Return how long leads stay in the stage each step begins with, by Kaplan-Meier; NaN where that is not known."""
    rows = funnel.time_in_stage(by).rows()
    found = {(row.get(by or ""), row["stage"]): row["median_days"] for row in rows}
    groups = [None] * len(steps) if by is None else steps[by].tolist()
    return np.array([found.get(key, np.nan) for key in zip(groups, steps["from_stage"].tolist(), strict=True)])


def _show_targets(report: SlaReport, by: str | None) -> None:
    table, speed = report.attainment(by), report.speed(by, quantiles=[0.5])
    unusable = table["n_undated"] + table["n_before_start"]
    named = {sla.name: sla.within or timedelta() for sla in report.slas}
    console.heading("Targets between teams: " + ", ".join(f"{name} within {length_of(t)}" for name, t in named.items()))
    console.table(
        [
            labels("target", table["sla"]),
            *([] if by is None else [labels(by, table[by])]),
            counts("in time", table["n_in_time"]),
            counts("late", table["n_late"]),
            counts("missed", table["n_missed"]),
            *([counts("without a usable date", unusable, rank=1)] if np.any(unusable) else []),
            counts("open", table["n_open"], rank=3),
            percents("attained", table["attainment_rate"]),
            _interval("attainment_rate", table, report.confidence, rank=1),
            numbers("median hours", speed["q50_hours"], decimals=1, rank=2),
        ]
    )


def _show_signs(found: ResultTable) -> None:
    console.heading("Signs of gaming and of poor data; a sign is no proof")
    console.table(
        [
            labels("sign of", found["sign"], rank=1),
            counts("found", found["n_found"]),
            labels("what", found["says"]),
        ]
    )


def _interval(name: str, table: ResultTable, confidence: float, *, rank: int) -> Column:
    title = f"{100 * confidence:g}% interval"
    return intervals(title, table[f"{name}_lower"], table[f"{name}_upper"], percent=True, rank=rank)
