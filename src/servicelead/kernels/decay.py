"""Exponential decay of credit with age."""

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.kernels.segments import owners, segment_min
from servicelead.kernels.totals import label_totals

__all__ = ["decay_shares"]


def decay_shares(ages: IntArray, offsets: IntArray, half_life: float) -> FloatArray:
    r"""Return shares that halve with every half-life of age.

    .. math:: s_i = \frac{w_i}{\sum_j w_j}, \qquad w_i = 2^{-(a_i - \min_j a_j) / h}

    Subtracting the smallest age first changes no share and keeps every segment's sum at 1 or more, however old it is.

    Parameters
    ----------
    ages : int64 (p,)
        Any order, fastest where each segment ends with its youngest.
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
    if not len(ages):
        return np.zeros(0)
    owner = owners(offsets)
    # Placements are ordered by time, so the last is the youngest; where one is not, ages come out below 0 and the
    # exact minimum is worth its price. (What an empty segment reads here, nobody uses.)
    relative = ages - ages.take(offsets[1:] - offsets[0] - 1, mode="clip").take(owner)
    if relative.min() < 0:
        relative = ages - segment_min(ages, offsets, empty=0).take(owner)
    shares: FloatArray = relative / -half_life
    np.exp2(shares, out=shares)
    shares /= label_totals(owner, shares, len(offsets) - 1).take(owner)
    return shares
