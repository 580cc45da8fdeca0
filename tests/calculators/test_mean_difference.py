import math
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servicelead.calculators import MeanDifference
from servicelead.exceptions import InvalidValueError, SolveError, UndefinedRateError

TRIAL = MeanDifference(
    n_treated=40, treated_mean=14_500, treated_sd=3_500, n_control=40, control_mean=12_000, control_sd=3_000
)
FLAT = evolve(TRIAL, treated_sd=0, control_sd=0)


def test_the_published_number() -> None:
    """14,500 (sd 3,500) against 12,000 (sd 3,000), 40 accounts each: t = 3.42997."""
    assert 3.42997 == round(TRIAL.t_statistic, 5)
    assert 2_500 == TRIAL.difference


@given(
    n=st.tuples(st.integers(2, 60), st.integers(2, 60)),
    sd=st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)),
    difference=st.floats(-5, 5),
)
def test_it_is_welchs_test(n: tuple[int, int], sd: tuple[float, float], difference: float) -> None:
    """Statistic, degrees of freedom, p-value and interval equal those of scipy."""
    ours = MeanDifference(
        n_treated=n[0], treated_mean=difference, treated_sd=sd[0], n_control=n[1], control_mean=0, control_sd=sd[1]
    )
    theirs: Any = stats.ttest_ind_from_stats(difference, sd[0], n[0], 0, sd[1], n[1], equal_var=False)
    assert theirs.statistic == pytest.approx(ours.t_statistic)
    assert theirs.pvalue == pytest.approx(ours.p_value)
    variances = [sd[0] ** 2 / n[0], sd[1] ** 2 / n[1]]
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / (n[0] - 1) + variances[1] ** 2 / (n[1] - 1))
    assert freedom == pytest.approx(ours.degrees_of_freedom)
    reach = stats.t.ppf(0.95, freedom) * math.sqrt(sum(variances))
    interval = ours.interval(0.9, less=1)
    assert (difference - 1 - reach, difference - 1 + reach) == pytest.approx((interval.lower, interval.upper))


def test_two_arms_without_spread_have_no_interval() -> None:
    """The value stands, the reason is given, the statistic is undefined."""
    interval = FLAT.interval()
    assert (2_500, None, None) == (interval.value, interval.lower, interval.upper)
    for output in ("t_statistic", "degrees_of_freedom", "p_value"):
        with pytest.raises(UndefinedRateError):
            getattr(FLAT, output)


def test_a_tiny_spread_does_not_underflow() -> None:
    """Degrees of freedom do not depend on the unit."""
    tiny = evolve(TRIAL, treated_sd=3.5e-150, control_sd=3e-150)
    assert TRIAL.degrees_of_freedom == pytest.approx(tiny.degrees_of_freedom)


def test_sample_sizes_of_the_textbook() -> None:
    """Half a standard deviation at 5% and 80%: 64 accounts in each arm; at 90%: 86."""
    unit = evolve(TRIAL, treated_sd=1, control_sd=1)
    assert (64, 86) == (unit.sample_size(0.5), unit.sample_size(0.5, power=0.9))
    assert unit.sample_size(0.5) == unit.sample_size(-0.5)


@pytest.mark.parametrize(
    ("effect", "sd"),
    [(9_000, (1, 2)), *((effect, (3_500, 3_000)) for effect in range(1_000, 3_000, 100)), (1_000, (3_500, 500))],
)
def test_the_sample_is_the_smallest_that_does(effect: float, sd: tuple[float, float]) -> None:
    """One account less in each arm has less than the power asked for, by scipy's noncentral t."""
    trial = evolve(TRIAL, treated_sd=sd[0], control_sd=sd[1])

    def power(n: int) -> float:
        freedom = (n - 1) * (sd[0] ** 2 + sd[1] ** 2) ** 2 / (sd[0] ** 4 + sd[1] ** 4)
        shift = effect / math.sqrt((sd[0] ** 2 + sd[1] ** 2) / n)
        return float(stats.nct.sf(stats.t.ppf(0.975, freedom), freedom, shift))

    n = trial.sample_size(effect)
    assert power(n) >= 0.8
    assert n == 2 or power(n - 1) < 0.8


def test_the_power_is_that_of_a_simulation() -> None:
    """Of 4,000 simulated trials of the size asked for, about 80% show the effect."""
    trial = evolve(TRIAL, treated_sd=2, control_sd=1)
    n = trial.sample_size(1)
    rng = np.random.default_rng(1)
    treated, control = rng.normal(1, 2, (4_000, n)), rng.normal(0, 1, (4_000, n))
    found: Any = stats.ttest_ind(treated, control, axis=1, equal_var=False)
    shown = np.mean((found.pvalue < 0.05) & (found.statistic > 0))
    assert 0.78 < shown < 0.83


@pytest.mark.parametrize("effect", [0, math.nan, "large"])
def test_no_sample_shows_nothing(effect: Any) -> None:
    """An effect of 0 is refused with the remedy."""
    with pytest.raises(InvalidValueError, match="smallest effect that matters"):
        TRIAL.sample_size(effect)


def test_a_hopeless_effect_says_so() -> None:
    """More than a thousand million accounts."""
    with pytest.raises(SolveError, match="1,000,000,000"):
        TRIAL.sample_size(0.01)


def test_without_spread_two_accounts_do() -> None:
    """Any effect shows."""
    assert 2 == FLAT.sample_size(1)


@pytest.mark.parametrize(
    "given_", [{"n_treated": 1}, {"treated_sd": -1}, {"n_control": 2.5}, {"control_mean": math.nan}]
)
def test_bad_summaries_are_refused(given_: dict[str, Any]) -> None:
    """One account has no spread; a spread is not negative."""
    with pytest.raises(InvalidValueError, match=next(iter(given_))):
        evolve(TRIAL, **given_)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_lies_between_0_and_1(confidence: float) -> None:
    """Of the interval and of the sample size."""
    with pytest.raises(InvalidValueError, match=r"write \.95 for 95%"):
        TRIAL.interval(confidence)
    with pytest.raises(InvalidValueError, match=r"write \.95 for 95%"):
        TRIAL.sample_size(1, confidence=confidence)
