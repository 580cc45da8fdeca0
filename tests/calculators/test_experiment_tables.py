from datetime import UTC, date, datetime
from typing import Any

import pytest

from attribution.hand import business, deal
from servicelead import Business, Segment, Segmentation
from servicelead.calculators import TouchExperiment, experiment_accounts
from servicelead.exceptions import InvalidValueError, SegmentationError, UnknownNameError

ARMS = Segmentation(
    name="arms", segments=[Segment.of("touch", ["high"], name="high"), Segment.of("touch", ["usual"], name="usual")]
)
ACCOUNTS: list[dict[str, Any]] = [
    {"account_id": "a", "touch": "high"},
    {"account_id": "b", "touch": "high", "created_at": "2025-03-01"},
    {"account_id": "c", "touch": "usual"},
    {"account_id": "d", "touch": "usual"},
    {"account_id": "none", "touch": "other"},
    {"account_id": "late", "touch": "high", "created_at": "2025-03-02"},
    {"account_id": "twin", "touch": "usual", "merged_into": "c"},
]
DEALS = [
    deal("before", "02-28", "1.00", account="a"),
    deal("first", "03-01", "10.00", account="a"),
    deal("second", "05-31", "20.50", account="a"),
    deal("after", "06-01", "100.00", account="a"),
    deal("lost", "04-01", "1000.00", account="c", outcome="lost"),
    deal("of the twin", "04-01", "7.00", account="twin"),
    deal("without an amount", "04-01", None, account="d"),
    deal("of nobody's arm", "04-01", "9.00", account="none"),
]
PERIOD = {"since": date(2025, 3, 1), "until": date(2025, 6, 1)}


def given(**more: Any) -> Business:
    """Return the business of these deals."""
    return business(deals=DEALS, accounts=ACCOUNTS, **more)


def test_each_account_has_what_it_bought_in_the_period() -> None:
    """Won deals from the first day to before the last; nothing is 0; a merged account's deals are its survivor's."""
    table = experiment_accounts(given(), ARMS, **PERIOD)
    expected = [("a", "high", 30.5, 2), ("b", "high", 0, 0), ("c", "usual", 7, 1), ("d", "usual", 0, 1)]
    assert expected == [tuple(row.values()) for row in table.rows()]


def test_it_is_what_an_experiment_is_made_of() -> None:
    """Means of the arms, in the currency of the business."""
    table = experiment_accounts(given(), ARMS, **PERIOD)
    arms = {"treated": "high", "control": "usual"}
    experiment = TouchExperiment.from_accounts(table, arms=arms, touch_cost=1, volume="volume", currency="EUR")
    assert ("EUR 15.25", "EUR 3.50", 2) == (
        str(experiment.treated_value),
        str(experiment.control_value),
        experiment.n_treated,
    )


def test_a_moment_may_be_one_of_the_clock() -> None:
    """The first deal closed on the last microsecond of the first of March."""
    since = datetime(2025, 3, 2, tzinfo=UTC)
    table = experiment_accounts(given(), ARMS, since=since, until=date(2025, 6, 1))
    assert 20.5 == table.row(account_id="a")["value"]


def test_without_a_currency_values_are_numbers() -> None:
    """As the tables hold them."""
    assert 30.5 == experiment_accounts(given(currency=None), ARMS, **PERIOD).row(account_id="a")["value"]


@pytest.mark.parametrize(
    "period",
    [
        {"since": date(2025, 6, 1), "until": date(2025, 3, 1)},
        {"since": date(2025, 6, 1), "until": date(2026, 3, 1)},
        {"since": "soon", "until": date(2025, 3, 1)},
        {"since": None, "until": date(2025, 3, 1)},
    ],
)
def test_a_period_lies_within_the_tables(period: dict[str, Any]) -> None:
    """In order, over by as_of, and made of moments."""
    with pytest.raises(InvalidValueError, match="since must be"):
        experiment_accounts(given(), ARMS, **period)


def test_arms_that_overlap_are_refused() -> None:
    """An account cannot be compared with itself; an attribute nobody has is unknown."""
    twice = Segmentation(
        name="arms",
        segments=[Segment.of("touch", ["high"], name="high"), Segment.of("kind", ["big"], name="big")],
    )
    both = [{**row, "kind": "big"} for row in ACCOUNTS]
    with pytest.raises(SegmentationError, match="'high' and 'big'"):
        experiment_accounts(business(deals=DEALS, accounts=both), twice, **PERIOD)
    with pytest.raises(UnknownNameError, match="kind"):
        experiment_accounts(given(), twice, **PERIOD)
