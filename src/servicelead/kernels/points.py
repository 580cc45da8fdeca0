"""Points that halve with time, in whole steps so that they add exactly, and the caps on their sums.

A step is ``STEP`` of a point, about a millionth. Points are rounded to whole steps once, after decay; from there on
every sum is one of whole numbers below 2^53, which float64 adds exactly in any order, any grouping and any block.
"""

from typing import Final

import numpy as np

from servicelead._typing import FloatArray, IntArray

__all__ = ["STEP", "capped_sums", "decayed_steps", "running_sums"]

STEP: Final = 2.0**-20


def decayed_steps(points: FloatArray, rates: FloatArray, ages: IntArray) -> FloatArray:
    """Return what is left of points, in whole steps.

    ``rint(points / STEP * 2 ** (-age * rate))``

    Parameters
    ----------
    points : float64 (p,)
    rates : float64 (p,)
        Halvings per unit of time, at least 0; 0 does not decay.
    ages : int64 (p,)
        At least 0.

    Returns
    -------
    float64 (p,)

    Examples
    --------
    >>> (decayed_steps(np.array([30.0, 30.0]), np.array([0.1, 0.1]), np.array([0, 10])) * STEP).tolist()
    [30.0, 15.0]
    """
    left: FloatArray = ages * rates
    np.negative(left, out=left)
    np.exp2(left, out=left)
    left *= points
    left *= 1.0 / STEP
    return np.rint(left, out=left)


def capped_sums(totals: FloatArray, caps: FloatArray, groups: IntArray, group_caps: FloatArray) -> FloatArray:
    """Return each group's sum of capped totals, capped itself: (n, n_terms) to (n, n_groups).

    A cap bounds the size: what it limits stays within [-cap, cap].

    Parameters
    ----------
    totals : float64 (n, n_terms)
    caps : float64 (n_terms,)
        At least 0; infinite for none.
    groups : int64 (n_terms,)
    group_caps : float64 (n_groups,)

    Returns
    -------
    float64 (n, n_groups)

    Examples
    --------
    >>> totals = np.array([[50.0, 7.0, -5.0]])
    >>> capped_sums(totals, np.array([40.0, np.inf, np.inf]), np.array([0, 0, 1]), np.array([45.0, np.inf]))
    array([[45., -5.]])
    """
    sums = np.zeros((len(totals), len(group_caps)))
    for term, group in enumerate(groups.tolist()):
        sums[:, group] += np.clip(totals[:, term], -caps[term], caps[term])
    np.clip(sums, -group_caps, group_caps, out=sums)
    return sums


def running_sums(points: FloatArray, times: IntArray, offsets: IntArray, rates: FloatArray) -> FloatArray:
    r"""Return what all points so far of a segment are worth at each of its elements, per term.

    .. math:: S_{ik} = \sum_{j \le i,\ s(j) = s(i)} p_{jk}\, 2^{-(t_i - t_j) r_k}

    By doubling: after the pass of width w every element knows the sum over the last 2w elements of its segment, and
    only elements that have so many before them take part, so that n elements cost n log(length) operations however
    the lengths are spread.

    Parameters
    ----------
    points : float64 (p, n_terms)
    times : int64 (p,)
        Ascending within every segment.
    offsets : int64 (n + 1,)
    rates : float64 (n_terms,)

    Returns
    -------
    float64 (p, n_terms)

    Examples
    --------
    >>> points = np.array([[8.0], [1.0], [4.0]])
    >>> running_sums(points, np.array([0, 10, 0]), np.array([0, 2, 3]), np.array([0.1])).ravel().tolist()
    [8.0, 5.0, 4.0]
    """
    sums = points.copy()
    place = np.arange(len(points)) - np.repeat(offsets[:-1] - offsets[0], np.diff(offsets))
    width = 1
    later = np.flatnonzero(place >= width)
    while len(later):
        earlier = later - width
        faded = np.exp2(-(times[later] - times[earlier])[:, None] * rates)
        sums[later] += faded * sums[earlier]  # the right side is a copy: it is read whole before anything is written
        width *= 2
        later = later[place[later] >= width]
    return sums
