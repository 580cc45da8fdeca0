"""Questions that lead on to one another, asked of events in clusters: their rates multiplied, and how sure of it."""

import numpy as np

from servicelead._typing import Array, Codes, FloatArray, IntArray
from servicelead.kernels.clusters import cluster_squares
from servicelead.kernels.totals import label_totals

__all__ = ["chain_counts", "chain_rates", "chain_sizes", "wilson_bounds"]


def chain_counts(answers: Array, labels: Codes, n_labels: int) -> tuple[IntArray, IntArray]:
    """Return how many were asked each question, and how many of them said yes.

    An event is asked a question if it said yes to all before it and gave this one any answer.

    Parameters
    ----------
    answers : int8 (k, p)
        One row per question: 1 yes, 0 no, -1 none.
    labels : int32 (p,)
        In [0, n_labels).
    n_labels : int

    Returns
    -------
    asked, agreed : int64 (k, n_labels)

    Examples
    --------
    >>> answers = np.array([[1, 1, 0, -1], [1, -1, 1, 1]])
    >>> asked, agreed = chain_counts(answers, np.zeros(4, dtype=np.int32), 1)
    >>> asked.ravel(), agreed.ravel()
    (array([3, 1]), array([2, 1]))
    """
    asked, agreed = np.zeros((2, len(answers), n_labels), dtype=np.int64)
    reached = np.ones(len(labels), dtype=np.bool_)
    for stage, given in enumerate(answers):
        asked[stage] = np.bincount(labels[reached & (given >= 0)], minlength=n_labels)
        reached = reached & (given > 0)
        agreed[stage] = np.bincount(labels[reached], minlength=n_labels)
    return asked, agreed


def chain_rates(asked: IntArray, agreed: IntArray) -> FloatArray:
    """Return the product of the questions' rates: 0 once nobody says yes, NaN where nobody was asked before that.

    >>> chain_rates(np.array([[4, 4, 4], [2, 0, 0]]), np.array([[2, 0, 1], [1, 0, 0]]))
    array([0.25, 0.  ,  nan])
    """
    # In an order in which answers of all to everything cancel exactly, and leave k/n.
    above, below = np.roll(agreed, 1, axis=0), asked
    rates = np.divide(above, below, out=np.full(asked.shape, np.nan), where=below > 0)
    return np.where(((asked > 0) & (agreed == 0)).any(axis=0), 0.0, np.prod(rates, axis=0))


def chain_sizes(
    answers: Array, clusters: Codes, labels: Codes, counts: tuple[IntArray, IntArray], confidence: float
) -> tuple[FloatArray, IntArray]:
    r"""Return how many independent events the product of the questions' rates is worth.

    With :math:`p = \prod_s p_s`, the linearised contribution of event i, over the questions it was asked, is

    .. math:: u_i = p \sum_s \frac{x_{is} - p_s}{n_s\, p_s}

    :math:`p (1 - p) / \sum_i u_i^2` is the size without clusters: n where everyone answered all. It is divided by the
    design effect, which is at least 1 and for m clusters with sums :math:`U_a`

    .. math:: \frac{m / (m - 1) \sum_a U_a^2}{n / (n - 1) \sum_i u_i^2}

    and by the squared ratio of Student's t with m - 1 degrees to that with n - 1. Where p is 0 or 1 nothing varies, and
    each cluster counts as one event. One event per cluster gives the number of events, exactly.

    Parameters
    ----------
    answers : int8 (k, p)
    clusters : int32 (p,)
        At least 0; ascending saves a sort.
    labels : int32 (p,)
    counts : two of int64 (k, n_labels)
        What `chain_counts` gave.
    confidence : float
        Of the interval to come.

    Returns
    -------
    sizes : float64 (n_labels,)
        NaN where the product is, and with fewer than two clusters.
    n_clusters : int64 (n_labels,)
        With an event that answered the first question.

    Examples
    --------
    Two events each of three accounts, and the two always agree: worth less than three.

    >>> answers, account = np.array([[1, 1, 0, 0, 0, 0]]), np.array([0, 0, 1, 1, 2, 2])
    >>> label = np.zeros(6, dtype=np.int32)
    >>> sizes, n_clusters = chain_sizes(answers, account, label, chain_counts(answers, label, 1), 0.95)
    >>> sizes.round(2), n_clusters
    (array([0.86]), array([3]))

    Notes
    -----
    E. L. Korn, B. I. Graubard, "Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data", Survey Methodology 24(2), 1998.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

    asked, agreed = counts
    n_labels = asked.shape[1]
    begun = np.flatnonzero(answers[0] >= 0)
    answers, clusters, labels = answers[:, begun], clusters[begun], labels[begun]
    whole = chain_rates(asked, agreed)
    contribution = _contributions(answers, labels, asked, agreed, whole)
    single = label_totals(labels, contribution**2, n_labels)
    grouped = cluster_squares(clusters, labels, contribution, np.zeros(n_labels))[0]
    span = int(clusters.max(initial=0)) + 1
    n_clusters = np.bincount(np.unique(labels.astype(np.int64) * span + clusters) // span, minlength=n_labels)
    sizes = np.full(n_labels, np.nan)
    usable = (n_clusters > 1) & ~np.isnan(whole)
    n, m = asked[0][usable].astype(np.float64), n_clusters[usable].astype(np.float64)
    p, single, grouped = whole[usable], single[usable], grouped[usable]
    varied = (p > 0) & (p < 1)
    simple = np.divide(p * (1 - p), single, out=n.copy(), where=varied)
    effect = np.divide(grouped * m / (m - 1), single * n / (n - 1), out=n / m, where=varied)
    effect = np.where(varied, np.maximum(effect, 1.0), effect)
    level = (1 + confidence) / 2
    sizes[usable] = simple / effect * (stdtrit(n - 1, level) / stdtrit(m - 1, level)) ** 2
    return sizes, n_clusters


def _contributions(answers: Array, labels: Codes, asked: IntArray, agreed: IntArray, whole: FloatArray) -> FloatArray:
    out = np.zeros(len(labels))
    reached = np.ones(len(labels), dtype=np.bool_)
    for given, n, yes in zip(answers, asked, agreed, strict=True):
        heard = np.flatnonzero(reached & (given >= 0))
        label = labels[heard]
        rate = yes[label] / n[label]
        # whole / (n * rate), which is 0 where nobody said yes
        weight = np.divide(whole, yes, out=np.zeros(len(whole)), where=yes > 0)
        out[heard] += (given[heard] - rate) * weight[label]
        reached &= given > 0
    return out


def wilson_bounds(rates: FloatArray, sizes: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's score interval of rates; the number of trials may be a fraction.

    >>> lower, upper = wilson_bounds(np.array([0.8]), np.array([10.0]), 0.95)
    >>> lower.round(6), upper.round(6)
    (array([0.490162]), array([0.943318]))
    """
    from scipy.special import ndtri  # noqa: PLC0415 - heavy, loaded on first use

    square = ndtri((1 + confidence) / 2) ** 2 / sizes
    centre = (rates + square / 2) / (1 + square)
    half = np.sqrt(square * rates * (1 - rates) + square**2 / 4) / (1 + square)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
