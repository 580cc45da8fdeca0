from copy import copy
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from budget import examples
from servicelead.domain import LeadStage, StageEntry, StageMoves
from servicelead.exceptions import IllegalMoveError, InvalidValueError
from servicelead.qualification import LeadLifecycle

START = datetime(2026, 1, 1, tzinfo=UTC)
#: The oracle: what may follow what, written out once more.
NEXT: dict[str | None, set[str]] = {
    None: {"new"},
    "new": {"working"},
    "working": {"qualified"},
    "qualified": {"accepted", "rejected"},
    "accepted": {"opportunity"},
    "rejected": {"recycled"},
    "opportunity": {"won", "lost"},
    "won": set(),
    "lost": {"recycled"},
    "recycled": {"working"},
}
LEADS = ["l1", "l2", "l3"]


class Leads(RuleBasedStateMachine):
    """Some leads moved at random, beside a dictionary of what should have become of them."""

    def __init__(self) -> None:
        super().__init__()
        self.leads = {name: LeadLifecycle(lead_id=name) for name in LEADS}
        self.oracle: dict[str, list[tuple[str, int, str | None]]] = {name: [] for name in LEADS}

    @initialize()
    def begin(self) -> None:
        """Begin one lead, so that runs reach further."""
        self.attempt("l1", "new", 0, None)

    def attempt(self, lead: str, stage: str, minute: int, reason: str | None) -> None:
        """Try one move, and require that it is made or refused as the dictionary says."""
        history = self.oracle[lead]
        now = history[-1][0] if history else None
        before = self.leads[lead]
        at = START + timedelta(minutes=minute)
        if stage == "rejected" and reason is None:
            with pytest.raises(InvalidValueError, match="reason"):
                before.move(stage, at, reason)
        elif stage not in NEXT[now]:
            with pytest.raises(IllegalMoveError) as refused:
                before.move(stage, at, reason)
            assert (now, stage) == (refused.value.stage, refused.value.asked)
            assert NEXT[now] == set(refused.value.legal)
        elif history and minute < history[-1][1]:
            with pytest.raises(InvalidValueError, match="clocks"):
                before.move(stage, at, reason)
        else:
            self.leads[lead] = before.move(stage, at, reason)
            history.append((stage, minute, reason))
            assert len(history) - 1 == len(before.history)  # what was is not changed

    @rule(
        lead=st.sampled_from(LEADS),
        stage=st.sampled_from([str(stage) for stage in LeadStage]),
        minute=st.integers(0, 6),
        reason=st.sampled_from([None, "no budget"]),
    )
    def any_move(self, lead: str, stage: str, minute: int, reason: str | None) -> None:
        """Try any move at any time."""
        self.attempt(lead, stage, minute, reason)

    @rule(lead=st.sampled_from(LEADS), pick=st.integers(0, 1), later=st.integers(-1, 2))
    def likely_move(self, lead: str, pick: int, later: int) -> None:
        """Try a legal move at about the right time."""
        history = self.oracle[lead]
        legal = sorted(NEXT[history[-1][0] if history else None])
        if legal:
            minute = max((history[-1][1] if history else 0) + later, 0)
            self.attempt(lead, legal[pick % len(legal)], minute, "no need")

    @invariant()
    def is_what_the_dictionary_says(self) -> None:
        """Stage, history and what may follow agree for every lead."""
        for name, lead in self.leads.items():
            history = self.oracle[name]
            now = history[-1][0] if history else None
            assert now == (None if lead.stage is None else str(lead.stage))
            assert NEXT[now] == {str(stage) for stage in lead.legal_stages}
            entered = [(str(e.stage), e.entered_at, e.reason) for e in lead.history]
            assert [(stage, START + timedelta(minutes=m), reason) for stage, m, reason in history] == entered


Leads.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)
TestLeads = Leads.TestCase


def test_a_refusal_names_the_stages_that_are_legal() -> None:
    """In words, and as attributes for an interface that offers them."""
    lead = LeadLifecycle(lead_id="l1").move("new", START).move("working", START).move("qualified", START)
    with pytest.raises(IllegalMoveError, match="in qualified can go to accepted or rejected; got won") as refused:
        lead.move("won", START)
    assert ("qualified", "won", ("accepted", "rejected")) == (
        refused.value.stage,
        refused.value.asked,
        refused.value.legal,
    )
    assert "illegal_move" == refused.value.code
    assert ("accepted", "rejected") == copy(refused.value).legal  # as it would be sent to another process
    with pytest.raises(IllegalMoveError, match="can begin in new; got won"):
        LeadLifecycle(lead_id="l1").move("won", START)


def test_at_the_end_nothing_is_legal() -> None:
    """A won lead stays won."""
    own = StageMoves(legal={"new": ["won"]})
    lead = LeadLifecycle(lead_id="l1", moves=own).move("new", START).move("won", START)
    assert () == lead.legal_stages
    with pytest.raises(IllegalMoveError, match="in won stays there; got new"):
        lead.move("new", START)


