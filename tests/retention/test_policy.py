"""Each choice changes what it says, and nothing else."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from retention.businesses import subscriptions
from servicelead.exceptions import InvalidValueError
from servicelead.retention import MovementLedger, RetentionPolicy

JANUARY = [("a", "2024-01-05", "2024-02-01", "10.00", "month")]


def moves(rows: Sequence[tuple[str, ...]], policy: RetentionPolicy | None = None, **more: Any) -> list[tuple[str, ...]]:
    """Return account, period and kind of each movement."""
    ledger = MovementLedger.from_business(subscriptions(rows, **more), policy)
    assert not ledger.reconcile()["difference"].any()
    return [(row["account_id"], row["period"], row["movement"]) for row in ledger.entries.rows()]


def test_when_an_end_at_midnight_is_lost() -> None:
    """What ends on 1 February is lost in February, or on the last day covered, in January."""
    assert [("a", "2024-01", "new"), ("a", "2024-02", "churn")] == moves(JANUARY)
    assert [] == moves(JANUARY, RetentionPolicy(churn_date="last_day"))
    counted = RetentionPolicy(churn_date="last_day", same_period_churn="counted")
    assert [("a", "2024-01", "new"), ("a", "2024-01", "churn")] == moves(JANUARY, counted)


@pytest.mark.parametrize("churn_date", ["end", "last_day"])
@pytest.mark.parametrize("same_period_churn", ["ignored", "counted"])
def test_a_renewal_at_that_moment_is_no_loss(churn_date: Any, same_period_churn: Any) -> None:
    """Under every policy what ends and begins at one moment moves by its difference only."""
    policy = RetentionPolicy(churn_date=churn_date, same_period_churn=same_period_churn)
    rows = [*JANUARY, ("a", "2024-02-01", "", "12.00", "month")]
    assert [("a", "2024-01", "new"), ("a", "2024-02", "expansion")] == moves(rows, policy)


def test_who_comes_and_goes_within_a_month() -> None:
    """He leaves no trace, or is new and churned; the closing is the same."""
    rows = [("a", "2024-03-03", "2024-03-20", "10.00", "month"), ("b", "2024-01-01", "", "1.00", "month")]
    assert [("b", "2024-01", "new")] == moves(rows)
    counted = moves(rows, RetentionPolicy.every_change())
    assert [("a", "2024-03", "new"), ("a", "2024-03", "churn"), ("b", "2024-01", "new")] == counted


def test_a_gap_shorter_than_a_month() -> None:
    """A gap that no month end sees is no churn; one that a month end sees is churn and a return."""
    inside = [("a", "2024-01-05", "2024-02-10", "10.00", "month"), ("a", "2024-02-20", "", "10.00", "month")]
    across = [("a", "2024-01-05", "2024-02-25", "10.00", "month"), ("a", "2024-03-03", "", "10.00", "month")]
    assert [("a", "2024-01", "new")] == moves(inside)
    expected = [("a", "2024-01", "new"), ("a", "2024-02", "churn"), ("a", "2024-03", "reactivation")]
    assert expected == moves(across)


@pytest.mark.parametrize(("days", "kind"), [(60, "reactivation"), (59, "new")])
def test_a_return_after_a_longer_absence_is_new(days: int, kind: str) -> None:
    """The absence is counted from close to close: 31 January to 31 March 2024 is 60 days."""
    rows = [("a", "2024-01-02", "2024-01-20", "10.00", "month"), ("a", "2023-12-02", "2024-01-02", "10.00", "month"),
            ("a", "2024-03-20", "", "10.00", "month")]  # fmt: skip
    policy = RetentionPolicy(reactivation_window=timedelta(days=days))
    assert ("a", "2024-03", kind) == moves(rows, policy)[-1]


def test_a_month_that_is_not_over() -> None:
    """It is not yet observable, or closed at as_of."""
    rows = [("a", "2024-01-05", "", "10.00", "month"), ("b", "2024-03-02", "", "10.00", "month")]
    assert [("a", "2024-01", "new")] == moves(rows, as_of=date(2024, 3, 30))
    partial = moves(rows, RetentionPolicy(immature="as_of"), as_of=date(2024, 3, 30))
    assert [("a", "2024-01", "new"), ("b", "2024-03", "new")] == partial
    assert 2 == len(moves(rows, as_of=date(2024, 3, 31)))


def test_an_expiring_discount_is_expansion() -> None:
    """Prices are net of discounts, or list prices."""
    rows = [("a", "2024-01-05", "2024-02-05", "10.00", "month"), ("a", "2024-02-05", "", "10.00", "month")]
    discounted = moves(rows, discount=[4.0, 0.0])
    assert [("a", "2024-01", "new"), ("a", "2024-02", "expansion")] == discounted
    assert 1 == len(moves(rows, RetentionPolicy(discounts="ignored"), discount=[4.0, 0.0]))


def test_presets_are_policies() -> None:
    """Each preset is the policy its documentation states."""
    assert RetentionPolicy() == RetentionPolicy.period_ends()
    assert RetentionPolicy(same_period_churn="counted", immature="as_of") == RetentionPolicy.every_change()
    assert RetentionPolicy(currency="constant_rate") == RetentionPolicy.constant_currency()


@pytest.mark.parametrize(
    "choice",
    [
        {"churn_date": "later"},
        {"reactivation_window": timedelta(0)},
        {"same_period_churn": "both"},
        {"immature": True},
        {"discounts": None},
        {"currency": "EUR"},
        {"price_volume": "mean"},
        {"payment_period": "decade"},
        {"payment_gap": 3},
    ],
)
def test_other_words_are_refused(choice: dict[str, Any]) -> None:
    """A misspelt choice is an error that names its field."""
    with pytest.raises(InvalidValueError, match=next(iter(choice))):
        RetentionPolicy(**choice)
