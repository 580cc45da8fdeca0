from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.kernels.points import STEP, capped_sums, decayed_steps, running_sums

FINITE = st.floats(-1e6, 1e6, allow_nan=False)


def test_points_halve_and_are_whole_steps() -> None:
    """A half after one half-life, a quarter after two, all of it without decay, nothing after ages."""
    left = decayed_steps(np.full(4, 20.0), np.array([0.1, 0.1, 0.0, 0.1]), np.array([10, 20, 10**6, 10**6]))
    assert [10.0, 5.0, 20.0, 0.0] == (left * STEP).tolist()
    third = decayed_steps(np.array([1 / 3]), np.zeros(1), np.zeros(1, dtype=np.int64))
    assert round(2**20 / 3) == third[0]


@settings(max_examples=examples(100))
@given(points=st.lists(FINITE, min_size=1, max_size=40), seed=st.integers(0, 99))
def test_sums_of_steps_are_exact_in_any_order(points: list[float], seed: int) -> None:
    """Floats of whole steps add like fractions."""
    rng = np.random.default_rng(seed)
    left = decayed_steps(np.array(points), rng.random(len(points)), rng.integers(0, 9, len(points)))
    expected = sum(map(Fraction, left.tolist()), Fraction(0))
    assert expected == Fraction(float(rng.permutation(left).sum())) == Fraction(float(np.cumsum(left)[-1]))


def test_caps_bound_terms_and_then_groups() -> None:
    """By hand: 50 capped at 40 and 7 make 45 of 47; -50 capped at 40 and nothing else stay -40."""
    caps, groups = np.array([40.0, np.inf, 40.0]), np.array([0, 0, 1])
    sums = capped_sums(np.array([[50.0, 7.0, -50.0], [1.0, 2.0, 3.0]]), caps, groups, np.array([45.0, np.inf]))
    assert [[45.0, -40.0], [3.0, 3.0]] == sums.tolist()
    assert (2, 0) == capped_sums(np.zeros((2, 0)), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0)).shape


@settings(max_examples=examples(60))
@given(
    lengths=st.lists(st.integers(0, 12), max_size=6),
    seed=st.integers(0, 99),
    n_terms=st.integers(1, 3),
)
def test_running_sums_equal_the_double_loop(lengths: list[int], seed: int, n_terms: int) -> None:
    """Every element is worth the decayed sum of those up to it in its segment, equal times included."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    points = rng.normal(size=(offsets[-1], n_terms))
    times = np.concatenate([np.zeros(0), *(np.sort(rng.integers(0, 20, n)) for n in lengths)]).astype(np.int64)
    rates = rng.random(n_terms)
    rates[0] = 0.0
    expected = np.zeros_like(points)
    for begin, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        for i in range(begin, end):
            for j in range(begin, i + 1):
                expected[i] += points[j] * 2.0 ** (-float(times[i] - times[j]) * rates)
    assert running_sums(points, times, offsets, rates) == pytest.approx(expected, abs=1e-9)
