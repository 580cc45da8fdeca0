"""Sparse systems x = start + M x of an absorbing chain, solved sweep by sweep, knowing all along what is missing.

M (n, n) is a CSR matrix that moves flow, or worth, by one step of the chain; states of one class - those with the same
last label, say - follow one another. One *sweep* goes through the classes and hands on at once what it has found
(Gauss and Seidel, by blocks), which takes about half as many products as plain steps. Neither gets far with what goes
round slowly between classes, so every few sweeps that is *settled* in one small dense system, and only the differences
within a class are left to sweep.

Several systems are solved together, one per column, which costs little more than one. A column may have *closed* cells:
what arrives there stays, and goes no further.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from servicelead._typing import Codes, FloatArray, IntArray

__all__ = ["prepared", "solved"]

_CYCLES, _SWEEPS, _BLOCKS = 500, 4, 6


def prepared(matrix: Any, classes: Codes, gather: FloatArray, spread: FloatArray) -> tuple[Any, ...]:
    """Return a matrix as sweeps and settling need it, for `solved`.

    Parameters
    ----------
    matrix : CSR (n, n)
        M.
    classes : int32 (n,)
        Class of each state, ascending.
    gather, spread : float64 (n,)
        Weights by which what is missing is added up in each class, and by which what is settled is handed to its
        states; their products add up to 1 in each class, or are all 0.

    Examples
    --------
    >>> from scipy import sparse
    >>> ones = np.ones(2)
    >>> system = prepared(sparse.csr_array([[0.0, 0.5], [0.5, 0.0]]), np.arange(2, dtype=np.int32), ones, ones)
    >>> start, none = np.array([[3.0], [0.0]]), np.zeros(0, dtype=np.int64)
    >>> found, _ = solved(system, start, importance=ones, tolerance=1e-12, closed=none)
    >>> found.round(6).tolist()
    [[4.0], [2.0]]
    """
    from scipy import sparse  # noqa: PLC0415 - heavy, loaded on first use

    n, n_classes = len(classes), int(classes[-1]) + 1
    cuts = _cuts(classes)
    begins = np.repeat(cuts[:-1], np.diff(cuts))
    is_earlier = matrix.indices < np.repeat(begins, np.diff(matrix.indptr))
    # Rows that are found together, and what reaches them from the blocks before; then what reaches them from behind.
    earlier = _chosen(matrix, is_earlier)
    blocks = [(slice(*own), earlier[slice(*own)]) for own in pairwise(cuts.tolist())]
    later = _chosen(matrix, ~is_earlier)
    ends = np.arange(n + 1)
    to_classes = sparse.csc_array((gather, classes, ends), shape=(n_classes, n)).tocsr()
    to_states = sparse.csr_array((spread, classes, ends), shape=(n, n_classes))
    # The same as matrix @ to_states, which has a class where the matrix has a state.
    onward = sparse.csr_array(
        (matrix.data * spread[matrix.indices], classes[matrix.indices], matrix.indptr.copy()), shape=(n, n_classes)
    )
    onward.sum_duplicates()
    # What a unit that is missing in each class comes to in each; a class that nothing leaves is left to the sweeps.
    between: FloatArray = np.linalg.pinv(np.eye(n_classes) - (to_classes @ onward).toarray()).astype(np.float64)
    return matrix, blocks, later, (to_classes, between, to_states, onward - to_states)


def solved(
    system: tuple[Any, ...],
    start: FloatArray,
    *,
    importance: FloatArray,
    tolerance: float,
    closed: IntArray,
    closed_classes: IntArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return x and what is missing, start + M x - x: in closed cells, what arrived there.

    Parameters
    ----------
    system
        What `prepared` returned.
    start : float64 (n, columns)
    importance : float64 (n,)
    tolerance : float
        Of the sum of importance times what is missing, in the worst column; it is above that only where up to
        2,000 sweeps were not enough.
    closed : int64 (c,)
        Closed cells as places in the flattened (n, columns), ascending; nothing starts there.
    closed_classes : int64 (columns,), optional
        The class that each column's closed cells are. If there are other closed cells, gather and spread must have
        known of them, with weights of 0.

    Returns
    -------
    x : float64 (n, columns)
    missing : float64 (n, columns)

    Examples
    --------
    Of what starts in the first state a tenth goes on to the second, which is closed, and two tenths to the third, which
    sends half of that to the second.

    >>> from scipy import sparse
    >>> onward = sparse.csr_array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.5], [0.2, 0.0, 0.0]])
    >>> system = prepared(onward, np.arange(3, dtype=np.int32), np.ones(3), np.ones(3))
    >>> found, missing = solved(
    ...     system, np.eye(3)[:, :1], importance=np.ones(3), tolerance=1e-12, closed=np.array([1]),
    ...     closed_classes=np.array([1]),
    ... )
    >>> found.round(6).tolist(), missing.round(6).tolist()
    ([[1.0], [0.0], [0.2]], [[0.0], [0.2], [0.0]])
    """
    matrix, blocks, later, classes = system
    firsts = [rows.start * start.shape[1] for rows, _ in blocks]
    by_block = np.split(closed, np.searchsorted(closed, firsts[1:]))
    closed_of_block = [own - first for own, first in zip(by_block, firsts, strict=True)]
    found, missing = np.zeros_like(start), start
    error, settles, sweeps = np.inf, True, _SWEEPS
    for _ in range(_CYCLES):
        if settles:
            missing = _settle(classes, found, missing, closed_classes)
        for _ in range(sweeps):
            _sweep(blocks, missing, closed_of_block)
            found += missing
            missing = later @ missing
        missing.reshape(-1)[closed] = 0.0
        before, error = error, _weighed(importance, missing)
        if error <= tolerance / 2:
            break
        # Sweeps alone never make it worse; settling may, in chains without much of a pattern.
        settles &= error < before
        if 0 < error < before < np.inf:  # the last cycle need not be longer than the ones before let expect
            needed = math.log(tolerance / 2 / error) / math.log(error / before) * sweeps
            sweeps = min(math.floor(needed) + 1, _SWEEPS)
    left: FloatArray = matrix @ found
    left += start
    left -= found
    return found, left


