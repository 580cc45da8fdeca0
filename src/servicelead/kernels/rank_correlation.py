"""Whether two columns put the same things first."""

import numpy as np

from servicelead._typing import FloatArray

__all__ = ["rank_correlation"]


def rank_correlation(first: FloatArray, second: FloatArray) -> float:
    r"""Return Spearman's rank correlation: Pearson's, of the ranks; those that tie share their mean rank.

    Parameters
    ----------
    first, second : float64 (n,)
        Finite.

    Returns
    -------
    float
        In [-1, 1]; NaN of fewer than two elements, or where all of either column tie.

    Notes
    -----
    C. Spearman, "The proof and measurement of association between two things", American Journal of Psychology 15, 1904.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([10.0, 30.0, 20.0]))
    0.5
    """
    one, other = (_centred_ranks(column) for column in (first, second))
    scale = float(np.sqrt(np.sum(one**2) * np.sum(other**2)))
    return float(np.clip(np.sum(one * other) / scale, -1.0, 1.0)) if scale else float("nan")


def _centred_ranks(column: FloatArray) -> FloatArray:
    """Return ranks from 1, less their mean."""
    _, level, counts = np.unique(column, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    return mean_rank[level] - (len(column) + 1) / 2
