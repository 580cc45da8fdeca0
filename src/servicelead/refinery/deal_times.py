"""How long deals take to close."""

import numpy as np

from servicelead._typing import MISSING, IntArray
from servicelead.columns.zones import DAY
from servicelead.survival import Lifetimes
from servicelead.tables.business import Business
from servicelead.tables.opportunities import OPEN

__all__ = ["deal_lifetimes", "whole_days"]


def whole_days(business: Business, start: IntArray, end: IntArray) -> IntArray:
    """Return the whole days of the business's calendar from one moment to another; negative where it comes first."""
    days: IntArray = business.zone.to_local(end) // DAY - business.zone.to_local(start) // DAY
    return days


def deal_lifetimes(business: Business) -> Lifetimes:
    """Return how long each deal was open, in whole days of the calendar; open ones are censored at ``as_of``."""
    deals = business.opportunities
    is_open = (deals.outcome == OPEN) | (deals.closed_at == MISSING)
    until = np.where(is_open, business.as_of, deals.closed_at)
    days = whole_days(business, deals.created_at, until)
    return Lifetimes(durations=np.maximum(days, 0), events=~is_open, accounts=deals.account_id.astype(np.int64))
