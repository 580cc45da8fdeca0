from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.ragged import counts, offsets_of, origins, split
from servicelead.kernels.shares import (
    milestone_shares,
    milestone_weights,
    normalised_shares,
    position_shares,
    position_weights,
    uniform_shares,
)

tenths = st.integers(0, 10)


def exact_milestones(count: int, marks: list[int], weights: list[Fraction], rest: Fraction) -> list[Fraction]:
    """Share one segment by the definition: marks count from its first element, -1 is absent."""
    heights = [Fraction(0)] * count
    for mark, weight in zip(marks, weights, strict=True):
        if mark >= 0:
            heights[mark] += weight
    others = [place for place in range(count) if place not in marks]
    for place in others:
        heights[place] = rest / len(others)
    whole = sum(heights)
    return [height / whole for height in heights] if whole else [Fraction(1, count)] * count


def assert_close(expected: list[list[Fraction]], actual: list[float]) -> None:
    """Each share is right to a few units in the last place."""
    assert pytest.approx([float(share) for segment in expected for share in segment], rel=1e-14, abs=1e-16) == actual


@given(counts, origins)
def test_uniform_shares_are_one_nth(counts: list[int], origin: int) -> None:
    """Each of n elements has 1/n."""
    expected = [1 / count for count in counts for _ in range(count)]
    assert expected == uniform_shares(offsets_of(counts, origin)).tolist()


@given(counts, origins, st.sampled_from([5e-324, 1e-300, 1.0, 4e307]), st.randoms(use_true_random=False))
def test_normalised_shares_keep_proportions_at_any_scale(
    counts: list[int], origin: int, scale: float, random: Random
) -> None:
    """Shares are weight over sum even where the sum overflows; all zero is equal and counted."""
    heights = np.array([random.choice([0, 0, 1, 2, 4]) for _ in range(sum(counts))], dtype=np.float64)
    offsets = offsets_of(counts, origin)
    shares, n_fallback = normalised_shares(heights * scale, offsets)
    expected, hollow = [], 0
    for segment in split(heights, offsets):
        weights = [Fraction(weight) for weight in segment.tolist()]
        if weights and not sum(weights):
            hollow += 1
            weights = [Fraction(1)] * len(weights)
        expected.append([weight / sum(weights) for weight in weights])
    assert_close(expected, shares.tolist())
    assert hollow == n_fallback


@given(counts, origins, tenths, tenths)
def test_position_shares_are_milestones_at_the_ends(counts: list[int], origin: int, first: int, last: int) -> None:
    """First and last as stated, the middle equally; one has all, two are rescaled; the integer weights agree."""
    last = min(last, 10 - first)
    offsets = offsets_of(counts, origin)
    weights = [Fraction(first, 10), Fraction(last, 10)]
    expected = [exact_milestones(n, [0, n - 1], weights, 1 - weights[0] - weights[1]) if n else [] for n in counts]
    if first + last == 0:  # a lone element has it all even though its milestones weigh nothing
        expected = [[Fraction(1)] if n == 1 else shares for n, shares in zip(counts, expected, strict=True)]
    assert_close(expected, position_shares(offsets, first / 10, last / 10).tolist())
    exact = position_weights(offsets, first, last, 10 - first - last)
    for shares, segment in zip(expected, split(exact, offsets), strict=True):
        whole = int(segment.sum())
        if whole:
            assert shares == [Fraction(weight, whole) for weight in segment.tolist()]
        else:
            assert len(set(shares)) <= 1


@given(
    st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(-1, 8), min_size=3, max_size=3)), max_size=12),
    origins,
    st.lists(tenths, min_size=3, max_size=3),
    tenths,
)
def test_milestone_shares_follow_the_definition(
    segments: list[tuple[int, list[int]]], origin: int, weights: list[int], rest: int
) -> None:
    """Marks add, absent ones and an unowned rest drop out, and what remains is rescaled; the integers are exact."""
    counts = [count for count, _ in segments]
    offsets = offsets_of(counts, origin)
    places = [[mark if mark < count else -1 for mark in marks] for count, marks in segments]
    relative = np.array(places, dtype=np.int64).reshape(-1, 3).T
    marks = np.where(relative >= 0, relative + offsets[:-1], -1)
    expected = [
        exact_milestones(count, place, [Fraction(weight) for weight in weights], Fraction(rest)) if count else []
        for count, place in zip(counts, places, strict=True)
    ]
    heights = np.array(weights) / 10
    assert_close(expected, milestone_shares(offsets, marks, heights, rest / 10).tolist())
    exact = milestone_weights(offsets, marks, np.array(weights), rest)
    assert np.int64 == exact.dtype
    for shares, segment in zip(expected, split(exact, offsets), strict=True):
        whole = int(segment.sum())
        if whole:
            assert shares == [Fraction(weight, whole) for weight in segment.tolist()]
