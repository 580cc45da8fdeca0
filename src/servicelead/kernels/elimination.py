"""Where the flow of an absorbing chain ends, by elimination of states without a single subtraction.

A chain is given by *flows*, float64 (n, n_exits + n_carried + n), all at least 0: row i holds what leaves state i - to
each of the exits, then what is carried along (a value paid on leaving, say, which is no part of the flow), then to each
state. State 0 is the start. Taking a state out sends what enters it on to where its own flow goes, in proportion; a
state's flow to itself changes nothing and is ignored.

The share that goes each way is divided by the *sum* of the flows out, never by one minus something, so every number
keeps its relative accuracy however rarely the chain ends (Grassmann, Taksar and Heyman, 1985). States are taken out
in blocks, so that almost all of the work is one matrix product per block, of the rows and columns that it touches.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np

from servicelead._typing import FloatArray, IntArray

__all__ = ["eliminate", "through_each"]

_BLOCK = 48
#: Cells from which, and part of them up to which, picking out rows and columns with flow is worth its while.
_LARGE, _SPARSE = 1 << 15, 0.3


def eliminate(flows: FloatArray, keep: int, n_exits: int, n_carried: int = 0) -> FloatArray:
    """Take out all states but the first `keep` and return the flows of those.

    A state that nothing leaves swallows what enters it.

    Parameters
    ----------
    flows : float64 (n, n_exits + n_carried + n)
    keep : int
    n_exits, n_carried : int

    Returns
    -------
    float64 (keep, n_exits + n_carried + keep)

    Examples
    --------
    Half of what leaves the start reaches state 1, which sends a quarter to the exit and the rest back.

    >>> flows = np.array([[1.0, 0.0, 1.0], [1.0, 3.0, 0.0]])
    >>> eliminate(flows, 1, n_exits=1).tolist()
    [[1.25, 0.75]]
    """
    kept = flows.copy()
    _eliminate([kept], [keep], n_exits, n_exits + n_carried)
    return kept[:keep, : n_exits + n_carried + keep]


def through_each(
    flows: FloatArray, bounds: IntArray, n_exits: int, n_carried: int = 0
) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Yield, for each group of states, what first enters it, and where that flow ends.

    All other states are taken out, group by group in halves, so that all groups together cost little more than twice
    what one costs.

    Parameters
    ----------
    flows : float64 (n, n_exits + n_carried + n)
        Nothing flows into the start.
    bounds : int64 (groups + 1,)
        Where each group of states begins, the first at 1, and n.
    n_exits, n_carried : int

    Yields
    ------
    states : slice
        The states of a group; the groups come in any order.
    entering : float64 (states of the group,)
        Flow from the start that reaches the group in this state before any other of it.
    ends : float64 (states of the group, n_exits + n_carried)
        Share of the flow through each state that ends at each exit, and what it carries, per unit.

    Examples
    --------
    >>> flows = np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0]])
    >>> [(states, entering.tolist()) for states, entering, _ in through_each(flows, np.array([1, 2, 3]), n_exits=1)]
    [(slice(1, 2, None), [1.0]), (slice(2, 3, None), [1.5])]
    """
    lead = n_exits + n_carried
    # Chains of the start and some neighbouring groups: flows, bounds, and by how much their states have moved forward.
    parts, single = [(flows, bounds, 0)], []
    while parts:
        single += [part for part in parts if len(part[1]) == 2]
        halves = [half for part in parts if len(part[1]) > 2 for half in _halves(*part, lead)]
        keeps = [int(own[-1]) for _, own, _ in halves]
        _eliminate([wide for wide, _, _ in halves], keeps, n_exits, lead)
        parts = [(wide[:n, : lead + n], own, moved) for (wide, own, moved), n in zip(halves, keeps, strict=True)]
    apart = [np.delete(own[1:], lead, axis=1) for own, _, _ in single]
    _eliminate(apart, [0] * len(apart), n_exits, lead)
    for (own, _, moved), shares in zip(single, apart, strict=True):
        yield slice(1 + moved, len(own) + moved), own[0, lead + 1 :], _ends(shares, lead)


