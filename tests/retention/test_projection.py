import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference import survival as slow
from servicelead.exceptions import InvalidValueError, SolveError
from servicelead.kernels.shifted_beta import log_likelihood, log_likelihood_derivatives
from servicelead.retention import ShiftedBetaGeometric

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
LATER = [468, 445, 427, 409, 394]
SHAPES = st.floats(0.05, 20.0)


def test_high_end() -> None:
    """The published cohort, fitted on years 0 to 7: parameters, likelihood, survival, hold-out error and lifetime."""
    fit = ShiftedBetaGeometric.fit(HIGH_END)
    assert 0.668088 == pytest.approx(fit.model.alpha, abs=1e-6)
    assert 3.806096 == pytest.approx(fit.model.beta, abs=2e-6)
    assert -1611.158 == round(fit.log_likelihood, 3)
    assert 0.3780 == round(float(fit.model.survival(12)[12]), 4)
    assert 0.0283 == round(fit.mean_absolute_percentage_error(LATER), 4)
    assert 5.922253 == round(fit.discounted_lifetime(0.10).value or 0, 6)
    assert 1000 == fit.n


@pytest.mark.data
def test_high_end_as_it_lies_in_its_file(data_folder: Path) -> None:
    """The same from the file of percentages, within three percent of what came."""
    with (data_folder / "sbg" / "high_end_survival.csv").open(encoding="utf-8") as file:
        survivors = [float(row["high_end_pct"]) * 10 for row in csv.DictReader(file)]
    fit = ShiftedBetaGeometric.fit(survivors[:8])
    assert fit.mean_absolute_percentage_error(survivors[8:]) < 0.03
    assert HIGH_END == fit.survivors.tolist()


def test_an_average_carried_on_loses_too_many() -> None:
    """The mean retention of the years seen foretells far fewer than came; the model does not."""
    mean_rate = 1 - (1000 - 491) / sum(HIGH_END[:-1])
    assert 491 * mean_rate**5 < 0.75 * 394
    assert 394 == pytest.approx(1000 * ShiftedBetaGeometric.fit(HIGH_END).model.survival(12)[12], rel=0.05)


@given(SHAPES, SHAPES)
def test_survival_against_the_recursion(alpha: float, beta: float) -> None:
    """What is left is 1 less what the published recursion loses, in fractions; the retention rate rises."""
    model = ShiftedBetaGeometric(alpha=alpha, beta=beta)
    gone = slow.shifted_beta_geometric(Fraction(alpha), Fraction(beta), 8)
    expected = [float(1 - sum(gone[:period], Fraction(0))) for period in range(9)]
    np.testing.assert_allclose(model.survival(8), expected, rtol=1e-12)
    rates = [model.retention_rate(period) for period in range(1, 9)]
    assert sorted(rates) == rates
    assert model.mean_churn_rate == pytest.approx(1 - rates[0])


@settings(max_examples=examples(30))
@given(SHAPES, SHAPES, st.floats(0.02, 2.0), st.integers(1, 30))
def test_lifetimes_against_long_sums(alpha: float, beta: float, rate: float, age: int) -> None:
    """Discounted lifetimes equal their sums, term by term."""
    model = ShiftedBetaGeometric(alpha=alpha, beta=beta)
    left = model.survival(5000)
    worth = np.exp(-np.arange(5001) * np.log1p(rate))
    whole = np.sum(left * worth)
    rest = np.sum(left[age:] / left[age - 1] * worth[: 5001 - age])
    assert whole == pytest.approx(model.discounted_lifetime(rate), rel=1e-9)
    assert rest == pytest.approx(model.discounted_residual_lifetime(rate, n_periods=age), rel=1e-9)


@settings(max_examples=examples(40))
@given(st.lists(st.integers(0, 400), min_size=3, max_size=12))
def test_the_fit_is_a_greatest_likelihood_or_refused(draws: list[int]) -> None:
    """No slope is left at the fit, it bends down everywhere, and no parameters nearby do better."""
    survivors = sorted(draws, reverse=True)
    try:
        fit = ShiftedBetaGeometric.fit(survivors)
    except (InvalidValueError, SolveError):
        return
    alpha, beta, counts = fit.model.alpha, fit.model.beta, np.array(survivors, dtype=np.float64)
    gradient, hessian = log_likelihood_derivatives(counts, alpha, beta)
    assert np.abs(gradient).max() < 1e-6 * survivors[0]
    assert (np.linalg.eigvalsh(hessian) < 0).all()
    for factor in (0.5, 0.9, 1.1, 2.0, 10.0):
        for other in ((alpha * factor, beta), (alpha, beta * factor), (alpha * factor, beta * factor)):
            assert log_likelihood(counts, *other) <= fit.log_likelihood + 1e-9


