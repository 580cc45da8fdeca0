"""Many bisections at once, each inside its own range of a column."""

import itertools
from typing import Literal

import numpy as np

from servicelead._typing import Codes, IntArray

__all__ = ["bisect_ranges", "places_among_own"]

#: Searches that walk together: their working arrays stay in the processor's cache.
_BLOCK = 1 << 15


def bisect_ranges(
    values: IntArray,
    starts: IntArray,
    stops: IntArray,
    bounds: IntArray,
    side: Literal["left", "right"] = "left",
) -> IntArray:
    """Return where each bound would be inserted into its own sorted range of `values`.

    Range ``i`` is ``values[starts[i] : stops[i]]``; the answer is a position in `values`, between ``starts[i]`` and
    ``stops[i]``: the first element that is not below the bound (``left``) or that is above it (``right``).

    Parameters
    ----------
    values : int64 (p,)
        Ascending within every range; ranges may overlap.
    starts, stops, bounds : int64 (n,)
    side : {"left", "right"}

    Returns
    -------
    int64 (n,)
        An empty range answers its start.

    Examples
    --------
    >>> times = np.array([1, 5, 5, 9, 2, 3])
    >>> bisect_ranges(times, np.array([0, 4]), np.array([4, 6]), np.array([5, 9]), side="right")
    array([3, 6])
    """
    positions = np.empty(len(starts), dtype=np.int64)
    for start, stop in itertools.pairwise([*range(0, len(starts), _BLOCK), len(starts)]):
        block = slice(start, stop)
        positions[block] = _bisect(values, starts[block], stops[block], bounds[block], side)
    return positions


def places_among_own(owner: Codes | IntArray, values: IntArray, wanted: Codes | IntArray, bounds: IntArray) -> IntArray:
    """Return the position of the first element of each wanted owner that is not below its bound.

    Where there is none it is that of the next owner's first element, or the end. The difference of two answers is the
    number of the owner's elements from one bound up to the other.

    Parameters
    ----------
    owner : int (p,)
        Ascending.
    values : int64 (p,)
        Ascending within each owner.
    wanted : int (n,)
        At least 0.
    bounds : int64 (n,)

    Returns
    -------
    int64 (n,)

    Examples
    --------
    >>> places_among_own(np.array([0, 0, 2]), np.array([1, 5, 2]), np.array([0, 0, 1, 2]), np.array([5, 6, 0, 0]))
    array([1, 2, 2, 2])
    """
    edges = np.searchsorted(owner, np.arange(int(wanted.max(initial=-1)) + 2))
    return bisect_ranges(values, edges[wanted], edges[wanted + 1], bounds)


def _bisect(values: IntArray, starts: IntArray, stops: IntArray, bounds: IntArray, side: str) -> IntArray:
    # Every step halves every range without branching: `low` jumps over the lower half when that half ends below the
    # bound. A range of one element is left, which the last comparison settles; an empty range reads a harmless
    # neighbour and is masked.
    before = np.less if side == "left" else np.less_equal
    low = starts.copy()
    left = stops - starts
    for _ in range((int(left.max(initial=1)) - 1).bit_length()):
        half = left >> 1
        middle = low + half
        low += half * before(values.take(middle - 1, mode="clip"), bounds)
        left -= half
    if len(values):
        low += before(values.take(low, mode="clip"), bounds) & (left > 0)
    return low
