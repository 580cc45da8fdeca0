"""How long does a revenue-weighted survival curve with account-clustered intervals take on a million accounts?

Run alone: ``python benchmarks/survival.py [n_accounts]``. One row per account in whole days; then the same rows shared
by a third as many accounts, a part of them entering late, which needs a sort; then times that hardly ever tie.
"""

import time

import numpy as np
from _measure import best_of, report, size

from servicelead.retention import Lifetimes, kaplan_meier

GOAL = 2.0  # seconds


def make(n: int, *, accounts: int, ties: bool, late: bool) -> Lifetimes:
    """Lifetimes of exponential length, censored evenly, with weights over many orders of magnitude."""
    rng = np.random.default_rng(1)
    ends, seen = rng.exponential(500.0, n), rng.uniform(0.0, 2000.0, n)
    durations = np.minimum(ends, seen)
    if ties:
        durations = np.floor(durations)
    return Lifetimes(
        durations=durations,
        events=ends <= seen,
        entry=np.where(rng.random(n) < 0.3, np.floor(durations / 2), 0.0) if late else None,
        weights=rng.lognormal(8.0, 2.0, n),
        accounts=np.arange(n) if accounts == n else rng.integers(0, accounts, n),
    )


def main() -> None:
    """Measure, print and write."""
    n = size(1_000_000)
    begun = time.perf_counter()
    simple = make(n, accounts=n, ties=True, late=False)
    made = time.perf_counter() - begun
    clustered = make(n, accounts=n // 3, ties=True, late=True)
    distinct = make(n, accounts=n, ties=False, late=False)
    durations = simple.durations
    seconds = best_of(
        {
            "sort": lambda: np.argsort(durations, kind="stable"),
            "one row per account": lambda: kaplan_meier(simple, weighted=True).bounds,
            "three rows per account, late entry": lambda: kaplan_meier(clustered, weighted=True).bounds,
            "one row per account, hardly a tie": lambda: kaplan_meier(distinct, weighted=True).bounds,
        },
        rounds=3,
    )
    figures = {f"making the lifetimes ({n:,} rows), s": made}
    figures |= {f"{name} ({n:,} rows), s": value for name, value in seconds.items()}
    figures["one row per account, in sorts of the durations"] = seconds["one row per account"] / seconds["sort"]
    report(__file__, figures, {f"one row per account ({n:,} rows), s": GOAL})


if __name__ == "__main__":
    main()
