"""Who was at risk when, what is left of them, and how sure that is: the product-limit estimator and its variance."""

import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.kernels.totals import label_totals

__all__ = ["at_risk", "greenwood", "infinitesimal_jackknife", "log_log_bounds", "product_limit", "risk_slots"]


def risk_slots(times: FloatArray, durations: FloatArray, entry: FloatArray) -> tuple[IntArray, IntArray]:
    """Return, for each row, the first of the times it is at risk at, and the first at which it is no longer.

    A row is at risk at t where ``entry < t <= duration``; with entry 0 it has been from the start, so at time 0 too.

    Parameters
    ----------
    times : float64 (k,)
        Ascending, distinct.
    durations, entry : float64 (n,)

    Examples
    --------
    >>> risk_slots(np.array([0.0, 3.0, 5.0]), np.array([4.0, 5.0]), np.array([0.0, 3.0]))
    (array([0, 2]), array([2, 3]))
    """
    stop = np.searchsorted(times, durations, side="right")
    if not entry.any():
        return np.zeros(len(durations), dtype=np.int64), stop
    return np.where(entry > 0, np.searchsorted(times, entry, side="right"), 0), stop


def at_risk(first: IntArray, stop: IntArray, weights: FloatArray, n_times: int) -> FloatArray:
    """Return the weight of the rows at risk at each time.

    Sums run backwards, so that what is left at the end is not the small difference of large numbers.

    Parameters
    ----------
    first, stop : int64 (n,)
        As `risk_slots` returns them.
    weights : float64 (n,)
    n_times : int

    Examples
    --------
    >>> at_risk(np.array([0, 2]), np.array([2, 3]), np.array([1.0, 10.0]), 3)
    array([ 1.,  1., 10.])
    """
    inside = stop > first
    leaving = label_totals(stop[inside], weights[inside], n_times + 1)
    coming = label_totals(first[inside], weights[inside], n_times + 1)
    return _sums_after(leaving - coming)[:n_times]


def product_limit(risk: FloatArray, lost: FloatArray) -> FloatArray:
    r"""Return the share that survives each time.

    .. math:: S(t_k) = \prod_{j \le k} \left(1 - \frac{d_j}{Y_j}\right)

    Parameters
    ----------
    risk, lost : float64 (k,)
        Weight at risk and weight of the events at each time.

    Notes
    -----
    E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", Journal of the American
    Statistical Association 53(282), 1958.

    Examples
    --------
    >>> product_limit(np.array([6.0, 5.0, 3.0]), np.array([1.0, 1.0, 1.0])).round(7)
    array([0.8333333, 0.6666667, 0.4444444])
    """
    shares: Array = np.cumprod((risk - lost) / risk)
    return shares


def greenwood(risk: FloatArray, lost: FloatArray) -> FloatArray:
    r"""Return the variance of the logarithm of the survival of independent rows of equal weight.

    .. math:: V(t_k) = \sum_{j \le k} \frac{d_j}{Y_j (Y_j - d_j)}

    NaN from the time on at which nothing is left.

    Examples
    --------
    >>> greenwood(np.array([6.0, 5.0]), np.array([1.0, 1.0])).round(6)
    array([0.033333, 0.083333])
    """
    return np.cumsum(np.divide(lost, risk * (risk - lost), out=np.full(len(risk), np.nan), where=risk > lost))


