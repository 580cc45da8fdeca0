"""What journeys are worth in the end, state by state, and what one of them passes on its way."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from attrs import field, frozen

from servicelead._typing import FloatArray
from servicelead.attribution.learned.chain import Chain
from servicelead.kernels.elimination import through_each
from servicelead.kernels.propagation import first_passages, worth

__all__ = ["EXACT", "ROUGH", "Accuracy", "Solution", "Worth"]

#: A difference of payments may be this much smaller than they are, and no less, before its own digits are lost.
_CANCELS = 1e-3


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
    most : float64 (n,)
        The same if debts were paid out too: what is at stake.
    residual : float64 (n,)
        How far the iteration was from that, at most; 0 where it was eliminated.
    """

    paid: FloatArray
    total: float
    states: FloatArray
    most: FloatArray
    residual: FloatArray


class _Passage(NamedTuple):
    """Flow of one journey that first reaches each state's label in that state, and what iteration missed of it."""

    entering: FloatArray
    residual: FloatArray


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

    def worth(self, measure: str) -> Worth:
        """Return what a journey is worth by ``conversions``, or by their ``value``."""
        kinds = slice(0, 1) if measure == "conversions" else slice(1, 3)
        signs = np.array([1.0, -1.0])[: kinds.stop - kinds.start]
        paid = self.payments[:, kinds] @ signs
        ends = self._ends
        return Worth(
            paid=paid,
            total=float(np.sum(paid)),
            states=ends.worth[:, kinds] @ signs,
            most=ends.worth[:, kinds].sum(axis=1),
            residual=ends.residual[:, kinds].sum(axis=1),
        )

    @cached_property
    def payments(self) -> FloatArray:
        """What each state pays to those that convert in it, float64 (n, 3): conversions, value, and value owed."""
        chain = self.chain
        return np.stack([chain.exits[:, 0], np.maximum(chain.value, 0.0), np.maximum(-chain.value, 0.0)], axis=1)

    @cached_property
    def passage(self) -> _Passage:
        """What one journey passes: the flow from the start that reaches a label first in each state."""
        chain = self.chain
        if self.is_direct:
            return _Passage(self._eliminated[0], np.zeros(chain.n_states))
        # Relative to the whole of each measure, so that what is found serves all.
        importance = (self._ends.worth / self._scales).max(axis=1)
        return _Passage(
            *first_passages(
                chain.shares, chain.likely, chain.classes, importance=importance, tolerance=self.accuracy.tolerance / 2
            )
        )

    @cached_property
    def _ends(self) -> _Ends:
        chain = self.chain
        if self.is_direct:
            return _Ends(self._eliminated[1], np.zeros((chain.n_states, 3)))
        used = self.payments.any(axis=0)
        scales = self._scales[used]
        pay = self.payments[:, used] / chain.through[:, None] / scales
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