def _sweep(blocks: list[tuple[slice, Any]], missing: FloatArray, closed: list[IntArray]) -> None:
    """Turn what is missing into what one pass through the blocks finds."""
    for (rows, earlier), own in zip(blocks, closed, strict=True):
        part = missing[rows]
        if earlier.nnz:
            part += earlier @ missing
        part.reshape(-1)[own] = 0.0


def _settle(classes: tuple[Any, ...], found: FloatArray, missing: FloatArray, closed: IntArray | None) -> FloatArray:
    """Add what settling between classes finds, and return what is missing then."""
    to_classes, between, to_states, moved = classes
    by_class = between @ (to_classes @ missing)
    if closed is not None:  # the inverse without a row and a column is that with them, less a product of the two
        own = closed, np.arange(len(closed))
        by_class -= between[:, closed] * (by_class[own] / between[closed, closed])
        by_class[own] = 0.0
    found += to_states @ by_class
    left: FloatArray = moved @ by_class
    left += missing
    return left


def _cuts(classes: Codes) -> IntArray:
    """Return where blocks begin and end: about equally long, and whole classes."""
    n = len(classes)
    begins = np.concatenate([[0], np.flatnonzero(np.diff(classes)) + 1, [n]])
    evenly = np.linspace(0, n, _BLOCKS + 1)
    return np.unique(begins[np.searchsorted(begins, evenly)])


def _chosen(matrix: Any, entries: Any) -> Any:
    """Return a CSR matrix of some entries of another."""
    from scipy import sparse  # noqa: PLC0415 - heavy, loaded on first use

    ends = np.append(0, np.cumsum(entries, dtype=matrix.indptr.dtype))[matrix.indptr]
    places = np.flatnonzero(entries)
    return sparse.csr_array((matrix.data[places], matrix.indices[places], ends), shape=matrix.shape)


def _weighed(importance: FloatArray, missing: FloatArray) -> float:
    # Not a matrix product: of long vectors, that waits for threads that may be busy elsewhere.
    return float(np.einsum("i,ij->j", importance, np.abs(missing)).max(initial=0.0))
