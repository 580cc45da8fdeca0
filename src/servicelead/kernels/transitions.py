"""How often each step follows each short history, over the segments of a ragged array."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from servicelead._typing import BoolArray, Codes, IntArray
from servicelead.kernels.grouping import compress, group_sums
from servicelead.kernels.segments import block_edges

__all__ = ["CONVERSION", "NON_CONVERSION", "NOTHING", "transition_counts"]

#: Marks beside the labels' codes: before the first step, and the two ways a segment ends.
NOTHING, CONVERSION, NON_CONVERSION = -1, -2, -3

_TABLE = 1 << 23
_BLOCK = 1 << 16
_LARGEST = 2.0**62
_NARROW = 1 << 31


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
    if base**order * n_next <= _TABLE and total < _LARGEST:
        counts, last = _by_table(labels, offsets, won, weights, total, order=order, n_labels=n_labels)
        keys = np.flatnonzero(counts != 0)
        found = counts[keys].astype(np.int64, copy=False)
        counts[keys] = np.arange(len(keys))  # from here on the row of each key
        return _decoded(keys.astype(np.int32), n_next, base, [None] * order), found, counts[last].astype(np.int64)
    steps, ends, n_histories, tables = _packed(labels, offsets, won, n_labels, order)
    keys, ids = compress(np.concatenate([steps, ends]), n_histories * n_next)
    counts = group_sums(ids, np.concatenate([np.repeat(weights, np.diff(offsets)), weights]), len(keys))
    kept = counts > 0
    return _decoded(keys[kept], n_next, base, tables), counts[kept], (np.cumsum(kept) - 1)[ids[len(steps) :]]


def _by_table(
    labels: Codes, offsets: IntArray, won: BoolArray, weights: IntArray, total: float, *, order: int, n_labels: int
) -> tuple[IntArray | Codes, IntArray]:
    """Count each packed key, 0 where it does not occur, block by block; return the key of each segment's end too."""
    size = (n_labels + 1) ** order * (n_labels + 2)
    counts = np.zeros(size, dtype=np.int32 if total < _NARROW else np.int64)
    last = np.empty(len(won), dtype=np.int64)
    once = bool((weights == 1).all())
    for start, stop in pairwise(block_edges(offsets, _BLOCK).tolist()):
        cut, of_block = offsets[start : stop + 1], weights[start:stop].astype(counts.dtype, copy=False)
        own = labels[cut[0] - offsets[0] : cut[-1] - offsets[0]]
        steps, last[start:stop], *_ = _packed(own, cut, won[start:stop], n_labels, order)
        walked = of_block[0] if once else np.repeat(of_block, np.diff(cut))
        for keys, each in ((steps, walked), (last[start:stop], of_block)):
            if once and size < _BLOCK:
                counts += np.bincount(keys, minlength=size)
            else:  # exact where floats are not, and spares a table per block
                np.add.at(counts, keys, each)
    return counts, last


def _packed(
    labels: Codes, offsets: IntArray, won: BoolArray, n_labels: int, order: int
) -> tuple[IntArray | Codes, IntArray | Codes, int, list[IntArray | None]]:
    """Return the packed key of each step and of each segment's end, how many histories there can be, and their tables.

    The newest label is the last digit of a history, and what follows it, the last digit of the key. Where the digits
    of all histories would make a table too large, those that occur are numbered instead, one order after the other.
    """
    base, n_next = n_labels + 1, n_labels + 2
    first, final = offsets[:-1] - offsets[0], offsets[1:] - offsets[0] - 1
    # Half as wide is twice as fast, and wide enough for the keys of a table.
    digits: Any = labels.astype(np.int32 if _TABLE * n_next < _NARROW else np.int64)
    digits += 1
    # After each step, the history; before the first of a segment it is 0.
    after, size = digits, base
    tables: list[IntArray | None] = []
    while True:
        present = None
        if size > _TABLE:
            present, numbered = compress(np.append(after, 0), size)
            after, size = numbered[:-1], len(present)
        tables.append(present)
        following = np.empty_like(after)
        following[:1] = 0
        np.multiply(after[:-1], base if len(tables) < order else n_next, out=following[1:])
        following[first] = 0
        following += digits
        if len(tables) == order:
            following += 1
            return following, after[final] * n_next + won, size, tables
        after, size = following, size * base


def _decoded(keys: IntArray | Codes, n_next: int, base: int, tables: Sequence[IntArray | None]) -> Codes:
    rows = np.empty((len(keys), len(tables) + 1), dtype=np.int32)
    state, following = _divided(keys, n_next)
    # 0 and 1 are the ends, the marks -3 and -2; 2 is the first label.
    np.subtract(following, 2, out=rows[:, -1])
    rows[:, -1] -= following < 2
    for place in range(len(tables) - 1, -1, -1):
        known = tables[place]
        if known is not None:
            state = known[state]
        state, digit = _divided(state, base)
        np.subtract(digit, 1, out=rows[:, place])
    return rows


def _divided(numbers: IntArray | Codes, by: int) -> tuple[Any, Any]:
    """Return quotients and remainders, several times as fast as `np.divmod`."""
    quotients = numbers // by
    remainders = quotients * by
    return quotients, np.subtract(numbers, remainders, out=remainders)
