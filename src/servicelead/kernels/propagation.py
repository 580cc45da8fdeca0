"""Where the flow of a large absorbing chain ends, by iteration with a bound on the error.

The chain is sparse: `shares` (n, n) is a sparse matrix, row i the shares of what leaves state i that go to each other
state; what a row lacks to 1 leaves the chain. States of one class - those with the same last label, say - follow one
another; how the systems are solved is told in `servicelead.kernels.sweeps`.

All functions stop when the error of what follows from their result is proven to be small, and return that proof.
"""

from typing import Any

import numpy as np

from servicelead._typing import Codes, FloatArray
from servicelead.kernels.sweeps import prepared, solved

__all__ = ["paid_via", "visits", "worth"]

#: Cells of the arrays that flow via classes is worked out in: 32 MB each.
_CELLS = 1 << 22


def worth(
    shares: Any, pay: FloatArray, likely: FloatArray, classes: Codes, *, tolerance: float
) -> tuple[FloatArray, FloatArray]:
    r"""Return what a state's flow is worth in the end, :math:`h = p + Q h`, and what is still missing.

    Parameters
    ----------
    shares : sparse (n, n)
        Q.
    pay : float64 (n, kinds)
        p: what is paid on leaving each state, per unit of flow, for each kind of payment.
    likely : float64 (n,)
        Flow through each state per unit of flow from the start.
    classes : int32 (n,)
        Class of each state, ascending.
    tolerance : float
        Of the worth of the start.

    Returns
    -------
    worth : float64 (n, kinds)
    residual : float64 (n, kinds)
        p + Q h - h; the worth of the start is wrong by at most the sum of ``likely * abs(residual)``, which is above
        the tolerance only where up to 2,000 sweeps were not enough.

    Examples
    --------
    >>> from scipy import sparse
    >>> shares = sparse.csr_array([[0.0, 0.5], [0.5, 0.0]])
    >>> found, _ = worth(shares, np.array([[0.0], [0.3]]), np.ones(2), np.array([0, 1]), tolerance=1e-12)
    >>> found.round(6).tolist()
    [[0.2], [0.4]]
    """
    system = prepared(shares.tocsr(), classes, _parts(likely, classes), np.ones(len(classes)))
    return solved(system, pay, importance=likely, tolerance=tolerance, closed=np.zeros(0, dtype=np.int64))


def visits(
    shares: Any,
    start: FloatArray,
    likely: FloatArray,
    classes: Codes,
    *,
    importance: FloatArray,
    tolerance: float,
) -> tuple[FloatArray, FloatArray]:
    r"""Return the flow through each state, :math:`x = s + x Q`, and what is still missing.

    Parameters
    ----------
    shares : sparse (n, n)
        Q, best by columns. Flow in a loop that nothing leaves goes round for ever: cut such loops first.
    start : float64 (n,)
        s: where the flow begins.
    likely : float64 (n,)
        Roughly the flow through each state, at least 0; a better guess takes fewer sweeps. Flow that enters a state
        where this is 0 ends there.
    classes : int32 (n,)
        Class of each state, ascending.
    importance : float64 (n,)
        What a unit of flow that has not ended can at most still be worth in each state.
    tolerance : float
        Of what the flow that has not ended can be worth.

    Returns
    -------
    visits : float64 (n,)
    residual : float64 (n,)
        s + x Q - x; what the flow is worth is wrong by at most the sum of ``importance * abs(residual)``, which is
        above the tolerance only where up to 2,000 sweeps were not enough.

    Examples
    --------
    >>> from scipy import sparse
    >>> shares = sparse.csr_array([[0.0, 0.5], [0.5, 0.0]])
    >>> once = np.array([1.0, 0.0])
    >>> found, _ = visits(shares, once, np.ones(2), np.array([0, 1]), importance=np.ones(2), tolerance=1e-12)
    >>> found.round(6).tolist()
    [1.333333, 0.666667]
    """
    closed = np.flatnonzero(likely == 0)
    is_open = (likely > 0).astype(np.float64)
    system = prepared(shares.T.tocsr(), classes, is_open, _parts(likely, classes))
    found, residual = solved(system, start[:, None], importance=importance, tolerance=tolerance, closed=closed)
    residual[closed] = 0.0
    return found[:, 0], residual[:, 0]


