"""Businesses drawn on the edges of windows, and groups of features held against slow ones, row by row."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from propensity.two_futures import ACCOUNTS, AS_OF, CUTOFF, DAY
from servicelead.propensity.snapshots.feature import Column
from servicelead.propensity.snapshots.scope import Scope
from servicelead.tables.panel import Panel
from tables.samples import business

Row = dict[str, Any]
Tables = Mapping[str, list[Row]]
#: What one account is at one cutoff, by the name of the feature.
Slow = Callable[[Tables, str, int], Mapping[str, Any]]

#: Neither divides the other, so that a window taken for another shows.
WINDOWS = (7, 30)
LONGEST = WINDOWS[-1]
HALF_LIFE = 10 * DAY
CUTOFFS = (CUTOFF - 40 * DAY, CUTOFF)
#: The edges of all windows, and the microseconds beside them.
MOMENT = st.sampled_from(
    sorted({at - days * DAY + step for at in CUTOFFS for days in (0, 7, 14, 30, 60) for step in (-1, 0, 1)})
)
MAYBE = st.one_of(st.none(), MOMENT)


def draw_rows(draw: st.DrawFn, prefix: str, most: int, identifier: str, **cells: st.SearchStrategy[Any]) -> list[Row]:
    """Draw rows, each of some account."""
    return [
        {identifier: f"{prefix}{n}", "account_id": draw(st.sampled_from(ACCOUNTS))}
        | {name: draw(cell) for name, cell in cells.items()}
        for n in range(draw(st.integers(0, most)))
    ]


def assert_slow_agrees(
    group: Callable[[Scope], Iterator[Column]], slow: Slow, tables: Tables, *, currency: str | None = "USD", **more: Any
) -> None:
    """Assert that a group has the features of the slow oracle, no others, with its values for everybody, always."""
    given = business(as_of=AS_OF, currency=currency, **tables)
    accounts = given.accounts.vocabularies["account_id"].labels.tolist()
    panel = Panel(n_accounts=len(accounts), instants=np.array(CUTOFFS))
    scope = Scope(business=given, panel=panel, windows=WINDOWS, half_life=HALF_LIFE, **more)
    fast = {feature.name: values for feature, values in group(scope)}
    for place, account in enumerate(accounts):
        for column, cutoff in enumerate(CUTOFFS):
            found = {name: values[place, column] for name, values in fast.items()}
            expected = slow(tables, account, cutoff)
            assert expected.keys() == found.keys()
            wrong = [name for name, value in expected.items() if not _same(value, found[name])]
            assert not wrong, f"{account}: { ({name: (expected[name], found[name]) for name in wrong}) }"


def _same(expected: Any, found: Any) -> bool:
    if expected is None or isinstance(expected, str):
        return bool(expected == found)
    return bool(found == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True))


def within(moments: Iterable[int | None], cutoff: int, days: float = math.inf) -> int:
    """Return how many moments lie in the days before a cutoff."""
    return sum(is_within(moment, cutoff, days) for moment in moments)


def is_within(moment: int | None, cutoff: int, days: float = math.inf) -> bool:
    """Return whether a moment lies in the days before a cutoff."""
    return moment is not None and cutoff - days * DAY <= moment < cutoff


def is_running(started: int, ended: int | None, cutoff: int) -> bool:
    """Return whether something had begun before a cutoff, and was not known to have ended."""
    return started < cutoff and (ended is None or ended >= cutoff)


def days_since(moments: Iterable[int | None], cutoff: int) -> float:
    """Return the days since the latest moment before a cutoff."""
    before = [moment for moment in moments if moment is not None and moment < cutoff]
    return (cutoff - max(before)) / DAY if before else math.nan


def over(above: float, below: float) -> float:
    """Return a quotient, NaN where there is nothing to divide by."""
    return above / below if below else math.nan
