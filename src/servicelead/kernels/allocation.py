"""Splitting whole minor units so that the parts add up to the total, exactly."""

import itertools

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.kernels.segments import block_edges, owners, segment_sums

__all__ = ["allocate", "allocate_equally", "share_weights"]

#: Elements handled together: they stay in the processor's cache, and their segments number few enough bits.
_BLOCK = 1 << 16
_LIMIT = 2.0**63
_HALF_BITS = 31


def share_weights(shares: FloatArray) -> IntArray:
    """Return shares as integer weights, rounded to 2^-60 of the whole.

    >>> share_weights(np.array([0.5, 0.25])).tolist()
    [576460752303423488, 288230376151711744]
    """
    return np.rint(shares * 2.0**60).astype(np.int64)


def allocate_equally(totals: IntArray, offsets: IntArray) -> IntArray:
    """Split each segment's total equally over its elements.

    Of ``total = q n + r`` every element receives q and the first r receive one more: the largest remainder method
    when all weights are equal.

    Parameters
    ----------
    totals : int64 (n,)
        Above -2^63; a negative total is the negated split of its absolute value.
    offsets : int64 (n + 1,)

    Returns
    -------
    int64 (p,)
        An empty segment's total goes nowhere.

    Examples
    --------
    >>> allocate_equally(np.array([100, -5]), np.array([0, 3, 5]))
    array([34, 33, 33, -3, -2])
    """
    parts = np.empty(int(offsets[-1] - offsets[0]), dtype=np.int64)
    for start, stop in itertools.pairwise(block_edges(offsets, _BLOCK).tolist()):
        block = offsets[start : stop + 1]
        counts = np.diff(block)
        quotients, remainders = np.divmod(np.abs(totals[start:stop]), np.maximum(counts, 1))
        signs = np.sign(totals[start:stop])
        amounts = np.stack([(quotients + 1) * signs, quotients * signs], axis=1)
        runs = np.stack([np.minimum(remainders, counts), counts - np.minimum(remainders, counts)], axis=1)
        parts[block[0] - offsets[0] : block[-1] - offsets[0]] = np.repeat(amounts.ravel(), runs.ravel())
    return parts


def allocate(totals: IntArray, weights: IntArray, offsets: IntArray) -> IntArray:
    r"""Split each segment's total over its elements in proportion to integer weights, by the largest remainder method.

    Every element receives :math:`\lfloor V w_i / \sum_j w_j \rfloor`; the units left over go to the largest
    remainders, ties to the earliest element. The parts add up to the total, and each is within one unit of its exact
    part. Only 64-bit integers are used, and no product is ever inexact.

    Parameters
    ----------
    totals : int64 (n,)
        Above -2^63; a negative total is the negated split of its absolute value.
    weights : int64 (p,)
        At least 0; a segment's weights sum to less than 2^61. Where all are 0, the split is equal.
    offsets : int64 (n + 1,)

    Returns
    -------
    int64 (p,)
        An empty segment's total goes nowhere.

    Notes
    -----
    The largest remainder (Hamilton) method; see Balinski and Young, *Fair Representation*, 1982.

    Examples
    --------
    >>> allocate(np.array([100, -100]), np.array([2, 1, 2, 1, 1, 1]), np.array([0, 3, 6]))
    array([ 40,  20,  40, -34, -33, -33])
    """
    parts = np.empty(len(weights), dtype=np.int64)
    for start, stop in itertools.pairwise(block_edges(offsets, _BLOCK).tolist()):
        block = offsets[start : stop + 1] - offsets[0]
        span = slice(int(block[0]), int(block[-1]))
        parts[span] = _allocate_block(totals[start:stop], weights[span], block - block[0])
    return parts


def _allocate_block(totals: IntArray, weights: IntArray, offsets: IntArray) -> IntArray:
    counts = np.diff(offsets)
    ids = owners(offsets)
    wholes = segment_sums(weights, offsets)
    if not wholes.all():
        hollow = wholes == 0
        weights = np.where(hollow.take(ids), 1, weights)
        wholes = np.where(hollow, np.maximum(counts, 1), wholes)
    magnitudes = np.abs(totals)
    parts, remainders = _divide(magnitudes, weights, wholes, ids)
    leftovers = magnitudes - segment_sums(parts, offsets)
    parts += _largest(remainders, np.where(counts > 0, leftovers, 0), ids, offsets)
    if (totals < 0).any():
        parts *= np.sign(totals).take(ids)
    return parts


