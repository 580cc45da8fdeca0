import pickle
from typing import Any

import pytest

from servicelead.exceptions import InvalidValueError
from servicelead.uncertainty import Rate, Verdict, VerdictStatus


@pytest.mark.parametrize(
    ("rate", "status"),
    [
        (Rate(52, 100), "too_little_data"),
        (Rate(60, 100), "fires"),
        (Rate(40, 100), "does_not_fire"),
        (Rate(48, 100), "too_little_data"),
        (Rate(0, 0), "too_little_data"),
        (Rate(3, 3), "fires"),
    ],
)
def test_win_rate_above_one_half(rate: Rate, status: str) -> None:
    """The rule fires, clears or waits as the posterior probability says; without trials it waits."""
    verdict = Verdict.of_rate(rate, above=0.5)
    assert VerdictStatus(status) is verdict.status
    assert verdict.fires is (status == "fires")


def test_both_borders_belong_to_the_decision() -> None:
    """At exactly the confidence it fires, at exactly 1 - confidence it does not; a hair beyond it waits."""
    probability = Rate(60, 100).exceeds(0.5)
    assert Verdict.of_rate(Rate(60, 100), confidence=probability).fires
    assert not Verdict.of_rate(Rate(60, 100), confidence=probability + 1e-9).fires
    mirrored = Rate(40, 100).exceeds(0.5)
    below = Verdict.of_rate(Rate(40, 100), confidence=1 - mirrored - 1e-9)
    assert below.status is VerdictStatus.DOES_NOT_FIRE


def test_the_evidence_is_kept_and_printed() -> None:
    """Counts, threshold, confidence and probability stand beside the status, read-only and picklable."""
    verdict = Verdict.of_rate(Rate(52, 100), above=0.5)
    assert {"successes": 52, "trials": 100, "above": 0.5, "confidence": 0.95} == {
        name: value for name, value in verdict.evidence.items() if name != "probability"
    }
    assert verdict.evidence["probability"] == pytest.approx(0.655317, abs=5e-7)
    assert str(verdict).startswith("too little data (successes 52, trials 100, above 0.5,")
    assert verdict == pickle.loads(pickle.dumps(verdict))  # noqa: S301 - our own bytes
    assert "probability" not in Verdict.of_rate(Rate(0, 0)).evidence


def test_a_verdict_can_be_made_by_other_rules() -> None:
    """A status or its name is enough."""
    assert str(Verdict(status="does_not_fire")) == "does not fire"
    status: Any = "maybe"
    with pytest.raises(InvalidValueError, match=r"Verdict\.status must be one of fires"):
        Verdict(status=status)


@pytest.mark.parametrize(("above", "confidence"), [(0, 0.95), (1, 0.95), (0.5, 0.5), (0.5, 1), (0.5, 95)])
def test_thresholds_and_confidences_have_ranges(above: float, confidence: float) -> None:
    """Certain thresholds and confidences that fire both ways are refused."""
    with pytest.raises(InvalidValueError, match="must be a number strictly between"):
        Verdict.of_rate(Rate(5, 10), above=above, confidence=confidence)
