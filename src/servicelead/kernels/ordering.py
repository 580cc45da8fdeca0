"""Sorting events by group, time and tie key without sorting three columns."""

from collections.abc import Callable

import numpy as np

from servicelead._typing import Array, BoolArray, Codes, IntArray

__all__ = ["order_events"]

_KEY_BITS = 63


def order_events(groups: Codes, times: IntArray, tie_keys: Callable[[IntArray], Array]) -> IntArray:
    """Return the rows in order of group, then time, then tie key, then row number.

    Group, time and row number are packed into one integer each, and those are sorted: sorting plain integers is several
    times faster than finding the order of others. Times that do not fit leave out their low bits, and rows that then
    look alike are sorted again by those bits. Only rows that share group *and* time are asked for their tie keys, which
    may be costly to read.

    Parameters
    ----------
    groups : int32 (p,)
    times : int64 (p,)
        Spanning less than 2^63.
    tie_keys : callable
        Given row numbers (int64), returns as many keys that can be compared with one another: an integer array, or
        an object array of text. Called at most once, and only with rows that tie.

    Returns
    -------
    int64 (p,)

    Examples
    --------
    >>> groups, times = np.array([1, 0, 1, 0]), np.array([5, 9, 5, 2])
    >>> order_events(groups, times, lambda rows: np.array(["b", "x", "a", "y"], dtype=object)[rows])
    array([3, 1, 2, 0])
    """
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    order, places = _argsort(groups.astype(np.int64) - int(groups.min()), times - times.min())
    rows = order[places]
    starts = _changes(groups[rows], times[rows])
    ties = _repeats(starts)
    if ties.any():
        rows = rows[ties]
        offsets = np.append(np.flatnonzero(starts[ties]), len(rows))
        order[places[ties]] = rows[_order_within(tie_keys(rows), offsets)]
    return order


def _argsort(groups: IntArray, times: IntArray) -> tuple[IntArray, IntArray]:
    """Order rows by group, time and row number; also the places in that order where neighbours may be equal."""
    row_bits = (len(groups) - 1).bit_length()
    time_bits = int(times.max()).bit_length()
    dropped = max(0, int(groups.max()).bit_length() + time_bits + row_bits - _KEY_BITS)
    keys = groups << (time_bits - dropped)
    keys |= times >> dropped
    keys <<= row_bits
    keys |= np.arange(len(keys))
    keys.sort()
    order = keys & ((1 << row_bits) - 1)
    keys >>= row_bits
    starts = _changes(keys)
    places = np.flatnonzero(_repeats(starts))
    if dropped and len(places):
        rows = order[places]
        again, _ = _argsort(np.cumsum(starts[places]) - 1, times[rows] & ((1 << dropped) - 1))
        order[places] = rows[again]
    return order, places


def _changes(*columns: Array) -> BoolArray:
    """Mark rows that differ from the row before them; the first row does."""
    changes = np.zeros(len(columns[0]), dtype=np.bool_)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return changes


def _repeats(starts: BoolArray) -> BoolArray:
    """Mark the rows of runs longer than one, given where runs start."""
    repeats: BoolArray = ~(starts & np.append(starts[1:], True))
    return repeats


def _order_within(keys: Array, offsets: IntArray) -> IntArray:
    """Order each run by its keys, stably.

    Most runs are pairs, and one elementwise comparison sorts all of them; Python's own sort, unbeaten on text, takes
    the longer ones.
    """
    order = np.arange(len(keys))
    counts = np.diff(offsets)
    pairs = offsets[:-1][counts == 2]
    swapped = pairs[(keys[pairs] > keys[pairs + 1]).astype(np.bool_)]
    order[swapped], order[swapped + 1] = swapped + 1, swapped
    longer = counts > 2
    for start, stop in zip(offsets[:-1][longer].tolist(), offsets[1:][longer].tolist(), strict=True):
        run = keys[start:stop].tolist()
        order[start:stop] = start + np.array(sorted(range(stop - start), key=run.__getitem__))
    return order
