"""Small businesses to make ledgers of, and what hypothesis draws them from."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from reference.retention import Item
from servicelead.tables import Business

FIRST, AS_OF = date(2023, 11, 1), date(2024, 6, 30)
_DAYS = st.integers(0, (date(2024, 8, 1) - FIRST).days).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def items(draw: st.DrawFn, *, n_accounts: int = 3) -> list[Item]:
    """Draw subscriptions of a few accounts, overlapping, meeting and apart; amounts are a multiple of 12."""
    found = []
    for _ in range(draw(st.integers(1, 8))):
        start = draw(_DAYS)
        end = draw(st.none() | _DAYS)
        if end is not None:
            start, end = min(start, end), max(start, end)
        account = f"a{draw(st.integers(0, n_accounts - 1))}"
        amount = 12 * draw(st.integers(1, 60))
        found.append(Item(account, start, end, amount, draw(st.sampled_from(["", "core", "extra"]))))
    return found


def business_of(items: Sequence[Item], *, as_of: date = AS_OF, zone: str = "UTC", **tables: Any) -> Business:
    """Return the business that has these subscriptions, priced per month in cents."""
    return Business.from_frames(
        subscriptions={
            "subscription_id": [f"s{i}" for i in range(len(items))],
            "account_id": [item.account for item in items],
            "started_at": [item.start.isoformat() for item in items],
            "ended_at": ["" if item.end is None else item.end.isoformat() for item in items],
            "amount": [f"{item.annual // 12 / 100:.2f}" for item in items],
            "period": ["month"] * len(items),
            "product": [item.product for item in items],
        },
        as_of=as_of,
        zone=zone,
        currency="USD",
        **tables,
    )


def subscriptions(
    rows: Sequence[Sequence[Any]], *, as_of: date = AS_OF, currency: str = "USD", **more: Any
) -> Business:
    """Return the business of rows of account, start, end, amount and billing period."""
    account, start, end, amount, period = (list(column) for column in zip(*rows, strict=True))
    zone, tables = more.pop("zone", "UTC"), more.pop("tables", {})
    return Business.from_frames(
        subscriptions={
            "subscription_id": [f"s{i}" for i in range(len(rows))],
            "account_id": account,
            "started_at": start,
            "ended_at": end,
            "amount": amount,
            "period": period,
            **more,
        },
        as_of=as_of,
        zone=zone,
        currency=currency,
        **tables,
    )
