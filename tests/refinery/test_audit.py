from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import (
    Bursts,
    DealsWithoutAccount,
    DuplicatedLeads,
    LeadsAfterClose,
    LostWithAmount,
    MovesAfterClose,
    PeriodEndEdits,
    StagesBackwards,
    all_checks,
    audit,
)
from tables.samples import at, business, deal, lead


def entry(name: str, stage: str, day: float) -> dict[str, Any]:
    """Return the entry of a lead into a stage."""
    return {"lead_id": name, "stage": stage, "entered_at": at(day)}


def test_leads_made_on_the_day_of_the_close_or_later() -> None:
    """Linked from either side; one made the day before is none, and neither is one of an open deal."""
    rows = [deal("a", day=10.9), deal("b", day=10, lead_id="of b"), {**deal("open", outcome="open"), "closed_at": None}]
    leads = [
        lead("same day", created_at=at(10.1), opportunity_id="a"),
        lead("before", created_at=at(9.9), opportunity_id="a"),
        lead("of b", created_at=at(30), owner="x"),
        lead("of open", created_at=at(30), opportunity_id="open"),
    ]
    found = LeadsAfterClose().find(business(opportunities=rows, leads=leads))
    assert ["of b", "same day"] == found["lead_id"].tolist()
    assert ["b", "a"] == found["opportunity_id"].tolist()
    assert ["x", None] == found["owner"].tolist()


def test_the_day_of_a_close_is_the_business_s() -> None:
    """At 23:30 UTC a lead is made on the next day in Tokyo, on which the deal closed."""
    rows = [{**deal("a"), "closed_at": "2026-01-12"}]
    leads = [lead("l", created_at="2026-01-11T23:30:00Z", opportunity_id="a")]
    assert 1 == len(LeadsAfterClose().find(business(opportunities=rows, leads=leads, zone="Asia/Tokyo")))
    assert 0 == len(LeadsAfterClose().find(business(opportunities=rows, leads=leads)))


def test_duplicates_share_account_contact_and_need() -> None:
    """Each within the time of the one before it; another need or account, or nothing to go by, is no duplicate."""
    same = {"contact_id": "c", "need": "speed"}
    leads = [
        lead("1", **same),
        lead("2", **same, created_at=at(7)),
        lead("3", **same, created_at=at(14.1)),
        lead("4", contact_id="c", need="price"),
        lead("5", account="b", **same),
        lead("6"),
        lead("7"),
        lead("8", account=None, **same),
        lead("9", need="speed"),
        lead("merged", **same, merged_into="1"),
    ]
    found = DuplicatedLeads().find(business(leads=leads))
    assert (["2"], ["1"], [7.0]) == tuple(found[name].tolist() for name in ("lead_id", "duplicate_of", "days_after"))
    longer = DuplicatedLeads(within=timedelta(days=8)).find(business(leads=leads))
    assert ["2", "3"] == longer["lead_id"].tolist()


def moves_of(owner: str, days: list[float]) -> tuple[list[Any], list[Any]]:
    """Return a lead for each day on which it was worked, all of one owner."""
    names = [f"{owner}{i}" for i in range(len(days))]
    leads = [lead(name, owner=owner) for name in names]
    return leads, [entry(name, "working", day) for name, day in zip(names, days, strict=True)]


def test_moves_piled_on_the_end_of_the_quarter() -> None:
    """20 of one owner's 24 moves on the last 3 days of March, against a share by weekdays; the steady owner is none."""
    steady, busy = (
        moves_of("s", [float(day) for day in range(90)]),
        moves_of("b", [87.0, 88.0, 89.0, 89.0] * 5 + [1.0, 20.0, 40.0, 60.0]),
    )
    given = business(leads=steady[0] + busy[0], stage_history=steady[1] + busy[1])
    found = PeriodEndEdits().find(given)
    row = found.rows()[0]
    assert (1, "b", 24, 20) == (len(found), row["owner"], row["n_moves"], row["n_at_end"])
    days = np.array([*range(90), *([87, 88, 89, 89] * 5), 1, 20, 40, 60])
    weight = np.bincount(days % 7, minlength=7) / np.bincount(np.arange(90) % 7, minlength=7)
    expected = float(np.sum(weight[np.array([87, 88, 89]) % 7]) / np.sum(weight[np.arange(90) % 7]))
    assert expected == pytest.approx(row["expected_share"])
    assert min(1.0, 2 * float(stats.binomtest(20, 24, expected, "greater").pvalue)) == pytest.approx(
        row["p_value"], abs=0
    )


