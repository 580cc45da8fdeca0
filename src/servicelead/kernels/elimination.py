"""Where the flow of an absorbing chain ends, by elimination of states without a single subtraction.

A chain is given by *flows*, float64 (n, n_exits + n_carried + n), all at least 0: row i holds what leaves state i - to
each of the exits, then what is carried along (a value paid on leaving, say, which is no part of the flow), then to each
state. State 0 is the start. Taking a state out sends what enters it on to where its own flow goes, in proportion; a
state's flow to itself changes nothing and is ignored.

The share that goes each way is divided by the *sum* of the flows out, never by one minus something, so every number
keeps its relative accuracy however rarely the chain ends (Grassmann, Taksar and Heyman, 1985). States are taken out
in blocks, so that almost all of the work is one matrix product per block.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from servicelead._typing import FloatArray, IntArray

__all__ = ["eliminate", "through_each"]

_BLOCK = 48


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
    return _eliminate(flows.copy(), keep, n_exits, n_exits + n_carried)


def _eliminate(flows: FloatArray, keep: int, n_exits: int, lead: int) -> FloatArray:
    """Do so in place."""
    stop = len(flows)
    while stop > keep:
        start = max(keep, stop - _BLOCK)
        ways = flows[start:stop, : lead + stop]
        _normalise(ways, start, n_exits, lead)
        entering = flows[:start, lead + start : lead + stop]
        flows[:start, : lead + start] += entering @ ways[:, : lead + start]
        stop = start
    return flows[:keep, : lead + keep]


def _normalise(flows: FloatArray, first: int, n_exits: int, lead: int) -> None:
    """Turn the flows of the last states, from `first` on, into the shares that end up elsewhere, in place."""
    is_flow = np.ones(flows.shape[1])
    is_flow[n_exits:lead] = 0.0
    for i in range(len(flows)):
        state = lead + first + i
        row = flows[i]
        row[state] = 0.0
        out = row @ is_flow
        row /= out if out > 0 else np.inf
        entering = flows[:, state].copy()
        flows += np.multiply.outer(entering, row)
        flows[:, state] = 0.0


def through_each(
    flows: FloatArray, groups: Sequence[IntArray], n_exits: int, n_carried: int = 0
) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield, for each group of states, what first enters it, and where that flow ends.

    All other states are taken out, group by group in halves, so that all groups together cost little more than twice
    what one costs.

    Parameters
    ----------
    flows : float64 (n, n_exits + n_carried + n)
    groups : of int64
        States other than the start, each in one group; together all of them.
    n_exits, n_carried : int

    Yields
    ------
    group : int
    entering : float64 (states of the group,)
        Flow from the start that reaches the group in this state before any other of it.
    ends : float64 (states of the group, n_exits + n_carried)
        Share of the flow through each state that ends at each exit, and what it carries, per unit.

    Examples
    --------
    >>> flows = np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0]])
    >>> [(group, entering.tolist()) for group, entering, _ in through_each(flows, [np.array([1]), np.array([2])], 1)]
    [(0, [1.0]), (1, [1.5])]
    """
    yield from _halves(flows, [(i, states) for i, states in enumerate(groups)], n_exits, n_exits + n_carried)


def _halves(
    flows: FloatArray, groups: Sequence[tuple[int, IntArray]], n_exits: int, lead: int
) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield for each group, the numbers of whose states are those of these flows."""
    if len(groups) == 1:
        number, states = groups[0]
        ends = flows[states]
        ends[:, lead:] = ends[:, lead:][:, np.append(0, states)]
        _normalise(ends, 1, n_exits, lead)
        yield number, flows[0, lead + states], ends[:, :lead]
        return
    middle = len(groups) // 2
    for kept, taken in ((groups[:middle], groups[middle:]), (groups[middle:], groups[:middle])):
        order = np.concatenate([[0], *(states for _, states in (*kept, *taken))])
        columns = np.concatenate([np.arange(lead), lead + order])
        keep = 1 + sum(len(states) for _, states in kept)
        reduced = _eliminate(flows[np.ix_(order, columns)], keep, n_exits, lead)
        ends = np.cumsum([1, *(len(states) for _, states in kept)]).tolist()
        renumbered = [(number, np.arange(*span)) for (number, _), span in zip(kept, pairwise(ends), strict=True)]
        yield from _halves(reduced, renumbered, n_exits, lead)
