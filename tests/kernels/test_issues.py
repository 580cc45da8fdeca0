import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.issues import followed_within, last_of_each

key = st.integers(-3, 4)
events = st.lists(st.tuples(key, st.integers(0, 3), st.booleans()), max_size=25)
moments = st.lists(st.tuples(key, st.integers(-20, 20)), max_size=25)


@given(events)
def test_last_of_each_is_the_last_of_the_highest_rank(rows: list[tuple[int, int, bool]]) -> None:
    """One row per key: of its rows of the highest rank the last; and whether any of its rows is flagged."""
    keys = sorted({k for k, _, _ in rows})
    expected = [max((rank, row) for row, (k, rank, _) in enumerate(rows) if k == wanted)[1] for wanted in keys]
    flagged = [any(flag for k, _, flag in rows if k == wanted) for wanted in keys]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    places, found = last_of_each(columns[:, 0], columns[:, 1], columns[:, 2].astype(bool))
    assert (expected, flagged) == (places.tolist(), found.tolist())


@given(moments, moments, st.integers(0, 15))
def test_followed_within_finds_what_a_loop_finds(
    first: list[tuple[int, int]], later: list[tuple[int, int]], window: int
) -> None:
    """Something with the event's key happens at it or within the window after it, both ends included."""
    expected = [any(k == key and 0 <= at - time <= window for k, at in later) for key, time in first]
    one, two = (np.array(rows, dtype=np.int64).reshape(-1, 2) for rows in (first, later))
    assert expected == followed_within(one[:, 0], one[:, 1], window, two[:, 0], two[:, 1]).tolist()


def test_arguments_are_not_written_to() -> None:
    """Read-only columns are fine."""
    keys, times = np.array([2, 1, 2]), np.array([5, 5, 6])
    for column in (keys, times):
        column.flags.writeable = False
    assert [True, True, True] == followed_within(keys, times, 0, keys, times).tolist()
    assert [1, 2] == last_of_each(keys, times, keys > 0)[0].tolist()
