"""How long does a simulated business of 100,000 accounts take, and a real-looking one to read back?

Run alone: ``python benchmarks/simulation.py [n_accounts]``. The goal is about half a minute for the simulation.
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
    figures = {
        "accounts": n,
        "touches": len(business.touches),
        "seconds to simulate": made,
        "seconds to check and encode its tables": built,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    report(__file__, figures, {"seconds to simulate": 30})


if __name__ == "__main__":
    sys.exit(main())
