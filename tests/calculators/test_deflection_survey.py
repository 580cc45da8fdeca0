from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.calculators import DeflectionSurvey, outputs_of
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty import Rate

SINGLE = {"n_asked": 200, "n_succeeded": 96, "n_intended": 58, "n_needed_nothing_more": 46}
SEPARATE = {
    "n_asked": 200, "n_succeeded": 96,
    "n_asked_intent": 100, "n_intended": 60,
    "n_asked_further_action": 50, "n_needed_nothing_more": 40,
}  # fmt: skip

falling = st.lists(st.integers(0, 500), min_size=4, max_size=4).map(lambda counts: sorted(counts, reverse=True))


def survey(**counts: int) -> DeflectionSurvey:
    """Return a survey."""
    return DeflectionSurvey(**counts)


def test_one_survey_as_defined() -> None:
    """200 asked, 96, 58 and 46: .23, Wilson [.177093, .293083]."""
    estimate = survey(**SINGLE).interval()
    assert (0.23, 0.177093, 0.293083) == pytest.approx((estimate.value, estimate.lower, estimate.upper), abs=5e-7)
    assert ("wilson", 200) == (estimate.method, estimate.n)
    one = survey(**SINGLE)
    assert (estimate.lower, estimate.upper) == (one.event_deflection_rate_lower, one.event_deflection_rate_upper)


def test_separate_surveys_as_defined() -> None:
    """96/200, 60/100 and 40/50 of different people: .2283758 [.1726, .2891]."""
    estimate = survey(**SEPARATE).interval()
    assert 0.2283758 == pytest.approx(estimate.value, abs=5e-8)
    assert (0.1726, 0.2891) == pytest.approx((estimate.lower, estimate.upper), abs=5e-5)
    assert ("product of Jeffreys posteriors", 350) == (estimate.method, estimate.n)


@given(falling)
def test_one_survey_telescopes(counts: list[int]) -> None:
    """The product of the three rates is k/n exactly, with its interval, and so is the rate of the calculator."""
    n, succeeded, intended, k = counts
    one = survey(n_asked=n, n_succeeded=succeeded, n_intended=intended, n_needed_nothing_more=k)
    assert Rate(k, n).interval() == one.interval()
    if n:
        assert k / n == one.event_deflection_rate == one.deflection(100).event_deflection_rate


def test_multiplying_the_ends_of_intervals_would_be_wrong() -> None:
    """Three intervals multiplied end by end are wider than that of the product."""
    estimate = survey(**SEPARATE).interval()
    ends = [Rate(*counts).interval(method="jeffreys") for counts in ((96, 200), (60, 100), (40, 50))]
    lower, upper = 1.0, 1.0
    for end in ends:
        assert end.lower is not None
        assert end.upper is not None
        lower, upper = lower * end.lower, upper * end.upper
    assert estimate.lower is not None
    assert estimate.upper is not None
    assert lower < estimate.lower - 0.02
    assert upper > estimate.upper + 0.02


@given(
    st.lists(st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3, max_size=3),
    st.sampled_from([0.5, 0.95]),
)
@settings(max_examples=examples(20))
def test_separate_intervals_hold_their_estimate(pairs: list[tuple[int, int]], confidence: float) -> None:
    """The interval lies in [0, 1] around the value; with a question nobody answered all is undefined, and says why."""
    names = (("n_succeeded", "n_asked"), ("n_intended", "n_asked_intent"))
    named = (*names, ("n_needed_nothing_more", "n_asked_further_action"))
    counts = {name: n for both, pair in zip(named, pairs, strict=True) for name, n in zip(both, pair, strict=True)}
    separate = survey(**counts)
    estimate = separate.interval(confidence)
    if not all(n for _, n in pairs):
        assert (False, "a survey without answers") == (estimate.is_defined, estimate.reason)
        for output in (each.name for each in outputs_of(DeflectionSurvey)):
            with pytest.raises(UndefinedRateError, match="without any"):
                getattr(separate, output)
        return
    assert estimate.value is not None
    assert estimate.lower is not None
    assert estimate.upper is not None
    # The mean of a very skew posterior may lie outside its central half.
    assert 0 <= estimate.lower <= estimate.upper <= 1
    assert confidence < 0.9 or estimate.lower <= estimate.value <= estimate.upper
    assert (min(k for k, _ in pairs) == 0) == (estimate.lower == 0)
    assert estimate.value == separate.deflection(10).event_deflection_rate


def test_all_yes_reaches_one() -> None:
    """Where every answer is yes, a rate of 1 is not ruled out."""
    counts = dict.fromkeys(SEPARATE, 8)
    estimate = survey(**counts).interval()
    assert 1 == estimate.upper
    assert estimate.lower is not None
    assert 0.4 < estimate.lower < estimate.value  # type: ignore[operator]  # it has one


