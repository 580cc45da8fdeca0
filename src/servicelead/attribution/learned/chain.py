"""The absorbing chain of a summary: states, and how often one follows another."""

from functools import cached_property
from typing import Any, Self

import numpy as np
from attrs import field, frozen

from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.attribution.learned.summary import Summary
from servicelead.exceptions import SolveError
from servicelead.kernels.grouping import compress, group_sums, packed
from servicelead.kernels.transitions import CONVERSION, NON_CONVERSION, NOTHING

__all__ = ["Chain"]


@frozen(kw_only=True, eq=False)
class Chain:
    """States - the last few labels, fewer at the start - and the flows between them, in journeys.

    State 0 is the start; states of one last label follow one another. A state's flow to itself is left out: it delays a
    journey and changes nothing of how it ends.

    Attributes
    ----------
    last : int32 (n,)
        Last label of each state, -1 at the start; ascending.
    source, target, flow : (edges,)
        How often one state follows another.
    exits : float64 (n, 2)
        How often a journey ends in each state: converted, not converted.
    value : float64 (n,)
        Value of the journeys that convert in each state.
    through : float64 (n,)
        How often each state is left for another, or for an exit.
    """

    last: Codes = field(repr=False)
    source: IntArray = field(repr=False)
    target: IntArray = field(repr=False)
    flow: FloatArray = field(repr=False)
    exits: FloatArray = field(repr=False)
    value: FloatArray = field(repr=False)
    through: FloatArray = field(repr=False)

    @classmethod
    def from_summary(cls, summary: Summary) -> Self:
        """Build the chain, and refuse a summary that no journeys can have given.

        Raises
        ------
        SolveError
            When a row is no step of a journey, or no conversion and has a value, or a state is not left as often as it
            is entered (a dead end), or cannot be reached (a closed loop).
        """
        keys, counts, value = summary.keys, summary.counts["n"], summary.values["value"].astype(np.float64)
        columns = np.ascontiguousarray(keys.T)
        following = columns[-1]
        is_step = following >= 0
        is_end = (following == CONVERSION) | (following == NON_CONVERSION)
        if not (is_step | is_end).all() or columns[:-1].min(initial=0) < NOTHING or not counts.all():
            raise SolveError(
                "Summary has a row that is no step of a journey, or that no journey took; summarize journeys instead"
            )
        if value[following != CONVERSION].any():
            raise SolveError("Summary has value on a row that is no conversion; only what is won has a value")
        if (keys[:1, :-1] != NOTHING).any():
            raise SolveError("Summary has no journey that begins; summarize journeys, each from its first touch")
        steps, ends = np.flatnonzero(is_step), np.flatnonzero(is_end)
        # Rows of one history follow one another.
        is_new = np.ones(len(keys), dtype=np.bool_)
        is_new[1:] = (columns[:-1, 1:] != columns[:-1, :-1]).any(axis=0)
        first = np.flatnonzero(is_new)
        # By the latest label first, so that states of one last label follow one another.
        histories = np.concatenate([columns[:-1].take(first, axis=1), columns[1:].take(steps, axis=1)], axis=1)[::-1].T
        states, ids = compress(*packed(histories))
        n = max(len(states), 1)
        source, target = ids[: len(first)][np.cumsum(is_new) - 1], ids[len(first) :]
        left = group_sums(source, counts, n)
        entered = group_sums(target, counts[steps], n)
        entered[0] = left[0]  # journeys enter at the start, wherever they end
        if (left != entered).any():
            raise SolveError(
                "Summary leaves a state more or less often than it enters it (a dead end); each journey must be "
                "counted from its first touch to its end"
            )
        last = np.full(n, NOTHING, dtype=np.int32)
        last[source] = columns[-2]
        exits = np.zeros((n, 2))
        exits[source[ends], (following[ends] != CONVERSION).astype(np.int64)] = counts[ends]
        worth = np.bincount(source[ends], weights=value[ends], minlength=n).astype(np.float64, copy=False)
        source, flow = source[steps], counts[steps].astype(np.float64)
        moving = np.flatnonzero(source != target)
        source, target, flow = source[moving], target[moving], flow[moving]
        ended = exits.sum(axis=1)
        through = ended + np.bincount(source, weights=flow, minlength=n)
        # As many leave each state as enter it: what is tied to the start, or to an end, can be reached from the start.
        tied = ended > 0
        tied[0] = True
        if not _spread(tied, source, target).all():
            raise SolveError("Summary has a closed loop that no journey enters; count journeys from their first touch")
        return cls(last=last, source=source, target=target, flow=flow, exits=exits, value=worth, through=through)

    @property
    def n_states(self) -> int:
        """Number of states, the start among them."""
        return len(self.last)

    @cached_property
    def likely(self) -> FloatArray:
        """How often a journey leaves each state, on average: exactly, for as many enter a state as leave it."""
        likely: FloatArray = self.through / self.through[0]
        return likely

    @property
    def classes(self) -> Codes:
        """Class of each state: its last label, the start apart."""
        return self.last + np.int32(1)

    @cached_property
    def bounds(self) -> IntArray:
        """Where the states of each last label begin, the first at 1, and the number of states."""
        return np.append(np.flatnonzero(np.diff(self.last)) + 1, self.n_states)

    @property
    def start(self) -> FloatArray:
        """One journey, at the start."""
        start = np.zeros(self.n_states)
        start[0] = 1.0
        return start

    @cached_property
    def shares(self) -> Any:
        """Share of what leaves each state that goes to each other: a sparse matrix (n, n), by columns."""
        from scipy import sparse  # noqa: PLC0415 - heavy, loaded on first use

        shares = self.flow / self.through[self.source]
        return sparse.csc_array((shares, (self.source, self.target)), shape=(self.n_states, self.n_states))

    def flows(self, *carried: FloatArray) -> FloatArray:
        """Return the flows as the elimination wants them: two exits, what is carried along, then the states."""
        lead = 2 + len(carried)
        flows = np.zeros((self.n_states, lead + self.n_states))
        flows[:, :lead] = np.column_stack([self.exits, *carried])
        flows[self.source, lead + self.target] = self.flow
        return flows

    def onward(self, edges: BoolArray, worth: FloatArray | None = None) -> FloatArray:
        """Return what leaves each state over some edges, times what each target is worth."""
        flow = self.flow[edges]
        if worth is not None:
            flow = flow * worth[self.target[edges]]
        return np.bincount(self.source[edges], weights=flow, minlength=self.n_states).astype(np.float64, copy=False)

    def reached(self) -> BoolArray:
        """Return which states can be reached from the start."""
        return _spread(self.start > 0, self.source, self.target)

    def can_end(self, edges: BoolArray) -> BoolArray:
        """Return from which states an end can be reached over some edges."""
        return _spread(self.exits.sum(axis=1) > 0, self.target[edges], self.source[edges])


def _spread(seeds: BoolArray, source: IntArray, target: IntArray) -> BoolArray:
    """Return the seeds and all that can be reached from them."""
    known = seeds.copy()
    while True:
        is_new = ~known[target]
        source, target = source[is_new], target[is_new]
        arrived = target[known[source]]
        if not len(arrived):
            return known
        known[arrived] = True
