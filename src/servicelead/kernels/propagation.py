"""Where the flow of a large absorbing chain ends, by iteration with a bound on the error.

The chain is sparse: `shares` (n, n) is a CSR matrix, row i the shares of what leaves state i that go to each other
state; what a row lacks to 1 leaves the chain. Plain iteration would need as many steps as a journey may have. So every
few steps what is still missing is settled between *classes* of states - those with the same last label, say - in one
small dense system, and only the differences within a class are left to iterate.

Both functions stop when the error of what follows from their result is proven to be small, and return that proof.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from servicelead._typing import Codes, FloatArray

__all__ = ["visits", "worth"]

_CYCLES, _STEPS = 500, 4


def worth(
    shares: Any, pay: FloatArray, likely: FloatArray, classes: Codes, *, tolerance: float
) -> tuple[FloatArray, FloatArray]:
    r"""Return what a state's flow is worth in the end, :math:`h = p + Q h`, and what is still missing.

    Parameters
    ----------
    shares : CSR (n, n)
        Q.
    pay : float64 (n,)
        p: what is paid on leaving each state, per unit of flow.
    likely : float64 (n,)
        Flow through each state per unit of flow from the start.
    classes : int32 (n,)
        Class of each state.
    tolerance : float
        Of the worth of the start.

    Returns
    -------
    worth : float64 (n,)
    residual : float64 (n,)
        p + Q h - h; the worth of the start is wrong by at most the sum of ``likely * abs(residual)``, which is above
        the tolerance only where 2,000 steps were not enough.

    Examples
    --------
    >>> from scipy import sparse
    >>> shares = sparse.csr_array([[0.0, 0.5], [0.5, 0.0]])
    >>> found, _ = worth(shares, np.array([0.0, 0.3]), np.ones(2), np.array([0, 1]), tolerance=1e-12)
    >>> found.round(6).tolist()
    [0.2, 0.4]
    """
    weights, settled = _between(shares, likely, classes)

    def between(missing: FloatArray) -> FloatArray:
        by_class = settled @ np.bincount(classes, weights=missing * weights, minlength=len(settled))
        change: FloatArray = by_class[classes]
        return change

    return _iterated(lambda flow: shares @ flow, between, pay, likely, tolerance)


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
    shares : CSR (n, n)
        Q. Flow in a loop that nothing leaves goes round for ever: cut such loops first.
    start : float64 (n,)
        s: where the flow begins.
    likely : float64 (n,)
        Roughly the flow through each state, at least 0; a better guess takes fewer steps. Flow that enters a state
        where this is 0 ends there.
    classes : int32 (n,)
        Class of each state.
    importance : float64 (n,)
        What a unit of flow that has not ended can at most still be worth in each state.
    tolerance : float
        Of what the flow that has not ended can be worth.

    Returns
    -------
    visits : float64 (n,)
    residual : float64 (n,)
        s + x Q - x; what the flow is worth is wrong by at most the sum of ``importance * abs(residual)``, which is
        above the tolerance only where 2,000 steps were not enough.

    Examples
    --------
    >>> from scipy import sparse
    >>> shares = sparse.csr_array([[0.0, 0.5], [0.5, 0.0]])
    >>> once = np.array([1.0, 0.0])
    >>> found, _ = visits(shares, once, np.ones(2), np.array([0, 1]), importance=np.ones(2), tolerance=1e-12)
    >>> found.round(6).tolist()
    [1.333333, 0.666667]
    """
    weights, settled = _between(shares, likely, classes)
    onward = shares.T  # as CSC, without a copy
    is_open = likely > 0

    def between(missing: FloatArray) -> FloatArray:
        by_class = np.bincount(classes, weights=missing, minlength=len(settled)) @ settled
        change: FloatArray = by_class[classes] * weights
        return change

    def step(flow: FloatArray) -> FloatArray:
        moved: FloatArray = onward @ flow
        moved *= is_open
        return moved

    return _iterated(step, between, start, importance, tolerance)


def _iterated(
    step: Callable[[FloatArray], FloatArray],
    between: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    importance: FloatArray,
    tolerance: float,
) -> tuple[FloatArray, FloatArray]:
    """Return x = start + step(x), as good as the tolerance wants it, and start + step(x) - x."""
    found, missing = np.zeros_like(start), start
    error, settles = _weighed(importance, start), True
    for _ in range(_CYCLES):
        for _ in range(_STEPS):
            found += missing
            missing = step(missing)
        if settles:
            change = between(missing)
            changed = step(change)
            changed += missing
            changed -= change
            # Steps alone never make it worse; settling between classes may, in chains without much of a pattern.
            settles = _weighed(importance, changed) < error
            if settles:
                found += change
                missing = changed
        error = _weighed(importance, missing)
        if error <= tolerance / 2:
            break
    return found, start + step(found) - found


def _weighed(importance: FloatArray, missing: FloatArray) -> float:
    # Not a dot product: of long vectors, that waits for threads that may be busy elsewhere.
    return float(np.sum(importance * np.abs(missing)))


def _between(shares: Any, likely: FloatArray, classes: Codes) -> tuple[FloatArray, FloatArray]:
    """Return each state's part of its class, and how often a unit of flow in each class visits each before it ends."""
    n_classes = int(classes.max()) + 1
    whole = np.bincount(classes, weights=likely, minlength=n_classes)
    weights = likely / np.where(whole > 0, whole, 1.0)[classes]
    source = np.repeat(np.arange(len(classes)), np.diff(shares.indptr))
    cells = classes[source].astype(np.int64) * n_classes + classes[shares.indices]
    flow = np.bincount(
        cells, weights=shares.data * weights[source] * (likely > 0)[shares.indices], minlength=n_classes**2
    )
    # A class of which nothing is likely, or that nothing leaves, is left to the iteration.
    settled = np.linalg.pinv(np.eye(n_classes) - flow.reshape(n_classes, n_classes))
    return weights, settled.astype(np.float64, copy=False)
