"""Everything the page says, as plain figures, worked out from a business."""

from collections.abc import Mapping
from datetime import timedelta
from math import fsum

import numpy as np
from attrs import frozen

from servicelead._typing import BoolArray
from servicelead.attribution import Attribution, Strategy, influenced, sourced
from servicelead.attribution.results.intervals import n_units
from servicelead.columns.table import ResultTable
from servicelead.domain import Team
from servicelead.refinery import touch_ratio
from servicelead.report.credit import Line, Month, credit_lines, credit_months
from servicelead.report.deals import Deal, top_deals
from servicelead.report.drag import Drags, negative_drags
from servicelead.report.kept import Kept, kept_revenue
from servicelead.report.lead_programme import ReportedLeads, reported_leads
from servicelead.report.places import touch_places
from servicelead.report.quality import Quality, data_quality
from servicelead.report.refinery import Refinery, lead_refinery
from servicelead.report.rules import Comparison, attribute_all, compare_rules
from servicelead.report.self_service import SelfService, self_service
from servicelead.report.touches import services_share
from servicelead.report.words import Amount, Amounts, day
from servicelead.tables import Business, Journeys, JourneyWindow
from servicelead.uncertainty import Estimate

__all__ = ["Report", "Sourcing", "Unattributed", "make_report"]

_MOST_CHANNELS = 25
#: Student's t leans on the accounts' sum being about normal, which fewer than this do not promise.
_ENOUGH_ACCOUNTS = 30


@frozen(kw_only=True)
class Sourcing:
    """Won revenue and open pipeline that one team sourced, and that it influenced."""

    team: Team | None
    n_sourced: int
    sourced: float
    sourced_share: float | None
    sourced_pipeline: float
    n_influenced: int
    influenced: float
    influenced_share: float | None
    influenced_pipeline: float


@frozen(kw_only=True)
class Unattributed:
    """Won value no touch can be credited with, for one reason."""

    reason: str
    n: int
    value: Amount


@frozen(kw_only=True)
class Report:
    """The figures of one page.

    Attributes
    ----------
    no_interval
        Why credit has no interval; empty where it has one.
    few_accounts
        Whether there are intervals of credit, from so few accounts with a closed journey that they are rough.
    won, credited
        Value won, and the part of it that touches are credited with.
    """

    as_of: str
    zone: str
    currency: str | None
    lookback_days: float
    rule: str
    n_touches: int
    n_accounts: int
    n_won: int
    n_lost: int
    n_open: int
    won: Amount
    credited: Amount
    no_interval: str
    few_accounts: bool
    touch_ratio: Estimate
    touch_share: Estimate
    teams: tuple[Line, ...]
    channels: tuple[Line, ...]
    sourcing: tuple[Sourcing, ...]
    unattributed: tuple[Unattributed, ...]
    comparison: Comparison
    deals: tuple[Deal, ...]
    months: tuple[Month, ...]
    drags: Drags | None
    kept: Kept | None
    reported_leads: ReportedLeads | None
    refinery: Refinery | None
    self_service: SelfService | None
    quality: Quality

    @property
    def services(self) -> Line | None:
        """The line of services among the teams."""
        return next((line for line in self.teams if line.team == Team.SERVICES), None)

    @property
    def teamless(self) -> Line | None:
        """The line of touches whose team nobody has named, where they are credited with anything."""
        return next((line for line in self.teams if line.team is None and line.value), None)

    @property
    def leading(self) -> tuple[Line, ...]:
        """The three channels of the highest value, as far as they have a share."""
        return tuple(line for line in self.channels[:3] if line.share is not None and line.n_labels == 1)

    @property
    def leading_share(self) -> float:
        """Share of credit of those together."""
        return fsum(line.share for line in self.leading if line.share is not None)

    @property
    def deals_share(self) -> float | None:
        """Part of the value won that the deals shown make up; None where nothing was won."""
        return fsum(float(deal.value) for deal in self.deals) / float(self.won) if self.won else None

    @property
    def unattributed_value(self) -> Amount:
        """Won value that no touch is credited with."""
        return self.won - self.credited  # type: ignore[operator]  # one kind of amount


