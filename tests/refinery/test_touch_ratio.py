import math
from typing import Any

import pytest
from scipy import stats

from attribution.hand import business, touch
from servicelead.domain import Team
from servicelead.exceptions import InvalidValueError
from servicelead.refinery import touch_ratio


def touches(**counts: tuple[int, int, int]) -> list[dict[str, Any]]:
    """Return so many services, sales and marketing touches of each account."""
    rows = []
    for account, numbers in counts.items():
        for team, number in zip(("services", "sales", "marketing"), numbers, strict=True):
            rows += [touch(f"{account}-{team}-{i}", "05-01", "x", team, account) for i in range(number)]
    return rows


def test_the_ratio_of_three_accounts_by_hand() -> None:
    """(12 + 6 + 0) / (1 + 1 + 1) = 6; residuals 6, 0, -6; variance 3/2 x 72 / 9 = 12."""
    estimate = touch_ratio(business(touches(a=(12, 1, 0), b=(6, 1, 5), c=(0, 1, 0))))
    assert 6.0 == estimate.value
    reach = float(stats.t.ppf(0.975, 2)) * math.sqrt(12)
    assert (0.0, 6 + reach) == pytest.approx((estimate.lower, estimate.upper))
    assert (3, 0.95, "touches of services per touch of sales") == (estimate.n, estimate.confidence, estimate.unit)


def test_narrower_confidence_has_a_lower_bound_above_nothing() -> None:
    """At 50% two accounts of 10 : 2 and 14 : 2 give 6 within t(.75, 1) x sqrt(2 x 8 / 16)."""
    estimate = touch_ratio(business(touches(a=(10, 2, 0), b=(14, 2, 0))), confidence=0.5)
    reach = float(stats.t.ppf(0.75, 1)) * 1.0
    assert (6 - reach, 6, 6 + reach) == pytest.approx((estimate.lower, estimate.value, estimate.upper))


def test_an_account_touched_by_a_third_team_is_a_unit_too() -> None:
    """Marketing alone touched c: the ratio stays, n is 3."""
    given = touches(a=(10, 2, 0), b=(14, 2, 0), c=(0, 0, 1))
    assert (6.0, 3) == (touch_ratio(business(given)).value, touch_ratio(business(given)).n)


def test_any_two_teams_can_be_compared() -> None:
    """By member or by name."""
    given = business(touches(a=(10, 2, 5), b=(14, 2, 3)))
    assert 2.0 == touch_ratio(given, of=Team.MARKETING, to="sales").value
    assert 3.0 == touch_ratio(given, of="services", to="marketing").value


def test_without_touches_of_the_second_team_it_is_undefined() -> None:
    """Nothing to divide by, and it says so; of no touches at all, too."""
    estimate = touch_ratio(business(touches(a=(10, 0, 0), b=(3, 0, 0))))
    assert (None, None, None, "sales has no touches") == (
        estimate.value,
        estimate.lower,
        estimate.upper,
        estimate.reason,
    )
    assert touch_ratio(business()).value is None


def test_one_account_has_a_ratio_and_no_interval() -> None:
    """How accounts vary is unknown, and it says so."""
    estimate = touch_ratio(business(touches(a=(10, 2, 0))))
    assert (5.0, None, None, 1) == (estimate.value, estimate.lower, estimate.upper, estimate.n)
    assert estimate.reason is not None


def test_touches_of_nobody_do_not_count() -> None:
    """A touch of a lead without an account is scored, never compared."""
    stray = touch("s", "05-01", "x", "services", account=None, lead_id="l")
    given = [*touches(a=(10, 2, 0), b=(14, 2, 0)), stray]
    leads = [{"lead_id": "l", "created_at": "2025-05-01T00:00:00Z", "team": "services"}]
    assert 6.0 == touch_ratio(business(given, leads=leads)).value


@pytest.mark.parametrize("arguments", [{"of": "support"}, {"to": 3}, {"confidence": 1.0}, {"confidence": 95}])
@pytest.mark.parametrize("given", [{"a": (10, 2, 0)}, {"a": (10, 2, 0), "b": (3, 1, 0)}, {"a": (1, 0, 0)}])
def test_bad_arguments_are_refused(given: Any, arguments: Any) -> None:
    """An unknown team, a confidence of 1 or more: a typed error, whatever the touches."""
    with pytest.raises(InvalidValueError):
        touch_ratio(business(touches(**given)), **arguments)
