from fractions import Fraction
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.survival import shifted_beta_geometric
from servicelead._typing import Array, FloatArray
from servicelead.kernels.shifted_beta import (
    log_likelihood,
    log_likelihood_derivatives,
    spread_of_churn,
    survival,
    survival_gradient,
)

SHAPES = st.floats(0.1, 10.0)
COUNTS = st.lists(st.integers(1, 500), min_size=3, max_size=8).map(lambda some: np.array(sorted(some)[::-1], float))


def published(survivors: list[float], alpha: float, beta: float) -> float:
    """Return the log-likelihood as published: losses of each period, and those who stayed."""
    gone = shifted_beta_geometric(Fraction(alpha), Fraction(beta), len(survivors) - 1)
    total = survivors[-1] * log(1 - sum(gone, Fraction(0)))
    return total + sum((a - b) * log(p) for a, b, p in zip(survivors, survivors[1:], gone, strict=False) if a > b)


@given(COUNTS, SHAPES, SHAPES)
def test_log_likelihood_is_the_published_one(counts: FloatArray, alpha: float, beta: float) -> None:
    """Collected by age, it is the same sum."""
    assert published(counts.tolist(), alpha, beta) == pytest.approx(log_likelihood(counts, alpha, beta), rel=1e-9)


@given(COUNTS, SHAPES, SHAPES)
def test_derivatives_are_differences(counts: FloatArray, alpha: float, beta: float) -> None:
    """Gradient and Hessian by the logarithms are what small steps find."""
    gradient, hessian = log_likelihood_derivatives(counts, alpha, beta)
    step = 1e-5
    for axis, (up, down) in enumerate((((step, 0), (-step, 0)), ((0, step), (0, -step)))):
        shifted = [(alpha * np.exp(a), beta * np.exp(b)) for a, b in (up, down)]
        heights = [log_likelihood(counts, *place) for place in shifted]
        slopes = [log_likelihood_derivatives(counts, *place)[0] for place in shifted]
        size = float(counts[0])
        assert (heights[0] - heights[1]) / (2 * step) == pytest.approx(gradient[axis], abs=1e-4 * size)
        np.testing.assert_allclose((slopes[0] - slopes[1]) / (2 * step), hessian[axis], atol=1e-5 * size)


@given(SHAPES, SHAPES)
def test_survival_gradient_is_a_difference(alpha: float, beta: float) -> None:
    """So are the slopes of the logarithm of survival."""
    step = 1e-6
    for axis, (a, b) in enumerate(((step, 0.0), (0.0, step))):
        up, down = (survival(alpha * np.exp(s * a), beta * np.exp(s * b), 6) for s in (1, -1))
        np.testing.assert_allclose(
            np.log(up / down) / (2 * step), survival_gradient(alpha, beta, 6)[:, axis], rtol=1e-5, atol=1e-7
        )


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.integers(2, 8))
def test_customers_who_differ_spread(first: float, second: float, n_periods: int) -> None:
    """Two kinds of customers spread, unless they are alike; losses that rise with age do not."""
    age = np.arange(n_periods + 1)
    mixed: Array = (1 - first) ** age + (1 - second) ** age
    if abs(first - second) > 0.02:
        assert spread_of_churn(mixed) > 0
    alike: Array = 2 * (1 - first) ** age
    assert abs(spread_of_churn(alike)) < 1e-9
    assert spread_of_churn(np.array([100.0, 90.0, 60.0, 10.0])) < 0
