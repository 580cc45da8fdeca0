"""What the tables of a business say about leads: who reported them when, and what each team's cost."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import MISSING, Array
from servicelead.calculators.amounts import Amount
from servicelead.calculators.cost_ladder import LeadSource
from servicelead.domain import Money, Team
from servicelead.exceptions import InvalidValueError
from servicelead.tables.business import Business
from servicelead.tables.opportunities import WON

__all__ = ["ReportedLeads", "lead_sources", "reported_leads"]


class ReportedLeads(NamedTuple):
    """Leads of each whole month, in order, and how many people reported them."""

    first_month: str
    n_leads: list[int]
    n_reporting: int


def reported_leads(business: Business, team: Team | str, first_month: str | None) -> ReportedLeads:
    """Return a team's leads with a reporter by whole months, merged ones left out."""
    leads, zone = business.leads, business.zone
    mine = (leads.team == _code(team)) & (leads.reported_by >= 0) & (leads.merged_into < 0)
    month = zone.months(leads.created_at)
    # The month that as_of lies in is whole only if the next microsecond is another month.
    end = int(zone.months(np.array([business.as_of + 1]))[0])
    begin = int(np.datetime64(first_month, "M").astype(np.int64)) if first_month else int(month[mine].min(initial=end))
    counted = mine & (month >= begin) & (month < end)
    if not counted.any():
        raise InvalidValueError(
            "LeadProgramme.from_business: leads must hold some of this team with reported_by in a whole month; "
            "got none; map the column that names who reported a lead",
        )
    return ReportedLeads(
        first_month=str(np.datetime64(begin, "M")),
        n_leads=np.bincount(month[counted] - begin, minlength=end - begin).tolist(),
        n_reporting=len(np.unique(leads.reported_by[counted])),
    )


def lead_sources(business: Business) -> dict[str, LeadSource]:
    """Return what each team's leads cost and brought, for `cost_ladder`.

    The cost of a team is that of all its touches, and all its spend, in the tables; its leads are those not merged
    into another; its wins are won opportunities whose lead is one of them.

    Parameters
    ----------
    business
        The tables.

    Returns
    -------
    dict of str to LeadSource
        Teams with leads, in the order of `Team`; amounts are `Money` where the business has a currency.

    Notes
    -----
    A team that does more than find leads bears the cost of all it does: services people are paid for service. The
    ladder compares sources as they are booked.

    Examples
    --------
    >>> from servicelead.calculators import cost_ladder
    >>> from servicelead.datasets import simulate_business
    >>> sources = lead_sources(simulate_business(n_accounts=300, seed=4).business)
    >>> list(cost_ladder(sources)["source"])
    ['marketing', 'sales', 'services']
    """
    leads, deals, teams = business.leads, business.opportunities, list(Team)
    own = leads.merged_into < 0
    n_leads = np.bincount(leads.team[own & (leads.team >= 0)], minlength=len(teams))
    team_of = np.full(len(leads.vocabularies["lead_id"]) + 1, -1, dtype=np.int64)
    team_of[leads.lead_id] = leads.team
    team_of[-1] = -1
    winning = team_of[deals.lead_id[deals.outcome == WON]]
    n_wins = np.bincount(winning[winning >= 0], minlength=len(teams))
    touches, spend = business.touches, business.spend
    amounts = np.concatenate([touches.cost, spend.amount])
    payers = np.concatenate([touches.team, spend.team])
    return {
        str(team): LeadSource(
            source_cost=_sum(amounts[payers == code], business.currency),
            n_leads=int(n_leads[code]),
            n_wins=int(n_wins[code]),
        )
        for code, team in enumerate(teams)
        if n_leads[code]
    }


def _sum(amounts: Array, currency: str | None) -> Amount:
    """Return the sum of a column of amounts, those missing left out."""
    if currency is None:
        return float(np.nansum(amounts))
    return Money(int(np.sum(amounts[amounts != MISSING])), currency)


def _code(team: Team | str) -> int:
    try:
        return list(Team).index(Team(team))
    except ValueError:
        raise InvalidValueError(
            f"LeadProgramme.from_business: team must be one of {', '.join(Team)}; got another; choose one of these"
        ) from None
