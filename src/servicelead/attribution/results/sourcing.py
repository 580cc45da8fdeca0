"""Which team sourced a deal, and which teams influenced it: whole deals, not shares of them."""

import numpy as np

from servicelead._typing import MISSING, Array, BoolArray
from servicelead.columns.table import ResultTable
from servicelead.tables.base import major_units
from servicelead.tables.journeys import Journeys
from servicelead.tables.opportunities import LOST, OPEN

__all__ = ["influenced", "sourced"]


def sourced(journeys: Journeys) -> ResultTable:
    """Return deals, revenue and pipeline by the team that sourced them.

    A deal is sourced by the team of the lead behind it, else by the team of its first touch in the window. Each deal
    counts once: the rows add up to the business (deals with neither are under no team).

    Returns
    -------
    ResultTable
        ``team, n_won, revenue, revenue_share, n_open, pipeline``, money in major units.

    Raises
    ------
    MissingTimesError
        On aggregated paths.
    """
    return _table(journeys, sourcing_team(journeys)[:, None] == _team_codes(journeys), "sourced")


def influenced(journeys: Journeys) -> ResultTable:
    """Return deals, revenue and pipeline by every team that touched them in the window.

    A deal counts for each team with a touch in its window, so rows overlap and do not add up.

    Returns
    -------
    ResultTable
        ``team, n_won, revenue, revenue_share, n_open, pipeline``, money in major units.

    Raises
    ------
    MissingTimesError
        On aggregated paths.
    """
    n_teams = len(journeys.vocabulary("team"))
    touched = np.zeros((journeys.n, n_teams + 1), dtype=bool)
    touched[journeys.ids, journeys.codes("team")] = True
    touched[:, -1] = False
    return _table(journeys, touched, "influenced")


def sourcing_team(journeys: Journeys) -> Array:
    """Return the code of the team that sourced each journey's deal, -1 where nothing says."""
    business = journeys.require_business("leads")
    leads, deals = business.leads, business.opportunities
    team_of_lead = np.full(len(leads.vocabularies["lead_id"]) + 1, -1, dtype=np.int8)
    team_of_lead[leads.lead_id] = leads.team
    team_of_lead[-1] = -1
    lead = np.append(deals.lead_id, np.int32(-1))[journeys.opportunity]
    by_lead = team_of_lead[lead]
    filled = journeys.lengths > 0
    first = np.full(journeys.n, -1, dtype=np.int32)
    first[filled] = journeys.codes("team")[journeys.offsets[:-1][filled]]
    return np.where(by_lead >= 0, by_lead, first)


def _team_codes(journeys: Journeys) -> Array:
    return np.append(np.arange(len(journeys.vocabulary("team"))), -1)


def _table(journeys: Journeys, belongs: BoolArray, title: str) -> ResultTable:
    business = journeys.require_business("opportunities")
    amounts = np.append(business.opportunities.amount, MISSING if business.currency else np.nan)
    value = np.nan_to_num(major_units(amounts, business.currency))[journeys.opportunity]
    # By the deal's own outcome: a window with open_as="lost" calls journeys lost whose deals are still pipeline.
    outcome = np.append(business.opportunities.outcome, np.int8(LOST))[journeys.opportunity]
    won, is_open = journeys.is_won, outcome == OPEN
    revenue = np.where(won, value, 0.0) @ belongs
    teams = journeys.vocabulary("team")
    labels = teams.decode(_team_codes(journeys))
    everything = float(np.sum(value[won]))
    columns = {
        "team": labels,
        "n_won": won.astype(np.int64) @ belongs,
        "revenue": revenue,
        "revenue_share": revenue / everything if everything else np.full(len(labels), np.nan),
        "n_open": is_open.astype(np.int64) @ belongs,
        "pipeline": np.where(is_open, value, 0.0) @ belongs,
    }
    table = ResultTable(columns, backend=journeys.backend, title=title)
    shown = (table["n_won"] + table["n_open"]) > 0
    return table.take(np.flatnonzero(shown)[np.argsort(-revenue[shown], kind="stable")])
