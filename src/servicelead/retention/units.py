"""What rates are made of: one unit per account, or per account and label, at two closes and between them."""

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from servicelead._typing import Array, BoolArray, IntArray, ObjectArray
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.movements import CHURN, CONTRACTION, EXPANSION, NEW, movements, net_changes
from servicelead.kernels.segments import segment_sums
from servicelead.retention.events import periods_of
from servicelead.retention.slices import signed
from servicelead.retention.slicing import By, span_labels
from servicelead.tables.segmentation import segments_at

if TYPE_CHECKING:
    from servicelead.retention.ledger import MovementLedger

__all__ = ["Units", "units_between"]


class Units(NamedTuple):
    """One row per account, or account and label of its subscriptions, that has anything at either close or between.

    Attributes
    ----------
    labels
        Names of the slices; None last, for what has no label.
    label
        Slice of each unit: that of the start, or for one that was not there yet that of the end.
    then, now
        Minor units a year at the two closes.
    lost, won
        Contraction and churn, new and expansion, of the periods between.
    is_new
        Whether it became a customer between the closes, and was none before.
    """

    labels: ObjectArray
    label: IntArray
    then: IntArray
    now: IntArray
    lost: IntArray
    won: IntArray
    is_new: BoolArray


class _Moves(NamedTuple):
    unit: IntArray
    period: IntArray
    kind: Array
    amount: IntArray


def units_between(ledger: "MovementLedger", start: int, end: int, by: By) -> Units:
    """Return the units of a ledger between the closes of two periods."""
    if by is None or by == "cohort" or isinstance(by, Segmentation):
        n = 1
        moves = _Moves(ledger.account, ledger.period, ledger.kind, ledger.amount)
    else:
        labels, codes = span_labels(ledger, by)
        n = len(labels) + 1
        moves = _moves_of_labels(ledger, np.where(codes < 0, n - 1, codes)[ledger.events.span], n)
    rows = moves.period <= end
    unit, period, kind, amount = (column[rows] for column in moves)
    offsets = np.append(np.flatnonzero(np.diff(unit, prepend=-1)), len(unit))
    between = period > start
    change = signed(kind, amount)
    then, now = segment_sums(np.where(between, 0, change), offsets), segment_sums(change, offsets)
    known = unit[offsets[:-1]]
    account, code = np.divmod(known, n)
    if n > 1:
        names = np.append(labels.labels, np.array([None], dtype=object))
    else:
        names, code = _account_slices(ledger, by, account=account, then=then, closes=(start, end))
    return Units(
        names,
        code,
        then,
        now,
        lost=segment_sums(np.where(between & np.isin(kind, (CONTRACTION, CHURN)), amount, 0), offsets),
        won=segment_sums(np.where(between & np.isin(kind, (NEW, EXPANSION)), amount, 0), offsets),
        is_new=(segment_sums((between & (kind == NEW)).astype(np.int64), offsets) > 0) & (then <= 0),
    )


def _moves_of_labels(ledger: "MovementLedger", label: Array, n: int) -> _Moves:
    """Return the movements of each account's items of one label, as if they were an account of their own."""
    events, window = ledger.events, ledger.policy.reactivation_window
    unit, when, change = net_changes(events.account * n + label, events.when, events.change)
    period, moment = periods_of(when, ledger.policy, ledger.periods, ledger.zone)
    longest = None if window is None else window // timedelta(microseconds=1)
    return _Moves(unit, period, movements(unit, moment, change, longest)[0], np.abs(change))


def _account_slices(
    ledger: "MovementLedger", by: By, *, account: IntArray, then: IntArray, closes: tuple[int, int]
) -> tuple[ObjectArray, IntArray]:
    if by is None:
        return np.array(["", None], dtype=object), np.zeros(len(account), dtype=np.int64)
    if not isinstance(by, Segmentation):
        names = np.array([*ledger.periods.labels, None], dtype=object)
        own = ledger.cohorts[account]
    elif ledger.business is None:
        raise InvalidValueError("segments are read from a business's accounts; make the ledger with from_business")
    else:
        names = np.array([*(segment.name for segment in by.segments), None], dtype=object)
        start, end = ledger.periods.closes[list(closes)]
        at = np.where(then > 0, start, end)
        own = segments_at(ledger.business, by, account.astype(np.int32), at).astype(np.int64)
    return names, np.where(own < 0, len(names) - 1, own)