def infinitesimal_jackknife(
    first: IntArray,
    stop: IntArray,
    is_event: BoolArray,
    *,
    weights: FloatArray,
    clusters: IntArray,
    risk: FloatArray,
    lost: FloatArray,
) -> FloatArray:
    r"""Return the variance of the logarithm of a weighted survival, with clusters of rows as independent units.

    A row of weight w that is at risk on (L, T] and has the event indicator E moves log S(t) by

    .. math:: u_i(t) = w_i \bigl(A(t \wedge T_i) - A(t \wedge L_i) - 1_{T_i \le t}\, E_i / (Y - d)(T_i)\bigr), \qquad
              A(t) = \sum_{t_j \le t} \frac{d_j}{Y_j (Y_j - d_j)}

    and the variance is :math:`\sum_c \bigl(\sum_{i \in c} u_i(t)\bigr)^2`. With unit weights, one row per cluster and
    no late entry it equals `greenwood`. NaN from the time on at which nothing is left.

    Between its rows' entries and ends a cluster's influence is a straight line in A, so the sum of squares is a
    quadratic in A whose coefficients change only there: the cost is one sort of the rows, however many times there are.
    Where a row enters late that outweighs all who were at risk before it R times, rounding is up to 1e-16 R^2 of it.

    Parameters
    ----------
    first, stop : int64 (n,)
        As `risk_slots` returns them.
    is_event : bool (n,)
    weights : float64 (n,)
    clusters : int64 (n,)
        At least 0.
    risk, lost : float64 (k,)
        Weight at risk and of the events at each time.

    Returns
    -------
    float64 (k,)

    Notes
    -----
    The robust variance of D. Y. Lin and L. J. Wei, "The robust inference for the Cox proportional hazards model",
    Journal of the American Statistical Association 84(408), 1989, of a model without covariates.

    Examples
    --------
    >>> ends, events = np.array([1, 2, 2]), np.array([True, True, False])
    >>> risk, lost = np.array([3.0, 2.0]), np.array([1.0, 1.0])
    >>> infinitesimal_jackknife(
    ...     np.zeros(3, int), ends, events, weights=np.ones(3), clusters=np.arange(3), risk=risk, lost=lost
    ... ).round(6)
    array([0.166667, 0.666667])
    """
    n_times = len(risk)
    left = risk - lost
    per_left = np.divide(1.0, left, out=np.zeros(n_times), where=left > 0)
    hazard = np.concatenate([np.zeros(1), np.cumsum(lost / risk * per_left)])
    rows = np.flatnonzero(stop > first)
    first, stop, weight = first[rows], stop[rows], weights[rows]
    begun = weight * hazard[first]
    ended = weight * (hazard[stop] - is_event[rows] * per_left[stop - 1])
    # Each row brings two changes, one after the other.
    slot, cluster = np.column_stack([first, stop]).ravel(), np.repeat(clusters[rows], 2)
    slopes, levels = np.column_stack([weight, -weight]).ravel(), np.column_stack([-begun, ended]).ravel()
    if int(np.bincount(cluster).max(initial=0)) > 2:
        order = np.argsort(cluster * (n_times + 1) + slot, kind="stable")
        slot, cluster, slopes, levels = slot[order], cluster[order], slopes[order], levels[order]
    starts = np.flatnonzero(np.diff(cluster, prepend=-1))
    slope_before, slope = _running(slopes, starts)
    level_before, level = _running(levels, starts)
    squares, crosses, constants = (
        label_totals(slot, change, n_times + 1)
        for change in (
            slope**2 - slope_before**2,
            slope * level - slope_before * level_before,
            level**2 - level_before**2,
        )
    )
    # No slope is left at the end, so what is still to go is what is there: exact where little is left.
    squares, crosses, constants = -_sums_after(squares), -_sums_after(crosses), np.cumsum(constants)
    variance = (hazard * (hazard * squares + 2.0 * crosses) + constants)[1:]
    gone = np.logical_or.accumulate(left <= 0)
    return np.where(gone, np.nan, np.maximum(variance, 0.0))


def log_log_bounds(survival: FloatArray, variance: FloatArray, reach: float) -> tuple[FloatArray, FloatArray]:
    r"""Return bounds of a survival that stay within (0, 1), by way of log(-log S).

    .. math:: S^{\exp(\pm z \sqrt V / |\log S|)}

    Parameters
    ----------
    survival : float64 (k,)
    variance : float64 (k,)
        Of its logarithm.
    reach : float
        The normal quantile z.

    Returns
    -------
    lower, upper : float64 (k,)
        NaN where the survival is 0 or 1, or the variance NaN.

    Examples
    --------
    >>> lower, upper = log_log_bounds(np.array([4 / 9]), np.array([0.25]), 1.959964)
    >>> lower.round(6), upper.round(6)
    (array([0.066187]), array([0.784908]))
    """
    inside = (survival > 0) & (survival < 1)
    size = -np.log(survival, out=np.full(len(survival), np.nan), where=inside)
    spread = np.exp(reach * np.sqrt(variance) / size)
    return np.exp(-size * spread), np.exp(-size / spread)


def _sums_after(values: FloatArray) -> FloatArray:
    """Return, at each place, the sum of the values after it."""
    return np.concatenate([np.cumsum(values[:0:-1])[::-1], np.zeros(1)])


def _running(changes: FloatArray, starts: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return running sums within clusters, before and after each change."""
    after = np.cumsum(changes)
    base = np.concatenate([np.zeros(1), after])[starts]
    sizes = np.diff(np.append(starts, len(changes)))
    after -= np.repeat(base, sizes)
    before = np.concatenate([np.zeros(1), after])[: len(changes)]
    before[starts] = 0.0
    return before, after
