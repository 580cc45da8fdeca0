"""Do 95% intervals hold the truth 95 times in 100?

Run alone: ``python benchmarks/coverage.py [runs [runs of models that learn]]``. Ten simulated businesses of 100,000
accounts are the populations; what touches do differs from one to the next, so the target is what a model says on all
accounts of one. Every run draws a sample of a business without looking at its deals, fits and attributes there, and
asks of each channel's value and share whether the interval holds that target. Models that learn are fitted 100 times
for one interval, so by default they get a tenth of the runs.
"""

import sys
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
from servicelead.attribution.results.dimensions import cells
from servicelead.attribution.results.intervals import credit_bounds
from servicelead.attribution.results.refits import Again
from servicelead.datasets import simulate_business
from servicelead.tables import Journeys

PARTS = 10
ACCOUNTS_OF_A_PART = 100_000
SAMPLE = 2_000
RULES: dict[str, Any] = {
    "first touch": FirstTouch(),
    "last touch": LastTouch(),
    "linear": Linear(),
    "time decay": TimeDecay(),
    "position based": PositionBased(),
    "Shapley, sum": Shapley(),
}
LEARNED: dict[str, Any] = {
    "Shapley, rate": Shapley(game="rate"),
    "Markov": MarkovChain(),
    "Markov, value": MarkovChain(measure="value"),
    "Markov, order 2": MarkovChain(order=2),
    "Markov, redistribute": MarkovChain(removal="redistribute"),
}
METHODS = ("log", "student")


class Part(NamedTuple):
    """All journeys of one business, and where each account's begin."""

    journeys: Journeys
    starts: Any

    @classmethod
    def simulated(cls, seed: int) -> "Part":
        """Simulate a business."""
        journeys = sl.Journeys.from_business(simulate_business(ACCOUNTS_OF_A_PART, seed=seed).business)
        accounts = np.arange(len(journeys.vocabulary("account")) + 1)
        return cls(journeys, np.searchsorted(journeys.account, accounts))

    def sample(self, rng: np.random.Generator) -> Journeys:
        """Draw some accounts, those without a deal among them."""
        drawn = np.sort(rng.choice(len(self.starts) - 1, SAMPLE, replace=False))
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
    again = None
    if attribution.fitted_by is not None:
        again = Again.of(journeys, attribution.fitted_by, attribution.strategy, table, 0.95)
    found = []
    for method in METHODS:
        ends = credit_bounds(journeys, table, attribution.value, confidence=0.95, method=method, again=again)
        found.append(np.stack([end[:-1] for end in ends]))
    return found


def count(parts: list[Part], strategy: Any, runs: int) -> FloatArray:
    """Return the part of the runs whose interval holds the target: (methods, value and share, channels)."""
    rng = np.random.default_rng(1)
    targets = [values(part.journeys, strategy) for part in parts]
    held = np.zeros((len(METHODS), 2, len(targets[0])))
    for run in range(runs):
        part, target = parts[run % PARTS], targets[run % PARTS]
        value, share = target * SAMPLE / ACCOUNTS_OF_A_PART, target / target.sum()
        for row, ends in enumerate(bounds(part.sample(rng), strategy)):
            value_lower, value_upper, share_lower, share_upper = ends
            held[row] += [
                (value_lower <= value) & (value <= value_upper),
                (share_lower <= share) & (share <= share_upper),
            ]
    return held / runs


def main() -> None:
    """Report the mean and the lowest coverage over channels."""
    runs = size(2_000)
    learned = int(sys.argv[2]) if len(sys.argv) > 2 else max(1, runs // 10)
    parts = [Part.simulated(seed) for seed in range(PARTS)]
    channels = parts[0].journeys.vocabulary("channel").labels
    figures: dict[str, float] = {}
    for name, strategy in {**RULES, **LEARNED}.items():
        held = count(parts, strategy, learned if name in LEARNED else runs)
        for method, rows in zip(METHODS, held, strict=True):
            for what, row in zip(("value", "share"), rows, strict=True):
                figures[f"{name}, {what}, {method}: mean over channels"] = float(row.mean())
                figures[f"{name}, {what}, {method}: lowest ({channels[row.argmin()]})"] = float(row.min())
    report(__file__, figures)


if __name__ == "__main__":
    sys.exit(main())