def paid_via(
    shares: Any,
    pay: FloatArray,
    likely: FloatArray,
    classes: Codes,
    *,
    importance: FloatArray,
    tolerance: float,
) -> tuple[FloatArray, FloatArray]:
    r"""Return what is paid to the flow from the start that visits each class, from its first visit on.

    Whatever passes a state of the class has visited it, and how much passes is known. From there it goes on, class by
    class, until it comes back or leaves the chain: with Q without the steps into class c, and :math:`\ell` the likely
    flow,

    .. math:: y = \ell_c Q_c + y\, Q_c, \qquad \sum_{i \in c} \ell_i p_i + \sum_{i \notin c} y_i p_i

    a sum of numbers of one sign, but for rounding, where all is paid and nothing owed.

    Parameters
    ----------
    shares : sparse (n, n)
        As in `visits`.
    pay : float64 (n, kinds)
        p: what is paid on leaving each state, per unit of flow, for each kind of payment.
    likely : float64 (n,)
        Flow through each state per unit of flow from the start, above 0: exactly.
    classes : int32 (n,)
        Class of each state, ascending; the first state is the start, and alone in its class.
    importance : float64 (n,)
        What a unit of flow can at most still be paid in each state.
    tolerance : float
        Of what the flow that was not followed to its end can be paid.

    Returns
    -------
    paid : float64 (last class, kinds)
        For each class but that of the start.
    missing : float64 (last class,)
        What is not followed to its end can be paid that much at most; it is above the tolerance only where up to
        2,000 sweeps were not enough.

    Examples
    --------
    A third of what starts goes to either class, and pays 1 there; from class 1, half goes on to class 2.

    >>> from scipy import sparse
    >>> shares = sparse.csr_array([[0.0, 1 / 3, 1 / 3], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0]])
    >>> paid, _ = paid_via(
    ...     shares, np.array([[0.0], [1.0], [1.0]]), np.array([1.0, 1 / 3, 1 / 2]), np.arange(3),
    ...     importance=np.full(3, 2.0), tolerance=1e-12,
    ... )
    >>> paid.round(6).tolist()
    [[0.5], [0.5]]
    """
    n, last = len(classes), int(classes[-1])
    onward = shares.T.tocsr()
    system = prepared(onward, classes, np.ones(n), _parts(likely, classes))
    bounds = np.searchsorted(classes, np.arange(last + 2))
    paid = np.stack([np.bincount(classes, likely * each)[1:] for each in pay.T], axis=1).astype(np.float64, copy=False)
    missing = np.zeros(last)
    at_once = max(1, _CELLS // n)
    for first in range(1, last + 1, at_once):
        own = np.arange(first, min(first + at_once, last + 1))
        states = np.arange(bounds[own[0]], bounds[own[-1] + 1])
        closed = states * len(own) + (classes[states].astype(np.int64) - first)
        start = np.zeros((n, len(own)))
        start.reshape(-1)[closed] = likely[states]
        start = onward @ start
        start.reshape(-1)[closed] = 0.0
        found, left = solved(
            system, start, importance=importance, tolerance=tolerance, closed=closed, closed_classes=own
        )
        left.reshape(-1)[closed] = 0.0
        # Not matrix products: of long vectors, those wait for threads that may be busy elsewhere.
        for kind, each in enumerate(pay.T):
            paid[own - 1, kind] += np.einsum("i,ij->j", each, found)
        missing[own - 1] = np.einsum("i,ij->j", importance, np.abs(left))
    return paid, missing


def _parts(likely: FloatArray, classes: Codes) -> FloatArray:
    """Return each state's part of its class."""
    whole = np.bincount(classes, weights=likely)
    parts: FloatArray = likely / np.where(whole > 0, whole, 1.0)[classes]
    return parts
