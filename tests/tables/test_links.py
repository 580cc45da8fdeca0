"""What rows know through leads."""

from datetime import date
from typing import Any

import servicelead as sl
from servicelead.attribution import sourced


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
