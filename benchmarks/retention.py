"""What does a movement ledger cost beside sorting the events it is made of?

Run alone: ``python benchmarks/retention.py [n_accounts]``. A million accounts over 60 months, some four subscriptions
each: the ledger by month, and the same events, two per subscription, ordered by account and time. Then rates with
intervals, slices by product, the proof, and every month's figures. The peer, saas-metrics 0.1.0, takes 16.4 s for 1.38
million rows of 100,000 customers over 36 months (11.8 microseconds a row) on the machine this was written on.
"""

import time

import numpy as np
from _measure import best_of, report, size

from servicelead.domain import BillingPeriod
from servicelead.kernels.ordering import order_events
from servicelead.retention import MovementLedger, RetentionRates
from servicelead.tables import Business

MONTHS = 60
AS_OF = int(np.datetime64("2026-01-01", "us").astype(np.int64)) - 1
START = int(np.datetime64("2021-01-01", "us").astype(np.int64))
DAY = 86_400_000_000
PEER_MICROSECONDS = 11.8  # a row of saas-metrics 0.1.0: one customer in one month


def make(n_accounts: int) -> Business:
    """Accounts that come, renew at another price, leave and come back."""
    rng = np.random.default_rng(1)
    n = 4 * n_accounts
    account = np.sort(rng.integers(0, n_accounts, n))
    started = START + rng.integers(0, (AS_OF - START) // DAY, n) * DAY
    ended = started + rng.integers(1, 900, n) * DAY
    identity = np.char.add("a", np.char.zfill(account.astype(str), 7)).astype(object)
    return Business.from_frames(
        subscriptions={
            "subscription_id": np.arange(n).astype(str).astype(object),
            "account_id": identity,
            "started_at": started,
            "ended_at": ended,
            "amount": rng.integers(10, 500, n),
            "period": np.full(n, BillingPeriod.MONTH.value, dtype=object),
            "product": np.array(["core", "plus", "max"], dtype=object)[rng.integers(0, 3, n)],
        },
        as_of=AS_OF,
        currency="USD",
    )


def main() -> None:
    """Measure, print and write."""
    n_accounts = size(1_000_000)
    small = MovementLedger.from_business(make(1_000))  # what loads on first use is nobody's cost
    RetentionRates.between(small, "2024-12", "2025-12").table.rows()
    business = make(n_accounts)
    table = business.subscriptions
    account = np.concatenate([table.account_id, table.account_id]).astype(np.int64)
    at = np.concatenate([table.started_at, table.ended_at])
    ledgers: list[MovementLedger] = []

    def ledger() -> None:
        ledgers[:] = [MovementLedger.from_business(business)]

    best = best_of(
        {
            "ledger": ledger,
            "lexsort": lambda: np.lexsort((at, account)),
            "packed": lambda: order_events(account.astype(np.int32), at, lambda rows: rows),
        },
        rounds=3,
    )
    made = ledgers[0]
    assert len(made.periods) == MONTHS
    rows = n_accounts * MONTHS
    stages = {}
    for name, task in {
        "rates of a year, with intervals": lambda: RetentionRates.between(made, "2024-12", "2025-12").table,
        "every month, by product": lambda: made.statement("product"),
        "the proof of every account's months": made.reconcile,
    }.items():
        begun = time.perf_counter()
        task()
        stages[f"{name}, s"] = time.perf_counter() - begun
    ratio = "ledger, times sorting its events"
    fast = "ledger, times sorting them packed into integers"
    times = "times as fast as saas-metrics 0.1.0, by its microseconds a row"
    report(
        __file__,
        {
            f"ledger of {n_accounts:,} accounts, {len(table):,} subscriptions, s": best["ledger"],
            "sorting the same events by account and time, s": best["lexsort"],
            "the same, packed into integers, s": best["packed"],
            ratio: best["ledger"] / best["lexsort"],
            fast: best["ledger"] / best["packed"],
            times: PEER_MICROSECONDS * rows / 1e6 / best["ledger"],
            **stages,
        },
        {ratio: 3.0},
    )


if __name__ == "__main__":
    main()
