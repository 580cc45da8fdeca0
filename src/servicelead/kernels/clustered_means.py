"""Means of two arms whose values come in clusters, and how far their difference may lie off."""

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.kernels.totals import label_totals

__all__ = ["clustered_means"]


def clustered_means(
    is_second: BoolArray, cluster: IntArray, values: FloatArray
) -> tuple[FloatArray, FloatArray, float, IntArray]:
    r"""Return the mean of each arm, its variance, the variance of their difference, and the clusters of each arm.

    With n values of arm g in m clusters and :math:`e_{ga} = \sum_{i \in g, a} (x_i - \bar x_g) / n_g`,

    .. math:: V_g = \frac{m_g}{m_g - 1} \sum_a e_{ga}^2, \qquad
              V = \sum_a \Bigl(\sqrt{\tfrac{m_1}{m_1 - 1}}\, e_{1a} - \sqrt{\tfrac{m_2}{m_2 - 1}}\, e_{2a}\Bigr)^2

    A cluster may have values in both arms; with one value per cluster these are the variances of Welch's t.

    Parameters
    ----------
    is_second : bool (n,)
        The arm of each value.
    cluster : int64 (n,)
        At least 0.
    values : float64 (n,)

    Returns
    -------
    means, variances : float64 (2,)
        NaN for an arm without values, and for the variance of one with a single cluster.
    of_difference : float
        NaN where either variance is.
    n_clusters : int64 (2,)

    Examples
    --------
    >>> means, variances, both, n = clustered_means(
    ...     np.array([False, False, True, True]), np.array([0, 1, 2, 3]), np.array([1.0, 3.0, 0.0, 2.0])
    ... )
    >>> means.tolist(), variances.round(9).tolist(), round(both, 9), n.tolist()
    ([2.0, 1.0], [1.0, 1.0], 2.0, [2, 2])
    """
    size = int(cluster.max(initial=-1)) + 1
    means, parts, n_clusters = np.full(2, np.nan), np.full((2, size), np.nan), np.zeros(2, dtype=np.int64)
    for arm, chosen in enumerate((~is_second, is_second)):
        own, mine = cluster[chosen], values[chosen]
        n_clusters[arm] = np.count_nonzero(np.bincount(own, minlength=size))
        if n_clusters[arm]:
            means[arm] = np.mean(mine)
        if n_clusters[arm] > 1:
            scale = np.sqrt(n_clusters[arm] / (n_clusters[arm] - 1)) / len(mine)
            parts[arm] = scale * label_totals(own, mine - means[arm], size)
    variances = np.where(n_clusters > 1, np.sum(parts**2, axis=1), np.nan)
    difference = float(np.sum((parts[0] - parts[1]) ** 2)) if (n_clusters > 1).all() else float("nan")
    return means, variances, difference, n_clusters
