from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servicelead as sl
from budget import examples
from servicelead._typing import MISSING
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import Sla, SlaReport
from tables.samples import at, business, lead, touch

LATER = ["working", "qualified", "accepted", "rejected", "opportunity"]
DAY = 86_400_000_000


def entry(name: str, stage: str, day: float) -> dict[str, Any]:
    """Return the entry of a lead into a stage."""
    return {"lead_id": name, "stage": stage, "entered_at": at(day)}


def response(**more: Any) -> Sla:
    """Return the promise of a first response within two days."""
    return Sla(**{"name": "r", "begins": "created", "ends": LATER, "within": timedelta(days=2), **more})


def report(*slas: Sla, as_of: str = "2026-01-11T00:00:00Z", **tables: Any) -> SlaReport:
    """Return the report of a business as it was ten days into 2026."""
    return SlaReport(business=business(as_of=as_of, **tables), slas=slas)


def counts(found: SlaReport) -> tuple[int, ...]:
    """Return in time, late, missed, open and without a due date of the first promise."""
    row = found.attainment().rows()[0]
    return tuple(row[name] for name in ("n_in_time", "n_late", "n_missed", "n_open", "n_without_due"))


def test_each_state_by_hand() -> None:
    """In time at the very due moment, late after it, missed when overdue, open while due lies ahead."""
    leads = [lead(name) for name in ("time", "edge", "late", "missed")] + [lead("open", created_at=at(9))]
    moves = [entry("time", "working", 1), entry("edge", "working", 2), entry("late", "rejected", 2.01)]
    found = report(response(), leads=leads, stage_history=moves)
    assert (2, 1, 1, 1, 0) == counts(found)
    assert (2, 4) == (found.rate("r").successes, found.rate("r").trials)
    row = found.attainment().rows()[0]
    expected = found.rate("r").interval()
    assert (expected.value, expected.lower, expected.upper) == pytest.approx(
        (row["attainment_rate"], row["attainment_rate_lower"], row["attainment_rate_upper"])
    )


def test_a_touch_answers_a_lead_and_the_touch_it_came_from_does_not() -> None:
    """Only the named team's touch after the creation counts, and only the lead's own unless the account's are asked."""
    leads = [lead("l")]
    by_sales = response(ends=[], touched_by=["sales"])
    came_from = touch("0", lead_id="l", day=0, team="sales")
    elsewhere = touch("1", lead_id="l", day=1, team="services")
    of_account = touch("2", day=1.5, team="sales")
    answer = touch("3", lead_id="l", day=3, team="sales")
    touches = [came_from, elsewhere, of_account, answer]
    assert (0, 1, 0, 0, 0) == counts(report(by_sales, leads=leads, touchpoints=touches))
    generous = response(ends=[], touched_by=["sales"], account_touches=True)
    assert (1, 0, 0, 0, 0) == counts(report(generous, leads=leads, touchpoints=touches))
    assert (0, 0, 1, 0, 0) == counts(report(by_sales, leads=leads, touchpoints=touches[:3]))


def test_acceptance_begins_at_a_stage() -> None:
    """A lead that was never qualified has no clock; one accepted before it was qualified waits."""
    leads = [lead("a"), lead("b"), lead("c")]
    moves = [
        entry("a", "qualified", 1),
        entry("a", "accepted", 2),
        entry("b", "accepted", 1),
        entry("b", "qualified", 5),
    ]
    sla = Sla(name="acceptance", begins="qualified", ends=["accepted", "rejected"], within=timedelta(days=2))
    assert (1, 0, 1, 0, 0) == counts(report(sla, leads=leads, stage_history=moves))


def test_promised_follow_ups_have_due_dates_of_their_own() -> None:
    """Without `within` the lead's own date counts, to its last microsecond; a promise without one is counted apart."""
    promised = {"follow_up_promised_at": at(0)}
    leads = [
        lead("kept", **promised, follow_up_due_at="2026-01-03", followed_up_at="2026-01-03T23:59:59Z"),
        lead("late", **promised, follow_up_due_at="2026-01-03", followed_up_at="2026-01-04T00:00:00Z"),
        lead("none", **promised, followed_up_at=at(1)),
        lead("no promise"),
        lead("at once", **promised, follow_up_due_at="2026-01-03", followed_up_at=at(0)),
    ]
    sla = Sla(name="follow-up", begins="promised", ends="followed_up", within=None)
    assert (2, 1, 0, 0, 1) == counts(report(sla, leads=leads))


def test_speed_counts_those_who_wait() -> None:
    """Answers after 24 and 48 hours and two leads still waiting: half are answered after 48 hours, not after 36."""
    leads = [lead(name, account=name) for name in "abcd"]
    moves = [entry("a", "working", 1), entry("b", "working", 2)]
    found = report(response(), leads=leads, stage_history=moves)
    row = found.speed(quantiles=(0.25, 0.5, 0.75)).rows()[0]
    assert (4, 2, 24.0, 48.0) == (row["n_leads"], row["n_stopped"], row["q25_hours"], row["q50_hours"])
    assert np.isnan(row["q75_hours"])
    assert 0.75 == found.curve("r").at(24).value


def test_leads_without_an_account_are_independent() -> None:
    """Each is a unit of its own; two of one account are one."""
    leads = [lead("1", account=None), lead("2", account=None), lead("3"), lead("4")]
    assert 3 == report(response(), leads=leads).curve("r").n_units


