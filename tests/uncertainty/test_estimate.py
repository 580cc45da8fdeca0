from typing import Any

import pytest

from servicelead.exceptions import InvalidValueError
from servicelead.uncertainty import Estimate

GOOD: dict[str, Any] = {
    "value": 2.5,
    "lower": 1.0,
    "upper": 4.0,
    "confidence": 0.95,
    "method": "student",
    "n": 7,
    "unit": "days",
}


def test_a_full_estimate() -> None:
    """It prints value, unit, bounds, coverage, method and n."""
    estimate = Estimate(**GOOD)
    assert estimate.is_defined
    assert str(estimate) == "2.5 days [1, 4] (95%, student, n = 7)"


def test_a_missing_bound_has_a_reason() -> None:
    """A bound that cannot be given is None and explained."""
    estimate = Estimate(**GOOD | {"upper": None, "reason": "not yet reached"})
    assert str(estimate) == "2.5 days [1, ?] (95%, student, n = 7; not yet reached)"


def test_an_undefined_estimate_has_a_reason_in_place_of_numbers() -> None:
    """It is not 0 and not NaN."""
    estimate = Estimate.undefined("no accounts", method="student", unit="USD")
    assert [None, None, None] == [estimate.value, estimate.lower, estimate.upper]
    assert not estimate.is_defined
    assert str(estimate) == "undefined: no accounts"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("value", {"value": float("nan")}),
        ("upper", {"upper": float("inf")}),
        ("upper", {"upper": 0.5}),
        ("upper", {"value": None, "reason": "why"}),
        ("reason", {"lower": None}),
        ("reason", {"reason": "why"}),
        ("confidence", {"confidence": 95}),
        ("n", {"n": -1}),
        ("unit", {"unit": ""}),
        ("method", {"method": None}),
    ],
)
def test_estimates_that_contradict_themselves_are_refused(field: str, changes: dict[str, Any]) -> None:
    """Non-finite numbers, swapped bounds and unexplained gaps are errors naming the field."""
    with pytest.raises(InvalidValueError, match=rf"Estimate\.{field} must be"):
        Estimate(**GOOD | changes)
