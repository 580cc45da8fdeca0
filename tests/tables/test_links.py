"""What rows know through leads."""

from datetime import date
from typing import Any

import pytest

import servicelead as sl
from servicelead._typing import MISSING
from servicelead.attribution import sourced
from servicelead.columns.zones import DAY
from servicelead.tables.known import known_before
from tables.samples import at, lead, touch
from tables.samples import business as of_rows


def business(**leads: Any) -> sl.Business:
    """Return two deals of one account whose leads point at them, and not the other way round."""
    return sl.Business.from_frames(
        leads={
            "lead_id": ["l1", "l2", "l3"],
            "account_id": ["a", "a", "a"],
            "created_at": ["2026-01-03T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"],
            "team": ["marketing", "sales", "services"],
            "opportunity_id": ["o1", "o1", "o2"],
            **leads,
        },
        opportunities={
            "opportunity_id": ["o1", "o2", "o3"],
            "account_id": ["a", "a", "a"],
            "lead_id": [None, "l1", None],
            "created_at": ["2026-01-04T00:00:00Z"] * 3,
            "closed_at": ["2026-02-01"] * 3,
            "outcome": ["won"] * 3,
            "amount": [1, 2, 4],
        },
        as_of=date(2026, 6, 30),
        currency="USD",
    )


def leads_of(made: sl.Business) -> dict[str, str | None]:
    """Return the lead of each opportunity."""
    table = made.opportunities
    deals = table.vocabularies["opportunity_id"].decode(table.opportunity_id).tolist()
    return dict(zip(deals, table.vocabularies["lead_id"].decode(table.lead_id).tolist(), strict=True))


def test_an_opportunity_without_a_lead_has_the_earliest_that_names_it() -> None:
    """o1 is named by l1 and the earlier l2; o2 names l1 itself; nothing names o3."""
    assert {"o1": "l2", "o2": "l1", "o3": None} == leads_of(business())


def test_ties_go_to_the_first_identifier_and_merged_leads_to_the_survivor() -> None:
    """Leads created at one instant are taken by identifier; a merged lead's deal is its survivor's."""
    assert "l1" == leads_of(business(created_at=["2026-01-01T00:00:00Z"] * 3))["o1"]
    assert "l3" == leads_of(business(merged_into=[None, "l3", None]))["o1"]


def test_the_lead_that_names_a_deal_sourced_it() -> None:
    """The team of that lead sourced the deal."""
    teams = sourced(sl.Journeys.from_business(business())).rows()
    assert {"sales": 1.0, "marketing": 2.0, None: 4.0} == {row["team"]: row["revenue"] for row in teams}


def test_a_source_of_leads_without_columns_links_nothing() -> None:
    """As an empty file is no error, neither is an empty mapping."""
    assert 0 == len(sl.Business.from_frames(leads={}, as_of=date(2026, 6, 30)).leads)


def through_leads(*leads: Any, as_of: Any = date(2026, 6, 30)) -> sl.Business:
    """Return two touches of day 1 that name only a lead, and one of day 2 that names its account."""
    return of_rows(
        leads=list(leads),
        touchpoints=[
            touch("t1", None, day=1, lead_id="l1"), touch("t2", None, day=1, lead_id="l2"),
            touch("t3", "a", day=2, lead_id="l1"),
        ],
        as_of=as_of,
    )  # fmt: skip


def test_the_account_of_a_lead_is_known_once_there_is_the_lead() -> None:
    """A touch has the account of a lead created later, and says from when; one of an earlier lead has it at once."""
    touches = through_leads(lead("l1", created_at=at(5)), lead("l2", created_at=at(0))).touches
    assert ["a", "a", "a"] == touches.columns()["account_id"].tolist()
    assert [at(5)[:10], "NaT", "NaT"] == [str(moment)[:10] for moment in touches.columns()["account_known_at"]]
    assert [at(5)[:10], at(1)[:10], at(2)[:10]] == [str(m)[:10] for m in touches.known_of_account_at.astype("M8[us]")]


@pytest.mark.parametrize(("day", "accounts"), [(4, [None, "a", "a"]), (6, ["a", "a", "a"])])
def test_an_account_is_hidden_before_it_was_known(day: int, accounts: list[str | None]) -> None:
    """As it was known before the lead was created, a touch of it has no account, and comes first."""
    given = through_leads(lead("l1", created_at=at(5)), lead("l2", created_at=at(0)))
    new_year = int(given.leads.created_at[1])
    known = known_before(given, new_year + day * DAY).touches
    assert accounts == known.columns()["account_id"].tolist()
    assert [accounts.count(None), 3] == known.account_offsets.tolist()


def test_when_an_account_was_known_survives_a_round_trip() -> None:
    """Handed out and read again, touches say the same; as of a day before the lead, its account is not known."""
    given = through_leads(lead("l1", created_at=at(5)), lead("l2", created_at=at(0)))
    columns = given.touches.columns()
    again = sl.Business.from_frames(touchpoints=columns, as_of=date(2026, 6, 30), zone="UTC").touches
    assert given.touches.account_known_at.tolist() == again.account_known_at.tolist()
    before = sl.Business.from_frames(touchpoints=columns, as_of=date(2026, 1, 4), zone="UTC").touches
    assert [None, "a", "a"] == before.columns()["account_id"].tolist()
    assert [MISSING] * 3 == before.account_known_at.tolist()


def test_a_column_that_nothing_fills_holds_nothing() -> None:
    """Where every touch has its account with it, the moment it was known costs one cell for all."""
    touches = through_leads(lead("l1"), lead("l2")).touches
    assert (0,) == touches.account_known_at.strides
    assert touches.known_of_account_at is touches.occurred_at
