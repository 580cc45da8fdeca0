"""Small businesses by hand: one of everything, and the awkward ones."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from servicelead.tables import Business

__all__ = ["AS_OF", "business_of", "empty_business", "named_business"]

AS_OF = date(2026, 6, 30)
_TEAMS = ("services", "services", "sales", "marketing")


def empty_business() -> Business:
    """Return a business without a single row."""
    return Business.from_frames(as_of=AS_OF)


def business_of(
    *,
    n_accounts: int = 2,
    outcome: str = "won",
    amount: str = "1200.01",
    currency: str | None = "USD",
    **tables: Any,
) -> Business:
    """Return accounts with four touches each (services twice, sales, marketing) before one deal each."""
    accounts = [f"a{i}" for i in range(n_accounts) for _ in _TEAMS]
    touchpoints = {
        "touchpoint_id": [f"t{i}" for i in range(len(accounts))],
        "account_id": accounts,
        "occurred_at": [f"2026-03-0{1 + i % 4}T09:30:00Z" for i in range(len(accounts))],
        "team": list(_TEAMS) * n_accounts,
        "channel": ["case", "visit", "call", "mail"] * n_accounts,
    }
    opportunities = {
        "opportunity_id": [f"o{i}" for i in range(n_accounts)],
        "account_id": [f"a{i}" for i in range(n_accounts)],
        "created_at": ["2026-03-02T00:00:00Z"] * n_accounts,
        "closed_at": ["2026-03-10"] * n_accounts,
        "outcome": [outcome] * n_accounts,
        "amount": [amount] * n_accounts,
    }
    given = {"touchpoints": touchpoints, "opportunities": opportunities, **tables}
    return Business.from_frames(as_of=AS_OF, currency=currency, **given)


def named_business(names: Sequence[str]) -> Business:
    """Return a business in which every free text is the caller's: two channels, an account, a deal, a source."""
    first, second, account, deal = names
    return Business.from_frames(
        as_of=AS_OF,
        currency="USD",
        touchpoints={
            "touchpoint_id": ["t1", "t2", "t3"],
            "account_id": [account] * 3,
            "occurred_at": ["2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z"],
            "team": ["services", "sales", "somebody"],
            "channel": [first, second, first],
            "campaign": [second, first, first],
        },
        opportunities={
            "opportunity_id": [deal, "lost"],
            "account_id": [account, account],
            "created_at": ["2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"],
            "closed_at": ["2026-03-10", "never"],
            "outcome": ["won", "lost"],
            "amount": ["1200.01", "1.00"],
        },
    )
