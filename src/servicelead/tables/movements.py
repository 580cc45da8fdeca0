"""What recurs, and when it changes: spans of annualised amounts, and the events at which they begin and end."""

from typing import Literal

import numpy as np
from attrs import evolve, field, frozen

from servicelead._typing import MISSING, Array, Codes, IntArray
from servicelead.domain.currencies import currency_exponent
from servicelead.domain.subscriptions import BillingPeriod
from servicelead.exceptions import InvalidValueError, NoCurrencyError
from servicelead.kernels.movements import annualised
from servicelead.tables.accounts import Accounts
from servicelead.tables.base import Table
from servicelead.tables.subscriptions import Payments, Subscriptions

__all__ = ["OPEN_END", "Spans", "roll_up", "spans_of_payments", "spans_of_subscriptions"]

#: The end of a span that has not ended.
OPEN_END = int(np.iinfo(np.int64).max)
PER_YEAR = {BillingPeriod.WEEK: 52, BillingPeriod.MONTH: 12, BillingPeriod.QUARTER: 4, BillingPeriod.YEAR: 1}


@frozen(kw_only=True, eq=False)
class Spans:
    """Amounts that recur for a while: active on ``[started, ended)``, known at one moment, ordered by account.

    Attributes
    ----------
    table
        The rows they come from.
    row
        Row of each span in the table.
    account
        Account code, int64.
    started, ended
        UTC microseconds; `OPEN_END` while running.
    annual
        Minor units a year; never 0.
    n_rounded
        Amounts that no whole number of minor units a year equals.
    n_over_discounted
        Discounts above the price.
    """

    table: Table = field(repr=False)
    row: IntArray = field(repr=False)
    account: IntArray = field(repr=False)
    started: IntArray = field(repr=False)
    ended: IntArray = field(repr=False)
    annual: IntArray = field(repr=False)
    n_rounded: int = 0
    n_over_discounted: int = 0

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: slice | IntArray) -> "Spans":
        """Return some of the spans, in the order given."""
        return evolve(
            self,
            row=self.row[rows],
            account=self.account[rows],
            started=self.started[rows],
            ended=self.ended[rows],
            annual=self.annual[rows],
        )

    def of_accounts(self, account: Codes | IntArray) -> "Spans":
        """Return the same spans under other accounts, by code: those of their parents, say."""
        codes = account[self.account].astype(np.int64)
        return evolve(self, account=codes).take(np.argsort(codes, kind="stable"))


def spans_of_subscriptions(
    subscriptions: Subscriptions,
    as_of: int,
    *,
    discounts: Literal["deducted", "ignored"] = "deducted",
    constant_rate: bool = False,
) -> Spans:
    """Return the spans of subscriptions as they were known at a moment: what begins or ends later has not happened.

    One that ends where it starts, and one without a price, is never active.

    Raises
    ------
    NoCurrencyError
        When the amounts are plain measures.
    InvalidValueError
        For a number of periods that is not whole, a discount that is no number, or amounts beyond 60 bits a year.
    """
    currency = _currency(subscriptions)
    ended = np.where(subscriptions.ended_at == MISSING, OPEN_END, subscriptions.ended_at)
    row = np.flatnonzero((subscriptions.started_at <= as_of) & (ended > subscriptions.started_at))
    counts = np.nan_to_num(subscriptions.period_count[row], nan=1.0)
    if (counts != np.floor(counts)).any():
        raise InvalidValueError(
            f"subscriptions.period_count must be whole to be annualised; got {int(np.sum(counts != np.floor(counts)))} "
            "rows that are not; say one and a half years as 18 of period month"
        )
    amounts = subscriptions.amount[row]
    over = np.zeros(len(row), dtype=bool)
    if discounts == "deducted" and "discount" in subscriptions.attributes:
        amounts = amounts - _discounts(subscriptions, row, currency)
        over = amounts < 0
        amounts = np.maximum(amounts, 0)
    if constant_rate:
        amounts = _at_constant_rates(subscriptions, row, amounts)
    per_year = np.array([PER_YEAR[period] for period in BillingPeriod], dtype=np.int64)[subscriptions.period[row]]
    if np.sum(amounts * per_year.astype(np.float64)) >= 2.0**60:
        raise InvalidValueError(
            "subscriptions.amount: a year of all amounts must stay below 2^60 minor units; check them"
        )
    annual, rounded = annualised(amounts, per_year, counts.astype(np.int64))
    paid = np.flatnonzero(annual)
    row = row[paid]
    return Spans(
        table=subscriptions,
        row=row,
        account=subscriptions.account_id[row].astype(np.int64),
        started=subscriptions.started_at[row],
        ended=np.where(ended[row] > as_of, OPEN_END, ended[row]),
        annual=annual[paid],
        n_rounded=int(np.count_nonzero(rounded)),
        n_over_discounted=int(np.count_nonzero(over)),
    )


