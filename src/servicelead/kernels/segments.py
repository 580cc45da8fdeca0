"""Reductions and bookkeeping over the segments of a ragged array."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from servicelead._typing import Codes, IntArray

__all__ = [
    "block_edges",
    "concatenate_ranges",
    "drop_empty",
    "lengths",
    "owners",
    "segment_ids",
    "segment_min",
    "segment_sums",
]

Number = TypeVar("Number", np.float64, np.int64)


def lengths(offsets: IntArray) -> IntArray:
    """Return the number of elements of each segment.

    >>> lengths(np.array([0, 2, 2, 5]))
    array([2, 0, 3])
    """
    return np.diff(offsets)


def drop_empty(offsets: IntArray) -> IntArray:
    """Return the offsets of the segments that have elements; the content stays as it is.

    >>> drop_empty(np.array([0, 2, 2, 5]))
    array([0, 2, 5])
    """
    kept = np.append(True, np.diff(offsets) > 0)
    return offsets if kept.all() else offsets[kept]


def segment_ids(offsets: IntArray) -> Codes:
    """Return the segment each element belongs to, counted from 0.

    >>> segment_ids(np.array([0, 2, 2, 5]))
    array([0, 0, 2, 2, 2], dtype=int32)
    """
    return np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))


def owners(offsets: IntArray) -> IntArray:
    """Return `segment_ids` as the 64-bit integers numpy indexes with: twice the memory, half the time in a block.

    >>> owners(np.array([0, 2, 2, 5]))
    array([0, 0, 2, 2, 2])
    """
    n_elements = int(offsets[-1] - offsets[0])
    # Every segment but the first begins by raising the count by one, also where it is empty; trailing empty segments
    # begin after the last element.
    begun: IntArray = np.cumsum(np.bincount(offsets[1:-1] - offsets[0], minlength=n_elements)[:n_elements])
    return begun


def segment_sums(values: NDArray[Number], offsets: IntArray) -> NDArray[Number]:
    """Return the sum of each segment; an empty segment sums to 0.

    Integers add exactly (and wrap past 2^63); floats add pairwise within a segment, so a segment's sum does not
    depend on its neighbours.

    >>> segment_sums(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 2, 3]))
    array([3., 0., 3.])
    """
    if values.dtype == np.int64:
        # Differences of running totals are exact even where the running totals wrap, and faster.
        running = np.concatenate([np.zeros(1, values.dtype), np.cumsum(values)])
        sums: NDArray[Number] = np.diff(running.take(offsets - offsets[0]))
        return sums
    return _reduce(np.add, values, offsets, 0)


def segment_min(values: NDArray[Number], offsets: IntArray, empty: float) -> NDArray[Number]:
    """Return the smallest value of each segment, and `empty` for a segment without elements.

    >>> segment_min(np.array([4, 2, 7]), np.array([0, 2, 2, 3]), empty=-1)
    array([ 2, -1,  7])
    """
    return _reduce(np.minimum, values, offsets, empty)


def _reduce(ufunc: np.ufunc, values: NDArray[Number], offsets: IntArray, empty: float) -> NDArray[Number]:
    starts = offsets[:-1] - offsets[0]
    filled = np.diff(offsets) > 0  # reduceat returns the *next* segment's first element for an empty one
    if filled.all():
        # reduceat refuses an empty list of starts on an empty array, which only happens here
        return ufunc.reduceat(values, starts) if len(starts) else np.zeros(0, values.dtype)
    reduced = np.full(len(starts), empty, dtype=values.dtype)
    if filled.any():
        reduced[filled] = ufunc.reduceat(values, starts[filled])
    return reduced


def concatenate_ranges(starts: IntArray, counts: IntArray) -> IntArray:
    """Return the numbers of the ranges ``[start, start + count)``, one range after another.

    >>> concatenate_ranges(np.array([10, 3]), np.array([2, 3]))
    array([10, 11,  3,  4,  5])
    """
    ends = np.cumsum(counts)
    numbers = np.repeat(starts - ends + counts, counts)
    numbers += np.arange(len(numbers))
    return numbers


def block_edges(offsets: IntArray, size: int) -> IntArray:
    """Cut the segments into consecutive blocks of at most `size` elements and at most `size` segments.

    A segment longer than `size` is a block of its own.

    Parameters
    ----------
    offsets : int64 (n + 1,)
    size : int
        Elements a block may hold, at least 1.

    Returns
    -------
    int64 (n_blocks + 1,)
        Block ``b`` holds the segments ``edges[b]`` to ``edges[b + 1]``; just ``[0]`` when there are no segments.

    Examples
    --------
    >>> block_edges(np.array([0, 2, 4, 9, 10]), size=4)
    array([0, 2, 3, 4])
    """
    n_segments = len(offsets) - 1
    edges = [0]
    while edges[-1] < n_segments:
        start = edges[-1]
        fitting = int(np.searchsorted(offsets, offsets[start] + size, side="right")) - 1
        edges.append(min(max(fitting, start + 1), start + size, n_segments))
    return np.array(edges, dtype=np.int64)
