"""What journeys are worth in the end, state by state, and what is paid to those that visit each label."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from attrs import field, frozen

from servicelead._typing import BoolArray, FloatArray
from servicelead.attribution.learned.chain import Chain
from servicelead.kernels.elimination import through_each
from servicelead.kernels.propagation import paid_via, visits, worth

__all__ = ["EXACT", "ROUGH", "ROUNDING", "Accuracy", "Solution", "Worth"]

#: What adding up may do to the last digits of a sum.
ROUNDING = 1e-15
#: A difference of payments may be this much smaller than they are, and no less, before its own digits are lost.
_CANCELS = 1e-3
#: Up to this many times what a journey is paid on average, the largest payment is near enough to what one can be paid.
_ALIKE = 1e3
#: Which kinds of payment make up each measure, and with what sign.
_KINDS = {"conversions": (slice(0, 1), np.array([1.0])), "value": (slice(1, 3), np.array([1.0, -1.0]))}


class Accuracy(NamedTuple):
    """How a chain is solved.

    Attributes
    ----------
    largest_direct
        States up to which it is solved by elimination; larger ones are iterated.
    tolerance
        How wrong, at most, a figure of a larger chain may be, relative to the whole.
    """

    largest_direct: int
    tolerance: float


EXACT = Accuracy(largest_direct=2_000, tolerance=1e-10)
#: Of a replicate, see `MarkovChain.refit`.
ROUGH = Accuracy(largest_direct=300, tolerance=1e-6)


class Worth(NamedTuple):
    """What a journey is worth in the end: conversions, or their value.

    Attributes
    ----------
    paid : float64 (n,)
        What each state pays to the journeys that convert in it.
    total
        All that is paid.
    states : float64 (n,)
        What a journey in each state can expect.
    residual : float64 (n,)
        How far the iteration was from that, at most; 0 where it was eliminated.
    """

    paid: FloatArray
    total: float
    states: FloatArray
    residual: FloatArray


class _Visited(NamedTuple):
    """What is paid to the journeys that visit each label, and how wrong that is at most.

    Both float64 (labels, 3), or (3,) of one label, or of several together.
    """

    paid: FloatArray
    error: FloatArray


class _Ends(NamedTuple):
    """What a journey in each state can expect of each kind of payment, and how far the iteration was from that."""

    worth: FloatArray
    residual: FloatArray


@frozen(kw_only=True, eq=False)
class Solution:
    """What follows from a chain; all of it serves both measures and is worked out once, when it is asked for.

    Attributes
    ----------
    chain
        What it is the solution of.
    accuracy
        How it is solved.
    """

    chain: Chain = field(repr=False)
    accuracy: Accuracy = EXACT

    @property
    def is_direct(self) -> bool:
        """Whether states are eliminated."""
        return self.chain.n_states <= self.accuracy.largest_direct

    def whole(self, measure: str) -> tuple[float, float]:
        """Return all that is paid by ``conversions``, or by their ``value``, and all that is owed."""
        paid, owed = (*self.payments[:, _KINDS[measure][0]].sum(axis=0).tolist(), 0.0)[:2]
        return paid, owed

    def total(self, measure: str) -> float:
        """Return what is paid less what is owed."""
        kinds, signs = _KINDS[measure]
        return float(np.sum(self.payments[:, kinds] @ signs))

    def via(self, labels: BoolArray, measure: str) -> tuple[float, float, float]:
        """Return what is paid to the journeys that visit any of some labels, what they owe, and how wrong that may be.

        Parameters
        ----------
        labels : bool (n_labels,)
            One of them; several only of a chain that is iterated.
        """
        kinds, _ = _KINDS[measure]
        if np.count_nonzero(labels) == 1:
            label = int(np.argmax(labels))
            visited = _Visited(self._visited.paid[label], self._visited.error[label])
        else:
            visited = self._visiting(np.append(labels, False)[self.chain.last])
        paid, owed = (*visited.paid[kinds].tolist(), 0.0)[:2]
        return paid, owed, float(visited.error[kinds].sum())

    def worth(self, measure: str) -> Worth:
        """Return what a journey is worth by ``conversions``, or by their ``value``."""
        kinds, signs = _KINDS[measure]
        ends = self._ends
        return Worth(
            paid=self.payments[:, kinds] @ signs,
            total=self.total(measure),
            states=ends.worth[:, kinds] @ signs,
            residual=ends.residual[:, kinds].sum(axis=1),
        )

    @cached_property
    def payments(self) -> FloatArray:
        """What each state pays to those that convert in it, float64 (n, 3): conversions, value, and value owed."""
        chain = self.chain
        return np.stack([chain.exits[:, 0], np.maximum(chain.value, 0.0), np.maximum(-chain.value, 0.0)], axis=1)

    @property
    def pay(self) -> FloatArray:
        """What each state pays of each kind to a journey that leaves it: float64 (n, 3)."""
        return self.payments / self.chain.through[:, None]

    @cached_property
    def _visited(self) -> _Visited:
        chain, n_labels = self.chain, len(self.chain.bounds) - 1
        if self.is_direct:
            entering, ends = self._eliminated
            paid = np.add.reduceat(np.append(entering[:, None] * ends, [[0.0] * 3], axis=0), chain.bounds)[:n_labels]
            return _Visited(paid * chain.through[0], np.zeros((n_labels, 3)))
        importance, unknown = self._at_stake
        used = self.payments.any(axis=0)
        paid = np.zeros((n_labels, 3))
        paid[:, used], missing = paid_via(
            chain.shares,
            self.pay[:, used],
            chain.likely,
            chain.classes,
            importance=importance,
            tolerance=self.accuracy.tolerance,
        )
        return self._iterated(paid, missing[:, None] + unknown)

    def _visiting(self, states: BoolArray) -> _Visited:
        """Return the same for all labels of some states together."""
        chain = self.chain
        importance, unknown = self._at_stake
        visited = np.where(states, chain.likely, 0.0)
        onward = np.where(states, 0.0, chain.shares.T @ visited)
        flow, residual = visits(
            chain.shares,
            onward,
            chain.likely - visited,
            chain.classes,
            importance=importance,
            tolerance=self.accuracy.tolerance,
        )
        return self._iterated((visited + flow) @ self.pay, importance @ np.abs(residual) + unknown)

    def _iterated(self, paid: FloatArray, missing: float | FloatArray) -> _Visited:
        """Return what all journeys are paid, from what one is, and from how much of the whole is missing at most."""
        paid = np.maximum(paid, 0.0)  # where hardly anything is, rounding may say less than nothing
        error = missing * self._scales * self.payments.any(axis=0) + ROUNDING * paid
        return _Visited(paid * self.chain.through[0], error * self.chain.through[0])

    @cached_property
    def _at_stake(self) -> tuple[FloatArray, float]:
        """Return what a journey in each state can be paid at most, of the whole, and how much more all that could be.

        Of the whole of that kind which is paid most so: then what is found serves all measures.
        """
        exits = np.maximum(self.chain.exits[:, :1], 1.0)
        most = float((self.payments / exits / self._scales).max())
        if most <= _ALIKE:
            return np.full(self.chain.n_states, most), 0.0
        # A few payments are the whole, and it matters where flow is missing. Where the worth is wrong by its residual,
        # what is missing is worth at most as much more as all journeys lose by it.
        ends = self._ends
        unknown = self.chain.likely @ ends.residual / self._scales
        return (ends.worth / self._scales).max(axis=1), float(unknown.max())

    @cached_property
    def _ends(self) -> _Ends:
        chain = self.chain
        if self.is_direct:
            return _Ends(self._eliminated[1], np.zeros((chain.n_states, 3)))
        used = self.payments.any(axis=0)
        scales = self._scales[used]
        pay = self.pay[:, used] / scales
        found = worth(chain.shares, pay, chain.likely, chain.classes, tolerance=self.accuracy.tolerance / 5)
        ends, residual = (np.zeros((chain.n_states, 3)) for _ in range(2))
        ends[:, used], residual[:, used] = (part * scales for part in found)
        return _Ends(ends, np.abs(residual))

    @cached_property
    def _scales(self) -> FloatArray:
        """What accuracy is relative to, for each kind of payment: float64 (3,)."""
        conversions, value, owed = self.payments.sum(axis=0)
        whole = max(abs(value - owed), _CANCELS * (value + owed))
        scales: FloatArray = np.array([conversions, whole, whole]) / self.chain.through[0]
        return np.where(scales > 0, scales, 1.0)

    @cached_property
    def _eliminated(self) -> tuple[FloatArray, FloatArray]:
        """First entries of each state, and what a journey in it can expect of each kind of payment."""
        chain = self.chain
        entering, ends = np.zeros(chain.n_states), np.zeros((chain.n_states, 3))
        if chain.n_states == 1:
            return entering, ends
        ends[0] = self.payments.sum(axis=0) / chain.through[0]
        found = through_each(chain.flows(*self.payments.T), chain.bounds, n_exits=2, n_carried=3)
        for states, entered, ended in found:
            entering[states], ends[states] = entered / chain.through[0], ended[:, 2:]
        return entering, ends
