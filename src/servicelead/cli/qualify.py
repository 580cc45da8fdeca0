"""Score leads by the points of servicelead.toml: who is ready, why, and whether promises to them were kept."""

import datetime as dt
from argparse import ArgumentTypeError, Namespace

import numpy as np
from attrs import evolve

from servicelead._typing import IntArray
from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_confidence, add_folder, whole_number
from servicelead.cli.figures import ABSENT, count, counts, days_of, labels, numbers
from servicelead.cli.promises import show_at_risk, show_promises
from servicelead.cli.reading import remark_on_rejects
from servicelead.cli.results import output_file, refuse_to_replace_input, write_result
from servicelead.exceptions import ConfigError, InvalidValueError
from servicelead.qualification import (
    LeadScores,
    PointsModel,
    QualificationPolicy,
    QualifiedLeads,
    follow_up_promises,
)
from servicelead.tables import Business
from servicelead.tables.base import frozen_array

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "score leads by points: who is ready, why, and promises kept"
_NO_POINTS = """servicelead.toml: needs a [qualification] section, as no points are assumed; got none. Begin with this:
[qualification]
services_threshold = 15
marketing_threshold = 20

[[qualification.engagement]]
team = "services"
points = 10
half_life_days = 60
cap = 40

[[qualification.engagement]]
team = "marketing"
points = 5
half_life_days = 30
cap = 20"""


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument(
        "--as-of", metavar="DAY", type=_day, help="an earlier day, such as 2026-03-31 (default: that of the folder)"
    )
    parser.add_argument(
        "--top", metavar="N", type=whole_number(1, 10_000), default=10, help="leads and accounts to print (default: 10)"
    )
    add_confidence(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=output_file, help="write every lead to a .csv, .parquet or .json file"
    )


def run(arguments: Namespace) -> int:
    """Print who is ready, the best of them with their reasons, and what became of promises."""
    refuse_to_replace_input(arguments.out, arguments.folder)
    business, model, policy = _read(arguments)
    with console.working("scoring"):
        leads = policy.qualify(model.score(business))
        table = leads.table
        promises = follow_up_promises(business)
    if len(leads):
        _show_teams(leads)
        _show_best(leads, arguments.top)
    else:
        console.heading("NO LEADS: there is none to score.")
    show_promises(promises, None, arguments.confidence)
    show_at_risk(promises, arguments.top)
    console.line()
    _remark_on_touches(leads.scores)
    remark_on_rejects(business)
    if arguments.as_of is not None:
        console.line(f"Rows dated after {arguments.as_of} are among the rejected: nothing was known of them then.")
    if arguments.out is not None:
        write_result(table, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(table), 'row')})")
    return 0


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"must be a day such as 2026-03-31; got {text!r}") from None


def _read(arguments: Namespace) -> tuple[Business, PointsModel, QualificationPolicy]:
    """Return the business as known on the day asked for, and how its leads are scored and qualified."""
    with console.working(f"reading {arguments.folder}"):
        from servicelead.adapters import read_sources  # noqa: PLC0415 - heavy, loaded on first use

        contents = read_sources(arguments.folder.resolve(), arguments.config)
        recipe, as_of = contents.config.qualification, contents.config.as_of
        if recipe is None:
            raise ConfigError(_NO_POINTS, column="qualification", reason="no_qualification")
        if arguments.as_of is not None:
            as_of = _earlier(arguments.as_of, as_of)
        business = evolve(contents, config=evolve(contents.config, as_of=as_of)).business()
        if as_of != contents.config.as_of:
            # The stage of a lead is today's: of an earlier day only the entries tell.
            unknown = frozen_array(np.full_like(business.leads.stage, -1))
            business = evolve(business, leads=evolve(business.leads, stage=unknown))
    return business, recipe.model, recipe.policy


