"""Figures as a reader takes them in: rounded to what they deserve, a dash where there is none."""

from collections.abc import Iterable, Sequence

import numpy as np

from servicelead._typing import Array
from servicelead.cli.layout import Column
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import Zone
from servicelead.tables import Business
from servicelead.tables.base import major_units

__all__ = [
    "ABSENT",
    "amount",
    "amounts",
    "count",
    "counts",
    "days_of",
    "intervals",
    "labels",
    "numbers",
    "percents",
    "row_count",
]

#: What stands where there is no figure.
ABSENT = "-"
_ROUND_FROM = 10_000  # a column with an amount this large shows no decimals


def count(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "row"), count(1200, "row"), count(2, "business", "businesses")
    ('1 row', '1,200 rows', '2 businesses')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def amount(value: float, currency: str | None) -> str:
    """Return one amount with its currency.

    Examples
    --------
    >>> amount(1234.5, "USD"), amount(0.25, None)
    ('1,234.50 USD', '0.25')
    """
    return f"{value:,.2f} {currency or ''}".rstrip()


def labels(title: str, values: Iterable[str | None], *, rank: int = 0) -> Column:
    """Return a column of names; rows under no name say so."""
    return Column(title=title, cells=["(none)" if label is None else label for label in values], wraps=True, rank=rank)


def counts(title: str, values: Array, *, rank: int = 0) -> Column:
    """Return a column of whole numbers."""
    return Column(title=title, cells=[f"{n:,}" for n in values.tolist()], right=True, rank=rank)


def numbers(title: str, values: Array, *, decimals: int, rank: int = 0) -> Column:
    """Return a column of numbers."""
    return Column(title=title, cells=[_text(x, decimals) for x in values.tolist()], right=True, rank=rank)


def amounts(title: str, values: Array, *, rank: int = 0) -> Column:
    """Return a column of amounts."""
    return numbers(title, values, decimals=_decimals(values), rank=rank)


def exact_value(table: ResultTable, currency: str | None) -> Array:
    """Return credited values to the cent where there are cents: a sum of floats may differ in the last one."""
    return major_units(table["minor_units"], currency) if "minor_units" in table.names else table["value"]


def percents(title: str, values: Array, *, rank: int = 0) -> Column:
    """Return a column of shares in percent."""
    cells = [ABSENT if np.isnan(x) else f"{100 * x:.1f}%" for x in values.tolist()]
    return Column(title=title, cells=cells, right=True, rank=rank)


def intervals(title: str, lower: Array, upper: Array, *, percent: bool = False, rank: int = 0) -> Column:
    """Return a column of intervals."""
    scale, sign = (100.0, "%") if percent else (1.0, "")
    decimals = 1 if percent else _decimals(upper)
    ends: Sequence[tuple[float, float]] = list(zip((scale * lower).tolist(), (scale * upper).tolist(), strict=True))
    cells = [
        ABSENT if np.isnan(low) or np.isnan(high) else f"{_text(low, decimals)} to {_text(high, decimals)}{sign}"
        for low, high in ends
    ]
    return Column(title=title, cells=cells, right=True, rank=rank)


def days_of(instants: Array, zone: Zone) -> list[str]:
    """Return the calendar day in the zone of each instant (datetime64[us], UTC); a dash where there is none.

    Examples
    --------
    >>> days_of(np.array(["2026-03-31T23:30", "NaT"], dtype="datetime64[us]"), Zone("Europe/Ljubljana"))
    ['2026-04-01', '-']
    """
    known = ~np.isnat(instants)
    local = zone.to_local(np.where(known, instants, np.datetime64(0, "us")).astype(np.int64))
    days = np.datetime_as_string(local.astype("datetime64[us]"), unit="D")
    return [day if there else ABSENT for day, there in zip(days.tolist(), known.tolist(), strict=True)]


def row_count(business: Business, what: str) -> int:
    """Return how many rows of all sources were read, kept, rejected or duplicates."""
    return int(np.sum(business.counts[what], dtype=np.int64))


def _decimals(values: Array) -> int:
    finite = values[np.isfinite(values)]
    return 0 if len(finite) and np.abs(finite).max() >= _ROUND_FROM else 2


def _text(value: float, decimals: int) -> str:
    # Adding 0.0 turns the -0 of rounding into 0.
    return ABSENT if np.isnan(value) else f"{round(value, decimals) + 0.0:,.{decimals}f}"
