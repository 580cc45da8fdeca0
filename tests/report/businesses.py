"""Small businesses by hand: one of everything, and the awkward ones."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from servicelead.tables import Business

__all__ = ["AS_OF", "N_NAMES", "business_of", "crowded_business", "empty_business", "many_channels", "named_business"]

AS_OF = date(2026, 6, 30)
#: Names that a crowded business takes: channels, accounts and deals.
N_NAMES = 20 + 10 + 10
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


def many_channels(n: int) -> Business:
    """Return forty accounts with a deal each, touched by all teams on as many channels as asked for."""
    teams = ("services", "sales", "marketing", "product", "partner")
    touchpoints = {
        "touchpoint_id": [f"t{i}" for i in range(n)],
        "account_id": [f"a{i % 40}" for i in range(n)],
        "occurred_at": [f"2026-03-0{1 + i % 9}T09:30:00Z" for i in range(n)],
        "team": [teams[i % len(teams)] for i in range(n)],
        "channel": [f"channel number {i}" for i in range(n)],
    }
    return business_of(n_accounts=40, touchpoints=touchpoints)


def crowded_business(names: Sequence[str]) -> Business:
    """Return a business with twenty channels, ten accounts and ten deals of the caller's names, all on the page."""
    channels, accounts, deals = names[:20], names[20:30], names[30:]
    return Business.from_frames(
        as_of=AS_OF,
        currency="USD",
        touchpoints={
            "touchpoint_id": [f"t{i:02}" for i in range(20)],
            "account_id": [accounts[i % 10] for i in range(20)],
            "occurred_at": [f"2026-03-{1 + i % 9:02}T09:{i:02}:00Z" for i in range(20)],
            "team": [_TEAMS[i % 4] for i in range(20)],
            "channel": channels,
        },
        opportunities={
            "opportunity_id": deals,
            "account_id": accounts,
            "created_at": ["2026-03-02T00:00:00Z"] * 10,
            "closed_at": ["2026-03-10"] * 10,
            "outcome": ["won"] * 10,
            "amount": [f"{1 + i}00.00" for i in range(10)],
        },
    )
