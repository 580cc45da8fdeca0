"""Observed and expected events of groups, and how far apart they may lie by chance."""

import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.kernels.survival import at_risk
from servicelead.kernels.totals import label_totals

__all__ = ["clustered_covariance", "expected_events"]


def expected_events(
    first: IntArray, stop: IntArray, is_event: BoolArray, groups: IntArray, shape: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    r"""Return each group's share of those at risk, and the covariance of observed less expected events.

    With :math:`Y_{gj}` at risk of group g at time j, :math:`Y_j` of all and :math:`d_j` events, the group is expected
    to have :math:`\sum_j d_j Y_{gj} / Y_j` of them, and the covariance is the hypergeometric one:

    .. math:: V_{gh} = \sum_j d_j \frac{Y_j - d_j}{Y_j - 1} \frac{Y_{gj}}{Y_j}
              \left(\delta_{gh} - \frac{Y_{hj}}{Y_j}\right)

    Parameters
    ----------
    first, stop : int64 (n,)
        As ``survival.risk_slots`` returns them.
    is_event : bool (n,)
    groups : int64 (n,)
    shape : tuple of int
        Numbers of groups and of times.

    Returns
    -------
    shares : float64 (groups, times)
    covariance : float64 (groups, groups)

    Examples
    --------
    >>> ends = np.array([1, 2, 2])
    >>> shares, covariance = expected_events(np.zeros(3, int), ends, np.ones(3, bool), np.array([0, 0, 1]), (2, 2))
    >>> shares.round(3).tolist()
    [[0.667, 0.5], [0.333, 0.5]]
    >>> covariance.round(4).tolist()
    [[0.2222, -0.2222], [-0.2222, 0.2222]]
    """
    n_groups, n_times = shape
    risk = np.empty(shape)
    for group in range(n_groups):
        mine = np.flatnonzero(groups == group)
        risk[group] = at_risk(first[mine], stop[mine], np.ones(len(mine)), n_times)
    total = risk.sum(axis=0)
    shares = risk / total
    events = np.bincount(stop[is_event] - 1, minlength=n_times)
    scale = events * (total - events) / np.maximum(total - 1, 1)
    covariance: Array = np.diag(shares @ scale) - (shares * scale) @ shares.T
    return shares, covariance


def clustered_covariance(
    first: IntArray, stop: IntArray, is_event: BoolArray, groups: IntArray, *, clusters: IntArray, shares: FloatArray
) -> FloatArray:
    r"""Return the covariance of observed less expected events with clusters of rows as independent units.

    Row i moves group g's difference by
    :math:`E_i(\delta_{g(i) g} - p_g(T_i)) - \sum_{L_i < t_j \le T_i} (\delta_{g(i) g} - p_g(t_j))\, d_j / Y_j`, with
    p the group's share of those at risk; the covariance is the sum over clusters of the products of their sums.

    Parameters
    ----------
    first, stop, is_event, groups
        As for `expected_events`.
    clusters : int64 (n,)
        At least 0.
    shares : float64 (groups, times)
        As `expected_events` returns them.

    Returns
    -------
    float64 (groups, groups)

    Notes
    -----
    D. Y. Lin and L. J. Wei, 1989: the robust variance of the score of a proportional-hazards model.

    Examples
    --------
    >>> ends, groups = np.array([1, 2, 2]), np.array([0, 0, 1])
    >>> shares = np.array([[2 / 3, 0.5], [1 / 3, 0.5]])
    >>> clustered_covariance(
    ...     np.zeros(3, int), ends, np.ones(3, bool), groups, clusters=np.arange(3), shares=shares
    ... ).round(4).tolist()
    [[0.1111, -0.1111], [-0.1111, 0.1111]]
    """
    n_groups, n_times = shares.shape
    events = np.bincount(stop[is_event] - 1, minlength=n_times)
    hazard = events / at_risk(first, stop, np.ones(len(first)), n_times)
    everybody = np.concatenate([np.zeros(1), np.cumsum(hazard)])
    inside = stop > first
    influence = np.empty((n_groups, int(clusters.max(initial=-1)) + 1))
    for group, share in enumerate(shares):
        own = groups == group
        expected = np.concatenate([np.zeros(1), np.cumsum(share * hazard)])
        moved = np.where(own, everybody[stop] - everybody[first], 0.0) - (expected[stop] - expected[first])
        at_event = np.where(is_event, own - share[stop - 1], 0.0)
        influence[group] = label_totals(clusters, np.where(inside, at_event - moved, 0.0), influence.shape[1])
    return influence @ influence.T
