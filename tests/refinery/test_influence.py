from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead import Business
from servicelead._typing import MISSING
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import influence
from servicelead.refinery.stage_periods import Stays, stage_periods, stays_of_leads, stays_of_opportunities
from tables.samples import at, business, deal, lead, touch

DAY = 86_400_000_000


def entry(name: str, stage: str, day: float) -> dict[str, Any]:
    """Return the entry of a lead into a stage."""
    return {"lead_id": name, "stage": stage, "entered_at": at(day)}


def world(*, touched_move: int, untouched_move: int, of: int = 10) -> Business:
    """Return so many leads each with and without a sales touch before their third week, of whom some move in it.

    An early touch of somebody else says when records began.
    """
    leads, moves, touches = [], [], [touch("first", "z", day=-60, team="product")]
    for side, n_moving in (("t", touched_move), ("u", untouched_move)):
        for i in range(of):
            name = f"{side}{i}"
            leads.append(lead(name, account=name))
            moves.append(entry(name, "working", 0))
            if i < n_moving:
                moves.append(entry(name, "qualified", 3))
            if side == "t":
                touches.append(touch(name, name, day=-1, team="sales"))
    return business(leads=leads, stage_history=moves, touchpoints=touches, as_of="2026-01-08T00:00:00Z")


def test_rates_with_and_without_a_touch_by_hand() -> None:
    """In the one week that was over, 8 of 10 touched leads moved on and 2 of 10 others."""
    found = influence(world(touched_move=8, untouched_move=2), team="sales")
    assert ((8, 10), (2, 10)) == tuple((rate.successes, rate.trials) for rate in (found.touched, found.untouched))
    # The odds ratio of the table is 16; a penalty of nearly nothing leaves it there.
    close = influence(world(touched_move=8, untouched_move=2), team="sales", penalty=1e-9).odds_ratio
    assert 16.0 == pytest.approx(close.value, rel=1e-4)
    assert close.lower is not None
    assert close.lower > 1
    assert "association" in str(found)


def test_a_touch_counts_strictly_before_the_period() -> None:
    """A touch at the very start of the week, older than the lookback, or of another team or channel is none."""
    given = world(touched_move=5, untouched_move=5)
    assert 10 == influence(given, team="sales", lookback_days=2).touched.trials
    assert 0 == influence(given, team="services").touched.trials
    assert 10 == influence(given, team="sales", channels=["call"]).touched.trials
    late = business(
        leads=[lead("a"), lead("b", account="b")],
        stage_history=[entry("a", "working", 0), entry("b", "working", 0)],
        touchpoints=[touch("0", "z", day=-60), touch("1", day=0, team="sales"), touch("2", "b", day=-29, team="sales")],
        as_of="2026-01-08T00:00:00Z",
    )
    assert (0, 2) == (influence(late, team="sales").touched.trials, influence(late, team="sales").untouched.trials)


def test_why_there_is_no_answer() -> None:
    """Nobody or everybody moved or was touched, or one account alone: undefined, with the reason."""
    reasons = {
        "nobody moved on": influence(world(touched_move=0, untouched_move=0), team="sales"),
        "everybody moved on at once": influence(world(touched_move=10, untouched_move=10), team="sales"),
        "nobody was touched": influence(world(touched_move=3, untouched_move=3), team="partner"),
        "fewer than two accounts": influence(business(), team="sales"),
    }
    assert list(reasons) == [found.odds_ratio.reason for found in reasons.values()]


def test_before_records_begin_nobody_counts_as_untouched() -> None:
    """A period whose lookback begins before the first touch of all is left out."""
    leads = [lead("a"), lead("b", account="b")]
    moves = [entry("a", "working", 0), entry("b", "working", 0)]
    given = business(leads=leads, stage_history=moves, touchpoints=[touch("1", day=0)], as_of="2026-02-12T00:00:00Z")
    found = influence(given, team="sales")
    assert 2 * 2 == found.untouched.trials  # the weeks from days 28 and 35


def test_leads_without_an_account_are_counted() -> None:
    """Their touches nobody knows."""
    leads = [lead("a"), lead("b", account=None)]
    given = business(leads=leads, stage_history=[entry("a", "working", 0), entry("b", "working", 0)])
    assert 1 == influence(given, team="sales").n_without_account


