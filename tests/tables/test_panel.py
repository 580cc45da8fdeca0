from typing import Any

import numpy as np

from servicelead._typing import MISSING
from servicelead.columns.zones import DAY
from servicelead.tables.panel import Panel

PANEL = Panel(n_accounts=2, instants=np.array([10 * DAY, 20 * DAY]))
#: The fourth has no account, the fifth no moment.
ACCOUNT = np.array([0, 0, 1, -1, 1], dtype=np.int32)
WHEN = np.array([5 * DAY, 10 * DAY, 15 * DAY, 5 * DAY, MISSING])


def test_events_count_from_the_microsecond_after() -> None:
    """What happens at an instant has not happened before it; no account or no moment never counts."""
    assert [[1, 2], [0, 1]] == PANEL.count(ACCOUNT, WHEN).tolist()


def test_windows() -> None:
    """The last ten days begin with the moment ten days before."""
    assert [[1, 1], [0, 1]] == PANEL.count(ACCOUNT, WHEN, days=10).tolist()
    assert [[1, 0], [0, 1]] == PANEL.count(ACCOUNT, WHEN, days=9).tolist()
    assert [[0, 1], [0, 0]] == PANEL.earlier(10).count(ACCOUNT, WHEN).tolist()


def test_labels() -> None:
    """With labels there is a grid for each; an event without a label never counts."""
    labels = np.array([1, -1, 0, 1, 1])
    assert [[[0, 0], [0, 1]], [[1, 1], [0, 0]]] == PANEL.count(ACCOUNT, WHEN, labels=labels, n_labels=2).tolist()
    latest = PANEL.latest(ACCOUNT, WHEN, labels=labels, n_labels=2)
    assert [[[MISSING, MISSING], [MISSING, 15 * DAY]], [[5 * DAY, 5 * DAY], [MISSING, MISSING]]] == latest.tolist()
    decayed = PANEL.decayed(ACCOUNT, WHEN, 5 * DAY, labels=labels, n_labels=2)
    assert [[[0.0, 0.0], [0.0, 0.5]], [[0.5, 0.125], [0.0, 0.0]]] == decayed.tolist()


def test_recency() -> None:
    """Days since the latest event are missing where there was none."""
    found = PANEL.days_since(PANEL.latest(ACCOUNT, WHEN))
    np.testing.assert_array_equal([[5.0, 10.0], [np.nan, 5.0]], found)


def test_sums() -> None:
    """Whole amounts add up exactly, others in the order of the events; a missing value is 0."""
    amounts = np.array([2**60, 2**60, 1, 5, 7])
    assert [[2**60, 2**61], [0, 1]] == PANEL.add_up(ACCOUNT, WHEN, amounts).tolist()
    assert [[2**60, 2**60], [0, 1]] == PANEL.add_up(ACCOUNT, WHEN, amounts, days=10).tolist()
    values = np.array([0.5, np.nan, 2.0, 5.0, 7.0])
    assert [[0.5, 0.0], [0.0, 2.0]] == PANEL.total(ACCOUNT, WHEN, values, days=10).tolist()


def test_spans() -> None:
    """A span runs from the microsecond after its start, and is not known to end before the one after its end."""
    ended = np.array([9 * DAY, 20 * DAY, MISSING, MISSING, MISSING])
    assert [[0.0, 1.0], [0.0, 1.0]] == PANEL.running(ACCOUNT, WHEN, ended).tolist()
    assert [[0.0, 3.0], [0.0, 4.0]] == PANEL.running(ACCOUNT, WHEN, ended, np.array([1.0, 3, 4, 5, 6])).tolist()


def test_nobody_and_never() -> None:
    """No accounts, no instants or no events give empty or zero grids."""
    nothing: Any = np.zeros(0, dtype=np.int64)
    for panel in (Panel(n_accounts=0, instants=PANEL.instants), Panel(n_accounts=2, instants=nothing)):
        shape = panel.n_accounts, len(panel.instants)
        assert shape == panel.count(nothing.astype(np.int32), nothing).shape
        assert shape == panel.latest(nothing.astype(np.int32), nothing).shape
        assert shape == panel.decayed(nothing.astype(np.int32), nothing, DAY).shape
        assert shape == panel.running(nothing.astype(np.int32), nothing, nothing).shape
    assert [[0, 0], [0, 0]] == PANEL.count(nothing.astype(np.int32), nothing).tolist()
