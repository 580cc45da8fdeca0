"""Which touches belong to which opportunity: the window before each close."""

from datetime import timedelta
from typing import Any, Literal, NamedTuple

import numpy as np
from attrs import field, frozen
from attrs.validators import optional

from servicelead._fields import duration, flag, whole, word
from servicelead._typing import MISSING, Array, Codes, IntArray
from servicelead.columns.zones import DAY
from servicelead.kernels.ordering import order_events
from servicelead.kernels.windows import bisect_ranges
from servicelead.tables.base import frozen_array
from servicelead.tables.opportunities import LOST, OPEN, Opportunities
from servicelead.tables.touches import TouchTable

__all__ = ["JourneyWindow", "Windows", "find_windows"]

_MICROSECOND = timedelta(microseconds=1)
_ALL_YEARS = 10_000 * 366 * DAY


@frozen(kw_only=True)
class JourneyWindow:
    """How far back a journey reads, and what else bounds it.

    A journey that ends at `close` holds the touches at instants t with ``close - lookback < t <= close``.

    Attributes
    ----------
    lookback
        Length of the window.
    max_touches
        Keep only this many of the latest touches; None keeps all.
    restart_after_close
        A touch serves only the first opportunity closed at or after it.
    open_as
        ``censored``: journeys still open count neither for nor against a learned model; ``lost``: they count
        as not converted.

    Examples
    --------
    >>> JourneyWindow(lookback=timedelta(days=30), max_touches=10).max_touches
    10
    """

    lookback: timedelta = field(default=timedelta(days=90), validator=duration())
    max_touches: int | None = field(default=None, validator=optional(whole(1)))
    restart_after_close: bool = field(default=False, validator=flag())
    open_as: Literal["censored", "lost"] = field(default="censored", validator=word("censored", "lost"))

    @property
    def microseconds(self) -> int:
        """Length of the window in microseconds, cut to all the years there are."""
        return min(self.lookback // _MICROSECOND, _ALL_YEARS)


class Windows(NamedTuple):
    """One window per journey, ``began_at < t <= ended_at``, ordered by (account, end, opportunity).

    Touch rows ``[first, last)`` of the touch table; the row of the opportunity, -1 where the account has none.
    """

    account: Codes
    opportunity: IntArray
    outcome: Array
    began_at: IntArray
    ended_at: IntArray
    first: IntArray
    last: IntArray

    def columns(self) -> dict[str, Any]:
        """Return the columns that journeys take over as they are, read-only."""
        names = ("account", "opportunity", "outcome", "began_at", "ended_at")
        return {name: frozen_array(getattr(self, name)) for name in names}


def find_windows(touches: TouchTable, opportunities: Opportunities, window: JourneyWindow, as_of: int) -> Windows:
    """Return the window of every opportunity, and of accounts whose latest touches have no opportunity yet."""
    is_open = opportunities.outcome == OPEN
    ended = np.where(is_open, as_of, opportunities.closed_at)
    lookback = window.microseconds
    floor = ended - lookback
    n_accounts = len(touches.vocabularies["account_id"])
    # Opportunities are sorted by (account, close, id) with open ones (no close) first within the account.
    closes = _last_closes(opportunities.account_id, np.where(is_open, MISSING, opportunities.closed_at), n_accounts)
    if window.restart_after_close:
        floor = np.maximum(floor, _previous_close(opportunities, closes))
    account, ends, rows = opportunities.account_id, ended, np.arange(len(opportunities), dtype=np.int64)
    outcome = opportunities.outcome

    # Accounts without an open opportunity whose last touches lie after their last close: one open journey each.
    has_open = np.zeros(n_accounts, dtype=bool)
    has_open[opportunities.account_id[is_open]] = True
    idle = np.flatnonzero(~has_open).astype(np.int32)
    idle_floor = np.maximum(closes[idle], as_of - lookback)
    account = np.concatenate([account, idle])
    floor = np.concatenate([floor, idle_floor])
    ends = np.concatenate([ends, np.full(len(idle), as_of, dtype=np.int64)])
    rows = np.concatenate([rows, np.full(len(idle), -1, dtype=np.int64)])
    outcome = np.concatenate([outcome, np.full(len(idle), OPEN, dtype=np.int8)])

    offsets = touches.account_offsets
    starts, stops = offsets[account], offsets[account + 1]
    first = bisect_ranges(touches.occurred_at, starts, stops, floor, side="right")
    last = bisect_ranges(touches.occurred_at, starts, stops, ends, side="right")
    if window.open_as == "lost":
        outcome = np.where(outcome == OPEN, np.int8(LOST), outcome)
    first = np.minimum(first, last)
    if window.max_touches is not None:
        first = np.maximum(first, last - window.max_touches)
    kept = (rows >= 0) | (first < last)
    order = np.flatnonzero(kept)
    names = np.append(opportunities.opportunity_id, np.int32(-1))[rows[order]]
    order = order[order_events(account[order], ends[order], names.__getitem__)]
    return Windows(account[order], rows[order], outcome[order], floor[order], ends[order], first[order], last[order])


def _last_closes(account: Codes, closed_at: IntArray, n_accounts: int) -> IntArray:
    closes = np.full(n_accounts, MISSING, dtype=np.int64)
    np.maximum.at(closes, account, closed_at)
    return closes


def _previous_close(opportunities: Opportunities, last_closes: IntArray) -> IntArray:
    """Return the close before each opportunity in its account; for open ones the account's last close."""
    account, closed = opportunities.account_id, opportunities.closed_at
    previous = np.full(len(opportunities), MISSING, dtype=np.int64)
    same = np.flatnonzero(account[1:] == account[:-1]) + 1
    previous[same] = closed[same - 1]
    return np.where(opportunities.outcome == OPEN, last_closes[account], previous)
