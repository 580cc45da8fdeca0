"""Coalitions: which labels occur together, and how often each repeats.

A *coalition* is a set of labels, packed into a row of 64-bit words: label ``i`` is bit ``i % 64`` of word ``i // 64``.
"""

import numpy as np

from servicelead._typing import Array, Codes, IntArray
from servicelead.kernels.grouping import compress
from servicelead.kernels.segments import drop_empty, lengths, owners

__all__ = [
    "coalitions_of",
    "distinct_coalitions",
    "members_of",
    "repeats_within",
    "split_weights",
]

_WORD = 64


def coalitions_of(labels: Codes, offsets: IntArray, n_labels: int) -> Array:
    """Return the set of labels of each segment.

    Parameters
    ----------
    labels : int32 (p,)
        In [0, n_labels).
    offsets : int64 (n + 1,)
    n_labels : int

    Returns
    -------
    uint64 (n, w)
        w words hold `n_labels` bits; a segment without elements is the empty set.

    Examples
    --------
    >>> coalitions_of(np.array([0, 2, 0, 1]), np.array([0, 3, 3, 4]), 3).ravel().tolist()
    [5, 0, 2]
    """
    n_words = max(1, -(-n_labels // _WORD))
    packed = np.zeros((len(offsets) - 1, n_words), dtype=np.uint64)
    filled = lengths(offsets) > 0
    starts = (offsets[:-1] - offsets[0])[filled]
    if not len(starts):
        return packed
    for word in range(n_words):
        bits = np.zeros(n_words * _WORD, dtype=np.uint64)
        bits[word * _WORD : (word + 1) * _WORD] = np.uint64(1) << np.arange(_WORD, dtype=np.uint64)
        packed[filled, word] = np.bitwise_or.reduceat(bits.take(labels), starts)
    return packed


def distinct_coalitions(packed: Array) -> tuple[Array, IntArray]:
    """Return the distinct coalitions, and which of them each row is.

    >>> distinct, which = distinct_coalitions(np.array([[5], [2], [5]], dtype=np.uint64))
    >>> distinct.ravel().tolist(), which.tolist()
    ([2, 5], [1, 0, 1])
    """
    if packed.shape[1] == 1:
        words = packed[:, 0]
        single, which = compress(words.astype(np.int64), int(words.max(initial=0)) + 1)
        return single.astype(np.uint64)[:, None], which
    distinct, which = np.unique(packed, axis=0, return_inverse=True)
    return distinct, which.reshape(-1).astype(np.int64)


def members_of(packed: Array) -> tuple[IntArray, Codes]:
    """Return the labels of each coalition, ascending, as a ragged array: offsets and labels.

    >>> offsets, labels = members_of(np.array([[5], [0], [2]], dtype=np.uint64))
    >>> offsets.tolist(), labels.tolist()
    ([0, 2, 2, 3], [0, 2, 1])
    """
    octets = np.ascontiguousarray(packed.astype("<u8")).view(np.uint8).reshape(len(packed), 8 * packed.shape[1])
    rows, labels = np.nonzero(np.unpackbits(octets, axis=1, bitorder="little"))
    counts = np.bincount(rows, minlength=len(packed))
    return np.append(0, np.cumsum(counts)).astype(np.int64), labels.astype(np.int32)


def repeats_within(labels: Codes, offsets: IntArray, n_labels: int) -> tuple[IntArray, IntArray]:
    """Return how often each element's label occurs in its segment, and how many labels each segment has.

    >>> repeats, n_distinct = repeats_within(np.array([0, 2, 0, 1]), np.array([0, 3, 3, 4]), 3)
    >>> repeats.tolist(), n_distinct.tolist()
    ([2, 1, 2, 1], [2, 0, 1])
    """
    n = len(offsets) - 1
    cells = owners(offsets) * n_labels + labels
    if n * n_labels <= 8 * len(cells):
        counts = np.bincount(cells, minlength=n * n_labels)
        return counts.take(cells), np.count_nonzero(counts.reshape(n, n_labels), axis=1)
    present, which, counts = np.unique(cells, return_inverse=True, return_counts=True)
    return counts.take(which), np.bincount(present // n_labels, minlength=n)


def split_weights(repeats: IntArray, n_distinct: IntArray, offsets: IntArray) -> IntArray:
    r"""Return integer weights in proportion to 1 / repeats: each label of a segment weighs the same in all.

    Exact where the least common multiple :math:`L` of a segment's repeats keeps its weights, :math:`L / m_i`, below
    2^60 together; else rounded to 2^-60 of the segment.

    Parameters
    ----------
    repeats : int64 (p,)
    n_distinct : int64 (n,)
        Both from `repeats_within`.
    offsets : int64 (n + 1,)

    Returns
    -------
    int64 (p,)
        A segment's sum to less than 2^61.

    Examples
    --------
    >>> split_weights(np.array([2, 3, 2, 3, 3]), np.array([2]), np.array([0, 5])).tolist()
    [3, 2, 3, 2, 2]
    """
    kept = n_distinct > 0
    offsets, n_distinct = drop_empty(offsets) - offsets[0], n_distinct[kept]
    if not len(n_distinct):
        return np.zeros(0, dtype=np.int64)
    counts = np.diff(offsets)
    multiples = np.lcm.reduceat(repeats, offsets[:-1])
    # A multiple that left 64 bits is no multiple of its numbers any more; whatever is one will do.
    fits = (multiples > 0) & (multiples.astype(np.float64) * n_distinct < 2.0**60)
    multiples = np.where(fits, multiples, 0)
    weights, rest = np.divmod(np.repeat(multiples, counts), repeats)
    exact = np.repeat(fits, counts) & ~np.repeat(np.logical_or.reduceat(rest != 0, offsets[:-1]), counts)
    rounded = np.rint(2.0**60 / (np.repeat(n_distinct, counts) * repeats)).astype(np.int64)
    return np.where(exact, weights, rounded)
