"""What journeys are worth in the end, state by state."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.attribution.chain import Chain
from servicelead.kernels.elimination import through_each
from servicelead.kernels.propagation import worth

__all__ = ["LARGEST_DIRECT", "TOLERANCE", "Worth", "worth_of"]

#: States up to which a chain is solved by elimination; larger ones are iterated.
LARGEST_DIRECT = 2_000
#: How wrong, at most, a figure of a larger chain may be, relative to the whole.
TOLERANCE = 1e-10


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
        How far the iteration was from that; 0 where it was eliminated.
    passing : float64 (n_labels,) or None
        What is paid to journeys that reach each label; None where the chain was iterated.
    """

    paid: FloatArray
    total: float
    states: FloatArray
    residual: FloatArray
    passing: FloatArray | None


def worth_of(chain: Chain, paid: FloatArray) -> Worth:
    """Return what a journey in each state can expect when each state pays as given: float64 (n,), in total."""
    total = float(np.sum(paid))
    states, residual = np.zeros(chain.n_states), np.zeros(chain.n_states)
    if chain.n_states == 1:
        return Worth(paid, total, states, residual, None)
    if chain.n_states > LARGEST_DIRECT:
        tolerance = TOLERANCE / 5 * abs(total) / chain.through[0]
        states, residual = worth(chain.shares, paid / chain.through, chain.likely, chain.classes, tolerance=tolerance)
        return Worth(paid, total, states, residual, None)
    groups = _by_last_label(chain)
    passing = np.zeros(len(groups))
    flows = chain.flows(np.maximum(paid, 0.0), np.maximum(-paid, 0.0))
    for group, entering, ends in through_each(flows, groups, n_exits=2, n_carried=2):
        states[groups[group]] = ends[:, 2] - ends[:, 3]
        passing[group] = entering @ states[groups[group]]
    states[0] = total / chain.through[0]
    return Worth(paid, total, states, residual, passing)


def _by_last_label(chain: Chain) -> list[IntArray]:
    """Return the states of each label, in the order of labels; every label is the last of some state."""
    order = np.argsort(chain.last, kind="stable")[1:]  # without the start
    return np.split(order, np.flatnonzero(np.diff(chain.last[order])) + 1)
