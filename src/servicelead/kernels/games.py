"""Shapley values of games of coalitions: of sums in closed form, of few players by a table, of rates by sampling."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from servicelead._typing import Array, Codes, FloatArray, IntArray
from servicelead.kernels.coalitions import coalitions_of, distinct_coalitions
from servicelead.kernels.totals import label_totals

__all__ = ["drawn_rates", "equal_splits", "rates", "sampled_rate_values", "shapley_values", "totals_within"]

#: Rates of coalitions from what was won and closed within each: the first is the empty one, the last has all labels.
Rated: TypeAlias = Callable[[IntArray | FloatArray, IntArray | FloatArray], FloatArray]


def equal_splits(offsets: IntArray, labels: Codes, amounts: Array, n_labels: int) -> FloatArray:
    r"""Return the total of each label when every coalition's amount is split equally over its labels.

    .. math:: \phi_c = \sum_d \frac{1}{d} \sum_{S \ni c,\, |S| = d} V_S

    The Shapley values of the game whose coalitions are worth the amounts of all coalitions within them: each amount
    is a unanimity game of its own, and a unanimity game is split equally (Shapley, 1953). The inner sums are exact
    where amounts are integers, so neither the order of coalitions nor that of labels matters to the last bit.

    Parameters
    ----------
    offsets, labels
        Members of each coalition, from `members_of`.
    amounts : int64 or float64 (u,)
    n_labels : int

    Returns
    -------
    float64 (n_labels,)
        The empty coalition's amount goes nowhere.

    Examples
    --------
    >>> equal_splits(np.array([0, 2, 3]), np.array([0, 1, 1]), np.array([10, 4]), 3).tolist()
    [5.0, 9.0, 0.0]
    """
    sizes = np.diff(offsets)
    largest = int(sizes.max(initial=0))
    by_size = np.zeros((largest + 1, n_labels), dtype=amounts.dtype)
    np.add.at(by_size, (np.repeat(sizes, sizes), labels), np.repeat(amounts, sizes))
    values = np.zeros(n_labels)
    for size in range(1, largest + 1):
        values += by_size[size] / size
    return values


def totals_within(packed: IntArray, amounts: IntArray, n_labels: int) -> IntArray:
    """Return, for every coalition of a few labels, the sum of the amounts of all coalitions within it.

    Parameters
    ----------
    packed : int64 (u,)
        Coalitions that occurred: bit ``i`` says whether label ``i`` belongs.
    amounts : int64 (u,)
    n_labels : int
        Few: the table has 2^n_labels entries.

    Returns
    -------
    int64 (2^n_labels,)

    Notes
    -----
    The subset-sum (zeta) transform: one pass per label, exact.

    Examples
    --------
    >>> totals_within(np.array([1, 3]), np.array([4, 2]), 2).tolist()
    [0, 4, 0, 6]
    """
    totals = np.zeros(1 << n_labels, dtype=np.int64)
    np.add.at(totals, packed, amounts)
    for label in range(n_labels):
        halves = totals.reshape(-1, 2, 1 << label)
        halves[:, 1] += halves[:, 0]
    return totals


def rates(won: IntArray | FloatArray, closed: IntArray | FloatArray) -> FloatArray:
    """Return won / closed, and 0 where nothing was closed.

    >>> rates(np.array([1, 0]), np.array([4, 0])).tolist()
    [0.25, 0.0]
    """
    return np.divide(won, closed, out=np.zeros(len(closed)), where=closed > 0)


def drawn_rates(won: IntArray | FloatArray, closed: IntArray | FloatArray, rng: np.random.Generator) -> FloatArray:
    r"""Draw, for each of some coalitions, a rate that its journeys leave possible.

    .. math:: v(S) = \frac{w + G}{n + G + H}, \quad G \sim \Gamma(2 r),\ H \sim \Gamma(2 (1 - r))

    with r the rate of all: as if two more journeys had been closed, won at the common rate, each of random weight. A
    coalition with few journeys, or none, varies as what is hardly known does; one with many keeps its rate.

    Parameters
    ----------
    won, closed : int64 or float64 (coalitions,)
        Of all journeys within each coalition. The first is the empty one, whose rate stays 0; the last has all labels.

    Examples
    --------
    >>> drawn_rates(np.array([0, 0, 900, 900]), np.array([0, 1, 3000, 3001]), np.random.default_rng(0)).round(2)
    array([0.  , 0.54, 0.3 , 0.3 ])
    """
    rate = float(won[-1]) / max(int(closed[-1]), 1)
    more_won = rng.gamma(2 * rate, size=len(won))
    more = more_won + rng.gamma(2 * (1 - rate), size=len(won))
    drawn = rates(won + more_won, closed + more)
    drawn[0] = 0.0
    return drawn


def shapley_values(worth: FloatArray) -> FloatArray:
    r"""Return the Shapley value of each player of a game given by its whole table.

    .. math:: \phi_i = \sum_{S \not\ni i} \frac{|S|!\,(n - |S| - 1)!}{n!} \, [v(S \cup i) - v(S)]

    Parameters
    ----------
    worth : float64 (2^n,)
        Worth of each coalition; bit ``i`` of its position says whether player ``i`` belongs.

    Returns
    -------
    float64 (n,)
        They add up to the worth of all players less that of none.

    Notes
    -----
    Shapley, "A value for n-person games", 1953. The rounding error is some 1e-15 of the largest worth.

    Examples
    --------
    >>> shapley_values(np.array([0.0, 0.25, 0.0, 0.5])).tolist()
    [0.375, 0.125]
    """
    n = len(worth).bit_length() - 1
    if n == 0:
        return np.zeros(0)
    chances = [1.0 / n]  # |S|! (n - |S| - 1)! / n!, by size
    for size in range(n - 1):
        chances.append(chances[-1] * (size + 1) / (n - size - 1))
    without = np.bitwise_count(np.arange(1 << (n - 1), dtype=np.uint32))
    weight = np.array(chances)[without]
    values = np.empty(n)
    for player in range(n):
        # What is left of the position when the player's bit is taken out has as many bits as S has players.
        halves = worth.reshape(-1, 2, 1 << player)
        gains = (halves[:, 1] - halves[:, 0]).reshape(-1)
        values[player] = np.sum(gains * weight)
    return values


def sampled_rate_values(
    offsets: IntArray,
    labels: Codes,
    won: IntArray,
    closed: IntArray,
    *,
    n_labels: int,
    n_samples: int,
    seed: int,
    rated: Rated = rates,
) -> tuple[FloatArray, FloatArray]:
    r"""Return estimates of the Shapley values of the game of rates, and their standard errors.

    The mean over random orders of the labels of what each adds to the rate of those before it, and the standard
    deviation over :math:`\sqrt{n}`. Every order shares out the rate of all labels, so the means do too.

    Parameters
    ----------
    offsets, labels
        Members of each coalition, from `members_of`; none is empty.
    won, closed : int64 (u,)
    n_labels : int
        At least 1.
    n_samples : int
        Orders drawn, at least 2.
    seed : int
    rated
        What turns the sums of won and closed of coalitions, each once, into their rates: the first is empty, the last
        has all labels.

    Returns
    -------
    values, standard_errors : float64 (n_labels,)

    Notes
    -----
    Castro, Gómez and Tejada, "Polynomial calculation of the Shapley value based on sampling", 2009.

    Examples
    --------
    >>> offsets, labels = np.array([0, 1, 3]), np.array([0, 0, 1])
    >>> won, closed = np.array([1, 2]), np.array([4, 2])
    >>> values, errors = sampled_rate_values(offsets, labels, won, closed, n_labels=2, n_samples=4000, seed=1)
    >>> values.round(1).tolist(), errors.round(3).tolist()
    ([0.4, 0.1], [0.002, 0.002])
    """
    rng = np.random.default_rng(seed)
    counts = [np.asarray(each, dtype=np.float64) for each in (won, closed)]
    alone = coalitions_of(np.arange(n_labels, dtype=np.int32), np.arange(n_labels + 1), n_labels)
    # Of each order, the labels so far, and what lies within them; all labels come last, in every order.
    so_far = np.empty((n_samples, n_labels - 1, alone.shape[1]), dtype=np.uint64)
    within = np.empty((2, n_samples, n_labels - 1))
    positions = np.empty((n_samples, n_labels), dtype=np.int64)
    for sample in range(n_samples):
        position = rng.permutation(n_labels)
        positions[sample] = position
        so_far[sample] = np.bitwise_or.accumulate(alone[np.argsort(position)], axis=0)[:-1]
        # A coalition lies within the labels so far from where its last label comes.
        complete = np.maximum.reduceat(position.take(labels), offsets[:-1])
        for sums, each in zip(within, counts, strict=True):
            sums[sample] = np.cumsum(label_totals(complete, each, n_labels))[:-1]
    distinct, which = distinct_coalitions(so_far.reshape(-1, alone.shape[1]))
    somewhere = np.empty(len(distinct), dtype=np.int64)
    somewhere[which] = np.arange(len(which))
    whole = [
        np.concatenate([[0.0], sums.reshape(-1)[somewhere], [each.sum()]])
        for sums, each in zip(within, counts, strict=True)
    ]
    worth = rated(*whole)
    before = worth[np.pad(which.reshape(n_samples, -1) + 1, ((0, 0), (1, 1)), constant_values=(0, len(worth) - 1))]
    gains = np.take_along_axis(np.diff(before, axis=1), positions, axis=1)
    return gains.mean(axis=0), gains.std(axis=0, ddof=1) / np.sqrt(n_samples)
