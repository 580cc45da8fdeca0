"""Do 95% intervals hold the truth 95 times in 100?

Run alone: ``python benchmarks/coverage.py [runs]``. One large simulated business is the population, and the target is
what a model says on all of it. Every run draws a sample of its accounts without looking at their deals, fits and
attributes there, and asks of each channel's value and share whether the interval holds the target. Models that learn
are fitted 100 times for one interval, so they get a tenth of the runs.
"""

from typing import Any, NamedTuple

import numpy as np
from _measure import report, size

import servicelead as sl
from servicelead._typing import FloatArray
from servicelead.attribution import (
    FirstTouch,
    LastTouch,
    Linear,
    MarkovChain,
    PositionBased,
    Shapley,
    TimeDecay,
    attribute,
)
from servicelead.attribution.dimensions import cells
from servicelead.attribution.intervals import credit_bounds
from servicelead.attribution.replicates import FITS, Refit, Units, replicate_values
from servicelead.datasets import simulate_business
from servicelead.tables import Journeys

POPULATION = 60_000
SAMPLE = 2_000
RULES: dict[str, Any] = {
    "first touch": FirstTouch(),
    "last touch": LastTouch(),
    "linear": Linear(),
    "time decay": TimeDecay(),
    "position based": PositionBased(),
    "Shapley, sum": Shapley(),
}
LEARNED: dict[str, Any] = {"Shapley, rate": Shapley(game="rate"), "Markov": MarkovChain()}
METHODS = ("log", "student")


class Population(NamedTuple):
    """All journeys, and where each account's begin."""

    journeys: Journeys
    starts: Any

    @property
    def n_accounts(self) -> int:
        """Number of accounts, with or without a journey."""
        return len(self.starts) - 1

    def sample(self, rng: np.random.Generator) -> Journeys:
        """Draw some accounts, those without a deal among them."""
        drawn = np.sort(rng.choice(self.n_accounts, SAMPLE, replace=False))
        return self.journeys.select(
            np.concatenate([np.arange(self.starts[account], self.starts[account + 1]) for account in drawn])
        )


def values(journeys: Journeys, strategy: Any) -> FloatArray:
    """Return the value of each channel."""
    table = cells(journeys, ["channel"])
    return np.bincount(table.codes, weights=attribute(journeys, strategy).value, minlength=table.n)[:-1]


def bounds(journeys: Journeys, strategy: Any) -> list[FloatArray]:
    """Return the interval ends of value and share by channel, for each method, without a full table's costs."""
    table = cells(journeys, ["channel"])
    attribution = attribute(journeys, strategy)
    replicates = None
    if attribution.fitted_by is not None:
        units = Units.of(journeys)
        replicates = replicate_values(Refit(journeys, strategy, table, units), units, n=FITS, seed=0)
    found = []
    for method in METHODS:
        ends = credit_bounds(journeys, table, attribution.value, confidence=0.95, method=method, replicates=replicates)
        found.append(np.stack([end[:-1] for end in ends]))
    return found


def count(population: Population, strategy: Any, runs: int) -> FloatArray:
    """Return the part of the runs whose interval holds the target: (methods, value and share, channels)."""
    rng = np.random.default_rng(1)
    target = values(population.journeys, strategy)
    value, share = target * SAMPLE / population.n_accounts, target / target.sum()
    held = np.zeros((len(METHODS), 2, len(target)))
    for _ in range(runs):
        for row, (value_lower, value_upper, share_lower, share_upper) in enumerate(
            bounds(population.sample(rng), strategy)
        ):
            held[row] += [
                (value_lower <= value) & (value <= value_upper),
                (share_lower <= share) & (share <= share_upper),
            ]
    return held / runs


def main(runs: int) -> None:
    """Report the mean and the lowest coverage over channels."""
    business = simulate_business(POPULATION, seed=11).business
    journeys = sl.Journeys.from_business(business)
    n_accounts = len(journeys.vocabulary("account"))
    population = Population(journeys, np.searchsorted(journeys.account, np.arange(n_accounts + 1)))
    channels = journeys.vocabulary("channel").labels
    figures: dict[str, float] = {}
    for name, strategy in {**RULES, **LEARNED}.items():
        held = count(population, strategy, max(1, runs // (10 if name in LEARNED else 1)))
        for method, rows in zip(METHODS, held, strict=True):
            for what, row in zip(("value", "share"), rows, strict=True):
                figures[f"{name}, {what}, {method}: mean over channels"] = float(row.mean())
                figures[f"{name}, {what}, {method}: lowest ({channels[row.argmin()]})"] = float(row.min())
    report(__file__, figures)


if __name__ == "__main__":
    main(size(2_000))
