"""The calibrating line against a search, and at its edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from servicelead._typing import BoolArray, FloatArray
from servicelead.kernels.platt import fit_platt


def loss(line: FloatArray, logit: FloatArray, outcome: BoolArray, weight: FloatArray) -> float:
    """Return the negated log-likelihood, row by row."""
    n_came, n_not = weight[outcome].sum(), weight[~outcome].sum()
    total = 0.0
    for f, came, w in zip(logit, outcome, weight, strict=True):
        target = (n_came + 1) / (n_came + 2) if came else 1 / (n_not + 2)
        z = line[0] * f + line[1]
        total += w * (np.logaddexp(0.0, z) - target * z)
    return float(total)


@pytest.mark.parametrize("seed", range(10))
def test_no_line_is_likelier(seed: int) -> None:
    """A general-purpose search over lines that do not fall finds nothing better."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-2.0, rng.choice([0.1, 1.0, 30.0]), 60)
    outcome = rng.random(60) < expit(rng.choice([-0.5, 0.3, 2.0]) * logit)
    weight = rng.random(60) * 3

    line = np.array(fit_platt(logit, outcome, weight))

    found = minimize(loss, [0.5, 0.0], (logit, outcome, weight), method="Nelder-Mead", bounds=[(0, None), (None, None)])
    assert line[0] >= 0
    assert loss(line, logit, outcome, weight) <= found.fun + 1e-9


@pytest.mark.parametrize("seed", [3, 9, 13])
def test_logits_far_out(seed: int) -> None:
    """A few logits far out, which throw a plain Newton step off, do not keep the likeliest line from being found."""
    rng = np.random.default_rng(seed)
    logit = rng.standard_t(1, 200)
    outcome, weight = rng.random(200) < expit(0.1 * logit - 4), rng.choice([1e-3, 1.0, 100.0], 200)

    slope, intercept = fit_platt(logit, outcome, weight)

    best = loss(np.array([slope, intercept]), logit, outcome, weight)
    for change in ([1.01, 1.0], [0.99, 1.0], [1.0, 1.01], [1.0, 0.99]):
        assert best <= loss(np.array([slope, intercept]) * change, logit, outcome, weight) + 1e-9


def test_separated_outcomes() -> None:
    """Where a threshold separates the outcomes the slope is finite all the same."""
    logit = np.linspace(-5, 5, 100)

    slope, intercept = fit_platt(logit, logit > 0, np.ones(100))

    assert 1.0 < slope < 100.0
    assert intercept == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("logit", [[1.0, 1.0, 1.0, 1.0], [4.0, 3.0, -3.0, -4.0]], ids=["constant", "falling"])
def test_logits_that_know_nothing(logit: list[float]) -> None:
    """Logits that are all the same, or point the wrong way, give everyone the prior's chance."""
    slope, intercept = fit_platt(np.array(logit), np.array([False, False, True, True]), np.ones(4))

    assert (0.0, 0.0) == (slope, intercept)


def test_only_one_outcome() -> None:
    """Rows that all came give a finite chance below 1."""
    slope, intercept = fit_platt(np.array([0.0, 1.0, 2.0]), np.array([True, True, True]), np.ones(3))

    assert slope == 0.0
    assert expit(intercept) == pytest.approx(4 / 5)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100.0), st.floats(-50.0, 50.0))
def test_units_of_the_logit(seed: int, scale: float, shift: float) -> None:
    """Another unit or origin of the logit gives the same chances."""
    rng = np.random.default_rng(seed)
    logit, outcome = rng.normal(size=30), rng.random(30) < 0.4

    slope, intercept = fit_platt(logit, outcome, np.ones(30))
    other_slope, other_intercept = fit_platt(scale * logit + shift, outcome, np.ones(30))

    expected, actual = slope * logit + intercept, other_slope * (scale * logit + shift) + other_intercept
    np.testing.assert_allclose(expected, actual, rtol=1e-4, atol=1e-4)


def test_weights_are_rows() -> None:
    """A row of weight 3 is three rows."""
    rng = np.random.default_rng(0)
    logit, outcome = rng.normal(size=40), rng.random(40) < 0.5
    count = rng.integers(0, 4, 40)

    weighted = fit_platt(logit, outcome, count.astype(float))

    repeated = fit_platt(np.repeat(logit, count), np.repeat(outcome, count), np.ones(count.sum()))
    np.testing.assert_allclose(repeated, weighted, atol=1e-8)
