"""What does it cost to take snapshots of many accounts at many cutoffs, and does the cost grow with the touches alone?

Run alone: ``python benchmarks/snapshots.py [n_touches]``. 100,000 subscribed accounts at 12 monthly cutoffs with three
sizes of touches: a tenth, a third and all of them. Beside each the time of sorting the same touches by account and
time, which says how fast the machine is just now; the slope is that of log seconds over log touches between the two
largest. Seconds are the processor's.
"""

import math
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from _measure import report, size

from servicelead.propensity import SnapshotBuilder
from servicelead.tables import Business

N_ACCOUNTS = 100_000
AS_OF = int(np.datetime64("2026-07-01", "us").astype(np.int64)) - 1
YEARS = 3 * 365
DAY = 86_400_000_000


def make(n_touches: int) -> Business:
    """Accounts that all subscribe, are touched by three teams for three years, and now and then buy more."""
    rng = np.random.default_rng(1)
    names = np.char.add("a", np.char.zfill(np.arange(N_ACCOUNTS).astype(str), 6)).astype(object)
    account = rng.integers(0, N_ACCOUNTS, n_touches)
    occurred_at = AS_OF - rng.integers(0, YEARS * DAY, n_touches)
    known = rng.random(n_touches) < 0.4
    deals = rng.integers(0, N_ACCOUNTS, N_ACCOUNTS // 2)
    created_at = AS_OF - rng.integers(60 * DAY, YEARS * DAY, len(deals))
    return Business.from_frames(
        touchpoints={
            "touchpoint_id": np.arange(n_touches),
            "account_id": names[account],
            "occurred_at": occurred_at,
            "team": np.array(["services", "services", "sales", "marketing"], dtype=object)[account % 4],
            "channel": np.array(["case", "visit", "call", "mail"], dtype=object)[account % 4],
            "sentiment": np.where(known, np.round(rng.uniform(-1, 1, n_touches), 2), np.nan),
        },
        subscriptions={
            "subscription_id": np.arange(N_ACCOUNTS),
            "account_id": names,
            "started_at": np.full(N_ACCOUNTS, AS_OF - YEARS * DAY),
            "amount": np.full(N_ACCOUNTS, 100),
            "period": np.full(N_ACCOUNTS, "month", dtype=object),
        },
        opportunities={
            "opportunity_id": np.arange(len(deals)),
            "account_id": names[deals],
            "created_at": created_at,
            "closed_at": created_at + 30 * DAY,
            "outcome": np.full(len(deals), "won", dtype=object),
            "amount": np.full(len(deals), 500),
            "kind": np.full(len(deals), "upsell", dtype=object),
        },
        as_of=AS_OF,
        currency="USD",
    )


def seconds(task: Callable[[], object]) -> float:
    """Seconds of the processor that one call takes: all of it runs in one thread, and others may be busy."""
    begun = time.process_time()
    task()
    return time.process_time() - begun


def main() -> None:
    """Measure, print and write."""
    largest = size(10_000_000)
    taken: dict[int, float] = {}
    figures: dict[str, float | int] = {}
    builder = SnapshotBuilder()
    for n_touches in (largest // 10, largest // 3, largest):
        business = make(n_touches)
        touches = business.touches
        mixed = np.random.default_rng(0).permutation(n_touches)
        account, when = touches.account_id[mixed], touches.occurred_at[mixed]
        builder.build(business, cutoffs=[AS_OF])  # what loads on first use is nobody's cost
        sorting = seconds(partial(np.lexsort, (when, account)))
        taken[n_touches] = seconds(partial(builder.build, business))
        figures[f"{n_touches:,} touches, s"] = taken[n_touches]
        figures[f"{n_touches:,} touches, times a sort of them"] = taken[n_touches] / sorting
    snapshots = builder.build(business)
    figures["rows"], figures["features"] = len(snapshots), len(snapshots.definitions)
    (few, fast), (many, slow) = sorted(taken.items())[1:]
    slope = math.log(slow / fast) / math.log(many / few)
    figures["slope of log seconds over log touches"] = slope
    whole = f"{largest:,} touches, s"
    report(__file__, figures, {whole: 60.0, "slope of log seconds over log touches": 1.05})


if __name__ == "__main__":
    main()
