from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference.retention import Item
from retention.businesses import AS_OF, business_of, items, subscriptions
from servicelead.adapters import read_folder
from servicelead.exceptions import InvalidValueError, NoCurrencyError
from servicelead.survival import Lifetimes, kaplan_meier
from servicelead.tables import Business

CONFIG = Path(__file__).parents[2] / "examples" / "ravenstack" / "servicelead.toml"


def by_account(found: list[Item], as_of: date = AS_OF) -> dict[str, tuple[int, bool]]:
    """Return how many days each account lasted and whether it churned, day by day."""
    lasted = {}
    for account in {item.account for item in found}:
        own = [item for item in found if item.account == account and item.start <= as_of]
        if not own:
            continue
        day = min(item.start for item in own)
        start = day.toordinal()
        ends = [(item.start.toordinal(), as_of.toordinal() + 1 if item.end is None else item.end.toordinal())
                for item in own]  # fmt: skip
        now = start
        # An account goes on while something it pays for covers today.
        while now <= as_of.toordinal() and any(begin <= now < end for begin, end in ends):
            now += 1
        churned = now <= as_of.toordinal()
        lasted[account] = (min(now, as_of.toordinal()) - start, churned)
    return lasted


@settings(max_examples=examples(60))
@given(items())
def test_accounts_last_until_they_first_have_nothing(found: list[Item]) -> None:
    """Overlapping, meeting and separate subscriptions: the first churn counts, and who comes back stays gone."""
    business = business_of(found)
    lifetimes = Lifetimes.from_subscriptions(business)
    assert lifetimes.rows is not None
    names = business.subscriptions.vocabulary("account_id").decode(business.subscriptions.account_id[lifetimes.rows])
    got = {
        name: (int(days), bool(event))
        for name, days, event in zip(names.tolist(), lifetimes.durations, lifetimes.events, strict=True)
    }
    assert by_account(found) == got


@settings(max_examples=examples(30))
@given(items(), st.integers(1, 40))
def test_splitting_a_subscription_changes_no_account(found: list[Item], days: int) -> None:
    """Two subscriptions that meet are one as far as the account goes."""
    cut = []
    for item in found:
        middle = date.fromordinal(item.start.toordinal() + days)
        if item.end is not None and middle >= item.end:
            cut.append(item)
        else:
            cut += [item._replace(end=middle), item._replace(start=middle)]
    whole, parts = (Lifetimes.from_subscriptions(business_of(some)) for some in (found, cut))
    assert whole.durations.tolist() == parts.durations.tolist()
    assert whole.events.tolist() == parts.events.tolist()
    assert whole.weights is not None
    assert parts.weights is not None
    assert whole.weights.tolist() == parts.weights.tolist()


ROWS = [
    ("a", "2024-01-01", "2024-01-01", "10.00", "month"),  # ends on the day it starts
    ("a", "2024-02-01", "2024-03-01", "10.00", "month"),  # comes back
    ("b", "2024-01-01", "2024-06-30", "600.00", "year"),  # ends on the day of as_of
    ("c", "2024-01-01", "2024-07-01", "20.00", "month"),  # ends after it
    ("d", "2024-01-31", "", "10.00", "week"),  # goes on, over the leap day
    ("e", "2024-01-01", "2024-02-01", "0.00", "month"),  # free
    ("f", "2024-07-01", "", "10.00", "month"),  # after as_of
]


def test_ends_at_the_edges() -> None:
    """End equal to start is an event at 0; an end on the day of as_of has happened, a later one has not."""
    lifetimes = Lifetimes.from_subscriptions(subscriptions(ROWS), "subscriptions")
    assert [0.0, 29.0, 181.0, 181.0, 151.0] == lifetimes.durations.tolist()
    assert [True, True, True, False, False] == lifetimes.events.tolist()
    assert lifetimes.weights is not None
    assert [120.0, 120.0, 600.0, 240.0, 520.0] == lifetimes.weights.tolist()
    assert (5, 4, 3) == (len(lifetimes), lifetimes.n_units, lifetimes.n_events)


def test_an_account_that_left_at_once_stays_gone() -> None:
    """Its first churn is at 0, and reactivation does not enter again."""
    lifetimes = Lifetimes.from_subscriptions(subscriptions(ROWS))
    assert [0.0, 181.0, 181.0, 151.0] == lifetimes.durations.tolist()
    assert [True, True, False, False] == lifetimes.events.tolist()


def test_days_are_those_of_the_calendar() -> None:
    """A day on which clocks change is a day."""
    business = subscriptions([("a", "2024-03-30", "2024-04-01", "10.00", "month")], zone="Europe/Paris")
    assert [2.0] == Lifetimes.from_subscriptions(business).durations.tolist()


