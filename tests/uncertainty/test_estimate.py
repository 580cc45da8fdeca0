import math
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


def test_a_ratio_lies_in_students_interval() -> None:
    """Ratio and standard error give Student's interval with n - 1 degrees, kept to what the ratio can be."""
    reach = 0.2 * 2.7764451051977987  # t at .975 with 4 degrees of freedom
    plain = Estimate.of_ratio(0.5, 0.2, n=5, unit="ratio", nothing="nothing")
    assert plain.lower == pytest.approx(0.5 - reach)
    assert plain.upper == pytest.approx(0.5 + reach)
    kept = Estimate.of_ratio(0.5, 0.2, n=5, unit="ratio", nothing="nothing", limits=(0.0, 1.0))
    assert (kept.lower, kept.upper) == (0.0, 1.0)
    outside = Estimate.of_ratio(-0.5, 0.2, n=5, unit="ratio", nothing="nothing", limits=(0.0, 1.0))
    assert outside.lower == -0.5
    assert outside.upper == pytest.approx(-0.5 + reach)


def test_a_ratio_without_a_denominator_or_an_error_says_why() -> None:
    """NaN for either is a reason and no number."""
    nothing = Estimate.of_ratio(math.nan, math.nan, n=3, unit="ratio", nothing="sales has no touches")
    assert (nothing.value, nothing.reason, nothing.n) == (None, "sales has no touches", 3)
    single = Estimate.of_ratio(2.0, math.nan, n=1, unit="ratio", nothing="nothing")
    assert (single.value, single.lower, single.reason) == (2.0, None, "one account says nothing of how accounts vary")


def test_figures_are_numbers_for_a_column() -> None:
    """What an estimate does not have is NaN there, and None here."""
    single = Estimate.of_ratio(2.0, math.nan, n=1, unit="ratio", nothing="nothing")
    assert single.figures[0] == 2.0
    assert all(map(math.isnan, single.figures[1:]))
    assert all(map(math.isnan, Estimate.undefined("no trials", method="wilson", unit="proportion").figures))