def test_what_was_drawn_is_found_again() -> None:
    """The intervals of parameters, survival and lifetime hold the truth about as often as they say."""
    rng = np.random.default_rng(11)
    truth, held = ShiftedBetaGeometric(alpha=0.8, beta=2.5), np.zeros(4)
    goal = (0.8, 2.5, truth.survival(10)[10], truth.discounted_lifetime(0.1))
    n = 200
    for _ in range(n):
        ends = rng.geometric(rng.beta(0.8, 2.5, 1500))
        fit = ShiftedBetaGeometric.fit([int(np.sum(ends > period)) for period in range(6)])
        row = fit.project(10).row(period=10)
        life = fit.discounted_lifetime(0.1)
        bounds = [(each.lower, each.upper) for each in (fit.alpha, fit.beta)]
        bounds += [(row["survival_lower"], row["survival_upper"]), (life.lower, life.upper)]
        held += [low is not None and up is not None and low <= true <= up
                 for true, (low, up) in zip(goal, bounds, strict=True)]  # fmt: skip
    assert (held / n > 0.91).all()
    assert (held / n < 0.99).all()


def test_the_projection_says_what_was_seen() -> None:
    """Periods fitted are marked, survivors are shares of those at the start, and intervals widen."""
    fit = ShiftedBetaGeometric.fit(HIGH_END, confidence=0.9)
    table = fit.project(12)
    assert [period <= 7 for period in range(1, 13)] == table["is_observed"].tolist()
    np.testing.assert_allclose(table["survivors"], 1000 * table["survival"])
    np.testing.assert_allclose(table["retention_rate"], [fit.model.retention_rate(t) for t in range(1, 13)])
    width = table["survival_upper"] - table["survival_lower"]
    assert width[11] > width[3] > 0
    surer = ShiftedBetaGeometric.fit(HIGH_END, confidence=0.95).project(12)
    assert (width < surer["survival_upper"] - surer["survival_lower"]).all()


def test_goodness_of_fit() -> None:
    """Pearson's chi-squared of losses and of those who stayed; two periods fit any two parameters."""
    test = ShiftedBetaGeometric.fit(HIGH_END).goodness_of_fit()
    observed, expected = test.table["observed"], test.table["expected"]
    assert [131, 126, 90, 60, 42, 34, 26, 491] == observed.tolist()
    assert 1000 == pytest.approx(expected.sum())
    assert np.sum((observed - expected) ** 2 / expected) == pytest.approx(test.statistic)
    assert 5 == test.degrees_of_freedom
    assert 0.030469 == pytest.approx(test.p_value, abs=1e-6)
    saturated = ShiftedBetaGeometric.fit([1000, 700, 600]).goodness_of_fit()
    assert (0, None) == (saturated.degrees_of_freedom, saturated.p_value)
    assert saturated.statistic < 1e-9


@pytest.mark.parametrize(
    ("survivors", "rule"),
    [
        ([100, 80, 85], "never rise"),
        ([100, 80.5, 60], "whole numbers"),
        ([100, 80, float("nan")], "whole numbers"),
        ([100, 80, -1], "at least 0"),
        ([[100, 80], [60, 50]], "whole numbers"),
        ("100 80 60", "whole numbers"),
        ([100, 80], "at least two periods"),
        ([0, 0, 0], "above 0"),
        ([], "at least two periods"),
    ],
)
def test_impossible_survivors_are_refused(survivors: Any, rule: str) -> None:
    """Rising, fractional, missing, too short, or of nobody."""
    with pytest.raises(InvalidValueError, match=rule):
        ShiftedBetaGeometric.fit(survivors)


@pytest.mark.parametrize(
    ("survivors", "rule"),
    [
        ([100, 100, 100], "nobody left"),
        ([100, 0, 0], "nobody stayed"),
        ([100, 70, 70, 70], "nobody left after the first period"),
        ([400, 200, 100], "loyaler"),
        ([100, 90, 60, 10], "loyaler"),
        ([100, 50, 0], "loyaler"),
    ],
)
def test_survivors_without_a_greatest_likelihood(survivors: list[int], rule: str) -> None:
    """Each is refused with the reason: no parameters fit best."""
    with pytest.raises(SolveError, match=rule):
        ShiftedBetaGeometric.fit(survivors)


def test_bad_arguments_are_refused() -> None:
    """Parameters, discount rates, periods and held-out survivors out of range."""
    model, fit = ShiftedBetaGeometric(alpha=1, beta=1), ShiftedBetaGeometric.fit(HIGH_END)
    with pytest.raises(InvalidValueError, match="alpha"):
        ShiftedBetaGeometric(alpha=0, beta=1)
    for rate in (0, -0.1, float("nan")):
        with pytest.raises(InvalidValueError, match="discount_rate"):
            model.discounted_lifetime(rate)
    with pytest.raises(InvalidValueError, match="n_periods"):
        model.discounted_residual_lifetime(0.1, n_periods=0)
    for periods in (-1, 1.5, 10**9, True):
        with pytest.raises(InvalidValueError, match="n_periods"):
            model.survival(periods)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidValueError, match="period"):
        model.retention_rate(0)
    with pytest.raises(InvalidValueError, match="confidence"):
        ShiftedBetaGeometric.fit(HIGH_END, confidence=95)
    for later in ([], [600], [400, 0], [300, 400]):
        with pytest.raises(InvalidValueError, match="later"):
            fit.mean_absolute_percentage_error(later)
