"""Recognised revenue: charges spread over the months they are for, which is another thing than what recurs."""

import numpy as np

from servicelead._typing import MISSING, IntArray
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.domain.subscriptions import BillingPeriod
from servicelead.exceptions import InvalidValueError, NoCurrencyError
from servicelead.kernels.charges import spread_charges
from servicelead.tables.base import major_units
from servicelead.tables.business import Business

__all__ = ["recognised_revenue"]

_MONTHS = {BillingPeriod.WEEK: 1, BillingPeriod.MONTH: 1, BillingPeriod.QUARTER: 3, BillingPeriod.YEAR: 12}


def recognised_revenue(business: Business) -> ResultTable:
    """Return the revenue of each month when every charge is earned evenly over what it pays for.

    A charge is split into equal whole minor units over its months of service (its weeks, where billed by the week), the
    first ones taking what does not divide: 1,000.00 a year are four months of 83.34 and eight of 83.33. A month of
    service begins on the day of the month on which the subscription did, or on the month's last day where it has no
    such day, and is earned in the calendar month in which it begins, in the business's zone. Nothing is earned from the
    subscription's end on, and nothing after ``as_of``; discounts are not read.

    Parameters
    ----------
    business
        The tables, with a currency.

    Returns
    -------
    ResultTable
        ``period`` (calendar month), ``minor_units`` and ``value`` in major units; months without revenue between the
        first and the last have 0.

    Raises
    ------
    NoCurrencyError
        When the business has no currency.
    InvalidValueError
        For a number of periods that is not whole.

    Examples
    --------
    >>> from datetime import date
    >>> business = Business.from_frames(
    ...     subscriptions={
    ...         "subscription_id": ["s1"], "account_id": ["a"], "started_at": ["2026-01-01"],
    ...         "amount": ["1000.00"], "period": ["year"],
    ...     },
    ...     as_of=date(2026, 12, 31), currency="USD",
    ... )
    >>> recognised_revenue(business)["value"].tolist()[2:6]
    [83.34, 83.34, 83.33, 83.33]
    """
    table = business.subscriptions
    if table.currency is None:
        raise NoCurrencyError("subscriptions have no currency, so no minor units; name one: Business(currency='USD')")
    ended = np.where(table.ended_at == MISSING, business.as_of + 1, np.minimum(table.ended_at, business.as_of + 1))
    row = np.flatnonzero((ended > table.started_at) & (table.amount > 0))
    counts = np.nan_to_num(table.period_count[row], nan=1.0)
    if (counts != np.floor(counts)).any():
        raise InvalidValueError(
            "subscriptions.period_count must be whole; say one and a half years as 18 of period month"
        )
    start, end = (business.zone.to_local(at[row]) for at in (table.started_at, ended))
    kinds = list(BillingPeriod)
    weekly = table.period[row] == kinds.index(BillingPeriod.WEEK)
    units = np.array([_MONTHS[kind] for kind in kinds], dtype=np.int64)[table.period[row]] * counts.astype(np.int64)
    served = np.where(weekly, -((start - end) // (7 * DAY)), _months_begun(start, end))
    owner, unit, part = spread_charges(table.amount[row], units, served)
    month = np.where(weekly[owner], _month(start[owner] + unit * 7 * DAY), _month(start)[owner] + unit)
    first = int(month.min()) if len(month) else 0
    earned = np.zeros(int(month.max()) - first + 1 if len(month) else 0, dtype=np.int64)
    np.add.at(earned, month - first, part)
    labels = np.datetime_as_string((np.arange(len(earned)) + first).astype("datetime64[M]")).astype(object)
    return ResultTable(
        {"period": labels, "minor_units": earned, "value": major_units(earned, table.currency)},
        backend=business.backend,
        title=f"recognised revenue, {table.currency}",
    )


def _month(local: IntArray) -> IntArray:
    return local.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)


def _months_begun(start: IntArray, end: IntArray) -> IntArray:
    """Return how many months of service begin before the end."""
    first, last = _month(start), _month(end)
    month_start = last.astype("datetime64[M]").astype("datetime64[us]").astype(np.int64)
    days = ((last + 1).astype("datetime64[M]").astype("datetime64[us]").astype(np.int64) - month_start) // DAY
    into = start - first.astype("datetime64[M]").astype("datetime64[us]").astype(np.int64)
    begins = month_start + np.minimum(into // DAY, days - 1) * DAY + into % DAY
    begun: IntArray = last - first + (begins < end)
    return begun
