"""How often each step follows each short history, over the segments of a ragged array."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from servicelead._typing import BoolArray, Codes, IntArray
from servicelead.kernels.grouping import compress, group_sums
from servicelead.kernels.segments import block_edges

__all__ = ["CONVERSION", "NON_CONVERSION", "NOTHING", "transition_counts"]

#: Marks beside the labels' codes: before the first step, and the two ways a segment ends.
NOTHING, CONVERSION, NON_CONVERSION = -1, -2, -3

_TABLE = 1 << 23
_BLOCK = 1 << 17
_EXACT = 2.0**53


def transition_counts(
    labels: Codes, offsets: IntArray, won: BoolArray, weights: IntArray, *, order: int, n_labels: int
) -> tuple[Codes, IntArray, IntArray]:
    """Count which label, or which end, follows each history of up to `order` labels.

    Parameters
    ----------
    labels : int32 (p,)
        In [0, n_labels).
    offsets : int64 (n + 1,)
        Every segment has elements.
    won : bool (n,)
        Whether a segment ends in `CONVERSION`, else in `NON_CONVERSION`.
    weights : int64 (n,)
        How often each segment was walked, at least 0.
    order : int
        Labels that are remembered, at least 1.
    n_labels : int

    Returns
    -------
    rows : int32 (m, order + 1)
        The history, oldest first and filled with `NOTHING` in front, and what follows it; in lexicographic order.
    counts : int64 (m,)
    last : int64 (n,)
        The row of each segment's end; without a meaning for one walked 0 times.

    Raises
    ------
    OverflowError
        If a count lies beyond 64 bits.

    Examples
    --------
    >>> rows, counts, last = transition_counts(
    ...     np.array([0, 1, 0], dtype=np.int32), np.array([0, 2, 3]), np.array([True, False]), np.array([2, 1]),
    ...     order=1, n_labels=2,
    ... )
    >>> np.column_stack([rows, counts]).tolist()
    [[-1, 0, 3], [0, -3, 1], [0, 1, 2], [1, -2, 2]]
    >>> last.tolist()
    [3, 1]
    """
    base, n_next = n_labels + 1, n_labels + 2
    total = float(np.sum((np.diff(offsets) + 1) * weights.astype(np.float64)))
    if base**order * n_next <= _TABLE and total < _EXACT:
        keys, counts, last = _by_table(labels, offsets, won, weights, order=order, n_labels=n_labels)
        tables: Sequence[IntArray | None] = [None] * order
    else:
        steps, ends, n_histories, tables = _packed(labels, offsets, won, n_labels, order)
        keys, ids = compress(np.concatenate([steps, ends]), n_histories * n_next)
        counts = group_sums(ids, np.concatenate([np.repeat(weights, np.diff(offsets)), weights]), len(keys))
        last = ids[len(steps) :]
    kept = counts > 0
    return _decoded(keys[kept], n_next, base, tables), counts[kept], (np.cumsum(kept) - 1)[last]


def _by_table(
    labels: Codes, offsets: IntArray, won: BoolArray, weights: IntArray, *, order: int, n_labels: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Count by bincounts of packed keys, block by block; a count of 0 stands where a key does not occur."""
    size = (n_labels + 1) ** order * (n_labels + 2)
    counts = np.zeros(size, dtype=np.int64)
    last = np.empty(len(won), dtype=np.int64)
    once = bool((weights == 1).all())
    for start, stop in pairwise(block_edges(offsets, max(_BLOCK, size)).tolist()):
        cut, of_block = offsets[start : stop + 1], weights[start:stop]
        own = labels[cut[0] - offsets[0] : cut[-1] - offsets[0]]
        steps, ends, *_ = _packed(own, cut, won[start:stop], n_labels, order)
        for keys, walked in ((steps, None if once else np.repeat(of_block, np.diff(cut))), (ends, of_block)):
            counts += np.bincount(keys, weights=walked, minlength=size).astype(np.int64, copy=False)
        last[start:stop] = ends
    return np.arange(size), counts, last


def _packed(
    labels: Codes, offsets: IntArray, won: BoolArray, n_labels: int, order: int
) -> tuple[IntArray, IntArray, int, list[IntArray | None]]:
    """Return the packed key of each step and of each segment's end, how many histories there can be, and their tables.

    The newest label is the last digit of a history, and what follows it, the last digit of the key. Where the digits
    of all histories would make a table too large, those that occur are numbered instead, one order after the other.
    """
    base, n_next = n_labels + 1, n_labels + 2
    first, final = offsets[:-1] - offsets[0], offsets[1:] - offsets[0] - 1
    digits = labels.astype(np.int64)
    digits += 1
    # Before each step: the history, which is 0 before the first of a segment. After all: that of its end.
    before, after = np.zeros(len(labels), dtype=np.int64), digits
    size = 1
    tables: list[IntArray | None] = []
    for _ in range(order):
        size *= base
        ended = after[final]
        before = np.empty_like(after)
        before[:1] = 0
        before[1:] = after[:-1]
        before[first] = 0
        present = None
        if size > _TABLE:
            present, both = compress(np.concatenate([before, ended]), size)
            before, ended, size = both[: len(before)], both[len(before) :], len(present)
        tables.append(present)
        if len(tables) < order:
            after = before * base
            after += digits
    steps = before
    steps *= n_next
    steps += digits
    steps += 1
    return steps, ended * n_next + won, size, tables


def _decoded(keys: IntArray, n_next: int, base: int, tables: Sequence[IntArray | None]) -> Codes:
    rows = np.empty((len(keys), len(tables) + 1), dtype=np.int32)
    state, following = np.divmod(keys, n_next)
    # 0 and 1 are the ends, the marks -3 and -2; 2 is the first label.
    rows[:, -1] = np.where(following < 2, following - 3, following - 2)
    for place in range(len(tables) - 1, -1, -1):
        known = tables[place]
        if known is not None:
            state = known[state]
        state, digit = np.divmod(state, base)
        rows[:, place] = digit - 1
    return rows
