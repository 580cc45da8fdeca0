"""What a chain loses when some of its labels are taken away."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from attrs import evolve

from servicelead._typing import BoolArray, FloatArray
from servicelead.attribution.learned.chain import Chain
from servicelead.attribution.learned.worth import ROUNDING, Solution, Worth
from servicelead.exceptions import ConvergenceError
from servicelead.kernels.elimination import eliminate
from servicelead.kernels.propagation import visits

__all__ = ["Removal", "losses"]

Removal = Literal["to_null", "redistribute"]

_NOISE = 1e-13


class _Loss(NamedTuple):
    """What is lost and what is gained, each a sum without a subtraction, and how wrong their difference could be."""

    lost: float
    gained: float
    error: float = 0.0

    @property
    def net(self) -> float:
        """The difference; what is left of two numbers that agree to thirteen digits is their rounding."""
        net = self.lost - self.gained
        return 0.0 if abs(net) <= _NOISE * (self.lost + self.gained) else net


class _Rest(NamedTuple):
    """The chain without some labels, and what states lose and gain by it: per visit, times the flow through them."""

    chain: Chain
    lost: FloatArray
    gained: FloatArray

    @classmethod
    def of(cls, chain: Chain, foregone: FloatArray, instead: FloatArray) -> "_Rest":
        """Return it of what is not reached any more and what is reached instead; a debt foregone is a gain."""
        lost = np.maximum(foregone, 0.0) + np.maximum(-instead, 0.0)
        gained = np.maximum(instead, 0.0) + np.maximum(-foregone, 0.0)
        return cls(chain, lost, gained)


def losses(solution: Solution, sets: Sequence[BoolArray], removal: Removal, measure: str) -> tuple[FloatArray, float]:
    """Return the part of all that is paid that is lost without each set of labels, and a bound on the error.

    A loss is added up from what is paid to the journeys that visit the set; nothing is subtracted from 1.

    Parameters
    ----------
    solution
        Of the chain.
    sets
        The labels that are taken away together: bool (n_labels,) each.
    removal
        What becomes of a visit: ``to_null`` ends it without conversion, ``redistribute`` sends it elsewhere.
    measure
        What is paid: ``conversions`` or ``value``; not 0 in total.

    Raises
    ------
    ConvergenceError
        When a chain too large to be eliminated could not be iterated to the error that its solution promises.
    """
    total = solution.total(measure)
    find = _to_null if removal == "to_null" else _redistributed
    found = [find(solution, labels, measure) for labels in sets]
    bound = max((loss.error for loss in found), default=0.0) / abs(total)
    if bound > solution.accuracy.tolerance:
        raise ConvergenceError(
            f"MarkovChain: a removal effect could be wrong by {bound:.1e}, above {solution.accuracy.tolerance:g}: the "
            "chain is large and hardly ever ends; lower the order, or merge rare channels"
        )
    return np.array([loss.net for loss in found]) / total, bound


def _to_null(solution: Solution, labels: BoolArray, measure: str) -> _Loss:
    if not solution.is_direct or np.count_nonzero(labels) == 1:
        found = _Loss(*solution.via(labels, measure))
    else:
        chain, known = solution.chain, solution.worth(measure)
        found = _eliminated(chain, _ending(chain, np.append(labels, False)[chain.last], known), known)
    most, owed = solution.whole(measure)
    return _Loss(min(found.lost, most), min(found.gained, owed), found.error)  # no more than all, whatever the rounding


def _redistributed(solution: Solution, labels: BoolArray, measure: str) -> _Loss:
    chain, known = solution.chain, solution.worth(measure)
    rest = _going_elsewhere(chain, np.append(labels, False)[chain.last], known)
    return _eliminated(chain, rest, known) if solution.is_direct else _iterated(solution, rest, known)


def _ending(chain: Chain, gone: BoolArray, known: Worth) -> _Rest:
    """Let every visit to what is gone end without conversion."""
    drops = gone[chain.target]
    rest = _cut(chain, drops, chain.onward(drops))
    return _Rest.of(rest, chain.onward(drops, known.states), np.zeros(chain.n_states))


def _going_elsewhere(chain: Chain, gone: BoolArray, known: Worth) -> _Rest:
    """Send whoever would visit what is gone where others go from the same state."""
    ends = chain.exits.sum(axis=1)
    drops = gone[chain.target]
    # Whoever can go nowhere else goes on as from the state that is gone.
    drops &= gone[chain.source] | ((ends + chain.onward(~drops))[chain.source] > 0)
    drops |= ~chain.can_end(~drops)[chain.source]
    dropped, onward = chain.onward(drops), ends + chain.onward(~drops)
    elsewhere = known.paid + chain.onward(~drops, known.states)
    elsewhere = np.divide(elsewhere, onward, out=np.zeros(chain.n_states), where=onward > 0)
    rest = _cut(chain, drops, np.where(onward > 0, 0.0, dropped))
    smaller = rest.through / chain.through
    return _Rest.of(rest, chain.onward(drops, known.states) * smaller, dropped * elsewhere * smaller)


def _cut(chain: Chain, drops: BoolArray, ended: FloatArray) -> Chain:
    """Return the chain without some edges, and with more journeys that end without conversion."""
    kept = ~drops
    exits = chain.exits + np.stack([np.zeros(chain.n_states), ended], axis=1)
    return evolve(
        chain,
        source=chain.source[kept],
        target=chain.target[kept],
        flow=chain.flow[kept],
        exits=exits,
        through=exits.sum(axis=1) + chain.onward(kept),
    )


def _eliminated(chain: Chain, rest: _Rest, known: Worth) -> _Loss:
    flows = rest.chain.flows(np.maximum(known.paid, 0.0), np.maximum(-known.paid, 0.0), rest.lost, rest.gained)
    carried = eliminate(flows, 1, n_exits=2, n_carried=4)[0, 2:6]
    carried *= chain.through[0] / rest.chain.through[0]  # as many journeys start, with fewer ways to go
    paid, owed, lost, gained = carried.tolist()
    # Where a journey goes round and round, what is lost and gained at each turn adds up to far more than there is; then
    # the difference to what is still paid has lost fewer digits.
    if lost + gained > paid + owed + abs(known.total):
        return _Loss(known.total, paid - owed)
    return _Loss(lost, gained)


def _iterated(solution: Solution, rest: _Rest, known: Worth) -> _Loss:
    chain = solution.chain
    starts = float(chain.through[0])
    # Elsewhere a journey may be worth more than in any state of the chain as it is.
    importance = np.full(chain.n_states, 2 * (np.abs(known.paid) / np.maximum(chain.exits[:, 0], 1.0)).max())
    flow, residual = visits(
        rest.chain.shares,
        rest.chain.start,
        np.where(rest.chain.reached(), chain.likely, 0.0),
        chain.classes,
        importance=importance,
        tolerance=solution.accuracy.tolerance / 2 * abs(known.total) / starts,
    )
    visited = flow / rest.chain.through
    lost, gained = float(visited @ rest.lost), float(visited @ rest.gained)
    # What iteration missed, what the worth of states may add, and rounding.
    error = float(importance @ np.abs(residual)) + float((flow + chain.likely) @ known.residual)
    return _Loss(lost * starts, gained * starts, (error + ROUNDING * (lost + gained)) * starts)
