from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead.kernels.ordering as module
from servicelead._typing import Array, IntArray
from servicelead.kernels.ordering import order_events

events = st.lists(
    st.tuples(
        st.one_of(st.integers(-1, 2), st.integers(0, 2**31 - 1)),
        st.one_of(st.integers(0, 3), st.integers(-(2**61), 2**61)),
        st.text("ab\u00e9", max_size=3),
    ),
    max_size=40,
)


def columns(rows: list[tuple[int, int, str]]) -> tuple[Array, IntArray, Array]:
    """Events as columns."""
    groups = np.array([row[0] for row in rows], dtype=np.int32)
    times = np.array([row[1] for row in rows], dtype=np.int64)
    names = np.empty(len(rows), dtype=object)
    names[:] = [row[2] for row in rows]
    return groups, times, names


@given(events, st.sampled_from([63, 40]))
def test_order_equals_a_sort_of_tuples(rows: list[tuple[int, int, str]], bits: int) -> None:
    """Events come by group, time, tie key and row, however few bits of time fit into the packed key."""
    groups, times, names = columns(rows)
    expected = sorted(range(len(rows)), key=lambda row: (*rows[row], row))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_KEY_BITS", bits)
        assert expected == order_events(groups, times, names.__getitem__).tolist()


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)), max_size=40))
def test_integers_break_ties_too(rows: list[tuple[int, int, int]]) -> None:
    """Tie keys may be integers; equal ones leave rows in their order."""
    groups, times, keys = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    expected = sorted(range(len(rows)), key=lambda row: (*rows[row], row))
    assert expected == order_events(groups.astype(np.int32), times, keys.__getitem__).tolist()


def counting(names: Array, asked: list[int]) -> Callable[[IntArray], Array]:
    """Look names up, remembering which rows were asked for."""

    def tie_keys(rows: IntArray) -> Array:
        asked.extend(rows.tolist())
        return names[rows]

    return tie_keys


def test_tie_keys_are_read_only_for_ties() -> None:
    """Rows that share no instant with another of their group are never asked for their key."""
    groups, times, names = columns([(1, 5, "z"), (0, 5, "q"), (1, 5, "a"), (1, 6, "p")])
    asked: list[int] = []
    assert [1, 2, 0, 3] == order_events(groups, times, counting(names, asked)).tolist()
    assert [0, 2] == sorted(asked)


def test_events_a_microsecond_apart_over_centuries() -> None:
    """Where low bits of time are left out, neighbours are still told apart, and need no tie key."""
    rng = np.random.default_rng(5)
    groups = rng.integers(0, 2**31 - 1, 1000).astype(np.int32)
    groups[500:] = groups[:500]
    times = rng.integers(0, 2**60, 1000)
    times[500:] = times[:500] - 1
    expected = np.lexsort((times, groups))
    assert expected.tolist() == order_events(groups, times, counting(groups, [])).tolist()
    asked: list[int] = []
    order_events(groups, times, counting(groups, asked))
    assert [] == asked