@pytest.mark.parametrize("name", ["n_succeeded", "n_intended", "n_needed_nothing_more"])
def test_no_yes_reaches_zero(name: str) -> None:
    """Where a question has no yes at all, a rate of 0 is not ruled out."""
    estimate = survey(**(SEPARATE | {name: 0})).interval()
    assert 0 == estimate.lower
    assert estimate.upper is not None
    assert 0 < estimate.upper < 0.05


def test_a_single_survey_without_answers_is_undefined() -> None:
    """Nobody asked: no rate, and the reason."""
    nobody = survey(**dict.fromkeys(SINGLE, 0))
    assert "no trials" in str(nobody.interval())
    for use in (lambda: nobody.event_deflection_rate, lambda: nobody.deflection(10)):
        with pytest.raises(UndefinedRateError, match="it is undefined, not 0"):
            use()


def test_nobody_succeeding_is_a_rate_of_zero() -> None:
    """Later questions reach nobody, and the rate is 0 all the same."""
    failed = survey(n_asked=50, n_succeeded=0, n_intended=0, n_needed_nothing_more=0)
    assert (0, 0) == (failed.event_deflection_rate, failed.deflection(1000).deflected_cases)


def test_non_response_bounds() -> None:
    """Of 1,000 invited to one survey 800 kept silent: between 46/1,000 and 846/1,000."""
    silent = survey(**SINGLE, n_invited=1_000)
    assert (0.046, 0.846) == (silent.non_response_lower, silent.non_response_upper)
    assert (0.23, 0.23) == (survey(**SINGLE).non_response_lower, survey(**SINGLE).non_response_upper)


def test_non_response_bounds_of_separate_surveys() -> None:
    """Each survey has silent customers of its own, and the bounds multiply."""
    silent = survey(**SEPARATE, n_invited=400, n_invited_intent=200)
    assert 96 / 400 * 60 / 200 * 40 / 50 == pytest.approx(silent.non_response_lower)
    assert 296 / 400 * 160 / 200 * 40 / 50 == pytest.approx(silent.non_response_upper)


@given(falling, st.integers(0, 500))
def test_non_response_bounds_hold_the_rate(counts: list[int], silent: int) -> None:
    """Whatever the silent would have said, the bounds hold it, and more silence widens them."""
    n, succeeded, intended, k = counts
    if n == 0:
        return
    one = survey(n_asked=n, n_succeeded=succeeded, n_intended=intended, n_needed_nothing_more=k, n_invited=n + silent)
    assert one.non_response_lower <= one.event_deflection_rate <= one.non_response_upper
    assert silent / (n + silent) == pytest.approx(one.non_response_upper - one.non_response_lower)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_succeeded": 201}, r"n_succeeded must be at most n_asked.*count every yes as an answer"),
        ({"n_intended": 97}, r"n_intended must be at most n_succeeded.*separate"),
        ({"n_needed_nothing_more": 59}, r"n_needed_nothing_more must be at most n_intended"),
        ({"n_asked_intent": 100}, r"must be given together"),
        ({"n_asked_further_action": 100}, r"must be given together"),
        ({"n_invited_intent": 100}, r"must come with separate surveys"),
        ({"n_invited": 199}, r"n_asked must be at most n_invited.*invitation"),
        ({"n_asked": -1}, r"n_asked must be a whole number of at least 0"),
        ({"n_asked": 200.5}, r"n_asked must be a whole number"),
        ({"n_asked": 0.9}, r"count in int"),
        ({"n_asked": None}, r"n_asked must be a whole number"),
        ({"n_asked_intent": "100", "n_asked_further_action": 50}, r"n_asked_intent must be a whole number"),
    ],
)
def test_contradictions_of_one_survey_are_refused(changes: dict[str, Any], words: str) -> None:
    """More yes than answers, more answers than invitations, halves of another design, and what is no count."""
    with pytest.raises(InvalidValueError, match=words):
        DeflectionSurvey(**(SINGLE | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_intended": 101}, "n_intended must be at most n_asked_intent"),
        ({"n_needed_nothing_more": 51}, "n_needed_nothing_more must be at most n_asked_further_action"),
        ({"n_invited_intent": 99}, "n_asked_intent must be at most n_invited_intent"),
        ({"n_invited_further_action": 49}, "n_asked_further_action must be at most n_invited_further_action"),
    ],
)
def test_contradictions_of_separate_surveys_are_refused(changes: dict[str, int], words: str) -> None:
    """Each survey is held to its own numbers."""
    with pytest.raises(InvalidValueError, match=words):
        survey(**(SEPARATE | changes))


@pytest.mark.parametrize("counts", [SINGLE, SEPARATE])
@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan")])
def test_confidence_is_checked(counts: dict[str, int], confidence: float) -> None:
    """95 is not .95."""
    with pytest.raises(InvalidValueError, match=r"write \.95 for 95%"):
        survey(**counts).interval(confidence)
