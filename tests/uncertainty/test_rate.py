from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty import Estimate, Rate

counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def bounds(estimate: Estimate) -> tuple[float, float]:
    """Return both bounds of an estimate that has them."""
    assert estimate.lower is not None
    assert estimate.upper is not None
    return estimate.lower, estimate.upper


@pytest.mark.parametrize(
    ("rate", "lower", "upper"),
    [
        (Rate(8, 10), 0.490162, 0.943318),
        (Rate(0, 10), 0, 0.277533),
        (Rate(120 - 102, 120), 0.097038, 0.224675),
        (Rate(186, 200), 0.885945, 0.957848),
        (Rate(46, 200), 0.177093, 0.293083),
    ],
)
def test_wilson_intervals_of_the_definitions(rate: Rate, lower: float, upper: float) -> None:
    """The worked examples hold to the digits printed."""
    assert (lower, upper) == pytest.approx(bounds(rate.interval()), abs=5e-7)


def test_newcombe_difference_of_the_definitions() -> None:
    """12 of 40 against 30 of 60: -.20 [-.3711, -.0029]."""
    difference = Rate(12, 40).minus(Rate(30, 60))
    assert difference.value == pytest.approx(-0.20)
    assert (-0.3711, -0.0029) == pytest.approx(bounds(difference), abs=5e-5)
    assert (difference.n, difference.method, difference.unit) == (100, "newcombe", "proportion")


def test_posterior_probabilities_of_the_definitions() -> None:
    """A win rate above .5: 52 of 100 and 60 of 100."""
    assert [0.655317, 0.977522] == pytest.approx([Rate(52, 100).exceeds(0.5), Rate(60, 100).exceeds(0.5)], abs=5e-7)


@given(counts, st.floats(0.02, 0.98))
@settings(max_examples=30)
def test_exceeds_integrates_the_jeffreys_posterior(pair: tuple[int, int], threshold: float) -> None:
    """P(rate > threshold) is the area of the posterior density above the threshold."""
    successes, trials = pair
    assume(trials)
    density = stats.beta(successes + 0.5, trials - successes + 0.5).pdf
    if successes == trials:  # the density is infinite at 1: integrate the other side
        area = 1 - integrate.quad(density, 0, threshold)[0]
    else:
        area = integrate.quad(density, threshold, 1)[0]
    assert area == pytest.approx(Rate(successes, trials).exceeds(threshold), abs=1e-6)


@given(counts, st.sampled_from([0.5, 0.9, 0.99]))
@settings(max_examples=40)
def test_wilson_bounds_solve_the_score_equation(pair: tuple[int, int], confidence: float) -> None:
    """At each bound that is not an end, the score statistic equals the normal quantile."""
    successes, trials = pair
    assume(trials)
    quantile = stats.norm.ppf((1 + confidence) / 2)
    for bound in bounds(Rate(successes, trials).interval(confidence)):
        if 0 < bound < 1:
            score = abs(successes / trials - bound) / (bound * (1 - bound) / trials) ** 0.5
            assert score == pytest.approx(quantile)


@given(counts)
@settings(max_examples=40)
def test_clopper_pearson_bounds_leave_half_of_the_rest_in_each_tail(pair: tuple[int, int]) -> None:
    """At the lower bound so many successes or more have probability 2.5%, at the upper so many or fewer."""
    successes, trials = pair
    assume(trials)
    lower, upper = bounds(Rate(successes, trials).interval(method="clopper_pearson"))
    assert (0.025 if successes else 1) == pytest.approx(stats.binom.sf(successes - 1, trials, lower))
    assert (0.025 if successes < trials else 1) == pytest.approx(stats.binom.cdf(successes, trials, upper))


@given(counts)
@settings(max_examples=40)
def test_jeffreys_bounds_are_posterior_quantiles_or_ends(pair: tuple[int, int]) -> None:
    """Each tail holds 2.5% of the posterior, save where nothing or everything succeeded."""
    successes, trials = pair
    assume(trials)
    rate = Rate(successes, trials)
    lower, upper = bounds(rate.interval(method="jeffreys"))
    assert (lower == 0) is (successes == 0)
    assert (upper == 1) is (successes == trials)
    if lower > 0:
        assert rate.exceeds(lower) == pytest.approx(0.975)
    if upper < 1:
        assert rate.exceeds(upper) == pytest.approx(0.025)


@given(counts, st.sampled_from(["wilson", "clopper_pearson", "jeffreys"]))
@settings(max_examples=60)
def test_intervals_hold_the_rate_and_mirror(pair: tuple[int, int], method: Any) -> None:
    """Every interval holds its rate, and failures have the mirrored interval."""
    successes, trials = pair
    assume(trials)
    rate, mirror = Rate(successes, trials), Rate(trials - successes, trials)
    lower, upper = bounds(rate.interval(method=method))
    low, high = bounds(mirror.interval(method=method))
    assert 0 <= lower <= rate.value <= upper <= 1
    assert (lower, upper) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(counts, counts)
