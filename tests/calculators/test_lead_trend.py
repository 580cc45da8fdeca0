import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from budget import examples
from servicelead.calculators.lead_trend import fade, slope

FIGURES = st.lists(st.integers(0, 60), min_size=3, max_size=30)


@given(FIGURES)
def test_the_slope_is_least_squares(figures: list[int]) -> None:
    """Value and Student's interval by the textbook's sums of squares."""
    ours = slope(figures, confidence=0.9, unit="leads")
    t = np.arange(len(figures)) - (len(figures) - 1) / 2
    value = float(t @ figures / (t @ t))
    residual = np.array(figures) - np.mean(figures) - value * t
    error = math.sqrt(float(residual @ residual) / (len(figures) - 2) / float(t @ t))
    reach = float(stats.t.ppf(0.95, len(figures) - 2)) * error
    assert (value - reach, value, value + reach) == pytest.approx((ours.lower, ours.value, ours.upper), abs=1e-6)


def test_short_series_say_what_they_lack() -> None:
    """One month has no slope, two have no interval."""
    assert not slope([3], confidence=0.95, unit="x").is_defined
    two = slope([3, 5], confidence=0.95, unit="x")
    assert (2, None, None) == (two.value, two.lower, two.upper)
    assert fade([1, 2, 3, 4, 5], confidence=0.95, unit="x") is None


def oracle(figures: list[float]) -> dict[int, tuple[float, float]]:
    """Return the residual variance and the last slope of every bend, by numpy's least squares."""
    t, found = np.arange(len(figures)), {}
    for bend in [0, *range(3, len(figures) - 2)]:
        before = [np.minimum(t, bend)] if bend else []
        design = np.stack([np.ones(len(t)), np.maximum(t - bend, 0), *before], axis=1)
        fitted, *_ = np.linalg.lstsq(design, np.array(figures, dtype=float), rcond=None)
        residual = np.array(figures) - design @ fitted
        found[bend] = (float(residual @ residual) / (len(t) - (4 if bend else 2)), float(fitted[1]))
    return found


@given(st.lists(st.floats(0, 60).map(lambda x: round(x, 3)), min_size=6, max_size=20))
def test_the_bend_is_the_best_of_all(figures: list[float]) -> None:
    """No other bend leaves less residual variance, against a slow search."""
    found = fade(figures, confidence=0.95, unit="x")
    assert found is not None
    tried = oracle(figures)
    variance, value = tried[found.begins]
    assert variance <= min(each for each, _ in tried.values()) * (1 + 1e-9) + 1e-18
    assert value == pytest.approx(found.slope.value, abs=1e-9)


def test_a_roof_bends_at_its_top() -> None:
    """Up to month 5 and down from there."""
    found = fade([10, 11, 12, 13, 14, 15, 14, 13, 12, 11, 10, 9], confidence=0.95, unit="x")
    assert found is not None
    assert 5 == found.begins
    assert -1 == pytest.approx(found.slope.value)
    assert 1 - 0.05 / 8 == found.slope.confidence  # a straight line and bends in months 3 to 9


def test_a_flat_line_has_no_slope() -> None:
    """Not even that of rounding."""
    found = fade([0.1] * 12, confidence=0.95, unit="x")
    assert found is not None
    assert (0, 0, 0, 0) == (found.begins, found.slope.lower, found.slope.value, found.slope.upper)


def test_noise_seldom_fades() -> None:
    """Of steady programmes fewer than the 2.5% that the interval allows are called fading."""
    rng = np.random.default_rng(1)
    n = examples(200)
    found = [fade(rng.poisson(20, 12).tolist(), confidence=0.95, unit="x") for _ in range(n)]
    called = sum((each.slope.upper or 0) < 0 for each in found if each)
    assert called <= stats.binom.ppf(0.9999, n, 0.025)
