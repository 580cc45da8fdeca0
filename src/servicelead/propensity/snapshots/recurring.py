"""What recurs: spans of annualised amounts, with a currency and without one."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import MISSING, Codes, FloatArray, IntArray
from servicelead.domain.subscriptions import BillingPeriod
from servicelead.tables import Business
from servicelead.tables.base import major_units
from servicelead.tables.movements import OPEN_END, PER_YEAR, spans_of_subscriptions

__all__ = ["Recurring", "recurring_amounts"]


class Recurring(NamedTuple):
    """Amounts that recur on ``[started, ended)``.

    Attributes
    ----------
    account
        Account code of each span, int32.
    started, ended
        UTC microseconds; `MISSING` in `ended` while running.
    annual
        Above 0, a year: whole minor units, or a plain measure without a currency.
    seats
        NaN where not recorded.
    """

    account: Codes
    started: IntArray
    ended: IntArray
    annual: FloatArray
    seats: FloatArray


def recurring_amounts(business: Business) -> Recurring:
    """Return every span that recurs, as ledgers of retention read them: discounts deducted, free ones left out."""
    table = business.subscriptions
    if business.currency is not None:
        spans = spans_of_subscriptions(table, business.as_of)
        ended = np.where(spans.ended == OPEN_END, MISSING, spans.ended)
        annual = spans.annual.astype(np.float64)
        return Recurring(spans.account.astype(np.int32), spans.started, ended, annual, table.seats[spans.row])
    per_year = np.array([PER_YEAR[period] for period in BillingPeriod])[table.period]
    annual = major_units(table.amount, None) * per_year / np.nan_to_num(table.period_count, nan=1.0)
    lasts = (table.ended_at == MISSING) | (table.ended_at > table.started_at)
    rows = np.flatnonzero(lasts & (annual > 0) & (table.started_at <= business.as_of))
    return Recurring(
        table.account_id[rows], table.started_at[rows], table.ended_at[rows], annual[rows], table.seats[rows]
    )
