"""How long does a million self-help events and half a million cases take?

Run alone: ``python benchmarks/deflection.py [n_events]``. Builds the tables, follows every event to what became of it,
and totals by month and by resource; then the same at a tenth of the size, to see that the cost grows with the events.
"""

import sys
import time
from typing import Any

import numpy as np
import pyarrow as pa
from _measure import report, size

import servicelead as sl
from servicelead.calculators import ObservedDeflection

AS_OF = 1_782_863_999_999_999
DAY = 86_400_000_000
GOAL = 5.0  # seconds, for all of it


def make(n_events: int) -> dict[str, pa.Table]:
    """Events and cases of two years, as a reader of files hands them over: a hundred events per account."""
    rng = np.random.default_rng(1)
    n_cases, n_accounts = n_events // 2, n_events // 100

    def rows(n: int, prefix: str) -> dict[str, Any]:
        return {
            "account_id": np.char.add("a", rng.integers(0, n_accounts, n).astype(str)).astype(object),
            "issue_key": np.char.add("i", rng.integers(0, 100, n).astype(str)).astype(object),
            prefix: AS_OF - rng.integers(0, 730 * DAY, n),
            "entitled": rng.random(n) < 0.8,
        }

    answers = {}
    for name, rate in (("succeeded", 0.48), ("intended_assisted", 0.6), ("needs_no_further_action", 0.8)):
        column = (rng.random(n_events) < rate).astype(object)
        column[rng.random(n_events) < 0.5] = None
        answers[name] = column
    resource = np.array(["article", "community", "bot"], dtype=object)[rng.integers(0, 3, n_events)]
    events = rows(n_events, "occurred_at") | answers | {"resource": resource}
    events["event_id"] = np.char.add("e", np.arange(n_events).astype(str)).astype(object)
    cases = rows(n_cases, "opened_at")
    cases["case_id"] = np.char.add("c", np.arange(n_cases).astype(str)).astype(object)
    return {"self_help_events": pa.table(events), "cases": pa.table(cases)}


def measure(n_events: int) -> dict[str, float]:
    """Seconds of each stage."""
    tables = make(n_events)
    begun = time.perf_counter()
    business = sl.Business.from_frames(as_of=AS_OF, **tables)
    stages = {"tables": time.perf_counter() - begun}
    begun = time.perf_counter()
    observed = ObservedDeflection.from_business(business)
    assert int(np.sum(observed.accounting["n"])) == n_events
    stages["every event followed"] = time.perf_counter() - begun
    begun = time.perf_counter()
    assert observed.demand_deflection_rate().is_defined
    stages["rate with its interval"] = time.perf_counter() - begun
    begun = time.perf_counter()
    _ = observed.by("month"), observed.by("resource")
    stages["by month and by resource"] = time.perf_counter() - begun
    return stages


def main() -> None:
    """Measure, print and write."""
    n_events = size(1_000_000)
    measure(1_000)  # what loads on first use is nobody's cost
    small, large = measure(n_events // 10), measure(n_events)
    figures = {f"{name} ({n_events:,} events, {n_events // 2:,} cases), s": value for name, value in large.items()}
    total = f"all of it ({n_events:,} events, {n_events // 2:,} cases), s"
    figures[total] = sum(large.values())
    figures["ten times the events, times the seconds"] = sum(large.values()) / sum(small.values())
    report(__file__, figures, {total: GOAL, "ten times the events, times the seconds": 13.0})


if __name__ == "__main__":
    sys.exit(main())
