"""Shares of a segment's whole: equal, by weight, by position and by milestone."""

import numpy as np
from numpy.typing import NDArray

from servicelead._typing import FloatArray, IntArray
from servicelead.kernels.segments import Number, drop_empty, segment_min, segment_sums

__all__ = [
    "milestone_shares",
    "milestone_weights",
    "normalised_shares",
    "position_shares",
    "position_weights",
    "uniform_shares",
]


def uniform_shares(offsets: IntArray) -> FloatArray:
    """Return 1/n for each of a segment's n elements.

    >>> uniform_shares(np.array([0, 2, 2, 3]))
    array([0.5, 0.5, 1. ])
    """
    counts = np.diff(offsets)
    return np.repeat(1.0 / np.maximum(counts, 1), counts)


def normalised_shares(weights: FloatArray, offsets: IntArray) -> tuple[FloatArray, int]:
    """Return weights as shares of their segment's sum; where a segment's weights are all 0, equal shares.

    Parameters
    ----------
    weights : float64 (p,)
        Finite, at least 0; any scale, since each segment is divided by its largest weight first.
    offsets : int64 (n + 1,)

    Returns
    -------
    shares : float64 (p,)
    n_fallback : int
        Segments with elements whose weights are all 0.

    Examples
    --------
    >>> normalised_shares(np.array([1.0, 3.0, 0.0, 0.0]), np.array([0, 2, 4]))
    (array([0.25, 0.75, 0.5 , 0.5 ]), 1)
    """
    offsets = drop_empty(offsets)
    counts = np.diff(offsets)
    largest = -segment_min(-weights, offsets, empty=0.0)
    hollow = largest == 0
    largest[hollow] = 1.0
    scaled = weights / np.repeat(largest, counts)
    scaled[np.repeat(hollow, counts)] = 1.0
    scaled /= np.repeat(segment_sums(scaled, offsets), counts)
    return scaled, int(np.count_nonzero(hollow))


def position_shares(offsets: IntArray, first: float, last: float) -> FloatArray:
    """Return `first` and `last` for a segment's ends and the rest equally for those between them.

    Parameters
    ----------
    offsets : int64 (n + 1,)
    first, last : float
        At least 0, together at most 1.

    Returns
    -------
    float64 (p,)
        A single element has it all; two elements share in proportion to `first` and `last` (equally if both are 0).

    Examples
    --------
    >>> position_shares(np.array([0, 1, 3, 7]), first=0.4, last=0.4).round(2)
    array([1. , 0.5, 0.5, 0.4, 0.1, 0.1, 0.4])
    """
    offsets = drop_empty(offsets) - offsets[0]
    counts = np.diff(offsets)
    ends = first + last
    of_two = first / ends if ends > 0 else 0.5
    up_to_three = np.minimum(counts, 3)
    shares = np.repeat((1.0 - ends) / np.maximum(counts - 2, 1), counts)
    shares[offsets[:-1]] = np.array([0.0, 1.0, of_two, first]).take(up_to_three)
    shares[offsets[1:] - 1] = np.array([0.0, 1.0, 1.0 - of_two, last]).take(up_to_three)
    return shares


def position_weights(offsets: IntArray, first: int, last: int, rest: int) -> IntArray:
    """Return integer weights in exactly the proportions of `position_shares`, for the exact split of money.

    Parameters
    ----------
    offsets : int64 (n + 1,)
    first, last, rest : int
        At least 0, in proportion to the shares of the first element, the last and all between: 2, 2, 1 for 0.4, 0.4.

    Returns
    -------
    int64 (p,)
        All 0 where two elements both have no share.

    Examples
    --------
    >>> position_weights(np.array([0, 1, 3, 7]), first=2, last=2, rest=1)
    array([1, 2, 2, 4, 1, 1, 4])
    """
    offsets = drop_empty(offsets) - offsets[0]
    counts = np.diff(offsets)
    between = np.maximum(counts - 2, 1)
    weights = np.full(int(offsets[-1]), rest, dtype=np.int64)
    weights[offsets[:-1]] = first * between
    weights[offsets[1:] - 1] = np.where(counts == 1, 1, last * between)
    return weights


def milestone_shares(offsets: IntArray, marks: IntArray, weights: FloatArray, rest: float) -> FloatArray:
    """Return the weights of the milestones on each element, and `rest` equally for elements without one.

    Milestones on one element add. Absent milestones, and `rest` where every element carries a milestone, are dropped,
    and what remains is divided by its sum; where nothing remains the segment is shared equally.

    Parameters
    ----------
    offsets : int64 (n + 1,)
    marks : int64 (m, n)
        Position of each milestone in each segment, counted like `offsets` (a segment's first element is
        ``offsets[i]``), or -1 where the segment has no such milestone.
    weights : float64 (m,)
        Share of each milestone, at least 0.
    rest : float
        Share of the elements without a milestone, at least 0.

    Returns
    -------
    float64 (p,)

    Examples
    --------
    >>> first_lead_opportunity = np.array([[0], [2], [-1]])
    >>> milestone_shares(np.array([0, 4]), first_lead_opportunity, np.array([0.3, 0.3, 0.3]), rest=0.1).round(4)
    array([0.4286, 0.0714, 0.4286, 0.0714])
    """
    return normalised_shares(milestone_weights(offsets, marks, weights, rest), offsets)[0]


def milestone_weights(offsets: IntArray, marks: IntArray, weights: NDArray[Number], rest: float) -> NDArray[Number]:
    """Return weights in the proportions of `milestone_shares`: integers, exactly, when its weights are integers.

    An element's milestones are multiplied by the number of elements without one, so that `rest` need not be divided.

    >>> milestone_weights(np.array([0, 4]), np.array([[0], [2], [-1]]), np.array([3, 3, 3]), rest=1)
    array([6, 1, 6, 1])
    """
    n_elements = int(offsets[-1] - offsets[0])
    heights = np.zeros(n_elements, dtype=weights.dtype)
    marked = np.zeros(n_elements, dtype=np.bool_)
    for positions, weight in zip(marks, weights, strict=True):
        at = positions[positions >= 0] - offsets[0]
        heights[at] += weight  # a milestone marks one element of a segment at most: no position repeats
        marked[at] = True
    others = segment_sums((~marked).astype(np.int64), offsets)
    heights *= np.repeat(np.maximum(others, 1), np.diff(offsets))
    heights[~marked] = rest
    return heights
