"""Small businesses for the tests of tables, written as rows of text as a file would hold them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from attrs import fields

from servicelead.tables import Business
from servicelead.tables.base import RowIds, Table

AS_OF = date(2026, 6, 30)
_DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]


def at(day: float) -> str:
    """Return the instant so many days into 2026, as text."""
    return (_DAY_0 + timedelta(days=day)).isoformat()


def columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Return rows as columns; what a row does not say is missing."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def touch(name: str, account: str | None = "a", day: float = 0.0, **more: Any) -> Row:
    """Return a touch."""
    return {
        "touchpoint_id": name, "account_id": account, "occurred_at": at(day), "team": "services", "channel": "call",
    } | more  # fmt: skip


def deal(name: str, account: str = "a", day: float = 10.0, **more: Any) -> Row:
    """Return a won opportunity."""
    return {
        "opportunity_id": name, "account_id": account, "created_at": at(0), "closed_at": at(day), "outcome": "won",
        "amount": "100.00",
    } | more  # fmt: skip


def lead(name: str, account: str | None = "a", **more: Any) -> Row:
    """Return a lead."""
    return {"lead_id": name, "account_id": account, "created_at": at(0), "team": "services"} | more


def business(*, as_of: Any = AS_OF, currency: Any = "USD", **tables: Any) -> Business:
    """Return the business of tables given as rows."""
    options = {k: tables.pop(k) for k in ("zone", "exchange_rates", "columns", "fiscal_year_start") if k in tables}
    frames: dict[str, Any] = {
        name: columns(rows) if isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows) else rows
        for name, rows in tables.items()
    }
    return Business.from_frames(as_of=as_of, currency=currency, **options, **frames)


def tables_of(given: Business) -> dict[str, Table]:
    """Return every table by its attribute."""
    values = {a.name: getattr(given, a.name) for a in fields(Business)}
    return {name: value for name, value in values.items() if isinstance(value, Table)}


def cells(given: Business) -> dict[str, dict[str, list[Any]]]:
    """Return everything every table holds: raw columns, attributes and vocabularies."""
    out: dict[str, dict[str, list[Any]]] = {}
    for title, table in tables_of(given).items():
        out[title] = {f"{name} labels": v.labels.tolist() for name, v in table.vocabularies.items()}
        names = [a.name for a in fields(type(table)) if "spec" in a.metadata]
        raw = {name: getattr(table, name) for name in names} | dict(table.attributes)
        for name, values in raw.items():
            array = values.read() if isinstance(values, RowIds) else values
            out[title][name] = [None if cell != cell else cell for cell in np.asarray(array).tolist()]  # noqa: PLR0124
    return out


def codes(table: Any) -> dict[str, int]:
    """Return how often each code occurs in a table of rejects, or how many rows each finding has."""
    found: dict[str, int] = {}
    for row in table.rows():
        found[row["code"]] = found.get(row["code"], 0) + row.get("n", 1)
    return found


def assert_counted(given: Business) -> None:
    """Assert that every row, and every line, was kept, rejected or a duplicate, and that reasons are all counted."""
    for row in given.counts.rows():
        assert row["read"] == row["kept"] + row["rejected"] + row["duplicates"]
    rejected = int(np.sum(given.counts["rejected"], dtype=np.int64))
    assert rejected == given.reject_list.n_rows <= len(given.rejects)
    assert len(given.rejects) == int(np.sum(given.reasons["n_rows"], dtype=np.int64))
    for row in given.lines.rows():
        assert row["physical"] == sum(row[name] for name in ("header", "blank", "kept", "rejected", "duplicates"))
    kept = {row["table"]: 0 for row in given.counts.rows()}
    for row in given.counts.rows():
        kept[row["table"]] += row["kept"]
    assert kept == {table.title: len(table) for table in tables_of(given).values() if table.title in kept}
