from datetime import date, timedelta
from math import exp
from typing import Any

import numpy as np
import pytest

from servicelead.datasets import simulate_business
from servicelead.domain import Team
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.studies import ServicesEffect, services_effect
from servicelead.studies.person_periods import person_periods
from servicelead.tables import Business
from studies.worlds import AS_OF, START, TROUBLE, VISIT, tables, troubled

SCORES = {"critical": 1.0}
FIRST = date(2020, 1, 1)


def monthly(business: Business, **more: Any) -> ServicesEffect:
    """Return the effect with periods and lookback of thirty days, as the world was made."""
    return services_effect(
        business, severity=SCORES, days=30, lookback_days=30, since=START - timedelta(days=30), **more
    )


def test_the_naive_comparison_has_the_wrong_sign() -> None:
    """Visits keep customers; visited customers leave oftener; with severity held equal the truth comes out."""
    effect = monthly(troubled(3000, seed=1))
    naive, adjusted = effect.naive, effect.adjusted
    assert naive.lower is not None
    assert naive.lower > 1
    assert adjusted.upper is not None
    assert adjusted.upper < 1
    assert adjusted.lower is not None
    assert adjusted.lower < exp(VISIT) < adjusted.upper
    assert effect.severity.value == pytest.approx(exp(TROUBLE), rel=0.25)
    assert "an association" in str(effect)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """In about 95 of 100 worlds."""
    held = 0
    for seed in range(50):
        found = monthly(troubled(400, seed=seed)).adjusted
        assert found.lower is not None
        assert found.upper is not None
        held += found.lower <= exp(VISIT) <= found.upper
    assert 43 <= held


ROWS = {
    "subscription_id": ["1", "2", "3", "4"],
    "account_id": ["a", "b", "c", "d"],
    "started_at": ["2024-01-01", "2024-01-01", "2024-01-01", "2024-02-20"],
    "ended_at": ["2024-01-31", "2024-02-01", "2024-01-01", ""],
    "amount": ["10.00"] * 4,
    "period": ["month"] * 4,
}
#: Period 1 of b begins on 31 January; its lookback of ten days on 21 January.
MOMENTS = ["2024-01-20T23:59:59Z", "2024-01-21T00:00:00Z", "2024-01-30T23:59:59Z", "2024-01-31T00:00:00Z"]


def small() -> Business:
    """Return four accounts and four touches and cases around the edges of one lookback."""
    return Business.from_frames(
        subscriptions=ROWS,
        touchpoints={
            "touchpoint_id": [*"1234", "5"], "account_id": ["b"] * 4 + ["a"], "occurred_at": [*MOMENTS, MOMENTS[1]],
            "team": ["services"] * 4 + ["sales"], "channel": ["case", "visit", "visit", "visit", "call"],
        },
        cases={
            "case_id": [*"1234"], "account_id": ["b"] * 4, "opened_at": MOMENTS,
            "severity": ["low", "high", "", "low"],
        },
        as_of=date(2024, 3, 20), currency="USD",
    )  # fmt: skip


def table(business: Business, **more: Any) -> list[tuple[Any, ...]]:
    """Return the periods of the business as rows."""
    wanted: dict[str, Any] = {"days": 30, "lookback_days": 10, "team": Team.SERVICES, "channels": None, "since": FIRST}
    scores = {"low": 1.0, "high": 3.0}
    columns = person_periods(business, severity=scores, **(wanted | more))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_periods_end_with_the_one_in_which_an_account_leaves() -> None:
    """Of 30 days: gone on day 30 in the first, on day 31 in the second, at once in the first; none is unfinished."""
    expected = [(0, 0, True), (1, 0, False), (1, 1, True), (2, 0, True), (3, 0, False)]
    assert expected == [row[:3] for row in table(small())]
    assert [(0, 0, True), (1, 0, True)] == [row[:3] for row in table(small(), days=31)[:2]]
    early = Business.from_frames(subscriptions=ROWS, as_of=date(2024, 3, 19), currency="USD")
    assert [] == [row for row in table(early) if row[0] == 3]


def test_only_what_lies_strictly_before_counts() -> None:
    """The lookback holds its first moment, not the period's; teams, channels and severities are as asked for."""
    assert (1, 1, True, 2, 3.0) == table(small())[2]
    assert 1 == table(small(), lookback_days=11, channels=["case"])[2][3]
    assert 0 == table(small(), channels=["case"])[2][3]
    assert [0] * 5 == [row[3] for row in table(small(), team=Team.SALES)]


def test_periods_from_before_the_records_are_left_out() -> None:
    """A lookback that begins before the first touch of all, or the day that is named, knows too little."""
    # The first touch is of 20 January: the lookback of ten days is known from 30 January on.
    assert [(1, 1), (3, 0)] == [row[:2] for row in table(small(), since=None)]
    assert [(1, 1), (3, 0)] == [row[:2] for row in table(small(), since=date(2024, 1, 21))]
    assert [(3, 0)] == [row[:2] for row in table(small(), since=date(2024, 1, 22))]


