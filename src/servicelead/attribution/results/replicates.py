"""Credit found again and again on resampled units: the engine of the bootstrap."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from attrs import evolve

from servicelead._typing import FloatArray, IntArray
from servicelead.attribution.results.dimensions import Cells
from servicelead.tables.base import frozen_array
from servicelead.tables.journeys import Journeys

__all__ = [
    "Product",
    "Units",
    "percentiles",
    "replicate_values",
    "reweighted",
    "shares_of_replicates",
]

_CHUNK = 32  # replicates a thread does at a time


class Units(NamedTuple):
    """The independent units of some journeys: accounts with a closed journey, or walks of aggregated paths.

    Attributes
    ----------
    of_journey : int64 (n,)
        The entry each journey belongs to; the number of entries for journeys that are not closed.
    copies : int64 (entries,)
        Units each entry stands for: 1 for an account, as many as a path was walked.
    """

    of_journey: IntArray
    copies: IntArray

    @classmethod
    def of(cls, journeys: Journeys) -> "Units":
        """Return the units of some journeys."""
        closed = journeys.outcome != journeys.OPEN
        accounts, unit = np.unique(journeys.account[closed], return_inverse=True)
        copies = np.ones(len(accounts), dtype=np.int64)
        if journeys.business is None:
            copies = np.bincount(unit, weights=journeys.weight[closed], minlength=len(accounts)).astype(np.int64)
        of_journey = np.full(journeys.n, len(accounts))
        of_journey[closed] = unit
        return cls(of_journey, copies)

    @property
    def size(self) -> int:
        """Number of units."""
        return int(self.copies.sum())

    def drawn(self, rng: np.random.Generator) -> FloatArray:
        """Draw how many times as often each entry counts: a Poisson number of times for each of its units.

        So the number of units varies from draw to draw, as it does in the world: how many accounts buy is as random as
        what they spend.
        """
        if self.size == len(self.copies):
            return _poisson_of_one(rng.random(self.size))
        times: FloatArray = rng.poisson(self.copies) / np.maximum(self.copies, 1)
        return times


def _poisson_of_one(luck: FloatArray) -> FloatArray:
    """Return Poisson numbers of mean 1 from uniform ones, by inversion: several times as fast as drawing them."""
    numbers = np.zeros(len(luck))
    chance = below = math.exp(-1.0)
    k = 0
    while (more := luck >= below).any():
        numbers += more
        k += 1
        chance /= k
        below += chance
        if not chance:
            break
    return numbers


class _Replicate(Protocol):
    """What turns how often each entry counts, (entries,), into the value of each cell, (cells,)."""

    def __call__(self, times: FloatArray, rng: np.random.Generator) -> FloatArray: ...


class Product(NamedTuple):
    """Replicates of credit that does not depend on the others: the units' own totals, weighed again."""

    totals: Any

    @classmethod
    def of(cls, journeys: Journeys, values: FloatArray, where: Cells, units: Units) -> "Product":
        """Return the totals of each cell and entry, from the credit of each placement."""
        from scipy import sparse  # noqa: PLC0415 - heavy, loaded on first use

        used = values != 0
        entry = np.repeat(units.of_journey, journeys.lengths)[used]
        shape = (where.n, len(units.copies))
        return cls(sparse.coo_array((values[used], (where.codes[used], entry)), shape=shape).tocsr())

    def __call__(self, times: FloatArray, rng: np.random.Generator) -> FloatArray:  # noqa: ARG002 - nothing else is drawn
        """Return the values when each entry counts so many times as often."""
        return np.asarray(self.totals @ times)


def reweighted(journeys: Journeys, units: Units, times: FloatArray) -> Journeys:
    """Return the same placements with each entry of the units counted so many times as often: float64 (entries,).

    Values become plain measures: cents of a resampled world mean nothing, parts of a path's need not be whole.
    """
    factor = np.append(times, 1.0)[units.of_journey]
    return evolve(
        journeys,
        weight=frozen_array(np.rint(journeys.weight * factor).astype(np.int64)),
        value=frozen_array(journeys.value * factor),
        minor_units=None,
        currency=None,
    )


def replicate_values(replicate: _Replicate, units: Units, *, n: int, seed: int, n_jobs: int = 1) -> FloatArray:
    """Return the value of each cell in n replicates, float64 (n, cells); the i-th depends on the seed and i alone."""
    from joblib import Parallel, delayed  # noqa: PLC0415 - heavy, loaded on first use

    seeds = np.random.SeedSequence(seed).spawn(n)
    chunks = [seeds[start : start + _CHUNK] for start in range(0, n, _CHUNK)]
    return np.concatenate(
        Parallel(n_jobs=n_jobs, prefer="threads")(delayed(_drawn)(replicate, units, chunk) for chunk in chunks)
    )


def shares_of_replicates(values: FloatArray, rounding: float) -> FloatArray:
    """Return each replicate's values as shares of its own total, without those that add up to no more than rounding."""
    wholes = values.sum(axis=1)
    whole = np.abs(wholes) > rounding
    shares: FloatArray = values[whole] / wholes[whole, None]
    return shares


def percentiles(drawn: FloatArray, tail: float) -> FloatArray:
    """Return the ends that leave out a tail on either side, float64 (2, cells); NaN with fewer than two draws.

    Parameters
    ----------
    drawn : float64 (n, cells)
    tail : float
        In (0, .5). The k-th smallest of n draws is taken for the percentile k / (n + 1): one more draw lies below it
        that often. Beyond the first and the last there is nothing to read.
    """
    if len(drawn) < 2:
        return np.full((2, drawn.shape[1]), np.nan)
    return np.quantile(drawn, [tail, 1 - tail], axis=0, method="weibull")


def _drawn(replicate: _Replicate, units: Units, seeds: Sequence[np.random.SeedSequence]) -> FloatArray:
    generators = map(np.random.default_rng, seeds)
    return np.stack([replicate(units.drawn(rng), rng) for rng in generators])
