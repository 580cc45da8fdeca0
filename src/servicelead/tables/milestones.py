"""When a journey's lead and opportunity were created."""

from typing import TYPE_CHECKING

import numpy as np

from servicelead._typing import MISSING, IntArray
from servicelead.kernels.windows import bisect_ranges
from servicelead.tables.leads import Leads

if TYPE_CHECKING:
    from servicelead.tables.journeys import Journeys

__all__ = ["milestones_of"]


def milestones_of(journeys: "Journeys") -> tuple[IntArray, IntArray]:
    """Return the creation of each journey's lead and opportunity, `MISSING` where it has none.

    The lead is the opportunity's own, else the account's earliest lead created in the window.
    """
    business = journeys.require_business("milestones")
    deals, leads = business.opportunities, business.leads
    created = np.append(deals.created_at, MISSING)[journeys.opportunity]
    lead = np.append(deals.lead_id, np.int32(-1))[journeys.opportunity]
    by_lead = np.full(len(leads.vocabularies["lead_id"]) + 1, MISSING, dtype=np.int64)
    by_lead[leads.lead_id] = leads.created_at
    by_lead[-1] = MISSING
    own = by_lead[lead]
    return np.where(own == MISSING, _earliest_lead(journeys, leads), own), created


def _earliest_lead(journeys: "Journeys", leads: Leads) -> IntArray:
    """Return the creation of each account's earliest lead inside each journey's window."""
    with_account = np.flatnonzero((leads.account_id >= 0) & (leads.merged_into < 0))
    order = with_account[np.lexsort((leads.created_at[with_account], leads.account_id[with_account]))]
    bounds = np.searchsorted(leads.account_id[order], np.arange(len(leads.vocabularies["account_id"]) + 1))
    times = leads.created_at[order]
    starts, stops = bounds[journeys.account], bounds[journeys.account + 1]
    place = bisect_ranges(times, starts, stops, journeys.begins(), side="right")
    found = np.append(times, MISSING)[np.minimum(place, len(times))]
    return np.where((place < stops) & (found <= journeys.ends()), found, MISSING)
