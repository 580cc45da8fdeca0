from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import servicelead.kernels.allocation as module
from kernels.ragged import counts, offsets_of, origins, split
from servicelead._typing import IntArray
from servicelead.kernels.allocation import allocate, allocate_equally, share_weights

LARGEST = 2**63 - 1
totals_of_any_size = st.one_of(
    st.just(0), st.integers(-1000, 1000), st.integers(-(2**53), 2**53), st.integers(-LARGEST, LARGEST)
)
weight_limits = st.sampled_from([1, 3, 100, 2**30, 2**53, 2**56])


def largest_remainder(total: int, weights: list[int]) -> list[int]:
    """Split in rationals, by the definition."""
    if not sum(weights):
        weights = [1] * len(weights)
    exact = [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    parts = [floor(part) for part in exact]
    places = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in places[: abs(total) - sum(parts)]:
        parts[place] += 1
    return [-part if total < 0 else part for part in parts]


def expected_parts(totals: IntArray, weights: IntArray, offsets: IntArray) -> list[int]:
    """Split every segment in rationals."""
    segments = zip(totals.tolist(), split(weights, offsets), strict=True)
    return [part for total, segment in segments if len(segment) for part in largest_remainder(total, segment.tolist())]


@given(counts, origins, weight_limits, st.data())
def test_parts_equal_those_in_rationals(counts: list[int], origin: int, limit: int, data: st.DataObject) -> None:
    """Every part is right to the unit for every total up to 2^63 - 1, zero and tied weights included."""
    totals = np.array(data.draw(st.lists(totals_of_any_size, min_size=len(counts), max_size=len(counts))), np.int64)
    seed = data.draw(st.integers(0, 2**32))
    weights = np.random.default_rng(seed).integers(0, limit, sum(counts), endpoint=True)
    offsets = offsets_of(counts, origin)
    block = data.draw(st.sampled_from([3, 1 << 16]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        assert expected_parts(totals, weights, offsets) == allocate(totals, weights, offsets).tolist()


@pytest.mark.parametrize("magnitude", [10**4, 2**53, LARGEST])
@pytest.mark.parametrize("kind", ["small integers", "random shares", "tied shares"])
def test_thousands_of_journeys_equal_those_in_rationals(magnitude: int, kind: str) -> None:
    """A thousand journeys of each kind, split in one block, have no part wrong."""
    rng = np.random.default_rng([magnitude % 2**32, len(kind)])
    offsets = offsets_of(rng.integers(1, 12, 1000).tolist())
    totals = rng.integers(-magnitude, magnitude, 1000, endpoint=True)
    n_elements = int(offsets[-1])
    if kind == "small integers":
        weights = rng.integers(0, 5, n_elements)
    else:
        heights = rng.random(n_elements) if kind == "random shares" else rng.integers(0, 3, n_elements).astype(float)
        wholes = np.array([max(segment.sum(), 1e-9) for segment in split(heights, offsets)])
        weights = share_weights(heights / np.repeat(wholes, np.diff(offsets)))
    parts = allocate(totals, weights, offsets)
    assert expected_parts(totals, weights, offsets) == parts.tolist()
    assert totals.tolist() == [sum(segment.tolist()) for segment in split(parts, offsets)]


@given(counts, origins, st.data())
@example([1_000], 0, None)
def test_equal_parts_equal_the_split_by_equal_weights(
    counts: list[int], origin: int, data: st.DataObject | None
) -> None:
    """The closed form is the largest remainder method with every weight 1."""
    offsets = offsets_of(counts, origin)
    size = len(counts)
    drawn = data.draw(st.lists(totals_of_any_size, min_size=size, max_size=size)) if data else [LARGEST]
    totals = np.array(drawn, dtype=np.int64)
    ones = np.ones(sum(counts), dtype=np.int64)
    assert expected_parts(totals, ones, offsets) == allocate_equally(totals, offsets).tolist()


def test_remainders_that_differ_in_the_lowest_bit_are_told_apart() -> None:
    """Where keys are cut short, a remainder larger by one unit still wins over an earlier element."""
    offsets = offsets_of([2] * 40_000)
    weights = np.tile(np.array([2**60 - 1, 2**60 + 1]), 40_000)
    parts = allocate(np.ones(40_000, dtype=np.int64), weights, offsets)
    assert [0, 1] * 40_000 == parts.tolist()


def test_a_segment_larger_than_a_block() -> None:
    """One segment of a hundred thousand elements is split whole, the spare units going to the earliest."""
    parts = allocate(np.array([100_007]), np.ones(100_000, dtype=np.int64), offsets_of([100_000]))
    assert [2] * 7 + [1] * 99_993 == parts.tolist()


def test_nothing_to_split() -> None:
    """No segments give no parts, and an empty segment's total goes nowhere."""
    nothing = np.zeros(0, dtype=np.int64)
    assert [] == allocate(nothing, nothing, offsets_of([])).tolist()
    assert [] == allocate(np.array([5]), nothing, offsets_of([0])).tolist()
    assert [] == allocate_equally(np.array([5]), offsets_of([0])).tolist()


def test_share_weights_are_two_to_the_sixty() -> None:
    """A whole share is 2^60, and a third is rounded, not cut."""
    assert [2**60, round(Fraction(1 / 3) * 2**60), 0] == share_weights(np.array([1.0, 1 / 3, 0.0])).tolist()
