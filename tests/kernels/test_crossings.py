import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.kernels.crossings import exponential_zeros, first_rises
from servicelead.kernels.points import capped_sums

FREE = np.array([np.inf])


def rise(totals: list[float], rates: list[float], level: float, span: float, **caps: Any) -> float:
    """Return when one sum rises to a level."""
    n = len(totals)
    free: dict[str, Any] = {"caps": np.full(n, np.inf), "groups": np.zeros(n, dtype=np.int64), "group_caps": FREE}
    found = first_rises(np.array([totals]), np.array(rates), np.array([level]), np.array([span]), **(free | caps))
    return float(found[0])


def test_the_worked_example() -> None:
    """30 halving every 30 less 20 halving every 7 is 10 now, 15.52 after 7, and highest where both fade alike."""
    at = rise([30, -20], [1 / 30, 1 / 7], 15.52001, 60)
    assert 7.0 == pytest.approx(at, abs=1e-3)
    # The top: 30/30 * 2^(-s/30) = 20/7 * 2^(-s/7).
    top = math.log2(20 / 7) / (1 / 7 - 1 / 30)
    highest = 30 * 2 ** (-top / 30) - 20 * 2 ** (-top / 7)
    assert top == pytest.approx(rise([30, -20], [1 / 30, 1 / 7], highest - 1e-9, 60), abs=1e-2)
    assert math.isnan(rise([30, -20], [1 / 30, 1 / 7], highest + 1e-9, 60))
    assert math.isnan(rise([30, -20], [1 / 30, 1 / 7], 15.52001, 6.9))


def test_a_cap_holds_the_positive_part_until_it_fades() -> None:
    """60 held at 40 less 20 halving every 10 is 20 now and 30 after ten, while 60 halving every 30 is above 40."""
    at = rise([60, -20], [1 / 30, 1 / 10], 30.0, 60, caps=np.array([40.0, np.inf]))
    assert 10.0 == pytest.approx(at, abs=1e-9)


def test_a_group_cap_cuts_where_its_sum_reaches_it() -> None:
    """A group of 50 and -20, held at 35, and -10 beside it: 20 + 15 - ... reaches 30 only while the group is held."""
    caps = np.full(3, np.inf)
    groups, group_caps = np.array([0, 0, 1]), np.array([35.0, np.inf])
    at = rise([50, -20, -10], [0, 1 / 10, 1 / 10], 30.0, 60, caps=caps, groups=groups, group_caps=group_caps)
    # min(50 - 20 x, 35) - 10 x with x = 2^(-s/10): the group is held from x = .75, the rest is 5 at x = .5.
    assert 10.0 == pytest.approx(at, abs=1e-9)


@pytest.mark.parametrize("cap", range(36, 48))
def test_a_level_that_is_the_cap_is_reached_where_the_cap_takes_hold(cap: int) -> None:
    """50 less 20 halving every 10, held at the very level: the zero lies on the seam of two pieces."""
    at = rise([50, -20], [0, 1 / 10], cap, 60, group_caps=np.array([float(cap)]))
    assert 10 * math.log2(20 / (50 - cap)) == pytest.approx(at, abs=1e-6)
    # The same after a term has come down from a cap of its own, so that pieces begin at uneven places.
    held, free = np.array([70.9, np.inf]), {"group_caps": np.array([cap + 20.0])}
    at = rise([71, -20], [1 / 1000, 1 / 10], cap + 20.0, 60, caps=held, **free)
    assert cap + 20 == pytest.approx(71 * 2 ** (-at / 1000) - 20 * 2 ** (-at / 10), abs=1e-6)


def test_what_never_rises_is_missing() -> None:
    """Nothing negative, everything faded, no span, or no rows."""
    assert math.isnan(rise([30], [1 / 7], 31, 60))
    assert math.isnan(rise([0, 0], [1 / 7, 1 / 9], 1, 60))
    assert math.isnan(rise([30, -20], [1 / 30, 1 / 7], 12, 0))
    none = np.zeros((0, 1))
    found = first_rises(none, np.ones(1), none[:, 0], none[:, 0], caps=FREE, groups=np.array([0]), group_caps=FREE)
    assert 0 == len(found)


@settings(max_examples=examples(50))
@given(roots=st.lists(st.floats(0.05, 5.0), min_size=1, max_size=3, unique=True))
def test_zeros_of_a_polynomial_are_found(roots: list[float]) -> None:
    """A polynomial in 2^-s is a sum of exponentials, and its zeros are those that were put in."""
    roots = sorted(roots)
    gaps = np.diff([*roots, 10.0])
    if gaps.min() < 0.05:
        return
    coefficients = np.polynomial.polynomial.polyfromroots([2.0**-root for root in roots])
    rates = np.arange(len(coefficients), dtype=np.float64)
    found = exponential_zeros(coefficients[None, :], rates, np.array([6.0]))
    assert roots == pytest.approx(found[0].tolist(), abs=1e-5)


@settings(max_examples=examples(60))
@given(seed=st.integers(0, 100_000))
def test_rises_equal_a_dense_search(seed: int) -> None:
    """No instant of a fine grid before the answer reaches the level, and the answer does."""
    rng = np.random.default_rng(seed)
    n_terms, n_groups, span = int(rng.integers(1, 6)), int(rng.integers(1, 4)), 40.0
    totals = rng.integers(-40, 60, (1, n_terms)).astype(np.float64)
    rates = rng.choice([0.0, 1 / 30, 1 / 7, 1 / 7, 1 / 3, 1.0], n_terms)
    caps = np.where(rng.random(n_terms) < 0.4, rng.integers(1, 30, n_terms), np.inf)
    groups = np.sort(rng.integers(0, n_groups, n_terms))
    group_caps = np.where(rng.random(n_groups) < 0.5, rng.integers(1, 30, n_groups), np.inf)

    def value(at: Any) -> Any:
        left = totals * np.exp2(-np.atleast_1d(at)[:, None] * rates)
        return capped_sums(left, caps, groups, group_caps).sum(axis=1)

    level = float(value(0.0)[0]) + float(rng.random() * 10) + 1e-3
    found = first_rises(
        totals, rates, np.array([level]), np.array([span]), caps=caps, groups=groups, group_caps=group_caps
    )[0]
    grid = np.linspace(0, span, 4_001)
    reached = value(grid) >= level
    if reached.any():
        assert found <= grid[reached.argmax()] + 1e-9
    if not np.isnan(found):
        assert value(found)[0] == pytest.approx(level, abs=1e-9)
        assert not reached[grid < found - 1e-6].any()