def test_groups_add_up_and_the_unlabelled_come_last() -> None:
    """By owner: the counts of the parts are those of the whole; a lead without an owner is a row of its own."""
    leads = [lead("a", owner="x"), lead("b", owner="w"), lead("c")]
    found = report(response(), leads=leads, stage_history=[entry("a", "working", 1)])
    table = found.attainment("owner")
    assert ["w", "x", None] == table["owner"].tolist()
    assert [0, 1, 0] == table["n_in_time"].tolist()
    for name in ("n_leads", "n_in_time", "n_missed"):
        assert found.attainment()[name].sum() == table[name].sum()
    small = sl.Segmentation(name="size", segments=[sl.Segment.at_most("seats", 10, name="small")])
    sized = report(response(), leads=leads, accounts=[{"account_id": "a", "seats": 3}])
    assert ["small"] == sized.attainment("segment", segmentation=small)["segment"].tolist()


def test_without_leads_there_are_no_groups_and_no_rate() -> None:
    """Of nobody the rate is undefined, by group there are no rows, and columns stay."""
    found = report(response())
    assert np.isnan(found.attainment()["attainment_rate"][0])
    assert 0 == len(found.attainment("team"))
    assert found.attainment("team").names[:3] == ("sla", "team", "n_leads")
    assert np.isnan(found.speed()["q50_hours"][0])


def test_whose_leads_and_merged_ones() -> None:
    """Leads of other teams and leads merged into another have no clock."""
    leads = [lead("m", team="marketing"), lead("s"), lead("dup", team="marketing", merged_into="m")]
    found = report(response(of_teams=["marketing"]), leads=leads)
    assert (0, 0, 1, 0, 0) == counts(found)


def test_overdue_leads_longest_first() -> None:
    """What is missed is listed with its owner and hours, what is late is not."""
    leads = [lead("new", created_at=at(5), owner="x"), lead("old", owner="y"), lead("late")]
    found = report(response(), leads=leads, stage_history=[entry("late", "working", 4)])
    table = found.overdue("r")
    assert (["old", "new"], ["y", "x"]) == (table["lead_id"].tolist(), table["owner"].tolist())
    assert [8 * 24.0, 3 * 24.0] == table["overdue_hours"].tolist()


def test_it_prints_each_promise_with_its_target() -> None:
    """A line for the rate, one for the median."""
    text = str(report(response(), leads=[lead("a")], stage_history=[entry("a", "working", 1)]))
    assert text.startswith("r, within 48 hours: 1 proportion")
    assert "median: 24 hours" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"begins": "birth"},
        {"ends": ["callback"]},
        {"ends": [], "touched_by": []},
        {"touched_by": ["support"]},
        {"ends": 3},
        {"within": timedelta(0)},
        {"within": None},
        {"of_teams": ["everyone"]},
        {"account_touches": 1},
    ],
)
def test_wrong_promises_are_refused(wrong: dict[str, Any]) -> None:
    """An unknown word, nothing that stops the clock, no time allowed: an error that names Sla."""
    with pytest.raises(InvalidValueError, match="Sla"):
        response(**wrong)


def test_wrong_reports_are_refused() -> None:
    """No promise, two of one name, an unknown promise or dimension, a segmentation for nothing."""
    given: Any
    for given in ((), [response(), response()], "r", [3]):
        with pytest.raises(InvalidValueError):
            SlaReport(business=business(), slas=given)
    found = report(response(), leads=[lead("a")])
    with pytest.raises(UnknownNameError):
        found.rate("s")
    with pytest.raises(UnknownNameError):
        found.attainment("colour")
    with pytest.raises(InvalidValueError):
        found.attainment("segment")
    with pytest.raises(InvalidValueError):
        found.speed(quantiles=(1.5,))


days = st.integers(0, 9)
events = st.lists(st.tuples(st.sampled_from("abc"), days, st.sampled_from(["sales", "services", *LATER])), max_size=12)


@settings(max_examples=examples(60))
@given(created=st.tuples(days, days, days), log=events, allowed=st.integers(1, 5))
def test_clocks_equal_a_plain_search(created: tuple[int, int, int], log: list[Any], allowed: int) -> None:
    """Every lead's end is the first entry at or after its creation, or sales touch after it, that a loop finds."""
    leads = [lead(name, created_at=at(day)) for name, day in zip("abc", created, strict=True)]
    moves = [entry(name, what, day) for name, day, what in log if what in LATER]
    touches = [
        touch(str(i), lead_id=name, day=day, team=what) for i, (name, day, what) in enumerate(log) if what not in LATER
    ]
    given = business(as_of="2026-01-11T00:00:00Z", leads=leads, stage_history=moves, touchpoints=touches)
    clocks = response(touched_by=["sales"], within=timedelta(days=allowed)).clocks(given)
    for place, (name, begin) in enumerate(zip("abc", created, strict=True)):
        ends = [day for who, day, what in log if who == name and what in LATER and day >= begin]
        ends += [day for who, day, what in log if who == name and what == "sales" and day > begin]
        stopped = int(clocks.stopped[place])
        assert (min(ends) if ends else None) == (
            None if stopped == MISSING else begin + (stopped - int(clocks.started[place])) // DAY
        )
        state = 3 if begin + allowed >= 10 else 2
        if ends:
            state = 0 if min(ends) - begin <= allowed else 1
        assert state == clocks.states(given.as_of)[place]
