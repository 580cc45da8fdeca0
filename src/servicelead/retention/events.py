"""The events of a ledger: every beginning and end of a span, booked as the policy says."""

from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from servicelead._typing import Array, IntArray
from servicelead.columns.zones import DAY, Zone
from servicelead.kernels.movements import movements, net_changes
from servicelead.kernels.segments import block_edges, segment_sums
from servicelead.retention.periods import Periods
from servicelead.retention.policy import RetentionPolicy
from servicelead.tables.movements import OPEN_END, Spans

__all__ = ["Events", "entries_of", "events_of", "periods_of"]

#: Spans handled together.
_BLOCK = 1 << 14


class Events(NamedTuple):
    """Beginnings and ends inside the ledger's periods, in no order.

    Attributes
    ----------
    span
        Position among the spans, int64 (e,).
    account
        int64 (e,).
    when
        Number of the period, or of the day since the first period began: what is netted together, int64 (e,).
    change
        Minor units a year, int64 (e,).
    """

    span: IntArray
    account: IntArray
    when: IntArray
    change: IntArray


def events_of(spans: Spans, policy: RetentionPolicy, periods: Periods, zone: Zone) -> Events:
    """Return the events of spans."""
    ends = np.flatnonzero(spans.ended != OPEN_END)
    span = np.concatenate([np.arange(len(spans)), ends])
    account, at = spans.account[span], np.concatenate([spans.started, spans.ended[ends]])
    change = np.concatenate([spans.annual, -spans.annual[ends]])
    if policy.churn_date == "last_day":
        at = at - _is_loss(account, at, change)
    if len(at) and at.max() >= periods.boundaries[-1]:
        inside = at < periods.boundaries[-1]
        span, account, at, change = span[inside], account[inside], at[inside], change[inside]
    when = _days(at, periods, zone) if policy.same_period_churn == "counted" else periods.of(at)
    return Events(span, account, when, change)


def entries_of(spans: Spans, policy: RetentionPolicy, periods: Periods, zone: Zone) -> dict[str, Array]:
    """Return account, period, kind, amount and opening of every movement, by account and time.

    Accounts are handled some thousands at a time: their columns then stay in the processor's cache.
    """
    window = policy.reactivation_window
    longest = None if window is None else window // timedelta(microseconds=1)
    offsets = np.append(np.flatnonzero(np.diff(spans.account, prepend=-1)), len(spans))
    parts: list[tuple[Array, ...]] = []
    for start, stop in pairwise(offsets[block_edges(offsets, _BLOCK)].tolist()):
        events = events_of(spans.take(slice(start, stop)), policy, periods, zone)
        account, when, change = net_changes(events.account, events.when, events.change)
        period, moment = periods_of(when, policy, periods, zone)
        kind, opening = movements(account, moment, change, longest)
        parts.append((account, period, kind, np.abs(change), opening))
    names = ("account", "period", "kind", "amount", "opening")
    nothing = np.zeros(0, dtype=np.int64)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [nothing] * len(names)
    return dict(zip(names, columns, strict=True))


def periods_of(when: IntArray, policy: RetentionPolicy, periods: Periods, zone: Zone) -> tuple[IntArray, IntArray]:
    """Return the period of each time of events, and its moment in microseconds, from which absences are counted."""
    if policy.same_period_churn == "ignored":
        return when, periods.closes[when]
    starts = _days(periods.boundaries[:-1], periods, zone)
    return np.searchsorted(starts, when, side="right") - 1, when * DAY


def _days(at: IntArray, periods: Periods, zone: Zone) -> IntArray:
    first = int(zone.to_local(periods.boundaries[:1])[0]) // DAY
    return zone.to_local(at) // DAY - first


def _is_loss(account: IntArray, at: IntArray, change: IntArray) -> IntArray:
    """Return 1 for events at a moment at which their account loses more than it gains, else 0.

    What is renewed at that very moment must not be booked apart from its renewal.
    """
    order = np.lexsort((at, account))
    account, at = account[order], at[order]
    starts = np.append(True, (account[1:] != account[:-1]) | (at[1:] != at[:-1]))[: len(order)]
    offsets = np.append(np.flatnonzero(starts), len(order))
    lost = (segment_sums(change[order], offsets) < 0).astype(np.int64)
    out = np.empty(len(order), dtype=np.int64)
    out[order] = np.repeat(lost, np.diff(offsets))
    return out
