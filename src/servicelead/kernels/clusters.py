"""Sums over clusters of correlated elements: what account-clustered variances are made of."""

import itertools

import numpy as np

from servicelead._typing import Codes, FloatArray, IntArray
from servicelead.kernels.segments import block_edges, segment_ids, segment_sums
from servicelead.kernels.totals import label_totals

__all__ = ["cluster_squares", "clustered_error"]

#: Elements handled together, so that a table of one block's clusters by labels stays small.
_BLOCK = 1 << 16


def clustered_error(influence: FloatArray, weight: FloatArray, cluster: Codes | None, n: int) -> float:
    r"""Return the standard error of a statistic from how much each element moves it.

    .. math:: \sqrt{\tfrac{n}{n-1} \sum_a \Big(\sum_{j \in a} w_j \phi_j\Big)^2}

    Parameters
    ----------
    influence : float64 (p,)
        Of one element: its amount in a sum, the distance of its amount from the mean over the sum of weights in a mean.
    weight : float64 (p,)
        How many elements each stands for.
    cluster : int32 (p,) or None
        None where every single element is a unit of its own.
    n : int
        Number of independent units.

    Returns
    -------
    float
        NaN with fewer than two units.

    Examples
    --------
    >>> clustered_error(np.array([1.0, 2.0, -3.0]), np.ones(3), np.array([0, 0, 1]), 2)
    6.0
    """
    if n < 2:
        return float("nan")
    if cluster is None:
        squares = weight * influence**2
    else:
        squares = label_totals(cluster, weight * influence, int(cluster.max(initial=-1)) + 1) ** 2
    return float(np.sqrt(n / (n - 1) * np.sum(squares)))


def cluster_squares(
    cluster: Codes, label: Codes, values: FloatArray, shares: FloatArray, copies: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    r"""Return, per label, the clusters' sums squared and their squared distance from a share of the clusters' totals.

    With :math:`y_{ac}` the sum of the values of cluster a and label c, :math:`y_a = \sum_c y_{ac}` and the share
    :math:`s_c`:

    .. math:: S_c = \sum_a y_{ac}^2, \qquad R_c = \sum_a (y_{ac} - s_c\, y_a)^2

    and the same with fourth powers, which tell how few clusters a sum of squares rests on. Residuals are squared one
    by one, so that no large squares cancel.

    Parameters
    ----------
    cluster : int32 (p,)
        Any order; ascending saves a sort.
    label : int32 (p,)
        In [0, n_labels).
    values : float64 (p,)
    shares : float64 (n_labels,)
    copies : float64 (clusters,), optional
        How many equal clusters each one stands for: of m copies, each has an m-th of its sums. One by default.

    Returns
    -------
    squares, residuals : float64 (n_labels,)
        Clusters without elements add nothing.
    fourths, residual_fourths : float64 (n_labels,)
        The same, of fourth powers.

    Examples
    --------
    >>> squares, residuals, fourths, _ = cluster_squares(
    ...     np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5])
    ... )
    >>> squares, residuals, fourths
    (array([10.,  4.]), array([2.5, 2.5]), array([82., 16.]))
    """
    if len(cluster) and (np.diff(cluster) < 0).any():
        order = np.argsort(cluster, kind="stable")
        cluster, label, values = cluster[order], label[order], values[order]
    n_labels = len(shares)
    offsets = np.append(np.flatnonzero(np.diff(cluster, prepend=-1 - cluster[:1])), len(cluster))
    powers = np.zeros((4, n_labels))
    reached = np.zeros((2, n_labels))
    n_reached = np.zeros(n_labels, dtype=np.int64)
    everything = np.zeros(2)
    for start, stop in itertools.pairwise(block_edges(offsets, max(_BLOCK, n_labels)).tolist()):
        block = offsets[start : stop + 1]
        span = slice(int(block[0]), int(block[-1]))
        owner, kind, sums = _cell_sums(segment_ids(block), label[span], values[span], n_labels)
        whole = segment_sums(values[span], block)
        times = np.ones(len(whole)) if copies is None else copies[cluster[block[:-1]]]
        own, each = sums / times[owner], whole / times
        near, off, wholes = own**2, (own - shares[kind] * each[owner]) ** 2, each**2
        for row, power in enumerate((near, off, near**2, off**2)):
            powers[row] += label_totals(kind, times[owner] * power, n_labels)
        for row, power in enumerate((wholes, wholes**2)):
            reached[row] += label_totals(kind, (times * power)[owner], n_labels)
            everything[row] += float(np.sum(times * power))
        n_reached += np.bincount(kind, minlength=n_labels)
    # Clusters that have nothing of a label are off by all of its share.
    elsewhere = np.where(n_reached == len(offsets) - 1, 0.0, np.maximum(everything[:, None] - reached, 0.0))
    powers[1] += shares**2 * elsewhere[0]
    powers[3] += shares**4 * elsewhere[1]
    squares, residuals, fourths, residual_fourths = powers
    return squares, residuals, fourths, residual_fourths


def _cell_sums(owner: Codes, label: Codes, values: FloatArray, n_labels: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Sum the values of each (cluster, label) that occurs: owner and label of each cell, and its sum."""
    cells = owner.astype(np.int64) * n_labels + label
    n_cells = (int(owner[-1]) + 1) * n_labels
    if n_cells <= 8 * len(cells):
        sums = label_totals(cells, values, n_cells)
        cells = np.arange(n_cells)
    else:  # a table would be mostly holes
        order = np.argsort(cells, kind="stable")
        cells = cells[order]
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        cells, sums = cells[starts], np.add.reduceat(values[order], starts)
    return cells // n_labels, cells % n_labels, sums
