"""Exponential decay of credit with age."""

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.kernels.segments import owners, segment_min
from servicelead.kernels.totals import label_totals

__all__ = ["decay_shares", "decay_weights"]


def decay_weights(ages: IntArray, offsets: IntArray, half_life: float) -> tuple[FloatArray, FloatArray]:
    r"""Return each element's weight relative to the youngest of its segment, and each segment's sum of weights.

    .. math:: w_i = 2^{-(a_i - \min_j a_j) / h}

    Subtracting the smallest age first changes no share and keeps every segment's sum at 1 or more, however old it is.

    Parameters
    ----------
    ages : int64 (p,)
        Age of each element, in the unit of `half_life`; any order, fastest where each segment ends with its youngest.
    offsets : int64 (n + 1,)
    half_life : float
        Above 0.

    Returns
    -------
    weights : float64 (p,)
        In [0, 1]; elements more than about 1,075 half-lives older than the youngest weigh 0.
    sums : float64 (n,)
        At least 1; 0 where a segment is empty.

    Examples
    --------
    >>> decay_weights(np.array([20, 10, 10]), np.array([0, 3]), half_life=10.0)
    (array([0.5, 1. , 1. ]), array([2.5]))
    """
    weights, owner = _weights(ages, offsets, half_life)
    return weights, label_totals(owner, weights, len(offsets) - 1)


def decay_shares(ages: IntArray, offsets: IntArray, half_life: float) -> FloatArray:
    r"""Return shares that halve with every half-life of age: :math:`w_i / \sum_j w_j` of `decay_weights`.

    Parameters
    ----------
    ages : int64 (p,)
    offsets : int64 (n + 1,)
    half_life : float
        Above 0, in the unit of `ages`.

    Returns
    -------
    float64 (p,)
        Never NaN; a segment's shares sum to 1 within one unit in the last place per element.

    Examples
    --------
    >>> decay_shares(np.array([20, 10]), np.array([0, 2]), half_life=10.0).round(3)
    array([0.333, 0.667])
    """
    shares, owner = _weights(ages, offsets, half_life)
    shares /= label_totals(owner, shares, len(offsets) - 1).take(owner)
    return shares


def _weights(ages: IntArray, offsets: IntArray, half_life: float) -> tuple[FloatArray, IntArray]:
    owner = owners(offsets)
    if not len(ages):
        return np.zeros(0), owner
    # Placements are ordered by time, so the last is the youngest; where one is not, ages come out below 0 and the
    # exact minimum is worth its price. (What an empty segment reads here, nobody uses.)
    relative = ages - ages.take(offsets[1:] - offsets[0] - 1, mode="clip").take(owner)
    if relative.min() < 0:
        relative = ages - segment_min(ages, offsets, empty=0).take(owner)
    weights: FloatArray = relative / -half_life
    return np.exp2(weights, out=weights), owner
