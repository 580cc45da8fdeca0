"""The largest deals, each with the touches that were credited and why."""

import numpy as np
from attrs import frozen

from servicelead.attribution import Attribution
from servicelead.domain import Team
from servicelead.report.words import Amount, Amounts, day, minute
from servicelead.tables import UNATTRIBUTED_REASONS, Business

__all__ = ["Deal", "Touch", "top_deals"]

_MOST_TOUCHES = 100


@frozen(kw_only=True)
class Touch:
    """One touch of a deal: when, by whom, what it was credited with and why."""

    position: int
    when: str
    days_before: float
    channel: str
    team: Team | None
    share: float
    value: Amount
    reason: str


@frozen(kw_only=True)
class Deal:
    """One won deal; `unattributed` is the reason why it has no touches."""

    opportunity_id: str
    account_id: str
    closed: str
    value: Amount
    services_share: float | None
    n_touches: int
    touches: tuple[Touch, ...]
    unattributed: str


def top_deals(attribution: Attribution, business: Business, n: int = 10) -> tuple[Deal, ...]:
    """Return the n won deals of the highest value, ties in the order of journeys."""
    journeys = attribution.journeys
    won = np.flatnonzero(journeys.is_won)
    chosen = won[np.argsort(-journeys.value[won], kind="stable")][:n]
    return tuple(_deal(attribution, business, int(journey)) for journey in chosen)


def _deal(attribution: Attribution, business: Business, journey: int) -> Deal:
    journeys = attribution.journeys
    amounts, zone = Amounts(journeys.currency), business.zone
    (opportunity_id,) = (str(name) for name in _label(attribution, "opportunity", journey))
    (account_id,) = (str(name) for name in _label(attribution, "account", journey))
    table = attribution.explain(opportunity_id)
    minor_units = journeys.minor_units
    ended_at = business.opportunities.closed_at[journeys.opportunity[journey]]
    return Deal(
        opportunity_id=opportunity_id,
        account_id=account_id,
        closed=day(int(ended_at), zone),
        value=amounts.of(None if minor_units is None else int(minor_units[journey]), float(journeys.value[journey])),
        services_share=float(np.sum(table["share"][table["team"] == Team.SERVICES])) if len(table) else None,
        n_touches=len(table),
        touches=tuple(
            Touch(
                position=row["position"],
                when=minute(int(np.datetime64(row["occurred_at"].replace(tzinfo=None), "us").astype(np.int64)), zone),
                days_before=row["age_days"],
                channel=row["channel"],
                team=Team(row["team"]) if row["team"] is not None else None,
                share=row["share"],
                value=amounts.of(row.get("minor_units"), row["value"]),
                reason=row["reason"],
            )
            for row in table.head(_MOST_TOUCHES).rows()
        ),
        unattributed=UNATTRIBUTED_REASONS[journeys.unattributed_reason[journey]].replace("_", " "),
    )


def _label(attribution: Attribution, dimension: str, journey: int) -> list[str | None]:
    codes, vocabulary = attribution.journeys.journey_codes(dimension)
    labels: list[str | None] = vocabulary.decode(codes[journey : journey + 1]).tolist()
    return labels