@settings(max_examples=40)
def test_differences_are_antisymmetric(first: tuple[int, int], second: tuple[int, int]) -> None:
    """Swapping the two rates negates the difference and its bounds."""
    assume(first[1] and second[1])
    there, back = Rate(*first).minus(Rate(*second)), Rate(*second).minus(Rate(*first))
    lower, upper = bounds(there)
    assert (-upper, -lower) == pytest.approx(bounds(back), abs=1e-12)
    assert -1 - 1e-12 <= lower <= upper <= 1 + 1e-12


def test_a_rate_without_trials_is_undefined_and_says_why() -> None:
    """It is never 0, infinite or NaN."""
    nothing = Rate(0, 0)
    assert not nothing.is_defined
    assert str(nothing) == "0 of 0 (undefined: no trials)"
    with pytest.raises(UndefinedRateError, match="no trials"):
        _ = nothing.value
    with pytest.raises(UndefinedRateError, match="no trials"):
        nothing.exceeds(0.5)
    assert [None, "no trials: nothing was observed that could have succeeded"] == [
        nothing.interval().value,
        nothing.interval().reason,
    ]
    assert nothing.minus(Rate(1, 2)).reason == "no trials in the first rate"
    assert Rate(1, 2).minus(nothing).reason == "no trials in the second rate"


@given(counts, counts)
def test_rates_add_by_adding_both_counts(first: tuple[int, int], second: tuple[int, int]) -> None:
    """Pooling is addition of counts, with no trials as its zero."""
    assert Rate(first[0] + second[0], first[1] + second[1]) == Rate(*first) + Rate(*second)
    assert Rate(*first) == Rate(*first) + Rate(0, 0)
    with pytest.raises(TypeError):
        _ = Rate(*first) + 1


@pytest.mark.parametrize(
    ("successes", "trials", "field"),
    [(-1, 5, "successes"), (6, 5, "trials"), (1.0, 5, "successes"), (True, 5, "successes"), (1, "5", "trials")],
)
def test_counts_are_whole_and_successes_are_trials(successes: Any, trials: Any, field: str) -> None:
    """Negative, fractional and impossible counts are errors naming the field."""
    with pytest.raises(InvalidValueError, match=rf"Rate\.{field} must be"):
        Rate(successes, trials)


def test_numpy_counts_become_python_ones() -> None:
    """Counts of a column may be given as they come."""
    rate = Rate(np.int64(2**62), np.int64(2**62)) + Rate(0, 2**62)
    assert rate.value == 0.5


@pytest.mark.parametrize("level", [0, 1, -0.1, 95, float("nan"), "0.95", True])
def test_levels_lie_strictly_between_0_and_1(level: Any) -> None:
    """Percentages and certainties are refused with the remedy."""
    rate = Rate(1, 2)
    for ask in (rate.interval, rate.exceeds, lambda value: rate.minus(rate, value)):
        with pytest.raises(InvalidValueError, match="strictly between 0 and 1"):
            ask(level)


def test_an_unknown_method_lists_the_known_ones() -> None:
    """A misspelt method is an error."""
    method: Any = "wald"
    with pytest.raises(InvalidValueError, match="wilson, clopper_pearson, jeffreys"):
        Rate(1, 2).interval(method=method)


@given(a=st.integers(0, 40), b=st.integers(0, 40), c=st.integers(1, 40), d=st.integers(0, 40))
def test_a_ratio_lies_within_its_bounds_and_agrees_with_the_difference(a: int, b: int, c: int, d: int) -> None:
    """P / q is above 1 for sure only where p - q is above 0 for sure: both rest on Wilson's bounds."""
    ours, theirs = Rate(a, a + b + 1), Rate(c, c + d)
    ratio, difference = ours.over(theirs), ours.minus(theirs)
    assert ratio.value is not None
    (low, high), (less, more) = bounds(ratio), bounds(difference)
    assert 0 <= low <= ratio.value + 1e-12
    assert ratio.value <= high + 1e-12
    assert less < 1e-9 or low > 1 - 1e-9
    assert more > -1e-9 or high < 1 + 1e-9


def test_a_ratio_by_nothing_is_undefined() -> None:
    """It says which of the two rates is to blame."""
    assert "no successes in the second rate" == Rate(3, 10).over(Rate(0, 10)).reason
    assert "no trials in the first rate" == Rate(0, 0).over(Rate(1, 10)).reason
    assert "no successes in the second rate" == Rate(3, 10).over(Rate(0, 0)).reason
