"""How long does a simulated business of 100,000 accounts take, to read it back, and to work out its truth?

Run alone: ``python benchmarks/simulation.py [n_accounts]``. The goal is about half a minute for the simulation, and as
much for its truth, removals of every touch type, channel and team included.
"""

import resource
import sys
import time

from _measure import report, size

from servicelead.datasets import simulate_business


def main() -> None:
    """Measure, print and write."""
    n = size(100_000)
    begun = time.perf_counter()
    simulated = simulate_business(n_accounts=n, seed=0)
    made = time.perf_counter() - begun
    begun = time.perf_counter()
    business = simulated.business
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    truth = simulated.truth
    known = time.perf_counter() - begun
    figures = {
        "accounts": n,
        "touches": len(business.touches),
        "seconds to simulate": made,
        "seconds to check and encode its tables": built,
        "seconds to work out its truth": known,
        "expected wins": truth.expected_wins,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    report(__file__, figures, {"seconds to simulate": 30, "seconds to work out its truth": 30})


if __name__ == "__main__":
    sys.exit(main())
