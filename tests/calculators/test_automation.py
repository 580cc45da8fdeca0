from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from servicelead.calculators import AutomationReadiness, compare_readiness
from servicelead.calculators.contract import inputs_of
from servicelead.exceptions import InvalidValueError

STEPS = [each.name for each in inputs_of(AutomationReadiness)]
DEGREES: list[dict[str, Any]] = [dict.fromkeys(STEPS, 0), dict.fromkeys(STEPS, 1)]
NOTHING, EVERYTHING = (AutomationReadiness(**degrees) for degrees in DEGREES)


def test_there_are_seven_steps() -> None:
    """Nothing done is 0, everything is 1, whatever the weights."""
    assert 7 == len(STEPS)
    assert (0, 1) == (NOTHING.readiness_score, EVERYTHING.readiness_score)
    assert 1 == evolve(EVERYTHING, weights={"upkeep_ongoing": 9}).readiness_score


def test_a_weight_counts() -> None:
    """One step of weight 3 among six of weight 1 is a third."""
    assert 3 / 9 == evolve(NOTHING, content_ready=1, weights={"content_ready": 3}).readiness_score


@given(
    degrees=st.lists(st.floats(0, 1), min_size=7, max_size=7),
    weights=st.lists(st.floats(0.1, 9), min_size=7, max_size=7),
)
def test_losses_add_up_to_what_is_missing(degrees: list[float], weights: list[float]) -> None:
    """The score is the weighted mean, and the gaps are the rest of it, largest first."""
    given_degrees: dict[str, Any] = dict(zip(STEPS, degrees, strict=True))
    readiness = AutomationReadiness(**given_degrees, weights=dict(zip(STEPS, weights, strict=True)))
    mean = sum(d * w for d, w in zip(degrees, weights, strict=True)) / sum(weights)
    lost = readiness.gaps()["lost_score"]
    assert mean == pytest.approx(readiness.readiness_score)
    assert 1 - mean == pytest.approx(lost.sum())
    assert sorted(lost, reverse=True) == lost.tolist()


def test_processes_are_compared_readiest_first() -> None:
    """With the step that costs each the most; none where nothing is missing."""
    half = evolve(EVERYTHING, content_ready=0.5, level_chosen=0.9)
    table = compare_readiness({"refunds": NOTHING, "resets": EVERYTHING, "returns": half})
    assert ["resets", "returns", "refunds"] == table["process"].tolist()
    assert [None, "content_ready", STEPS[0]] == table["largest_gap"].tolist()
    with pytest.raises(InvalidValueError, match="compare_readiness"):
        compare_readiness({})


@pytest.mark.parametrize(
    "weights", [{"colour": 1}, {"content_ready": -1}, dict.fromkeys(STEPS, 0), 3, {"content_ready": "high"}]
)
def test_bad_weights_are_refused(weights: Any) -> None:
    """Of no step, negative, nothing but zeros, no mapping, no number."""
    with pytest.raises(InvalidValueError, match=r"AutomationReadiness\.weights"):
        evolve(NOTHING, weights=weights)
