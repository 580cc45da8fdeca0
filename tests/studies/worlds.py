"""A business whose accounts leave because they are in trouble, and are visited because they are in trouble."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from servicelead.tables import Business

START, PERIOD = date(2024, 1, 1), 30
#: What a visit does to the log-odds of leaving in the next period, and what a critical case does.
VISIT, TROUBLE = -0.8, 2.2


N_PERIODS = 12
AS_OF = START + timedelta(days=PERIOD * N_PERIODS - 1)


def troubled(n_accounts: int, seed: int) -> Business:
    """Return a business in which visits truly keep customers, and visited customers leave oftener."""
    return Business.from_frames(**tables(n_accounts, seed), as_of=AS_OF, currency="USD")


def tables(n_accounts: int, seed: int) -> dict[str, Any]:
    """Return its tables by name, each a mapping of lists."""
    rng = np.random.default_rng(seed)
    shape = (n_accounts, N_PERIODS)
    trouble = rng.random(shape) < 0.15
    visit = rng.random(shape) < np.where(trouble, 0.75, 0.10)
    score = -3.6 + TROUBLE * trouble[:, :-1] + VISIT * visit[:, :-1]
    leaves = np.column_stack([np.zeros(n_accounts, bool), rng.random(score.shape) < 1 / (1 + np.exp(-score))])
    last = np.where(leaves.any(axis=1), leaves.argmax(axis=1), N_PERIODS)
    there = np.arange(N_PERIODS) <= last[:, None]

    def day(period: Any, into: int) -> Any:
        return np.datetime64(START) + (PERIOD * period + into) * np.timedelta64(1, "D")

    def rows(where: Any, into: int) -> dict[str, Any]:
        account, period = np.nonzero(where & there)
        return {
            "account_id": [f"a{each:04}" for each in account],
            "at": [f"{each}T12:00:00Z" for each in day(period, into)],
        }

    cases, visits = rows(trouble, 5), rows(visit, 10)
    ends = [str(day(period, 15)) if period < N_PERIODS else "" for period in last.tolist()]
    return {
        "subscriptions": {
            "subscription_id": [f"s{place}" for place in range(n_accounts)],
            "account_id": [f"a{place:04}" for place in range(n_accounts)],
            "started_at": [START.isoformat()] * n_accounts,
            "ended_at": ends,
            "amount": ["100.00"] * n_accounts,
            "period": ["month"] * n_accounts,
        },
        "touchpoints": {
            "touchpoint_id": [f"t{place}" for place in range(len(visits["at"]))],
            "account_id": visits["account_id"],
            "occurred_at": visits["at"],
            "team": ["services"] * len(visits["at"]),
            "channel": ["visit"] * len(visits["at"]),
        },
        "cases": {
            "case_id": [f"c{place}" for place in range(len(cases["at"]))],
            "account_id": cases["account_id"],
            "opened_at": cases["at"],
            "severity": ["critical"] * len(cases["at"]),
        },
    }
