"""Events that are about the same thing: which one stands for it, and what followed it."""

import numpy as np

from servicelead._typing import BoolArray, IntArray
from servicelead.kernels.windows import bisect_ranges

__all__ = ["followed_within", "last_of_each"]


def last_of_each(keys: IntArray, ranks: IntArray, flags: BoolArray) -> tuple[IntArray, BoolArray]:
    """Return one row per key, the last of those of its highest rank, and whether any row of the key has its flag set.

    Parameters
    ----------
    keys : int64 (p,)
    ranks : int64 (p,)
        Of at least 0, and few.
    flags : bool (p,)

    Returns
    -------
    rows : int64 (n_keys,)
        In order of their keys.
    flagged : bool (n_keys,)

    Examples
    --------
    >>> keys, ranks = np.array([7, 3, 7, 7]), np.array([1, 0, 1, 0])
    >>> last_of_each(keys, ranks, np.array([False, False, False, True]))
    (array([1, 2]), array([False,  True]))
    """
    if not len(keys):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    order = np.lexsort((ranks, keys))
    ends = np.append(np.flatnonzero(np.diff(keys[order])), len(keys) - 1)
    starts = np.append(0, ends[:-1] + 1)  # no run is empty, so reduceat is safe
    return order[ends], np.logical_or.reduceat(flags[order], starts)


def followed_within(
    keys: IntArray, times: IntArray, window: int, later_keys: IntArray, later_times: IntArray
) -> BoolArray:
    """Return, per event, whether something with its key happened at it or within the window after it.

    Parameters
    ----------
    keys, times : int64 (p,)
    window : int
        At least 0; both ends count.
    later_keys, later_times : int64 (q,)
        In any order.

    Returns
    -------
    bool (p,)

    Examples
    --------
    >>> cases = np.array([1, 1, 2]), np.array([50, 10, 10])
    >>> followed_within(np.array([1, 1, 3]), np.array([9, 11, 10]), 7, *cases)
    array([ True, False, False])
    """
    if not len(later_keys):
        return np.zeros(len(keys), dtype=np.bool_)
    order = np.lexsort((later_times, later_keys))
    known, moments = later_keys[order], later_times[order]
    stops = np.searchsorted(known, keys, side="right")
    place = bisect_ranges(moments, np.searchsorted(known, keys), stops, times)
    # Past the last element nothing follows, whatever the element read instead says.
    followed: BoolArray = (place < stops) & (moments.take(place, mode="clip") - times <= window)
    return followed
