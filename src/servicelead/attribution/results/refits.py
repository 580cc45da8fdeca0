"""What a fitted model's credit might have been: fitted again on resampled units, and at the ends of what it learned."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np

from servicelead._typing import Codes, FloatArray
from servicelead.attribution.results.dimensions import Cells
from servicelead.attribution.results.replicates import Units, percentiles, replicate_values, reweighted
from servicelead.attribution.results.totals import credit_by_label
from servicelead.exceptions import InvalidValueError
from servicelead.tables.journeys import Journeys

if TYPE_CHECKING:
    from servicelead.attribution.results.strategy import Attributor, Strategy

__all__ = ["FITS", "Again", "Doubtful", "Redrawn", "Refit", "fits_for", "fitted_again"]

#: Fits behind the interval of a learned model, at the least: a standard error known to one part in fourteen.
FITS = 100
_MOST_FITS = 2_000


@runtime_checkable
class Redrawn(Protocol):
    """A strategy that fits journeys which were drawn again in its own way."""

    def refit(self, journeys: Journeys, rng: np.random.Generator) -> "Attributor":
        """Return what might have been learned instead."""
        ...


@runtime_checkable
class Doubtful(Protocol):
    """A fitted model whose credit hangs on the signs of some numbers, which may be in doubt."""

    def numbers_of(self, other: Any) -> FloatArray:
        """Return the numbers that another such fit found, in the order of this one's own: float64 (n,)."""
        ...

    def at_ends(self, lower: FloatArray, upper: FloatArray) -> Iterator["Attributor"]:
        """Yield the fits that differ most in credit while each number stays within its ends: float64 (n,)."""
        ...


class Refit(NamedTuple):
    """Replicates of a model that learns: every one is fitted and attributed again.

    ``codes`` are the cells of the placements, ``measure`` what is totalled: 0 for conversions, 1 for their value.
    ``doubtful`` is the fit whose numbers follow the totals, where they are asked for.
    """

    journeys: Journeys
    strategy: "Strategy"
    codes: Codes
    n_cells: int
    units: Units
    measure: int = 1
    doubtful: Doubtful | None = None

    def __call__(self, times: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return the totals when each entry counts so many times as often."""
        journeys = reweighted(self.journeys, self.units, times)
        fitted = _refitted(self.strategy, journeys, rng)
        totals = self.totals(journeys, fitted)
        return totals if self.doubtful is None else np.append(totals, self.doubtful.numbers_of(fitted))

    def totals(self, journeys: Journeys, fitted: "Attributor") -> FloatArray:
        """Return what some fit credits to each cell."""
        amounts = journeys.amounts[:, [self.measure]]
        return credit_by_label(journeys, fitted.attribute(journeys).source, self.codes, self.n_cells, amounts)[:, 0]


class Again(NamedTuple):
    """What a fitted model might have credited to each cell.

    Attributes
    ----------
    values : float64 (m, cells)
        When units were drawn, and it was fitted, again.
    extremes : float64 (k, cells)
        With what it learned at the ends of its intervals; none where no sign is in doubt.
    """

    values: FloatArray
    extremes: FloatArray

    @classmethod
    def of(
        cls, journeys: Journeys, strategy: "Strategy", fitted: "Attributor", where: Cells, confidence: float
    ) -> Self:
        """Return it for the totals of some cells; the ends are at that confidence."""
        units = Units.of(journeys)
        doubtful = fitted if isinstance(fitted, Doubtful) else None
        refit = Refit(journeys, strategy, where.codes, where.n, units, doubtful=doubtful)
        drawn = replicate_values(refit, units, n=fits_for(confidence), seed=0)
        values, numbers = np.split(drawn, [where.n], axis=1)
        extremes = np.empty((0, where.n))
        if doubtful is not None:
            own = doubtful.numbers_of(fitted)
            lower, upper = percentiles(numbers, (1 - confidence) / 2)
            ends = doubtful.at_ends(np.minimum(lower, own), np.maximum(upper, own))
            extremes = np.array([refit.totals(journeys, end) for end in ends]).reshape(-1, where.n)
        return cls(values, extremes)


def fitted_again(
    strategy: "Strategy", journeys: Journeys, units: Units, times: FloatArray, rng: np.random.Generator
) -> "Attributor":
    """Return what a strategy learns when each entry of the units counts so many times as often: float64 (entries,)."""
    return _refitted(strategy, reweighted(journeys, units, times), rng)


def _refitted(strategy: "Strategy", journeys: Journeys, rng: np.random.Generator) -> "Attributor":
    return strategy.refit(journeys, rng) if isinstance(strategy, Redrawn) else strategy.fit(journeys)


def fits_for(confidence: float) -> int:
    """Return how many fits an interval needs whose ends are not to lie beyond the lowest and highest of them.

    Raises
    ------
    InvalidValueError
        When it needs more than 2,000.
    """
    needed = math.ceil(round(2 / (1 - confidence), 6))
    if needed > _MOST_FITS:
        raise InvalidValueError(
            f"by: confidence must be at most .999 for a model that is fitted again for its intervals; got "
            f"{confidence:g}, which takes {needed:,} fits; lower it, or leave intervals out"
        )
    return max(FITS, needed)