def _divide(amounts: IntArray, weights: IntArray, wholes: IntArray, ids: IntArray) -> tuple[IntArray, IntArray]:
    """Quotient and remainder of amount x weight / whole, though the product need not fit into 64 bits.

    Amounts and wholes belong to segments, weights to elements.
    """
    if _is_safe(int(amounts.max(initial=0)), int(wholes.max(initial=0))):
        return _divide_by_guess(amounts, weights, wholes, ids)
    # Write the amount as high * 2^31 + low: each of the three divisions is safe for wholes below 2^61.
    high, low = amounts >> _HALF_BITS, amounts & ((1 << _HALF_BITS) - 1)
    high_quotients, rest = _divide_by_guess(high, weights, wholes, ids)
    middle_quotients, rest = _divide_by_guess(np.full_like(amounts, 1 << _HALF_BITS), rest, wholes, ids)
    low_quotients, low_rest = _divide_by_guess(low, weights, wholes, ids)
    rest += low_rest
    wholes = wholes.take(ids)
    carries = rest >= wholes
    return (high_quotients << _HALF_BITS) + middle_quotients + low_quotients + carries, rest - wholes * carries


def _is_safe(amount: int, whole: int) -> bool:
    # Five roundings put the guessed quotient at most 5 * 2^-53 of the amount away, flooring one more; the residual,
    # that many wholes, must fit into 63 bits.
    return amount < 2**62 and (amount * 5.5 * 2.0**-53 + 2.0) * whole < _LIMIT


def _divide_by_guess(
    amounts: IntArray, weights: IntArray, wholes: IntArray, ids: IntArray
) -> tuple[IntArray, IntArray]:
    # The residual of a guess is small, so computing it modulo 2^64 gives it exactly.
    quotients = np.floor(weights * (amounts / wholes).take(ids)).astype(np.int64)
    wholes = wholes.take(ids)
    remainders = amounts.take(ids) * weights
    remainders -= quotients * wholes
    missed = np.flatnonzero((remainders < 0) | (remainders >= wholes))  # few: 64-bit division is slow
    corrections, remainders[missed] = np.divmod(remainders[missed], wholes[missed])
    quotients[missed] += corrections
    return quotients, remainders


def _largest(remainders: IntArray, wanted: IntArray, ids: IntArray, offsets: IntArray) -> BoolArray:
    """Mark the `wanted` largest remainders of each segment, fewer than it has elements, the earliest where they tie.

    One sort of packed keys (segment, falling remainder) puts the last remainder to be marked at a known place of its
    segment; every larger one is marked. Where more elements equal it than are wanted, the low bits that did not fit
    into the key decide, then the order of the elements.
    """
    segments = np.flatnonzero(wanted)
    if not len(segments):
        return np.zeros(len(remainders), dtype=np.bool_)
    bits = 63 - len(wanted).bit_length()
    dropped = max(0, int(remainders.max()).bit_length() - bits)
    keys = ((ids + 1) << bits) - 1 - (remainders >> dropped)
    ordered = np.sort(keys)
    ends = offsets[segments] + wanted[segments]
    last = np.full(len(wanted), -1)
    last[segments] = ordered[ends - 1]
    tied = segments[ordered[ends - 1] == ordered[ends]]
    marked = keys <= last.take(ids)
    if len(tied):
        starts = np.searchsorted(ordered, last[tied], side="left")
        counts = np.searchsorted(ordered, last[tied], side="right") - starts
        threshold = np.full(len(wanted), -1)
        threshold[tied] = last[tied]
        rows = np.flatnonzero(keys == threshold.take(ids))
        marked[rows] = _settle(remainders[rows], offsets[tied] + wanted[tied] - starts, counts, dropped)
    return marked


def _settle(remainders: IntArray, wanted: IntArray, counts: IntArray, dropped: int) -> BoolArray:
    """Mark the `wanted` of each run of `counts` remainders that differ in their `dropped` low bits at most."""
    starts = np.cumsum(counts) - counts
    if dropped:
        ids = np.repeat(np.arange(len(counts)), counts)
        return _largest(remainders & ((1 << dropped) - 1), wanted, ids, np.append(starts, len(ids)))
    ranks = np.arange(len(remainders)) - np.repeat(starts, counts)
    return ranks < np.repeat(wanted, counts)
