"""Which slices a ledger can be told apart by, and the movements of each."""

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import Array, Codes, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.kernels.grouping import group_sums
from servicelead.retention.slices import Slices, by_account_label, by_segment, by_span_label, signed
from servicelead.tables.segmentation import segments_at

if TYPE_CHECKING:
    from servicelead.retention.ledger import MovementLedger

__all__ = ["By", "closings", "name_of", "slices_of", "span_labels"]

#: What a ledger is told apart by: nothing, ``"cohort"``, a label of its subscriptions, or segments of accounts.
By: TypeAlias = str | Segmentation | None
_WHOLE = Vocabulary([""])


def name_of(by: By) -> str | None:
    """Return the name of the column that holds the slices."""
    return by.name if isinstance(by, Segmentation) else by


def slices_of(ledger: "MovementLedger", by: By) -> Slices:
    """Return the movements of every slice.

    Raises
    ------
    UnknownNameError
        When there is nothing of that name to tell them apart by.
    InvalidValueError
        When the ledger does not know accounts' segments or subscriptions.
    """
    own = {"account": ledger.account, "period": ledger.period, "kind": ledger.kind, "amount": ledger.amount}
    if by is None:
        return by_account_label(_WHOLE, np.zeros(len(ledger.accounts), dtype=np.int64), **own)
    if isinstance(by, Segmentation):
        if ledger.business is None:
            raise InvalidValueError("segments are read from a business's accounts; make the ledger with from_business")
        return by_segment(ledger.business, by, ledger.periods, **own)
    if by == "cohort":
        return by_account_label(Vocabulary(ledger.periods.labels), ledger.cohorts, **own)
    labels, codes = span_labels(ledger, by)
    return by_span_label(labels, codes, ledger.events, ledger.period_of, ledger.kind)


def span_labels(ledger: "MovementLedger", by: str) -> tuple[Vocabulary, Codes]:
    """Return the labels of a column of the subscriptions or payments, and the code of each span's."""
    if not isinstance(by, str):
        raise InvalidValueError(f"by must be a name, a Segmentation or None; got {kind_of(by)}; see MovementLedger")
    if ledger.spans is None:
        raise UnknownNameError("a ledger of a movements table is told apart by cohort only; it has no subscriptions")
    table = ledger.spans.table
    known = [name for name in table.vocabularies if name != "account_id"]
    if by not in known:
        raise UnknownNameError(f"nothing called {by!r} to tell movements apart by; there is cohort, {', '.join(known)}")
    return table.vocabulary(by), table.codes(by)[ledger.spans.row]


def closings(ledger: "MovementLedger", by: By) -> IntArray:
    """Return what recurs at each close, counted from the spans: int64 (labels + 1, periods)."""
    if ledger.spans is None:
        slices = slices_of(ledger, by)
        return _running(
            slices.label, slices.period, signed(slices.kind, slices.amount), len(slices.labels) + 1, len(ledger.periods)
        )
    events, n_periods = ledger.events, len(ledger.periods)
    period = ledger.period_of(events.when)
    if not isinstance(by, Segmentation):
        if by is None or by == "cohort":
            labels = _WHOLE if by is None else Vocabulary(ledger.periods.labels)
            code: Array = np.zeros(len(events.span), dtype=np.int64) if by is None else ledger.cohorts[events.account]
        else:
            labels, codes = span_labels(ledger, by)
            code = codes[events.span].astype(np.int64)
        return _running(np.where(code < 0, len(labels), code), period, events.change, len(labels) + 1, n_periods)
    n = len(by.segments) + 1
    out = np.zeros((n, n_periods), dtype=np.int64)
    amount = np.zeros(len(ledger.accounts), dtype=np.int64)
    order = np.argsort(period, kind="stable")
    ends = np.searchsorted(period[order], np.arange(n_periods + 1))
    for p, close in enumerate(ledger.periods.closes.tolist()):
        rows = order[ends[p] : ends[p + 1]]
        np.add.at(amount, events.account[rows], events.change[rows])
        held = np.flatnonzero(amount).astype(np.int32)
        found = segments_at(ledger.business, by, held, np.full(len(held), close))  # type: ignore[arg-type]  # it has one
        out[:, p] = group_sums(np.where(found < 0, n - 1, found), amount[held], n)
    return out


def _running(label: IntArray, period: IntArray, change: IntArray, n: int, n_periods: int) -> IntArray:
    flat = group_sums(label * n_periods + period, change, n * n_periods)
    return np.cumsum(flat.reshape(n, n_periods), axis=1)
