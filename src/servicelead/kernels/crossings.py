"""When a capped sum of decaying terms first rises to a level between events.

Between two events every term fades alone: ``a_k 2^(-r_k s)``. Positive terms only fall, but where a negative one fades
faster the sum can rise. Caps cut the span into pieces within which each term, and each group's sum, is either constant
or a plain sum of exponentials; and the zeros of such a sum lie one each between those of a sum with one term fewer
(Rolle), so that bisection between them misses none, however short the rise.
"""

import numpy as np

from servicelead._typing import FloatArray, IntArray

__all__ = ["exponential_zeros", "first_rises"]

_BISECTIONS = 64


def exponential_zeros(amplitudes: FloatArray, rates: FloatArray, spans: FloatArray) -> FloatArray:
    """Return where sums of exponentials change sign, each within its span.

    ``sum_k amplitudes[i, k] * 2 ** (-rates[k] * s)`` for s in [0, spans[i]].

    Parameters
    ----------
    amplitudes : float64 (n, n_rates)
    rates : float64 (n_rates,)
        Distinct.
    spans : float64 (n,)
        At least 0.

    Returns
    -------
    float64 (n, n_rates - 1)
        Ascending; missing ones are NaN, and last. By Descartes' rule there are never more.

    Examples
    --------
    >>> exponential_zeros(np.array([[1.0, -2.0]]), np.array([0.0, 0.1]), np.array([50.0])).round(6)
    array([[10.]])
    """
    n, n_rates = amplitudes.shape
    if n_rates < 2:
        return np.empty((n, 0))
    # The derivative of the sum, divided by its first exponential, has that term no more; between its zeros the divided
    # sum only rises or only falls.
    turns = exponential_zeros(amplitudes[:, 1:] * (rates[0] - rates[1:]), rates[1:], spans)
    last = spans[:, None]
    edges = np.concatenate([np.zeros((n, 1)), np.where(np.isnan(turns), last, turns), last], axis=1)
    below = _values(amplitudes, rates, edges) < 0
    row, piece = np.nonzero(below[:, :-1] != below[:, 1:])
    low, high = edges[row, piece], edges[row, piece + 1]
    terms, rising = amplitudes[row], below[row, piece]
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        before = (_values(terms, rates, middle[:, None])[:, 0] < 0) == rising
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    zeros = np.full((n, n_rates - 1), np.nan)
    zeros[row, piece] = high
    zeros.sort(axis=1)
    return zeros


def first_rises(
    totals: FloatArray,
    rates: FloatArray,
    levels: FloatArray,
    spans: FloatArray,
    *,
    caps: FloatArray,
    groups: IntArray,
    group_caps: FloatArray,
) -> FloatArray:
    """Return how long each capped sum, below its level now, takes to rise to it.

    Parameters
    ----------
    totals : float64 (n, n_terms)
        What each term is worth now, before its cap.
    rates : float64 (n_terms,)
        Halvings per unit of time, at least 0.
    levels : float64 (n,)
        What the groups' capped sums have to add up to.
    spans : float64 (n,)
        Where to stop looking.
    caps, groups, group_caps
        As `servicelead.kernels.points.capped_sums` takes them.

    Returns
    -------
    float64 (n,)
        NaN where it does not happen within the span.

    Examples
    --------
    >>> free, one = np.array([np.inf, np.inf]), np.array([np.inf])
    >>> first_rises(
    ...     np.array([[30.0, -20.0]]), np.array([1 / 30, 1 / 7]), np.array([15.0]), np.array([30.0]),
    ...     caps=free, groups=np.array([0, 0]), group_caps=one,
    ... ).round(4)
    array([5.8479])
    """
    owner, start, stop = np.arange(len(totals)), np.zeros(len(totals)), spans
    with np.errstate(divide="ignore", invalid="ignore"):
        released = np.log2(np.abs(totals) / caps) / rates  # when a term has faded to its cap
    owner, start, stop = _cut(owner, start, stop, released)
    distinct, column = np.unique(np.append(0.0, rates), return_inverse=True)
    sums = np.zeros((len(owner), len(group_caps), len(distinct)))
    for term, group in enumerate(groups.tolist()):
        begun, middle = (totals[owner, term] * np.exp2(-rates[term] * at) for at in (start, 0.5 * (start + stop)))
        held = np.abs(middle) > caps[term]
        sums[:, group, column[term + 1]] += np.where(held, 0.0, begun)
        sums[held, group, 0] += np.sign(middle[held]) * caps[term]  # the first rate is 0: a constant
    for group in np.flatnonzero(np.isfinite(group_caps)).tolist():
        reached = []
        for bound in (-group_caps[group], group_caps[group]):
            beyond = sums[:, group].copy()
            beyond[:, 0] -= bound
            reached.append(exponential_zeros(beyond, distinct, stop - start))
        piece, later, stop = _cut(np.arange(len(owner)), start, stop, start[:, None] + np.concatenate(reached, axis=1))
        sums = sums[piece] * np.exp2(-distinct * (later - start[piece])[:, None])[:, None, :]
        owner, start = owner[piece], later
        middle = _values(sums[:, group], distinct, 0.5 * (stop - start)[:, None])[:, 0]
        held = np.abs(middle) > group_caps[group]
        sums[held, group] = 0.0
        sums[held, group, 0] = np.sign(middle[held]) * group_caps[group]
    lacking = sums.sum(axis=1)
    lacking[:, 0] -= levels[owner]
    zeros = exponential_zeros(lacking, distinct, stop - start)
    first = zeros[:, 0] if zeros.shape[1] else np.full(len(owner), np.nan)
    first = np.where(lacking.sum(axis=1) >= 0, 0.0, first)  # a piece may begin on the very level
    rises = np.full(len(totals), np.inf)
    np.minimum.at(rises, owner, np.where(np.isnan(first), np.inf, start + first))
    return np.where(np.isinf(rises), np.nan, rises)


def _values(amplitudes: FloatArray, rates: FloatArray, at: FloatArray) -> FloatArray:
    """Return each row's sum at each of its places: (n, k) and (n, m) to (n, m)."""
    values = np.zeros(at.shape)
    for k, rate in enumerate(rates.tolist()):
        values += amplitudes[:, k, None] * np.exp2(-rate * at)
    return values


def _cut(
    owner: IntArray, start: FloatArray, stop: FloatArray, places: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Cut pieces at places inside them; each new piece knows whose it is."""
    low, high = start[:, None], stop[:, None]
    inside = np.where((places > low) & (places < high), places, high)
    inside.sort(axis=1)
    edges = np.concatenate([low, inside, high], axis=1)
    row, piece = np.nonzero(edges[:, 1:] > edges[:, :-1])
    return owner[row], edges[row, piece], edges[row, piece + 1]
