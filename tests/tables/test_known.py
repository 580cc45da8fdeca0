from typing import TypeAlias

from hypothesis import given, settings

from budget import examples
from propensity.two_futures import CUTOFF, DAY, two_futures
from servicelead.tables import Business
from servicelead.tables.known import known_before
from tables.samples import business, deal, lead, tables_of, touch

Contents: TypeAlias = dict[str, dict[str, list[str]]]

NOON = 1_767_268_800_000_000  # 1 January 2026, 12:00


def contents(known: Business) -> Contents:
    """Return every cell of every table, decoded."""
    return {
        title: {name: [str(cell) for cell in values.tolist()] for name, values in table.columns().items()}
        for title, table in tables_of(known).items()
    }


def differences(one: Contents, two: Contents) -> list[str]:
    """Return the columns that differ."""
    return [f"{title}.{name}" for title in one for name in one[title] if one[title][name] != two[title].get(name)]


@settings(max_examples=examples(40))
@given(two_futures())
def test_one_past_two_futures(futures: tuple[Business, Business]) -> None:
    """What was known before a moment is the same whatever came, and came to light, afterwards."""
    first, second = (known_before(future, CUTOFF) for future in futures)
    assert [] == differences(contents(first), contents(second))


@settings(max_examples=examples(20))
@given(two_futures())
def test_knowing_twice(futures: tuple[Business, Business]) -> None:
    """What was known then of what is known now is what was known then."""
    business, _ = futures
    then = CUTOFF - 40 * DAY
    at_once, in_two = known_before(business, then), known_before(known_before(business, CUTOFF), then)
    assert [] == differences(contents(at_once), contents(in_two))


def test_rows_at_the_moment_are_not_known() -> None:
    """Strictly before: what happens at the very moment is not there."""
    given = business(touchpoints=[touch("t1", day=1), touch("t2", day=2)])
    moment = int(given.touches.occurred_at[1])
    assert 1 == len(known_before(given, moment).touches)
    assert 2 == len(known_before(given, moment + 1).touches)


def test_an_open_deal_says_nothing() -> None:
    """Of a deal that closes later neither outcome, amount, kind nor lead is known, nor further columns."""
    given = business(leads=[lead("l")], opportunities=[deal("o", day=10, kind="upsell", lead_id="l", forecast=3)])
    known = known_before(given, int(given.opportunities.created_at[0]) + 5 * DAY).opportunities
    row = {name: values.tolist()[0] for name, values in known.columns().items()}
    assert "open" == row["outcome"]
    assert [None, None] == [row["kind"], row["lead_id"]]
    assert str(row["amount"]) == str(row["forecast"]) == "nan"
    assert given.opportunities.outcome[0] == 0  # and the business itself is as it was


def test_attributes_of_today_are_hidden_unless_constant() -> None:
    """An account's undated columns are hidden; those that never change may stay, and so may contacts."""
    given = business(
        accounts=[{"account_id": "a", "seats": 5, "industry": "food", "region": "north"}],
        contacts=[{"contact_id": "p", "account_id": "a", "org_level": "manager"}],
    )
    hidden = known_before(given, NOON)
    assert [-1, 0] == [int(hidden.accounts.industry[0]), len(hidden.contacts)]
    shown = known_before(given, NOON, ("industry", "region", "contacts"))
    assert ["food", "north"] == [shown.accounts.columns()[name].tolist()[0] for name in ("industry", "region")]
    assert 1 == len(shown.contacts)
    assert str(shown.accounts.seats[0]) == "nan"


def test_what_is_learnt_cannot_be_assumed_constant() -> None:
    """Naming a column that has a date of its own does not bring it forward."""
    given = business(opportunities=[deal("o", day=10)])
    known = known_before(given, int(given.opportunities.created_at[0]) + 1, ("outcome", "closed_at", "amount"))
    assert ["open"] == known.opportunities.columns()["outcome"].tolist()


def test_spend_is_known_once_it_is_over() -> None:
    """An amount spent over a month is known when the month is over."""
    month = {"channel": "ad", "team": "marketing", "start": "2025-12-01", "end": "2026-01-01", "amount": "5"}
    given = business(spend=[month, month | {"end": "2026-01-02"}])
    assert 1 == len(known_before(given, NOON).spend)


def test_it_is_as_of_then_and_without_later_rejects() -> None:
    """The business is as of the last microsecond known, and nothing about later rows is told."""
    given = business(touchpoints=[touch("t1", day=1), touch("t2", day=1000)])
    known = known_before(given, NOON)
    assert NOON - 1 == known.as_of
    assert [0, 0, 0] == [len(known.rejects), len(known.findings), len(known.counts)]
