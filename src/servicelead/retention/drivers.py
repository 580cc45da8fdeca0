"""Why continuing customers pay more or less: seats, prices, exchange rates, items."""

import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.grouping import group_sums
from servicelead.retention.ledger import MovementLedger
from servicelead.tables.movements import Spans

__all__ = ["price_volume"]


def price_volume(ledger: MovementLedger) -> ResultTable:
    r"""Split what accounts active at two closes in a row pay more or less, exactly, into its drivers.

    An account's subscriptions of one product in one currency are one item. With :math:`a, s, e` its amount, seats and
    mean exchange rate before, and :math:`a', s', e'` after:

    * *currency* :math:`= a' - a' e / e'`, what the change of rate alone made;
    * *volume* :math:`= a\,(s' - s) / s`, seats at the old price; with ``price_volume="new_price"``
      :math:`(a' e / e')(s' - s) / s'`;
    * *price*, the rest of an item whose seats are known before and after; *unexplained*, of one whose are not;
    * *items*, the amounts of items added, less those of items dropped.

    Parts are rounded half-even to minor units, and the last is what is left, so that they add up. Under a policy of
    constant rates there is no currency effect.

    Parameters
    ----------
    ledger
        Made from subscriptions; ``seats`` there are those of the whole item.

    Returns
    -------
    ResultTable
        ``period, change, volume, price, currency, items, unexplained``, int64 minor units a year. Where periods' closes
        are compared, the change is expansion less contraction.

    Raises
    ------
    InvalidValueError
        When the ledger was not made from subscriptions.

    Examples
    --------
    >>> from datetime import date
    >>> from servicelead import Business
    >>> ledger = MovementLedger.from_business(Business.from_frames(
    ...     subscriptions={
    ...         "subscription_id": ["1", "2"], "account_id": ["a", "a"], "period": ["year", "year"],
    ...         "started_at": ["2026-01-10", "2026-02-01"], "ended_at": ["2026-02-01", ""],
    ...         "amount": ["100.00", "180.00"], "seats": [10, 15],
    ...     },
    ...     as_of=date(2026, 2, 28), currency="USD",
    ... ))
    >>> row = price_volume(ledger).row(period="2026-02")
    >>> row["change"], row["volume"], row["price"]
    (8000, 5000, 3000)
    """
    if ledger.spans is None or ledger.spans.table.title != "subscriptions":
        raise InvalidValueError("price_volume needs a ledger made from subscriptions: they know seats and products")
    spans, events, n_periods = ledger.spans, ledger.events, len(ledger.periods)
    item = _items(spans)[events.span]
    sign = np.sign(events.change)
    seats = spans.table.seats[spans.row][events.span]  # type: ignore[attr-defined]  # subscriptions have seats
    key = item * n_periods + ledger.period_of(events.when)
    cells, inverse = np.unique(key, return_inverse=True)
    own, period = np.divmod(cells, n_periods)
    account = np.zeros(len(cells), dtype=np.int64)
    account[inverse] = events.account
    before, after = _runs(inverse, events.change, own)
    s0, s1 = _runs(inverse, sign * np.nan_to_num(seats).astype(np.int64), own)
    u0, u1 = _runs(inverse, sign * np.isnan(seats), own)
    original = np.rint(spans.annual / _rates(spans, ledger) * 1e3).astype(np.int64)[events.span]
    o0, o1 = _runs(inverse, sign * original, own)
    stays = _stays(ledger, account, period)
    columns = _parts(
        ledger.policy.price_volume == "old_price", before, after, (s0, s1, (u0 == 0) & (u1 == 0)), (o0, o1)
    )
    names = ("change", "volume", "price", "currency", "items", "unexplained")
    labels = np.empty(n_periods, dtype=object)
    labels[:] = ledger.periods.labels
    table = {"period": labels}
    for name, values in zip(names, columns, strict=True):
        table[name] = group_sums(period[stays], values[stays], n_periods)
    return ResultTable(table, backend=ledger.backend, title=f"{ledger.currency} minor units a year")


def _items(spans: Spans) -> IntArray:
    """Return one number per account, product and original currency."""
    table = spans.table
    product = table.codes("product")[spans.row].astype(np.int64) + 1
    origin: Array = np.zeros(len(spans), dtype=np.int64)
    n = 1
    if "original_currency" in table.vocabularies:
        origin, n = table.codes("original_currency")[spans.row] + 1, len(table.vocabulary("original_currency")) + 1
    key = (spans.account * (len(table.vocabulary("product")) + 1) + product) * n + origin
    item: IntArray = np.unique(key, return_inverse=True)[1]
    return item


def _rates(spans: Spans, ledger: MovementLedger) -> FloatArray:
    """Return the exchange rate of each span; 1 in the business's currency, and at constant rates."""
    if "exchange_rate" not in spans.table.attributes or ledger.policy.currency == "constant_rate":
        return np.ones(len(spans))
    rate = spans.table.attributes["exchange_rate"][spans.row]
    return np.where(np.isnan(rate), 1.0, rate)


def _runs(cell: IntArray, change: IntArray, item: IntArray) -> tuple[IntArray, IntArray]:
    """Return what each item has before and after each of its cells."""
    sums = group_sums(cell, change, len(item))
    totals = np.cumsum(sums)
    starts = np.searchsorted(item, item, side="left")
    after = totals - (totals - sums)[starts]
    return after - sums, after


def _stays(ledger: MovementLedger, account: IntArray, period: IntArray) -> BoolArray:
    """Whether the account is active at both closes."""
    n_periods = len(ledger.periods)
    sign = np.where(ledger.kind < 3, 1, -1)
    key, running = ledger.account * n_periods + ledger.period, np.append(0, np.cumsum(sign * ledger.amount))
    base = running[np.searchsorted(ledger.account, account, side="left")]
    cell = account * n_periods + period
    ends = [running[np.searchsorted(key, cell, side=side)] - base for side in ("left", "right")]
    stays: BoolArray = (ends[0] > 0) & (ends[1] > 0)
    return stays


def _parts(
    at_old_price: bool,  # noqa: FBT001 - private
    before: IntArray,
    after: IntArray,
    seats: tuple[IntArray, IntArray, BoolArray],
    original: tuple[IntArray, IntArray],
) -> list[IntArray]:
    """Return change, volume, price, currency, items and unexplained of each item."""
    change = after - before
    both = (before > 0) & (after > 0)
    restated = after.astype(np.float64)
    old = np.divide(before, original[0], out=np.ones(len(before)), where=both & (original[0] > 0))
    new = np.divide(after, original[1], out=np.ones(len(before)), where=both & (original[1] > 0))
    currency = np.where(both, np.rint(restated * (1 - old / new)), 0).astype(np.int64)
    known = both & seats[2] & (seats[0] > 0) & (seats[1] > 0)
    base, per = (before, seats[0]) if at_old_price else (after - currency, seats[1])
    more = np.divide(base * (seats[1] - seats[0]).astype(np.float64), per, out=np.zeros(len(before)), where=known)
    volume = np.rint(more).astype(np.int64)
    rest = np.where(both, change - currency - volume, 0)
    return [change, volume, np.where(known, rest, 0), currency, np.where(both, 0, change), np.where(known, 0, rest)]