def test_without_an_effect_the_records_beginning_makes_none() -> None:
    """Customers from before the records do not make touches look harmful where nothing touches leaving."""
    business = simulate_business(n_accounts=1500, seed=3, scenario="no_confounding").business
    scores = {"low": 1.0, "normal": 2.0, "high": 3.0, "critical": 4.0}
    found = services_effect(business, severity=scores, channels=["success_review"]).adjusted
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < 1 < found.upper


def test_what_cannot_be_compared_says_why() -> None:
    """Nobody touched, nobody left, one account."""
    nobody = services_effect(small(), severity={"low": 1, "high": 3}, team="marketing", since=FIRST)
    assert "nobody was touched" == nobody.adjusted.reason
    stay = Business.from_frames(subscriptions=ROWS | {"ended_at": [""] * 4}, as_of=date(2024, 3, 20), currency="USD")
    assert "nobody left" == services_effect(stay, severity={}, since=FIRST).naive.reason
    empty = Business.from_frames(as_of=date(2024, 3, 20), currency="USD")
    assert "fewer than two accounts" == services_effect(empty, severity={}).naive.reason


def test_nobody_touched_left_is_still_an_answer() -> None:
    """Separated outcomes have a finite odds ratio below 1, by the penalty."""
    business = Business.from_frames(
        subscriptions={
            "subscription_id": [str(place) for place in range(60)],
            "account_id": [f"a{place}" for place in range(60)],
            "started_at": ["2024-01-01"] * 60,
            "ended_at": ["2024-02-10"] * 20 + [""] * 40,
            "amount": ["1.00"] * 60,
            "period": ["month"] * 60,
        },
        touchpoints={
            "touchpoint_id": [str(place) for place in range(20)],
            "account_id": [f"a{place}" for place in range(40, 60)],
            "occurred_at": ["2024-01-20T00:00:00Z"] * 20,
            "team": ["services"] * 20,
            "channel": ["visit"] * 20,
        },
        as_of=date(2024, 2, 29),
        currency="USD",
    )
    effect = services_effect(business, severity={}, days=30, lookback_days=30, since=FIRST)
    assert effect.adjusted.value is not None
    assert 0 < effect.adjusted.value < 0.2
    assert (20, 20) == (effect.n_left, effect.n_touched)


def test_what_is_refused() -> None:
    """Arguments out of range, channels there are not, severities without a score."""
    business = small()
    for wrong in (
        {"days": 0},
        {"lookback_days": 1.5},
        {"days": True},
        {"penalty": 0},
        {"team": "finance"},
        {"since": "2024"},
    ):
        with pytest.raises(InvalidValueError, match=next(iter(wrong))):
            services_effect(business, severity={"low": 1, "high": 3}, **wrong)
    with pytest.raises(UnknownNameError, match="1 of the channels"):
        services_effect(business, severity={"low": 1, "high": 3}, channels=["visit", "letter"])
    with pytest.raises(InvalidValueError, match="1 are missing"):
        services_effect(business, severity={"low": 1})
    with pytest.raises(InvalidValueError, match="severity must be numbers"):
        services_effect(business, severity={"low": float("nan"), "high": 3})
    with pytest.raises(InvalidValueError, match="confidence"):
        services_effect(business, severity={"low": 1, "high": 3}, confidence=95)


def test_order_of_rows_and_names_do_not_matter() -> None:
    """The same accounts under other names, read backwards, give the same answer."""
    plain = tables(300, seed=3)
    turned = {
        table: {name: [f"z{cell}" if name == "account_id" else cell for cell in cells[::-1]]
                for name, cells in columns.items()}
        for table, columns in plain.items()
    }  # fmt: skip
    one, other = (monthly(Business.from_frames(**some, as_of=AS_OF, currency="USD")) for some in (plain, turned))
    assert np.isclose(one.adjusted.value or 0, other.adjusted.value or 1, rtol=1e-9)
    assert (one.n_periods, one.n_left) == (other.n_periods, other.n_left)


def test_a_simulated_business_has_the_wrong_sign_too() -> None:
    """Where trouble draws visits, visited customers leave oftener, and with critical cases held equal less often."""
    business = simulate_business(6000, 0, scenario="visits_to_troubled").business
    scores = {"low": 0, "normal": 0, "high": 0, "critical": 1}
    effect = services_effect(business, severity=scores, channels=["field_visit"], days=7, lookback_days=91)
    assert effect.naive.lower is not None
    assert effect.naive.lower > 1
    assert effect.adjusted.upper is not None
    assert effect.adjusted.upper < 1
