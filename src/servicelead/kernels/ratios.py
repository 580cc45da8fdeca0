"""Ratios of sums over independent units, and how far they may lie off."""

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.kernels.grouping import group_sums
from servicelead.kernels.totals import label_totals

__all__ = ["linearised_ratios"]


def linearised_ratios(
    label: IntArray, above: IntArray, below: IntArray, n_labels: int
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    r"""Return both sums per label, and the standard error of their ratio, linearised over the n units of each label.

    .. math:: R = \frac{\sum_a x_a}{\sum_a y_a}, \qquad
              V(R) = \frac{n}{n-1} \frac{\sum_a (x_a - R\, y_a)^2}{(\sum_a y_a)^2}

    Parameters
    ----------
    label : int64 (u,)
        In [0, n_labels); one unit is one account, and no label has an account twice.
    above, below : int64 (u,)
        Counts, or minor units.
    n_labels : int

    Returns
    -------
    above, below : int64 (n_labels,)
    error : float64 (n_labels,)
        NaN where there is none: fewer than two units, or nothing to divide by.
    n : int64 (n_labels,)
        Units.

    Raises
    ------
    OverflowError
        If a sum lies beyond 64 bits.

    Examples
    --------
    >>> above, below, error, n = linearised_ratios(np.array([0, 0]), np.array([3, 1]), np.array([2, 2]), 1)
    >>> above.tolist(), below.tolist(), error.tolist(), n.tolist()
    ([4], [4], [0.5], [2])
    """
    sums = [group_sums(label, column, n_labels) for column in (above, below)]
    n = np.bincount(label, minlength=n_labels)
    fits = (sums[1] > 0) & (n > 1)
    ratio = np.divide(sums[0], sums[1], out=np.zeros(n_labels), where=sums[1] > 0)
    squares = label_totals(label, (above - ratio[label] * below) ** 2, n_labels)
    variance = np.divide(n * squares, np.maximum(n - 1, 1), out=np.zeros(n_labels), where=fits)
    error = np.divide(np.sqrt(variance), sums[1], out=np.full(n_labels, np.nan), where=fits)
    return sums[0], sums[1], error, n
