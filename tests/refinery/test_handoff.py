from typing import Any

import pytest
from attrs import evolve

from servicelead.calculators.contract import Kind, inputs_of
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.refinery import HandoffReadiness, missing_fields

PRACTICES = [each.name for each in inputs_of(HandoffReadiness) if each.kind is Kind.RATE]
NOTHING_IN_PLACE: dict[str, Any] = dict.fromkeys(PRACTICES, 0)
NOTHING = HandoffReadiness(**NOTHING_IN_PLACE)


def test_there_are_seven_practices() -> None:
    """Nothing in place is 0, everything is 1, and one practice of seven is a seventh."""
    everything: dict[str, Any] = dict.fromkeys(PRACTICES, 1)
    assert 7 == len(PRACTICES)
    assert (0, 1) == (NOTHING.readiness_score, HandoffReadiness(**everything).readiness_score)
    for name in PRACTICES:
        one: dict[str, Any] = NOTHING_IN_PLACE | {name: 1}
        assert 1 / 7 == HandoffReadiness(**one).readiness_score


def test_a_weight_counts() -> None:
    """One practice of weight 4 among six of weight 1 is four tenths, and is named first while it is missing."""
    weighted = evolve(NOTHING, weights={"formal_transition": 4})
    assert 0.4 == evolve(weighted, formal_transition=1).readiness_score
    assert ("formal_transition", 0.4) == tuple(weighted.gaps().rows()[0][name] for name in ("practice", "lost_score"))


def test_completeness_is_fields_handed_over_of_those_held() -> None:
    """26 of 40 fields are .65, with Wilson's interval; it moves no score."""
    handoff = evolve(NOTHING, n_fields_held=40, n_fields_handed_over=26, n_questions_reasked=3)
    assert (0.65, 0) == (handoff.completeness_rate, handoff.readiness_score)
    bounds = handoff.completeness.interval()
    assert (0.4950588, 0.7786547) == pytest.approx((bounds.lower, bounds.upper), abs=1e-6)


def test_without_fields_completeness_is_undefined() -> None:
    """It is never 0."""
    with pytest.raises(UndefinedRateError):
        _ = NOTHING.completeness_rate


def test_no_more_can_be_handed_over_than_is_held() -> None:
    """The message names the field and the rule."""
    with pytest.raises(InvalidValueError, match="n_fields_handed_over must be at most n_fields_held"):
        evolve(NOTHING, n_fields_held=3, n_fields_handed_over=4)


def test_missing_fields_are_named_in_the_order_held() -> None:
    """Repeats count once, and what was handed over is not named."""
    found = missing_fields(["b", "a", "b", "c"], ["a"])
    assert ["b", "c"] == found["field"].tolist()
    assert [] == missing_fields([], [])["field"].tolist()


def test_a_field_from_elsewhere_is_refused() -> None:
    """It is counted and not told."""
    with pytest.raises(InvalidValueError, match="got 1 that are not") as caught:
        missing_fields(["a"], ["a", "secret"])
    assert "secret" not in str(caught.value)
