"""What became of leads and of the follow-ups promised for them."""

from typing import Any

from attrs import frozen

from servicelead.columns.table import ResultTable
from servicelead.domain import LeadStage
from servicelead.qualification import PromiseState, follow_up_promises
from servicelead.refinery import Funnel, Judgement, diagnose, published_rules
from servicelead.refinery.funnel import USUAL_MATURITY
from servicelead.report.words import day, defined
from servicelead.tables import Business
from servicelead.uncertainty import Estimate

__all__ = ["AccountAtRisk", "Promises", "Refinery", "Stage", "Step", "TeamLeads", "lead_refinery"]

_MOST_ACCOUNTS = 10


@frozen(kw_only=True)
class Stage:
    """How many of the leads old enough got as far as a stage; no rate where none is old enough."""

    name: str
    n_reached: int
    rate: float | None
    lower: float | None
    upper: float | None


@frozen(kw_only=True)
class Step:
    """How many of the leads in one stage went on to the next, and how long half of them stay."""

    start: str
    end: str
    n_mature: int
    n_advanced: int
    n_too_young: int
    rate: float | None
    lower: float | None
    upper: float | None
    median_days: float | None


@frozen(kw_only=True)
class TeamLeads:
    """How many leads of a team are old enough, accepted, and won."""

    team: str | None
    n_mature: int
    accepted: Stage
    won: Stage


@frozen(kw_only=True)
class AccountAtRisk:
    """An account whose promised follow-up has not happened."""

    account: str
    n_broken: int
    due: str
    days_overdue: float


@frozen(kw_only=True)
class Promises:
    """What became of promised follow-ups.

    Attributes
    ----------
    in_time, late, broken, open
        Their number.
    breach_rate
        Late or broken, of those that are not open.
    n_at_risk, at_risk
        Accounts with a broken promise, and the worst of them.
    """

    in_time: int
    late: int
    broken: int
    open: int
    breach_rate: Estimate
    n_at_risk: int
    at_risk: tuple[AccountAtRisk, ...]


@frozen(kw_only=True)
class Refinery:
    """The funnel of leads, published rules about it, and promises.

    Attributes
    ----------
    maturity_days
        Age from which a lead counts.
    n_leads, n_mature, n_too_young
        All leads, those that count as a whole, and those too young to.
    stages, steps
        How far leads get, of those that count, and step by step.
    teams
        The same by the team each lead is of.
    judgements
        What published rules say.
    promises
        None where nothing was promised.
    """

    maturity_days: int
    n_leads: int
    n_mature: int
    n_too_young: int
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    teams: tuple[TeamLeads, ...]
    judgements: tuple[Judgement, ...]
    promises: Promises | None

    @property
    def won(self) -> Stage:
        """The last stage."""
        return self.stages[-1]

    @property
    def narrowest(self) -> Step | None:
        """The step that the smallest share gets through, its interval below all others'; None where none is so sure."""
        known = [
            (step.lower, step.upper, step) for step in self.steps if step.lower is not None and step.upper is not None
        ]
        for _, upper, step in known:
            if all(upper < lower for lower, _, other in known if other is not step):
                return step
        return None


def lead_refinery(business: Business) -> Refinery | None:
    """Return what became of leads; None for a business without any."""
    funnel = Funnel.from_business(business, maturity=USUAL_MATURITY)
    if not len(funnel.rows):
        return None
    reached = funnel.cumulative()
    return Refinery(
        maturity_days=USUAL_MATURITY.days,
        n_leads=len(funnel.rows),
        n_mature=int(reached["n_mature"][0]),
        n_too_young=int(reached["n_too_young"][0]),
        stages=tuple(map(_stage, reached.rows())),
        steps=_steps(funnel),
        teams=_teams(funnel),
        judgements=diagnose(business, published_rules(maturity=USUAL_MATURITY)).judgements,
        promises=_promises(business),
    )


def _stage(row: dict[str, Any]) -> Stage:
    return Stage(name=row["stage"], n_reached=row["n_reached"], **_rate(row, "reach_rate"))


def _teams(funnel: Funnel) -> tuple[TeamLeads, ...]:
    rows = {(row["team"], row["stage"]): row for row in funnel.cumulative("team").rows()}
    return tuple(
        TeamLeads(
            team=team,
            n_mature=row["n_mature"],
            accepted=_stage(rows[team, LeadStage.ACCEPTED]),
            won=_stage(rows[team, LeadStage.WON]),
        )
        for (team, stage), row in rows.items()
        if stage == LeadStage.NEW
    )


def _rate(row: dict[str, Any], name: str) -> dict[str, float | None]:
    return {
        "rate": defined(row[name]),
        "lower": defined(row[f"{name}_lower"]),
        "upper": defined(row[f"{name}_upper"]),
    }


def _steps(funnel: Funnel) -> tuple[Step, ...]:
    medians = {row["stage"]: defined(row["median_days"]) for row in funnel.time_in_stage().rows()}
    return tuple(
        Step(
            start=row["from_stage"],
            end=row["to_stage"],
            n_mature=row["n_mature"],
            n_advanced=row["n_advanced"],
            n_too_young=row["n_too_young"],
            median_days=medians.get(row["from_stage"]),
            **_rate(row, "advance_rate"),
        )
        for row in funnel.steps().rows()
    )


def _promises(business: Business) -> Promises | None:
    found = follow_up_promises(business)
    if not len(found):
        return None
    accounts = found.at_risk
    return Promises(
        in_time=found.count(PromiseState.IN_TIME),
        late=found.count(PromiseState.LATE),
        broken=found.count(PromiseState.BROKEN),
        open=found.count(PromiseState.OPEN),
        breach_rate=found.breach_rate.interval(),
        n_at_risk=len(accounts),
        at_risk=_at_risk(accounts.head(_MOST_ACCOUNTS), business),
    )


def _at_risk(accounts: ResultTable, business: Business) -> tuple[AccountAtRisk, ...]:
    dues = accounts["oldest_due_at"].astype("int64").tolist()
    return tuple(
        AccountAtRisk(
            account=row["account_id"],
            n_broken=row["n_broken"],
            due=day(due, business.zone),
            days_overdue=row["days_overdue"],
        )
        for row, due in zip(accounts.rows(), dues, strict=True)
    )
