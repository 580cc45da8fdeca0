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
from servicelead.qualification import follow_up_promises
from servicelead.refinery import Sla, SlaReport
from servicelead.refinery.sla import STATES
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
    """A lead that was never qualified has no clock; one qualified and not accepted waits."""
    leads = [lead("a"), lead("b"), lead("c")]
    moves = [entry("a", "qualified", 1), entry("a", "accepted", 2), entry("b", "qualified", 5)]
    sla = Sla(name="acceptance", begins="qualified", ends=["accepted", "rejected"], within=timedelta(days=2))
    assert (1, 0, 1, 0, 0) == counts(report(sla, leads=leads, stage_history=moves))


def test_ends_without_a_usable_date_are_not_missed() -> None:
    """Known from the record alone, or dated before the start: counted apart, in no rate, no list and no time."""
    leads = [
        lead("none"),
        lead("undated", stage="rejected"),
        lead("before", created_at=at(5)),
        lead("early", created_at=at(5), followed_up_at=at(4)),
    ]
    leads += [lead("both", created_at=at(5), stage="rejected"), lead("in time", stage="rejected")]
    moves = [
        entry("before", "working", 3),
        entry("both", "working", 3),
        entry("both", "working", 6),
        entry("in time", "working", 1),
    ]
    found = report(response(ends=[*LATER, "followed_up"]), leads=leads, stage_history=moves)
    assert (2, 0, 1, 0, 0) == counts(found)
    row, waits = found.attainment().rows()[0], found.speed().rows()[0]
    assert (6, 1, 2) == (row["n_leads"], row["n_undated"], row["n_before_start"])
    assert (2, 3) == (found.rate("r").successes, found.rate("r").trials)
    assert ["none"] == found.overdue("r")["lead_id"].tolist()
    assert (6, 3, 2, 24.0) == (waits["n_leads"], waits["n_left_out"], waits["n_stopped"], waits["q50_hours"])
    assert 3 == found.curve("r").n_at_risk[0]


def test_a_touch_before_the_start_is_no_end() -> None:
    """A lead that sales knew before it was made still waits for its answer."""
    found = report(
        response(ends=[], touched_by=["sales"]),
        leads=[lead("l", created_at=at(3))],
        touchpoints=[touch("1", lead_id="l", day=1, team="sales")],
    )
    assert (0, 0, 1, 0, 0) == counts(found)


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


def test_a_follow_up_stamped_before_its_promise_keeps_it() -> None:
    """By date alone it reads as 00:00: kept after 0 hours, with an allowed time or a due date."""
    promised = {"follow_up_promised_at": at(1.5), "followed_up_at": "2026-01-02"}
    for within in (None, timedelta(days=1)):
        sla = Sla(name="f", begins="promised", ends="followed_up", within=within)
        found = report(sla, leads=[lead("l", **promised, follow_up_due_at="2026-01-05")])
        assert (1, 0, 0, 0, 0) == counts(found)
        assert 0.0 == found.speed()["q50_hours"][0]


def test_a_due_date_alone_is_a_promise_without_a_start() -> None:
    """It is kept or missed like others; how long it took nobody knows; a stage before its creation is no answer."""
    leads = [
        lead("kept", follow_up_due_at="2026-01-05", followed_up_at=at(3)),
        lead("missed", follow_up_due_at="2026-01-05"),
        lead("accepted", follow_up_due_at="2026-01-05"),
        lead("before", follow_up_due_at="2026-01-05", created_at=at(2)),
    ]
    moves = [entry("accepted", "accepted", 1), entry("before", "accepted", 1)]
    sla = Sla(name="f", begins="promised", ends=["followed_up", "accepted"], within=None)
    found = report(sla, leads=leads, stage_history=moves)
    assert (2, 0, 1, 0, 0) == counts(found)
    assert 1 == found.attainment()["n_before_start"][0]
    assert (4, 0) == (found.speed()["n_left_out"][0], found.speed()["n_stopped"][0])
    assert ["missed"] == found.overdue("f")["lead_id"].tolist()


MOMENTS = st.one_of(st.none(), st.integers(0, 10).map(at), st.integers(1, 9).map("2026-01-0{}".format))


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(MOMENTS, MOMENTS, MOMENTS), max_size=8))
def test_promises_agree_with_those_of_qualification(rows: list[tuple[Any, Any, Any]]) -> None:
    """Lead by lead, whatever is missing, dated by day or out of order."""
    names = ("follow_up_promised_at", "follow_up_due_at", "followed_up_at")
    leads = [lead(str(i), **dict(zip(names, row, strict=True))) for i, row in enumerate(rows)]
    given = business(as_of="2026-01-11T00:00:00Z", leads=leads)
    clocks = Sla(name="f", begins="promised", ends="followed_up", within=None).clocks(given)
    promises = follow_up_promises(given)
    ours = {"missed": "broken", "without_due": "no_due_date"}
    states = [STATES[state] for state in clocks.states(given.as_of).tolist()]
    assert promises.rows.tolist() == clocks.rows.tolist()
    assert promises.table["state"].tolist() == [ours.get(state, state) for state in states]


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


def test_overdue_leads_most_recently_due_first() -> None:
    """What is missed is listed with its owner and hours, what is late is not."""
    leads = [lead("new", created_at=at(5), owner="x"), lead("old", owner="y"), lead("late")]
    found = report(response(), leads=leads, stage_history=[entry("late", "working", 4)])
    table = found.overdue("r")
    assert (["new", "old"], ["x", "y"]) == (table["lead_id"].tolist(), table["owner"].tolist())
    assert [3 * 24.0, 8 * 24.0] == table["overdue_hours"].tolist()


def test_it_prints_each_promise_with_its_target() -> None:
    """A line for the rate, one for the median."""
    text = str(report(response(), leads=[lead("a")], stage_history=[entry("a", "working", 1)]))
    assert text.startswith("r, within 2 days: 1 proportion")
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
    """No promise, two of one name, an unknown promise or dimension, a segmentation for nothing; one stands alone."""
    given: Any
    assert (response(),) == SlaReport(business=business(), slas=response()).slas
    for given in ((), [response(), response()], "r", [3], None):
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
        state = "open" if begin + allowed >= 10 else "missed"
        if ends:
            state = "in_time" if min(ends) - begin <= allowed else "late"
        elif any(who == name and what in LATER for who, day, what in log):
            state = "before_start"
        assert state == STATES[clocks.states(given.as_of)[place]]
