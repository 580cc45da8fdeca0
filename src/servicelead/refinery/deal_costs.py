"""What each deal cost: the touches around it, with their part of what was spent on channels."""

from datetime import timedelta

import numpy as np

from servicelead._typing import MISSING, FloatArray, IntArray
from servicelead.kernels.segments import concatenate_ranges
from servicelead.kernels.totals import label_totals
from servicelead.kernels.windows import places_among_own
from servicelead.tables.base import major_units
from servicelead.tables.business import Business

__all__ = ["costs_of_deals"]


def costs_of_deals(business: Business, lookback: timedelta) -> tuple[FloatArray, float]:
    """Return the cost of each deal in major units, and the spend that no touch carries.

    A touch costs what it says, and an equal part of each spend on its channel and team in whose time it lies. It
    belongs to the deals of its account that were under way, or began within the lookback after it: to several in
    equal parts. Cost of touches around no deal is nobody's.
    """
    touches, deals = business.touches, business.opportunities
    spend, unplaced = _spend_of_touches(business)
    cost = np.nan_to_num(major_units(touches.cost, business.currency)) + spend
    ends = np.where(deals.closed_at == MISSING, business.as_of, deals.closed_at) + 1
    begins = deals.created_at - lookback // timedelta(microseconds=1)
    known = np.flatnonzero(touches.account_id >= 0)
    first, stop = (
        places_among_own(touches.account_id[known], touches.occurred_at[known], deals.account_id, bound)
        for bound in (begins, np.maximum(ends, begins))
    )
    touch = known[concatenate_ranges(first, stop - first)]
    deal = np.repeat(np.arange(len(deals)), stop - first)
    n_deals = np.bincount(touch, minlength=len(touches))
    return label_totals(deal, cost[touch] / n_deals[touch], len(deals)), unplaced


def _spend_of_touches(business: Business) -> tuple[FloatArray, float]:
    """Return each touch's part of the spend on its channel and team, and the spend on which there is no touch."""
    touches, spend = business.touches, business.spend
    amount = np.nan_to_num(major_units(spend.amount, business.currency))
    n_teams = len(touches.vocabulary("team"))
    channel = touches.vocabulary("channel").codes_of(spend.vocabulary("channel").labels.tolist())
    wanted: IntArray = channel[spend.channel].astype(np.int64) * n_teams + spend.team
    own: IntArray = touches.channel.astype(np.int64) * n_teams + touches.team
    order = np.lexsort((touches.occurred_at, own))
    placed = np.flatnonzero(wanted >= 0)
    first, stop = (
        places_among_own(own[order], touches.occurred_at[order], wanted[placed], bound[placed])
        for bound in (spend.start, np.maximum(spend.end, spend.start))
    )
    n = stop - first
    row = np.repeat(placed, n)
    part = amount[row] / np.repeat(n, n)
    carried = label_totals(order[concatenate_ranges(first, n)], part, len(touches))
    return carried, float(np.sum(amount) - np.sum(amount[placed[n > 0]]))