def test_moving_on_is_a_later_stage_and_no_setback() -> None:
    """A rejection or loss ends a stay without it; what is over or recycled is no stay."""
    moves = [("a", "new", 0), ("a", "working", 1), ("a", "qualified", 2), ("a", "rejected", 3), ("a", "recycled", 4)]
    moves += [("b", "opportunity", 0), ("b", "lost", 5), ("c", "opportunity", 0), ("c", "won", 5)]
    stays = stays_of_leads(
        business(leads=[lead(name) for name in "abc"], stage_history=[entry(*move) for move in moves])
    )
    assert [True, True, False, False, True] == stays.moved_on.tolist()
    assert MISSING not in stays.left.tolist()


def test_stages_of_opportunities_are_the_caller_s() -> None:
    """Winning is moving on, losing is not; a stage not named prolongs the one before; nothing stays after the close."""
    rows = [deal("won", day=9), deal("lost", day=9, outcome="lost")]
    moves = [("won", "first", 1), ("won", "on hold", 2), ("won", "second", 3), ("won", "closed", 9)]
    moves += [("lost", "second", 1), ("lost", "first", 4), ("lost", "second", 20)]
    given = business(
        opportunities=rows,
        opportunity_stage_history=[
            {"opportunity_id": name, "stage": stage, "entered_at": at(day)} for name, stage, day in moves
        ],
    )
    stays = stays_of_opportunities(given, ["first", "second"])
    found = list(
        zip(stays.stage.tolist(), ((stays.left - stays.entered) // DAY).tolist(), stays.moved_on.tolist(), strict=True)
    )
    assert [(1, 3, False), (0, 5, False), (0, 2, True), (1, 6, True)] == found
    with pytest.raises(UnknownNameError):
        stays_of_opportunities(given, ["third"])


def test_each_team_and_kind_can_be_asked() -> None:
    """Leads and opportunities of a simulated business have an answer."""
    given = simulate_business(n_accounts=200, seed=2).business
    stages = ["discovery", "proposal", "negotiation"]
    found = influence(given, team="services", of="opportunities", stages=stages)
    assert found.odds_ratio.is_defined
    assert found.touched.trials + found.untouched.trials > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"lookback_days": 1.5},
        {"penalty": 0},
        {"confidence": 95},
        {"team": "support"},
        {"stages": ["new"]},
        {"of": "opportunities"},
        {"of": "opportunities", "stages": "new"},
        {"of": "deals"},
    ],
)
def test_wrong_arguments_are_refused(wrong: dict[str, Any]) -> None:
    """A typed error that names influence."""
    with pytest.raises(InvalidValueError, match="influence"):
        influence(business(), **{"team": "sales", **wrong})


def test_an_unknown_channel_is_refused() -> None:
    """A channel that no touch has is a slip of the pen."""
    with pytest.raises(UnknownNameError):
        influence(business(touchpoints=[touch("1")]), team="sales", channels=["phone"])


lengths = st.one_of(st.none(), st.integers(0, 40))


@settings(max_examples=examples(200))
@given(
    stays=st.lists(st.tuples(st.integers(-20, 30), lengths, st.booleans()), max_size=6),
    days=st.integers(1, 9),
    since=st.integers(-20, 30),
)
def test_periods_equal_a_walk_along_each_stay(stays: list[Any], days: int, since: int) -> None:
    """Period by period: those that a stay began, that were over by day 40 and began no earlier than records."""
    as_of = 40
    expected = []
    for place, (entered, lasted, moved_on) in enumerate(stays):
        age = 0
        while age == 0 or lasted is None or age * days < lasted:
            begin = entered + age * days
            if begin + days > as_of:
                break
            within = lasted is not None and lasted <= (age + 1) * days
            if begin >= since:
                expected.append((place, age, begin, moved_on and within))
            age += 1
    columns = Stays(
        account=np.zeros(len(stays), dtype=np.int32),
        stage=np.zeros(len(stays), dtype=np.int64),
        entered=np.array([entered * DAY for entered, _, _ in stays], dtype=np.int64),
        left=np.array([MISSING if x is None else (e + x) * DAY for e, x, _ in stays], dtype=np.int64),
        moved_on=np.array([moved and x is not None for _, x, moved in stays], dtype=bool),
        n_without_account=0,
    )
    found = stage_periods(columns, as_of * DAY, days, since * DAY)
    rows = zip(
        found.stay.tolist(), found.age.tolist(), (found.begins // DAY).tolist(), found.moved_on.tolist(), strict=True
    )
    assert expected == list(rows)