def make_report(business: Business, window: JourneyWindow | None, strategies: Mapping[str, Strategy] | None) -> Report:
    """Return the figures of a business's page; the first strategy is the one that they follow."""
    window = window or JourneyWindow()
    journeys = Journeys.from_business(business, window=window)
    attributions = attribute_all(journeys, strategies)
    rule, main = next(iter(attributions.items()))
    channels = credit_lines(main, "channel", most=_MOST_CHANNELS)
    n_independent = n_units(journeys)
    return Report(
        as_of=day(business.as_of, business.zone),
        zone=business.zone.name,
        currency=business.currency,
        lookback_days=window.lookback / timedelta(days=1),
        rule=rule,
        n_touches=len(business.touches),
        n_accounts=int(np.count_nonzero(np.diff(business.touches.account_offsets))),
        n_won=int(np.count_nonzero(journeys.is_won)),
        n_lost=int(np.count_nonzero(journeys.outcome == journeys.LOST)),
        n_open=int(np.count_nonzero((journeys.outcome == journeys.OPEN) & (journeys.opportunity >= 0))),
        won=_total(journeys, np.ones(journeys.n, dtype=bool)),
        credited=_total(journeys, journeys.lengths > 0),
        no_interval={0: "no closed deals", 1: "one account"}.get(n_independent, ""),
        few_accounts=1 < n_independent < _ENOUGH_ACCOUNTS,
        touch_ratio=touch_ratio(business),
        touch_share=services_share(business),
        teams=credit_lines(main, "team"),
        channels=channels,
        sourcing=_sourcing(sourced(journeys), influenced(journeys)),
        unattributed=_unattributed(main),
        comparison=compare_rules(attributions, [line.label for line in channels if line.n_labels == 1]),
        deals=top_deals(main, business),
        months=credit_months(main),
        drags=negative_drags(journeys),
        kept=kept_revenue(business),
        reported_leads=reported_leads(business),
        refinery=lead_refinery(business),
        self_service=self_service(business),
        quality=data_quality(business, touch_places(journeys)),
    )


def _total(journeys: Journeys, chosen: BoolArray) -> Amount:
    exact = None if journeys.minor_units is None else int(np.sum(journeys.minor_units[chosen]))
    return Amounts(journeys.currency).of(exact, float(np.sum(journeys.value[chosen])))


def _unattributed(attribution: Attribution) -> tuple[Unattributed, ...]:
    amounts = Amounts(attribution.journeys.currency)
    return tuple(
        Unattributed(
            reason=row["reason"].replace("_", " "),
            n=row["n"],
            value=amounts.of(row.get("minor_units"), row["value"]),
        )
        for row in attribution.unattributed.rows()
    )


def _sourcing(by_source: ResultTable, by_influence: ResultTable) -> tuple[Sourcing, ...]:
    """Return both tables side by side, by value sourced, then influenced; what has no team comes last."""
    nothing = {"n_won": 0, "revenue": 0.0, "revenue_share": float("nan"), "pipeline": 0.0}
    ours = {row["team"]: row for row in by_source.rows()}
    theirs = {row["team"]: row for row in by_influence.rows()}
    lines = []
    for label in [*(str(team) for team in Team), None]:
        if label not in ours and label not in theirs:
            continue
        own, touched = ours.get(label, nothing), theirs.get(label, nothing)
        lines.append(
            Sourcing(
                team=Team(label) if label is not None else None,
                n_sourced=own["n_won"],
                sourced=own["revenue"],
                sourced_share=None if np.isnan(own["revenue_share"]) else own["revenue_share"],
                sourced_pipeline=own["pipeline"],
                n_influenced=touched["n_won"],
                influenced=touched["revenue"],
                influenced_share=None if np.isnan(touched["revenue_share"]) else touched["revenue_share"],
                influenced_pipeline=touched["pipeline"],
            )
        )
    return tuple(sorted(lines, key=lambda line: (line.team is None, -line.sourced, -line.influenced)))