def _halves(flows: FloatArray, bounds: IntArray, moved: int, lead: int) -> Iterator[tuple[FloatArray, IntArray, int]]:
    """Yield a part twice, with about half of its states in front, and their bounds: the others are to be taken out."""
    n = len(flows)
    middle = int(np.clip(np.searchsorted(bounds, (bounds[0] + bounds[-1]) / 2), 1, len(bounds) - 2))
    cut = int(bounds[middle])
    yield flows.copy(), bounds[: middle + 1], moved
    order = np.concatenate([[0], np.arange(cut, n), np.arange(1, cut)])
    columns = np.concatenate([np.arange(lead), lead + order])
    yield flows[order][:, columns], bounds[middle:] - (cut - 1), moved + cut - 1


def _eliminate(chains: Sequence[FloatArray], keeps: Sequence[int], n_exits: int, lead: int) -> None:
    """Do so for several chains at a time and in place: rows of states taken out become their shares of each way."""
    for blocks in zip_longest(*(_blocks(len(flows), keep) for flows, keep in zip(chains, keeps, strict=True))):
        at = [(flows, *block) for flows, block in zip(chains, blocks, strict=True) if block]
        outward = [flows[start:stop, : lead + start] for flows, start, stop in at]
        leaving = [ways[:, :n_exits].sum(axis=1) + ways[:, lead:].sum(axis=1) for ways in outward]
        within = [flows[start:stop, lead + start : lead + stop] for flows, start, stop in at]
        for (flows, start, stop), ways, turns in zip(at, outward, _turns(within, leaving), strict=True):
            ways[:] = turns @ ways
            _hand_on(flows[:start, : lead + start], flows[:start, lead + start : lead + stop], ways)


def _blocks(n: int, keep: int) -> list[tuple[int, int]]:
    """Return the blocks of states in which all but the first `keep` are taken out, from the last one on."""
    return [(max(keep, stop - _BLOCK), stop) for stop in range(n, keep, -_BLOCK)]


def _hand_on(flows: FloatArray, entering: FloatArray, ways: FloatArray) -> None:
    """Add what enters a block to where it goes from there."""
    if flows.size >= _LARGE:
        rows, columns = np.flatnonzero(entering.any(axis=1)), np.flatnonzero(ways.any(axis=0))
        if len(rows) * len(columns) < _SPARSE * flows.size:
            flows[np.ix_(rows, columns)] += entering[rows] @ ways[:, columns]
            return
    flows += entering @ ways


def _turns(within: Sequence[FloatArray], leaving: Sequence[FloatArray]) -> list[FloatArray]:
    """Return how often flow through each state of a block passes each before it leaves, per unit that flows out there.

    Parameters
    ----------
    within : of float64 (b, b)
        For each of several blocks, the flow between its states.
    leaving : of float64 (b,)
        Flow of each state that leaves the block.
    """
    sizes = [len(block) for block in leaving]
    b = max(sizes)
    # Where in the block flow goes, what leaves, and what it has passed; a shorter block ends in states without flow.
    flows = np.zeros((len(sizes), b, b + 1 + b))
    flows[:, :, b + 1 :] = np.eye(b)
    for block, size, own, left in zip(flows, sizes, within, leaving, strict=True):
        block[:size, :size], block[:size, b] = own, left
    for i in range(b):
        entering = flows[:, :, i].copy()
        entering[:, i] = 0.0
        rest = flows[:, :, i + 1 : i + b + 2]  # without states that are gone, and those not passed yet
        row = rest[:, i]
        out = row[:, : b - i].sum(axis=1)
        row /= np.where(out > 0, out, np.inf)[:, None]
        rest += entering[:, :, None] * row[:, None, :]
    return [block[:size, b + 1 : b + 1 + size] for block, size in zip(flows, sizes, strict=True)]


def _ends(shares: FloatArray, lead: int) -> FloatArray:
    """Return what ends at each exit and what is carried, where states have been taken out one block after the other."""
    ends = shares[:, :lead]
    for start, stop in reversed(_blocks(len(shares), 0)):
        ends[start:stop] += shares[start:stop, lead : lead + start] @ ends[:start]
    return ends