def test_what_ends_at_the_moment_of_looking_has_ended() -> None:
    """And what ends a microsecond later has not."""
    table = {"subscription_id": ["1"], "account_id": ["a"], "started_at": ["2024-01-01"], "ended_at": ["2024-02-01"]}
    end = datetime(2024, 2, 1, tzinfo=UTC)
    for as_of, expected in ((end, True), (end - timedelta(microseconds=1), False)):
        business = Business.from_frames(
            subscriptions=table | {"amount": ["1.00"], "period": ["month"]}, as_of=as_of, currency="USD"
        )
        assert [expected] == Lifetimes.from_subscriptions(business).events.tolist()


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_weights_are_major_units_a_year(currency: str) -> None:
    """In currencies of no and of three decimals alike."""
    business = subscriptions([("a", "2024-01-01", "", "10", "quarter")], currency=currency)
    assert [40.0] == np.asarray(Lifetimes.from_subscriptions(business).weights).tolist()


def test_what_cannot_be_read() -> None:
    """Plain measures have no price a year, and lifetimes are of accounts or of subscriptions."""
    table = {"subscription_id": ["1"], "account_id": ["a"], "started_at": ["2024-01-01"], "amount": [1.0]}
    business = Business.from_frames(subscriptions=table | {"period": ["month"]}, as_of=AS_OF)
    with pytest.raises(NoCurrencyError):
        Lifetimes.from_subscriptions(business)
    with pytest.raises(InvalidValueError, match="must be accounts or subscriptions"):
        Lifetimes.from_subscriptions(subscriptions(ROWS), "customers")  # type: ignore[arg-type]  # on purpose


def test_a_business_without_subscriptions_has_no_lifetimes() -> None:
    """Nothing in, nothing out."""
    business = Business.from_frames(as_of=AS_OF, currency="USD", subscriptions={
        "subscription_id": [], "account_id": [], "started_at": [], "amount": [], "period": []})  # fmt: skip
    assert 0 == len(Lifetimes.from_subscriptions(business))
    assert not kaplan_meier(Lifetimes.from_subscriptions(business), weighted=True).at(1).is_defined


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"durations": [1, -2]}, "durations must be numbers of at least 0; got 1 rows"),
        ({"durations": [1, None]}, "durations must be numbers of at least 0"),
        ({"durations": ["1", "2"]}, "durations must be one-dimensional"),
        ({"durations": 3}, "durations must be one-dimensional"),
        ({"events": [1, 2]}, "events must be 0 or 1"),
        ({"events": [1, float("nan")]}, "events must be 0 or 1"),
        ({"events": [1]}, "events must be as long as durations; got 1 rows"),
        (
            {"entry": [0, 5]},
            "entry must be 0 or before the duration; got 1 rows that break the rule, the first is row 2",
        ),
        ({"entry": [-1, 0]}, "entry must be numbers of at least 0"),
        ({"weights": [0, 1]}, "weights must be numbers above 0"),
        ({"weights": [float("inf"), 1]}, "weights must be numbers above 0"),
        ({"accounts": ["a", None]}, "accounts must be labels"),
        ({"accounts": ["a"]}, "accounts must be as long as durations"),
        ({"unit": " "}, "unit must be text"),
    ],
)
def test_bad_columns_are_refused(columns: dict[str, Any], rule: str) -> None:
    """Each with its field, its rule and no value."""
    with pytest.raises(InvalidValueError, match=f"Lifetimes.{rule}"):
        Lifetimes(**({"durations": [4, 5], "events": [1, 0]} | columns))


def test_columns_are_kept_to_themselves() -> None:
    """They cannot be changed, nor by way of what they were made of; some rows can be taken."""
    durations = np.array([1.0, 2.0, 3.0])
    lifetimes = Lifetimes(durations=durations, events=[1, 0, 1], accounts=["b", "a", "b"], weights=[1, 2, 3])
    durations[0] = 9.0
    assert [1.0, 2.0, 3.0] == lifetimes.durations.tolist()
    assert not lifetimes.durations.flags.writeable
    taken = lifetimes.take([0, 2])
    assert ([1.0, 3.0], 1, None) == (taken.durations.tolist(), taken.n_units, taken.entry)


@pytest.mark.data
def test_a_real_shaped_export(data_folder: Path) -> None:
    """4,222 paid subscriptions of 500 accounts, weighted by revenue: .827335 after a year, within [.788, .860]."""
    business = read_folder(data_folder / "ravenstack", config=CONFIG)
    lifetimes = Lifetimes.from_subscriptions(business, "subscriptions")
    assert (4222, 500) == (len(lifetimes), lifetimes.n_units)
    assert (46, 13) == (np.sum(lifetimes.durations == 0), np.sum(lifetimes.durations[lifetimes.events] == 0))
    year = kaplan_meier(lifetimes, weighted=True).at(365)
    assert [0.827335, 0.788, 0.860] == [round(year.value or 0, 6), round(year.lower or 0, 3), round(year.upper or 0, 3)]
