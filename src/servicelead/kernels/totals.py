"""Totals per label."""

import numpy as np

from servicelead._typing import Codes, FloatArray, IntArray

__all__ = ["credit_totals", "exact_label_totals", "label_totals"]


def label_totals(labels: Codes | IntArray, weights: FloatArray, n_labels: int) -> FloatArray:
    """Return the sum of the weights of each label.

    Parameters
    ----------
    labels : int32 (p,)
        In [0, n_labels).
    weights : float64 (p,)
    n_labels : int

    Returns
    -------
    float64 (n_labels,)

    Examples
    --------
    >>> label_totals(np.array([1, 0, 1]), np.array([0.5, 1.0, 0.25]), 3)
    array([1.  , 0.75, 0.  ])
    """
    # numpy types a weighted bincount as counts, and without labels it is one
    return np.bincount(labels, weights=weights, minlength=n_labels).astype(np.float64, copy=False)


def exact_label_totals(labels: Codes, amounts: IntArray, n_labels: int) -> IntArray:
    """Return the sum of the integer amounts of each label, exactly.

    >>> exact_label_totals(np.array([1, 0, 1]), np.array([2**60, 5, 1]), 2).tolist()
    [5, 1152921504606846977]
    """
    totals = np.zeros(n_labels, dtype=np.int64)
    np.add.at(totals, labels, amounts)
    return totals


def credit_totals(
    labels: Codes, weights: FloatArray, offsets: IntArray, amounts: FloatArray, n_labels: int
) -> FloatArray:
    r"""Return, per label, the elements' weights times the amounts of their segments.

    .. math:: T_{ck} = \sum_{i: \text{label}_i = c} w_i A_{s(i) k}

    The labels-by-segments matrix of the weights is sparse, and the segments' offsets are its column pointers: one
    product with the amounts totals all of them in one pass, and nothing is repeated per element.

    Parameters
    ----------
    labels : int32 (p,)
        In [0, n_labels).
    weights : float64 (p,)
        Shares; or any weights, with the amounts divided by their segment's sum.
    offsets : int64 (n + 1,)
    amounts : float64 (n, m)
        Of each segment: conversions and value, say.
    n_labels : int

    Returns
    -------
    float64 (n_labels, m)

    Raises
    ------
    IndexError
        If a label is outside [0, n_labels): the product would write outside its result.

    Examples
    --------
    >>> shares = np.array([0.5, 0.5, 1.0])
    >>> credit_totals(np.array([0, 1, 0]), shares, np.array([0, 2, 3]), np.array([[1.0, 10.0], [1.0, 40.0]]), 2)
    array([[ 1.5, 45. ],
           [ 0.5,  5. ]])
    """
    if not len(labels):
        return np.zeros((n_labels, amounts.shape[1]))
    if labels.min() < 0 or labels.max() >= n_labels:
        message = f"credit_totals.labels must lie in [0, {n_labels}); give missing labels a code of their own"
        raise IndexError(message)
    from scipy import sparse  # noqa: PLC0415 - heavy, loaded on first use

    pointers = (offsets - offsets[0]).astype(np.int32)  # blocks are small; 32 bits match the labels
    shares = sparse.csc_array((weights, labels, pointers), shape=(n_labels, len(offsets) - 1))
    return np.asarray(shares @ amounts, dtype=np.float64)
