import bisect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead.kernels.windows as module
from servicelead.kernels.windows import bisect_ranges, places_among_own

ORACLES = {"left": bisect.bisect_left, "right": bisect.bisect_right}


@given(
    st.lists(st.lists(st.integers(-9, 9), max_size=20).map(sorted), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(-10, 10)), max_size=30),
    st.sampled_from(["left", "right"]),
)
def test_bisection_equals_the_standard_library(
    segments: list[list[int]], queries: list[tuple[int, int]], side: str
) -> None:
    """Every search answers what ``bisect`` answers within its own range, empty ranges and ties included."""
    values = np.array([value for segment in segments for value in segment], dtype=np.int64)
    edges = np.concatenate([[0], np.cumsum([len(segment) for segment in segments])])
    owners = np.array([query[0] % len(segments) for query in queries], dtype=np.int64)
    bounds = np.array([query[1] for query in queries], dtype=np.int64)
    expected = [
        ORACLES[side](values.tolist(), bound, edges[owner], edges[owner + 1])
        for owner, bound in zip(owners.tolist(), bounds.tolist(), strict=True)
    ]
    for block in (1, 7, 1 << 15):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_BLOCK", block)
            actual = bisect_ranges(
                values, edges[owners], edges[owners + 1], bounds, "left" if side == "left" else "right"
            )
        assert expected == actual.tolist()


def test_overlapping_ranges_and_extreme_instants() -> None:
    """Ranges may overlap, and bounds may be the ends of int64."""
    values = np.array([1, 3, 3, 8])
    limits = np.iinfo(np.int64)
    starts, stops = np.array([0, 1, 0, 0, 4]), np.array([4, 3, 2, 4, 4])
    bounds = np.array([3, 3, limits.max, limits.min, 5])
    assert [1, 1, 2, 0, 4] == bisect_ranges(values, starts, stops, bounds).tolist()
    assert [3, 3, 2, 0, 4] == bisect_ranges(values, starts, stops, bounds, side="right").tolist()


def test_nothing_to_search() -> None:
    """No rows answer the starts; no searches answer nothing; inputs stay as they were."""
    nothing = np.zeros(0, dtype=np.int64)
    start = np.zeros(1, dtype=np.int64)
    assert [0] == bisect_ranges(nothing, start, start, np.array([5])).tolist()
    assert [] == bisect_ranges(np.array([1]), nothing, nothing, nothing).tolist()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=12), st.integers(0, 4), st.integers(-1, 6))
def test_places_among_own_equal_a_count(events: list[tuple[int, int]], wanted: int, bound: int) -> None:
    """All elements of earlier owners, and the owner's own that lie below the bound."""
    ordered = sorted(events)
    owner, values = (np.array([event[i] for event in ordered], dtype=np.int64) for i in (0, 1))
    expected = sum(who < wanted or (who == wanted and value < bound) for who, value in events)
    assert [expected] == places_among_own(owner, values, np.array([wanted]), np.array([bound])).tolist()
