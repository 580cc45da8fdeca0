"""Small businesses written by hand, for journeys whose fractions can be worked out on paper."""

from collections.abc import Sequence
from typing import Any

import servicelead as sl

__all__ = ["business", "deal", "journeys", "lead", "paths", "touch"]

Row = dict[str, Any]


def touch(name: str, day: str, channel: str, team: str = "services", account: str | None = "acme", **more: Any) -> Row:
    """Return a touch at the start of a day of 2025, written ``05-31``."""
    row: Row = {"touchpoint_id": name, "account_id": account, "occurred_at": f"2025-{day}T00:00:00Z"}
    return {**row, "team": team, "channel": channel, **more}


def deal(name: str, close: str | None, amount: str | None, account: str = "acme", **more: Any) -> Row:
    """Return an opportunity won at the end of a day of 2025 unless something else is said."""
    row: Row = {"opportunity_id": name, "account_id": account, "created_at": "2025-01-01T00:00:00Z"}
    row |= {"closed_at": f"2025-{close}" if close else None, "outcome": "won", "amount": amount}
    return row | more


def lead(name: str, day: str, team: str = "services", account: str | None = "acme", **more: Any) -> Row:
    """Return a lead created at the start of a day of 2025."""
    return {"lead_id": name, "account_id": account, "created_at": f"2025-{day}T00:00:00Z", "team": team, **more}


def _columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def business(
    touches: Sequence[Row] = (),
    deals: Sequence[Row] = (),
    currency: str | None = "EUR",
    zone: str = "UTC",
    **tables: Any,
) -> sl.Business:
    """Return the business as it was known at the end of 2025."""
    given: dict[str, Any] = {name: _columns(rows) for name, rows in tables.items() if rows}
    return sl.Business.from_frames(
        touchpoints=_columns(touches) if touches else None,
        opportunities=_columns(deals) if deals else None,
        **given,
        as_of="2025-12-31T00:00:00Z",
        zone=zone,
        currency=currency,
    )


def journeys(touches: Sequence[Row] = (), deals: Sequence[Row] = (), **more: Any) -> sl.Journeys:
    """Return the journeys of the business, windows of 90 days."""
    return sl.Journeys.from_business(business(touches, deals, **more))


def paths(*rows: tuple[str, int, str], currency: str | None = "EUR") -> sl.Journeys:
    """Return the journeys of paths given as (path, conversions, value)."""
    columns = {"path": [row[0] for row in rows], "won": [row[1] for row in rows], "value": [row[2] for row in rows]}
    return sl.Journeys.from_paths(columns, path="path", conversions="won", value="value", currency=currency)