def _earlier(asked: dt.date, as_of: dt.date) -> dt.date:
    """Return the day asked for, or the moment of the data where that is on the same day.

    Raises
    ------
    InvalidValueError
        For a later day: nothing is known of it.
    """
    last = as_of.date() if isinstance(as_of, dt.datetime) else as_of
    if asked > last:
        raise InvalidValueError(f"--as-of: must be a day the data know, up to {last}; got a later one. Leave it out")
    return as_of if asked == last else asked


def _show_teams(leads: QualifiedLeads) -> None:
    table, policy = leads.by_team, leads.policy
    ready = int(np.sum(table["n_qualified"]))
    console.heading(
        f"{ready:,} of {count(len(leads), 'lead')} qualified: services from {policy.services_threshold:g} points"
        f"{' with a need' if policy.require_need else ''}, others from {policy.marketing_threshold:g}"
    )
    console.table(
        [
            labels("team", table["team"]),
            counts("leads", table["n_leads"]),
            counts("enough points", table["n_over_threshold"]),
            counts("qualified", table["n_qualified"]),
            counts("if a need counts", table["n_qualified_with_need_rule"], rank=1),
            counts("if not", table["n_qualified_without_need_rule"], rank=1),
        ]
    )


def _show_best(leads: QualifiedLeads, top: int) -> None:
    """Print the qualified leads nobody has decided on, of the highest score; ties in the order of their names."""
    qualified = leads.marketing_qualified | leads.services_qualified
    ready, n_decided = np.flatnonzero(qualified & leads.is_open), int(np.count_nonzero(qualified & ~leads.is_open))
    best = ready[np.argsort(-leads.scores.score[ready], kind="stable")[:top]]
    if len(best):
        _show_open(leads, best, len(ready))
    if n_decided:
        are = "is" if n_decided == 1 else "are"
        console.line()
        console.line(
            f"{count(n_decided, 'qualified lead')} {are} already accepted, rejected or closed, and not listed."
        )


def _show_open(leads: QualifiedLeads, best: IntArray, n_ready: int) -> None:
    table = leads.table.take(best)
    since = days_of(table["first_crossing"], leads.scores.business.zone)
    several = "" if len(best) == 1 else f" {len(best):,}"
    still_open = f"{count(n_ready, 'qualified lead')} still open"
    console.heading(f"The best{several} of {still_open}" if len(best) < n_ready else still_open)
    console.table(
        [
            labels("lead", table["lead_id"]),
            labels("team", table["team"], rank=1),
            labels("stage", [ABSENT if stage is None else stage for stage in table["stage"].tolist()]),
            numbers("score", table["score"], decimals=1),
            labels("first ready", since),
            labels("main reason", [_main_reason(leads.scores, lead) for lead in table["lead_id"].tolist()]),
        ]
    )


def _main_reason(scores: LeadScores, lead_id: str) -> str:
    """Return the rule that gives a lead the most points, before caps of groups, and the touches that met it."""
    found: dict[str, float] = {}
    lines = scores.explain(lead_id).lines
    for line in lines.rows():
        if line["kind"] in {"touch", "fit", "rule cap"}:
            found[line["name"]] = found.get(line["name"], 0.0) + line["points"]
    name = max(found, key=found.__getitem__, default=None)
    if name is None or found[name] <= 0:
        return ABSENT
    at = lines["occurred_at"][(lines["kind"] == "touch") & (lines["name"] == name)]
    if not len(at):
        return f"{name} ({found[name]:.1f})"
    return f"{name}: {count(len(at), 'touch', 'touches')}, last {days_of(at[-1:], scores.business.zone)[0]}"


def _remark_on_touches(scores: LeadScores) -> None:
    """Warn of rules that may be misspelt, and say how much is known of no lead."""
    rules = scores.rules
    for name in rules["rule"][rules["n_touches"] == 0].tolist():
        console.line(f"Warning: no touch met the rule {name!r}; is its team, group or channel spelt as in the data?")
    nameless = dict(zip(*(scores.counts[column].tolist() for column in ("kind", "n")), strict=True))[
        "touches that name no lead"
    ]
    if nameless:
        console.line(f"{count(nameless, 'touch', 'touches')} name no lead and give no points.")
