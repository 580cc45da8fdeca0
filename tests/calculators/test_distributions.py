from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servicelead.calculators import Beta, Distribution, LeadEconomics, Normal, Triangular, Uniform
from servicelead.calculators.contract import input_of
from servicelead.exceptions import InvalidValueError
from servicelead.uncertainty import Rate

RATE, COUNT = (input_of(LeadEconomics, name) for name in ("close_rate", "n_leads"))
PROBABILITIES = np.linspace(0, 1, 101)[:-1]


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3).map(sorted))
def test_a_triangle_is_scipys(ends: list[float]) -> None:
    """With the mode at either end, too, and a single point where all three are one."""
    low, mode, high = ends
    ours = Triangular(low=low, mode=mode, high=high).quantile(PROBABILITIES, COUNT)
    assert ((low <= ours) & (ours <= high)).all()
    if high - low > 1e-3:
        theirs = stats.triang.ppf(PROBABILITIES, (mode - low) / (high - low), low, high - low)
        np.testing.assert_allclose(ours, theirs, atol=1e-6 * high)


def test_a_uniform_is_a_straight_line() -> None:
    """From low to high."""
    np.testing.assert_allclose(10 + 5 * PROBABILITIES, Uniform(low=10, high=15).quantile(PROBABILITIES, COUNT))


@pytest.mark.parametrize("mean", [-0.5, 0.2, 0.99, 1.4])
def test_a_normal_is_cut_to_the_range_of_the_input(mean: float) -> None:
    """Its quantiles are those of the curve inside [0, 1], wherever its mean lies."""
    drawn = Normal(mean=mean, sd=0.1).quantile(PROBABILITIES, RATE)
    assert ((drawn >= 0) & (drawn <= 1)).all()
    curve = stats.norm(mean, 0.1)
    inside = curve.cdf(1) - curve.cdf(0)
    expected = (curve.cdf(drawn) - curve.cdf(0)) / inside
    np.testing.assert_allclose(expected, PROBABILITIES, atol=1e-6)


def test_an_uncut_normal_is_finite() -> None:
    """Even at probability 0."""
    assert np.isfinite(Normal(mean=50, sd=1).quantile(PROBABILITIES, COUNT)).all()


def test_a_beta_is_a_rate_known_from_counts() -> None:
    """The Jeffreys posterior, as the interval of that name has it."""
    rate = Rate(12, 60)
    drawn = Beta.from_rate(rate).quantile(np.array([0.025, 0.975]), RATE)
    expected = rate.interval(method="jeffreys")
    assert [expected.lower, expected.upper] == pytest.approx(drawn.tolist())


@pytest.mark.parametrize(
    ("distribution", "spec"),
    [
        (Uniform(low=0, high=1.01), RATE),
        (Uniform(low=-1, high=5), COUNT),
        (Triangular(low=20, mode=23, high=30), RATE),
        (Beta(alpha=1, beta=1), COUNT),
    ],
)
def test_a_distribution_stays_within_its_input(distribution: Distribution, spec: Any) -> None:
    """A rate has no mass above 1, a count none below 0, and a beta is of rates only."""
    with pytest.raises(InvalidValueError, match=spec.name):
        distribution.quantile(PROBABILITIES, spec)


@pytest.mark.parametrize(
    ("kind", "given_"),
    [
        (Uniform, {"low": 2, "high": 1}),
        (Triangular, {"low": 1, "mode": 3, "high": 2}),
        (Triangular, {"low": 3, "mode": 2, "high": 4}),
        (Normal, {"mean": 1, "sd": 0}),
        (Normal, {"mean": float("nan"), "sd": 1}),
        (Beta, {"alpha": 0, "beta": 1}),
    ],
)
def test_bad_shapes_are_refused(kind: Any, given_: dict[str, float]) -> None:
    """Swapped bounds, no spread, no shape."""
    with pytest.raises(InvalidValueError, match=kind.__name__):
        kind(**given_)
