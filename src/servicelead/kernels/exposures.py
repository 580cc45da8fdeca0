"""What had happened to each of many owners strictly before each of a few instants.

Answers are (owners, instants), and lie in memory instant by instant: what is known at one instant lies together.
"""

import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.kernels.binning import bins
from servicelead.kernels.totals import label_totals

__all__ = ["counts_before", "decayed_before", "latest_before", "totals_while", "totals_within"]


def counts_before(
    owner: Codes | IntArray, when: IntArray, instants: IntArray, n_owners: int, amounts: IntArray | None = None
) -> IntArray:
    """Return how many events each owner had strictly before each instant, or what their whole amounts add up to.

    One pass over the events, whatever the number of instants; exact.

    Parameters
    ----------
    owner : int (p,)
        In [0, n_owners); any order.
    when : int64 (p,)
    instants : int64 (k,)
        Ascending and distinct.
    n_owners : int
    amounts : int64 (p,), optional
        By default every event counts 1. Sums wrap past 2^63.

    Returns
    -------
    int64 (n_owners, k)

    Examples
    --------
    >>> counts_before(np.array([0, 0, 1]), np.array([1, 5, 5]), np.array([5, 6]), 2)
    array([[1, 2],
           [0, 1]])
    """
    slots = _slots(owner, when, instants, n_owners)
    n_slots = n_owners * (len(instants) + 1)
    if amounts is None:
        sums = np.bincount(slots, minlength=n_slots).astype(np.int64, copy=False)
    else:
        sums = np.zeros(n_slots, dtype=np.int64)
        np.add.at(sums, slots, amounts)
    before = sums.reshape(len(instants) + 1, n_owners)[:-1]
    return np.cumsum(before, axis=0, out=before).T


def latest_before(owner: Codes | IntArray, when: IntArray, instants: IntArray, n_owners: int) -> IntArray:
    """Return when each owner's latest event strictly before each instant was, `MISSING` where there was none.

    Parameters are those of `counts_before`.

    Examples
    --------
    >>> latest_before(np.array([0, 0]), np.array([1, 5]), np.array([5, 6]), 1)
    array([[1, 5]])
    """
    latest = np.full(n_owners * (len(instants) + 1), MISSING, dtype=np.int64)
    np.maximum.at(latest, _slots(owner, when, instants, n_owners), when)
    before = latest.reshape(len(instants) + 1, n_owners)[:-1]
    return np.maximum.accumulate(before, axis=0, out=before).T


def decayed_before(
    owner: Codes | IntArray, when: IntArray, instants: IntArray, half_life: int, n_owners: int
) -> FloatArray:
    r"""Return the number of events strictly before each instant, each halved with every half-life of its age.

    .. math:: D_{ok} = \sum_{i: \text{owner}_i = o,\ t_i < c_k} 2^{-(c_k - t_i) / h}

    Each instant's sum is its own, in the order of the events: no other instant, and nothing later, touches a bit of it.

    Parameters
    ----------
    owner, when, instants, n_owners
        As for `counts_before`.
    half_life : int
        Above 0, in the unit of `when`.

    Examples
    --------
    >>> decayed_before(np.array([0, 0]), np.array([0, 10]), np.array([10, 20]), 10, 1)
    array([[0.5 , 0.75]])
    """
    out = np.empty((len(instants), n_owners))
    for place, instant in enumerate(instants.tolist()):
        rows = np.flatnonzero(when < instant)
        weights = np.exp2((when[rows] - instant) / half_life)
        out[place] = label_totals(owner[rows], weights, n_owners)
    return out.T


def totals_within(
    owner: Codes | IntArray, when: IntArray, values: FloatArray, instants: IntArray, *, length: int, n_owners: int
) -> FloatArray:
    """Return the sum of the values of each owner's events in ``[instant - length, instant)``.

    Each instant's sum is its own, in the order of the events.

    Parameters
    ----------
    owner, when, instants, n_owners
        As for `counts_before`.
    values : float64 (p,)
    length : int
        In the unit of `when`.

    Examples
    --------
    >>> events = np.array([0, 0]), np.array([0, 9]), np.array([2.0, 0.5])
    >>> totals_within(*events, np.array([9, 10]), length=10, n_owners=1)
    array([[2. , 2.5]])
    """
    return _totals(owner, values, [(when >= at - length) & (when < at) for at in instants.tolist()], n_owners)


def totals_while(
    owner: Codes | IntArray,
    started: IntArray,
    ended: IntArray,
    values: FloatArray,
    instants: IntArray,
    *,
    n_owners: int,
) -> FloatArray:
    """Return the sum of the values of each owner's spans that had begun, and were not known to have ended.

    A span that begins at an instant has not begun before it; one that ends there is not known to end.

    Parameters
    ----------
    owner, instants, n_owners
        As for `counts_before`.
    started, ended : int64 (p,)
        `MISSING` in `ended` where a span runs on.
    values : float64 (p,)

    Examples
    --------
    >>> spans = np.array([0]), np.array([5]), np.array([9])
    >>> totals_while(*spans, np.array([2.0]), np.array([5, 6, 9, 10]), n_owners=1)
    array([[0., 2., 2., 0.]])
    """
    runs_on = ended == MISSING
    return _totals(owner, values, [(started < at) & (runs_on | (ended >= at)) for at in instants.tolist()], n_owners)


def _slots(owner: Codes | IntArray, when: IntArray, instants: IntArray, n_owners: int) -> IntArray:
    """Return the place of each event in a grid of instants and owners: under the first instant after it."""
    slots = bins(when, instants)
    slots += 1
    slots *= n_owners
    slots += owner
    return slots


def _totals(owner: Array, values: FloatArray, masks: list[BoolArray], n_owners: int) -> FloatArray:
    out = np.empty((len(masks), n_owners))
    for place, mask in enumerate(masks):
        rows = np.flatnonzero(mask)
        out[place] = label_totals(owner[rows], values[rows], n_owners)
    return out.T
