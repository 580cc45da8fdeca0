"""Movements told apart by a label: every slice reconciles, and slices add up to the whole."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from servicelead._typing import Array, Codes, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.segments import Segmentation
from servicelead.kernels.allocation import allocate
from servicelead.kernels.movements import CONTRACTION, net_changes
from servicelead.kernels.segments import segment_sums
from servicelead.retention.events import Events
from servicelead.retention.periods import Periods
from servicelead.tables.business import Business
from servicelead.tables.segmentation import segments_at

__all__ = ["TRANSFER_IN", "TRANSFER_OUT", "Slices", "by_account_label", "by_segment", "by_span_label", "signed"]

TRANSFER_IN, TRANSFER_OUT = 5, 6


class Slices(NamedTuple):
    """Movements of labelled slices, one per row.

    Attributes
    ----------
    labels
        What the codes mean; one more code, past the last label, is for what has none.
    label, period, kind, amount
        int64 (m,); kinds as in the kernel, and transfers in and out.
    """

    labels: Vocabulary
    label: IntArray
    period: IntArray
    kind: Array
    amount: IntArray


def signed(kind: Array, amount: IntArray) -> IntArray:
    """Return gains as they are and losses negated."""
    return np.where((kind < CONTRACTION) | (kind == TRANSFER_IN), amount, -amount)


def by_account_label(
    labels: Vocabulary, codes: Codes | IntArray, *, account: IntArray, period: IntArray, kind: Array, amount: IntArray
) -> Slices:
    """Return movements by a label that an account never changes; -1 is none."""
    own = codes[account].astype(np.int64)
    return Slices(labels, np.where(own < 0, len(labels), own), period, kind, amount)


def by_span_label(
    labels: Vocabulary, codes: Codes, events: Events, period_of: Callable[[IntArray], IntArray], kind: Array
) -> Slices:
    """Return movements by a label of spans, such as the product.

    Where one label gains what another loses, the account has not moved: that is a transfer. The rest, the account's own
    movement, is shared by the largest remainder method over the labels that moved its way, in proportion to how far.

    Parameters
    ----------
    codes : int32 (spans,)
        -1 is none.
    period_of : callable
        The period of each time.
    kind : int8 (m,)
        Of the movements of accounts, by account and time.
    """
    n = len(labels) + 1
    own = codes[events.span].astype(np.int64)
    # Ordered by account and time, then label: one key holds the last two.
    account, key, change = net_changes(events.account, events.when * n + np.where(own < 0, n - 1, own), events.change)
    when, label = np.divmod(key, n)
    starts = np.append(True, (account[1:] != account[:-1]) | (when[1:] != when[:-1]))[: len(account)]
    offsets = np.append(np.flatnonzero(starts), len(account))
    net = segment_sums(change, offsets)
    group = np.repeat(np.arange(len(net)), np.diff(offsets))
    goes_with = (change > 0) == (net[group] >= 0)
    own_part = allocate(np.abs(net), np.where(goes_with, np.abs(change), 0), offsets)
    group_kind = np.zeros(len(net), dtype=np.int8)
    group_kind[net != 0] = kind
    moved = np.abs(change) - own_part
    period = period_of(when)
    own_rows, moved_rows = np.flatnonzero(own_part), np.flatnonzero(moved)
    return Slices(
        labels,
        np.concatenate([label[own_rows], label[moved_rows]]),
        np.concatenate([period[own_rows], period[moved_rows]]),
        np.concatenate([group_kind[group][own_rows], np.where(change > 0, TRANSFER_IN, TRANSFER_OUT)[moved_rows]]),
        np.concatenate([own_part[own_rows], moved[moved_rows]]),
    )


def by_segment(
    business: Business,
    segmentation: Segmentation,
    periods: Periods,
    *,
    account: IntArray,
    period: IntArray,
    kind: Array,
    amount: IntArray,
) -> Slices:
    """Return movements by the segment an account was in at the time, never by its latest.

    An account is in the segment it has at a period's close. When that is another than at the close before, what it
    had is transferred, and its movement is the new segment's; churn is the loss of the segment it was in.
    """
    size = len(periods)
    key = account * size + period
    rows = np.unique(np.concatenate([key, _history_keys(business, periods)]))
    who, at = np.divmod(rows, size)
    running = np.append(0, np.cumsum(signed(kind, amount)))
    base = running[np.searchsorted(account, who, side="left")]
    opening = running[np.searchsorted(key, rows, side="left")] - base
    closing = running[np.searchsorted(key, rows, side="right")] - base
    labels = Vocabulary([segment.name for segment in segmentation.segments])
    codes = who.astype(np.int32)
    before, after = (
        np.where(found < 0, len(labels), found).astype(np.int64)
        for found in (
            segments_at(business, segmentation, codes, periods.boundaries[at] - 1),
            segments_at(business, segmentation, codes, periods.closes[at]),
        )
    )
    home = np.where((closing == 0) & (opening != 0), before, after)
    place = np.searchsorted(rows, key)
    moved = np.flatnonzero((before != after) & (opening != 0) & (closing != 0))
    out_of = np.where(opening[moved] > 0, before[moved], after[moved])
    into = np.where(opening[moved] > 0, after[moved], before[moved])
    units, when = np.abs(opening[moved]), at[moved]
    return Slices(
        labels,
        np.concatenate([home[place], out_of, into]),
        np.concatenate([period, when, when]),
        np.concatenate([kind, np.full(len(moved), TRANSFER_OUT), np.full(len(moved), TRANSFER_IN)]),
        np.concatenate([amount, units, units]),
    )


def _history_keys(business: Business, periods: Periods) -> IntArray:
    """Return (account, period) of everything that was learnt of accounts."""
    history = business.account_history
    period = periods.of(history.valid_from)
    inside = (period >= 0) & (period < len(periods))
    return history.account_id[inside].astype(np.int64) * len(periods) + period[inside]