def test_ones_own_moves_are_followed() -> None:
    """What the default refuses, a process of one's own may allow."""
    own = StageMoves(legal={"new": ["qualified"], "qualified": ["won", "lost"]})
    lead = LeadLifecycle(lead_id="l1", moves=own).move("new", START).move("qualified", START)
    assert LeadStage.QUALIFIED == lead.stage
    assert (LeadStage.WON, LeadStage.LOST) == lead.legal_stages


def test_a_history_given_is_replayed() -> None:
    """The rows of one lead make its life; a row that cannot be makes an error."""
    rows = [
        StageEntry(lead_id="l1", stage=stage, entered_at=date(2026, 1, day))
        for stage, day in (("new", 1), ("working", 1), ("qualified", 5))
    ]
    lead = LeadLifecycle(lead_id="l1", history=rows)
    assert (LeadStage.QUALIFIED, date(2026, 1, 5)) == (lead.stage, lead.entered_at)
    assert lead == LeadLifecycle(lead_id="l1", history=tuple(rows[:2])).move("qualified", date(2026, 1, 5))
    with pytest.raises(IllegalMoveError):
        LeadLifecycle(lead_id="l1", history=(rows[0], rows[2]))


def test_wrong_kinds_are_refused() -> None:
    """Rows of another lead, rows that are none, moves that are none, stages that are none."""
    row = StageEntry(lead_id="l2", stage=LeadStage.NEW, entered_at=START)
    wrong: list[dict[str, Any]] = [{"history": [row]}, {"history": ["new"]}, {"moves": {"new": ["won"]}}]
    for arguments in wrong:
        with pytest.raises(InvalidValueError):
            LeadLifecycle(lead_id="l1", **arguments)
    with pytest.raises(InvalidValueError, match="one of new, working"):
        LeadLifecycle(lead_id="l1").move("customer", START)


def test_clocks_that_repeat_an_hour_do_not_run_backwards() -> None:
    """Two aware moments are compared as instants, whatever their zones."""
    lead = LeadLifecycle(lead_id="l1").move("new", datetime.fromisoformat("2026-03-01T10:00:00+02:00"))
    assert LeadStage.WORKING == lead.move("working", datetime.fromisoformat("2026-03-01T08:30:00+00:00")).stage
    with pytest.raises(InvalidValueError, match="clocks"):
        lead.move("working", datetime.fromisoformat("2026-03-01T07:30:00+00:00"))


#: Seven in the morning, in a zone that is still to be named.
WAITING = datetime(2026, 3, 10, 7)  # noqa: DTZ001 - read in the business's zone
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (datetime(2026, 3, 11, 9, tzinfo=UTC), WAITING),
        (WAITING, datetime(2026, 3, 9, 5, tzinfo=UTC)),
        (datetime(2026, 3, 12, 2, tzinfo=UTC) - TICK, date(2026, 3, 10)),
        (date(2026, 3, 10), datetime(2026, 3, 8, 22, tzinfo=UTC)),
    ],
)
def test_one_of_each_kind_is_refused_where_no_zone_could_make_it_right(first: date, second: date) -> None:
    """Clocks are at most 26 hours apart: up to that nothing is said, beyond it time runs backwards."""
    lead = LeadLifecycle(lead_id="l1").move("new", first)
    nudge = TICK if isinstance(second, datetime) else timedelta(0)
    assert LeadStage.WORKING == lead.move("working", second + nudge).stage
    with pytest.raises(InvalidValueError, match="clocks"):
        lead.move("working", second - (nudge or timedelta(days=1)))
    assert LeadStage.WORKING == lead.move("working", date.max).stage


def test_an_entry_that_cannot_be_compared_does_not_hide_those_before_it() -> None:
    """Of three, the last is before the first, though neither can be told from the second."""
    lead = LeadLifecycle(lead_id="l1").move("new", datetime(2026, 3, 10, 9, tzinfo=UTC)).move("working", WAITING)
    with pytest.raises(InvalidValueError, match="clocks"):
        lead.move("qualified", datetime(2026, 3, 10, 8, tzinfo=UTC))
    assert LeadStage.QUALIFIED == lead.move("qualified", datetime(2026, 3, 10, 9, tzinfo=UTC)).stage


@settings(max_examples=examples(100))
@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(-12, 14), st.booleans()), min_size=2, max_size=4),
    st.integers(-12, 14),
)
def test_what_is_right_in_some_zone_is_never_refused(moves: list[tuple[int, int, bool]], business: int) -> None:
    """Moves in order of time are legal, however their moments were written down, whatever the business's zone."""
    lead = LeadLifecycle(lead_id="l1")
    for stage, (hour, own, is_aware) in zip(("new", "working", "qualified", "accepted"), sorted(moves), strict=False):
        moment = (START + timedelta(hours=hour)).astimezone(timezone(timedelta(hours=own if is_aware else business)))
        lead = lead.move(stage, moment if is_aware else moment.replace(tzinfo=None))
    assert len(moves) == len(lead.history)