def test_periods_and_their_ends_can_be_chosen() -> None:
    """The last day of January is the end of a month and of no quarter, unless the fiscal year begins in February."""
    busy = moves_of("b", [30.5] * 12 + [float(day) for day in range(60)])
    tables = {"leads": busy[0], "stage_history": busy[1]}
    assert 0 == len(PeriodEndEdits(days=1).find(business(**tables)))
    assert 1 == len(PeriodEndEdits(days=1, period="month").find(business(**tables)))
    assert 1 == len(PeriodEndEdits(days=1).find(business(**tables, fiscal_year_start=2)))


def test_bursts_are_many_moves_in_one_second() -> None:
    """Of leads and opportunities of one owner together; the creation of leads is no move."""
    leads, moves = moves_of("b", [3.0] * 4)
    created = [entry(row["lead_id"], "new", 0) for row in leads]
    rows = [deal(f"o{i}", owner="b", day=50) for i in range(2)]
    deal_moves = [{"opportunity_id": f"o{i}", "stage": "proposal", "entered_at": at(3)} for i in range(2)]
    given = business(
        leads=leads, stage_history=moves + created, opportunities=rows, opportunity_stage_history=deal_moves
    )
    row = Bursts(moves=6).find(given).rows()[0]
    assert ("b", 6, at(3)) == (row["owner"], row["n_moves"], row["at"].isoformat())
    assert 0 == len(Bursts(moves=7).find(given))
    assert 1 == len(Bursts(moves=2).find(given))


def test_deals_without_an_account_are_named_by_their_record() -> None:
    """They were refused when read; rows refused for something else are not among them."""
    rows = [deal("a"), {**deal("b"), "account_id": None}, {**deal("c"), "outcome": "maybe"}]
    found = DealsWithoutAccount().find(business(opportunities=rows))
    assert [2] == found["record"].tolist()


def test_lost_deals_with_an_amount() -> None:
    """An amount of 0 or none is as it should be."""
    rows = [deal("won"), deal("lost", outcome="lost"), deal("zero", outcome="lost", amount="0")]
    rows += [deal("none", outcome="lost", amount=None)]
    found = LostWithAmount().find(business(opportunities=rows))
    assert (["lost"], [100.0]) == (found["opportunity_id"].tolist(), found["amount"].tolist())


def test_stages_that_go_back() -> None:
    """Back to working, and from won to lost's equal, are told apart; a recycled lead may begin again."""
    leads = [lead("back"), lead("again"), lead("won")]
    moves = [entry("back", "qualified", 1), entry("back", "working", 2)]
    moves += [entry("again", "rejected", 1), entry("again", "recycled", 2), entry("again", "working", 3)]
    moves += [entry("won", "won", 1), entry("won", "opportunity", 2)]
    found = StagesBackwards().find(business(leads=leads, stage_history=moves))
    assert [("back", "qualified", "working"), ("won", "won", "opportunity")] == [
        (row["lead_id"], row["from_stage"], row["to_stage"]) for row in found.rows()
    ]


def test_moves_after_the_close() -> None:
    """On the day of the close a move is in time, on the next it is not; open deals have none."""
    rows = [deal("a", day=10.2), {**deal("open", outcome="open"), "closed_at": None}]
    moves = [
        {"opportunity_id": name, "stage": f"s{day}", "entered_at": at(day)}
        for name, day in (("a", 5), ("a", 10.9), ("a", 11), ("open", 50))
    ]
    found = MovesAfterClose().find(business(opportunities=rows, opportunity_stage_history=moves))
    assert ["s11"] == found["stage"].tolist()


def test_an_audit_has_every_check_with_its_rows() -> None:
    """Of an empty business nothing is found, and every check says so; names are apart."""
    audited = audit(business())
    assert [check.name for check in all_checks()] == audited.table["check"].tolist()
    assert 0 == audited.table["n_found"].sum()
    assert {"gaming", "quality"} == set(audited.table["sign"].tolist())
    assert str(audited).startswith("check")
    assert 1 == len(audit(business(opportunities=[deal("l", outcome="lost")]))["lost_with_amount"])


def test_wrong_arguments_are_refused() -> None:
    """What is no check, two of one name, a check that was not made, thresholds out of range; one stands alone."""
    assert (Bursts(),) == audit(business(), Bursts()).checks
    wrong: Any
    for wrong in (["duplicates"], "duplicates", 3):
        with pytest.raises(InvalidValueError, match="checks"):
            audit(business(), wrong)
    with pytest.raises(InvalidValueError):
        audit(business(), [Bursts(), Bursts(moves=3)])
    with pytest.raises(UnknownNameError):
        audit(business(), [Bursts()])["duplicated_leads"]
    week: Any = "week"
    for make in (
        lambda: Bursts(moves=1),
        lambda: PeriodEndEdits(days=0),
        lambda: PeriodEndEdits(period=week),
        lambda: PeriodEndEdits(level=1.0),
        lambda: DuplicatedLeads(within=timedelta(0)),
    ):
        with pytest.raises(InvalidValueError):
            make()
