"""Equal rows of small integers put together, and exact sums over them."""

import numpy as np

from servicelead._typing import Codes, FloatArray, IntArray

__all__ = ["compress", "group_rows", "group_sums", "occurrences", "packed"]

_DENSE = 1 << 22
_LARGEST = 2.0**62
_EXACT = 2.0**53


def compress(packed: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Return the distinct numbers, ascending, and which of them each one is.

    By a table of what is present, several times as fast as sorting, unless the table would be far larger than the data.

    Parameters
    ----------
    packed : int64 (p,)
        In [0, size).
    size : int

    Examples
    --------
    >>> compress(np.array([7, 2, 7]), size=10)
    (array([2, 7]), array([1, 0, 1]))
    """
    if size > max(_DENSE, 4 * len(packed)):
        present, inverse = np.unique(packed, return_inverse=True)
        return present, inverse.astype(np.int64)
    seen = np.zeros(size, dtype=np.bool_)
    seen[packed] = True
    present = np.flatnonzero(seen)
    place = np.empty(size, dtype=np.int64)
    place[present] = np.arange(len(present))
    return present, place[packed]


def packed(rows: Codes) -> tuple[IntArray, int]:
    """Return one number for each row, in lexicographic order, and one that is above all of them.

    Where a row does not fit into 62 bits, what its first columns say is numbered instead.

    Parameters
    ----------
    rows : int32 (n, width)

    Examples
    --------
    >>> packed(np.array([[1, 0], [-1, 2], [1, 1]], dtype=np.int32))
    (array([6, 2, 7]), 9)
    """
    numbers, size = np.zeros(len(rows), dtype=np.int64), 1
    for strided in rows.T if len(rows) else ():
        column = np.ascontiguousarray(strided)  # read three times
        lowest = int(column.min())
        span = int(column.max()) - lowest + 1
        if size * span >= _LARGEST:
            present, numbers = compress(numbers, size)
            size = len(present)
        numbers *= span
        numbers += column
        numbers -= lowest
        size *= span
    return numbers, size


def group_rows(rows: Codes) -> tuple[Codes, IntArray]:
    """Return the distinct rows in lexicographic order, and which of them each row is.

    Parameters
    ----------
    rows : int32 (n, width)

    Returns
    -------
    distinct : int32 (m, width)
    ids : int64 (n,)

    Examples
    --------
    >>> distinct, ids = group_rows(np.array([[1, 0], [-1, 2], [1, 0]], dtype=np.int32))
    >>> distinct.tolist(), ids.tolist()
    ([[-1, 2], [1, 0]], [1, 0, 1])
    """
    present, ids = compress(*packed(rows))
    place = np.empty(len(present), dtype=np.int64)
    place[ids] = np.arange(len(rows))
    return rows[place], ids


def group_sums(ids: IntArray, amounts: IntArray, n_groups: int) -> IntArray:
    """Return the exact sum of each group's integers.

    Raises
    ------
    OverflowError
        If a sum lies beyond 64 bits.

    Examples
    --------
    >>> group_sums(np.array([1, 0, 1]), np.array([2**60, 5, 1]), 2).tolist()
    [5, 1152921504606846977]
    """
    magnitudes = np.abs(amounts.astype(np.float64))
    if float(np.sum(magnitudes)) < _EXACT:  # then floats are as exact, and several times as fast
        return np.bincount(ids, weights=amounts, minlength=n_groups).astype(np.int64, copy=False)
    sizes = np.bincount(ids, weights=magnitudes, minlength=n_groups)
    totals = np.zeros(n_groups, dtype=np.int64)
    np.add.at(totals, ids, amounts)  # wraps past 2^63
    for group in np.flatnonzero(sizes >= _LARGEST).tolist():
        # A NumPy scalar would wrap as well; Python's whole numbers do not.
        if int(totals[group]) != sum(amounts[ids == group].tolist()):
            raise OverflowError("group_sums: a sum lies beyond 64 bits")
    return totals


def occurrences(rows: Codes, counts: IntArray, asked: Codes) -> FloatArray:
    """Return the total count of the rows that equal each row asked for; 0 where none does.

    Parameters
    ----------
    rows : int32 (n, width)
        Repeated or not.
    counts : int64 (n,)
    asked : int32 (m, width)

    Examples
    --------
    >>> occurrences(np.array([[1], [2], [1]]), np.array([5, 1, 2]), np.array([[1], [3]])).tolist()
    [7.0, 0.0]
    """
    distinct, ids = group_rows(np.concatenate([rows, asked]))
    totals = np.bincount(ids[: len(rows)], weights=counts, minlength=len(distinct))
    return totals[ids[len(rows) :]].astype(np.float64, copy=False)