def spans_of_payments(payments: Payments, as_of: int, *, period: BillingPeriod, gap: int) -> Spans:
    """Return the spans that payments of perpetual customers stand for.

    A payment of one kind stands for its amount per `period` until the next payment of that kind by the account, and for
    no longer than `gap` microseconds. A refund lowers what the payments before it, back to the last that was not a
    refund, stand for.

    Raises
    ------
    NoCurrencyError, InvalidValueError
        As `spans_of_subscriptions`.
    """
    _currency(payments)
    known = np.flatnonzero(payments.paid_at <= as_of)
    row = known[np.lexsort((payments.paid_at[known], payments.kind[known], payments.account_id[known]))]
    account, kind = payments.account_id[row].astype(np.int64), payments.kind[row]
    paid, amount = payments.paid_at[row], payments.amount[row]
    if np.sum(np.abs(amount.astype(np.float64))) * PER_YEAR[period] >= 2.0**60:
        raise InvalidValueError("payments.amount: a year of all amounts must stay below 2^60 minor units; check them")
    first = np.append(True, (account[1:] != account[:-1]) | (kind[1:] != kind[:-1]))[: len(row)]
    again = np.append(False, paid[1:] == paid[:-1])[: len(row)]  # payments of one moment add up
    charge = np.maximum.accumulate(np.where(first | ((amount >= 0) & ~again), np.arange(len(row)), 0))
    totals = np.cumsum(amount)
    stands = totals - totals[charge] + amount[charge]
    following = np.append(paid[1:], OPEN_END)[: len(row)]
    following[np.append(first[1:], True)[: len(row)]] = OPEN_END
    ended = np.minimum(following, paid[charge] + gap)
    live = np.flatnonzero((stands > 0) & (ended > paid))
    return Spans(
        table=payments,
        row=row[live],
        account=account[live],
        started=paid[live],
        ended=np.where(ended[live] > as_of, OPEN_END, ended[live]),
        annual=stands[live] * PER_YEAR[period],
    )


def roll_up(accounts: Accounts) -> IntArray:
    """Return the topmost parent of each account code, itself where it has none.

    Raises
    ------
    InvalidValueError
        When accounts are one another's parents in a circle.
    """
    n = len(accounts.vocabularies["account_id"])
    parent = np.arange(n, dtype=np.int64)
    has_parent = accounts.parent_account_id >= 0
    parent[accounts.account_id[has_parent]] = accounts.parent_account_id[has_parent]
    top = parent
    for _ in range(n.bit_length()):
        top = top[top]
    circling = parent[top] != top
    if circling.any():
        raise InvalidValueError(
            f"accounts.parent_account_id must lead to an account without a parent; got {int(np.sum(circling))} "
            "accounts in or below a circle; clear one link of it"
        )
    return top


def _currency(table: Table) -> str:
    if table.currency is None:
        raise NoCurrencyError(f"{table.title} have no currency, so no minor units; name one: Business(currency='USD')")
    return table.currency


def _discounts(subscriptions: Subscriptions, row: IntArray, currency: str) -> IntArray:
    if "discount" in subscriptions.vocabularies:
        raise InvalidValueError(
            "subscriptions.discount must be numbers, major units per billing period; got text; "
            'convert it, or use RetentionPolicy(discounts="ignored")'
        )
    major: Array = np.nan_to_num(subscriptions.attributes["discount"][row], nan=0.0)
    if (major < 0).any():
        raise InvalidValueError("subscriptions.discount must be at least 0; got negative ones; check their sign")
    return np.rint(np.minimum(major * 10.0 ** currency_exponent(currency), 2.0**60)).astype(np.int64)


def _at_constant_rates(subscriptions: Subscriptions, row: IntArray, amounts: IntArray) -> IntArray:
    """Return amounts at the latest rate their currency has; those in the business's own stay."""
    if "exchange_rate" not in subscriptions.attributes:
        return amounts
    rate, origin = subscriptions.attributes["exchange_rate"][row], subscriptions.codes("original_currency")[row]
    latest = np.full(len(subscriptions.vocabulary("original_currency")) + 1, np.nan)
    order = np.argsort(subscriptions.started_at[row], kind="stable")
    latest[origin[order]] = rate[order]  # the last one written is the latest
    foreign = origin >= 0
    out = amounts.copy()
    out[foreign] = np.rint(amounts[foreign] / rate[foreign] * latest[origin[foreign]]).astype(np.int64)
    return out
