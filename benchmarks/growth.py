"""Does cost grow linearly with touches, from a hundred thousand to ten million?

Run alone: ``python benchmarks/growth.py [largest_n_journeys]``. Builds the tables, the journeys, the five rules'
totals and one rule's minor units at 1/100, 1/10 and all of the largest size; a line of slope 1 in the plot
(``benchmarks/results/growth.svg``) is linear growth.
"""

import sys
import time

import numpy as np
from _measure import draw, report, size
from attribution_rules import RULES, make_journeys, minor_units, totals

import servicelead as sl


def measure(n: int) -> dict[str, float]:
    """Seconds per stage for `n` journeys."""
    begun = time.perf_counter()
    made = make_journeys(n)
    stages = {"touches": float(made.n_placements), "tables and journeys": time.perf_counter() - begun}
    if made.business is None:
        raise TypeError("these journeys come from a business")
    begun = time.perf_counter()
    journeys = sl.Journeys.from_business(made.business)
    stages["journeys"] = time.perf_counter() - begun
    _ = journeys.codes("channel"), journeys.ages
    begun = time.perf_counter()
    for rule in RULES.values():
        totals(journeys, rule)
    stages["totals of five rules"] = time.perf_counter() - begun
    begun = time.perf_counter()
    minor_units(journeys, RULES["position based"])
    stages["minor units"] = time.perf_counter() - begun
    return stages


def main() -> None:
    """Measure, print, plot and write."""
    largest = size(2_000_000)
    measure(1_000)  # what loads on first use is nobody's growth
    sizes = [measure(largest // part) for part in (100, 10, 1)]
    figures: dict[str, float] = {}
    for stages in sizes:
        figures |= {f"{name} at {stages['touches']:,.0f} touches": value for name, value in list(stages.items())[1:]}
    for name in list(sizes[0])[1:]:
        slope = np.polyfit(np.log([s["touches"] for s in sizes]), np.log([s[name] for s in sizes]), 1)[0]
        figures[f"slope of {name} (1 is linear)"] = float(slope)
    lines = {name: {stages["touches"]: stages[name] for stages in sizes} for name in list(sizes[0])[1:]}
    draw(__file__, {"touches": lines})
    report(__file__, figures)


if __name__ == "__main__":
    sys.exit(main())
