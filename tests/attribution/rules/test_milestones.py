from typing import Any

import pytest

from attribution.hand import business, deal, journeys, lead, paths, touch
from servicelead import Journeys, JourneyWindow
from servicelead.attribution import FullPath, WShaped, attribute
from servicelead.exceptions import MissingTimesError

DAYS = ("05-01", "05-05", "05-10", "05-15", "05-20")
TOUCHES = [touch(f"t{i}", day, "call") for i, day in enumerate(DAYS)]


def credit(
    strategy: Any, lead_on: str | None, opportunity_on: str, touches: Any = TOUCHES, amount: str = "10.00"
) -> Any:
    """Attribute the deal closed on 25 May, of a lead and an opportunity created on these days."""
    won = deal("o", "05-25", amount, created_at=f"2025-{opportunity_on}T00:00:00Z", lead_id="l" if lead_on else None)
    leads = [lead("l", lead_on)] if lead_on else []
    return attribute(journeys(touches, [won], leads=leads), strategy)


def test_the_w_on_three_touches() -> None:
    """Lead on the 6th, opportunity on the 15th: .3, .3, .05, .3, .05."""
    found = credit(WShaped(), "05-06", "05-15")
    assert [0.3, 0.3, 0.05, 0.3, 0.05] == pytest.approx(found.share.tolist(), abs=1e-15)
    assert [300, 300, 50, 300, 50] == found.minor_units.tolist()


def test_milestones_on_one_touch_add() -> None:
    """Lead and opportunity on the 10th: .3, .1/3, .6, .1/3, .1/3; of 0.10: 3, 1, 6, 0, 0."""
    found = credit(WShaped(), "05-10", "05-14", amount="0.10")
    assert [0.3, 0.1 / 3, 0.6, 0.1 / 3, 0.1 / 3] == pytest.approx(found.share.tolist(), abs=1e-15)
    assert [3, 1, 6, 0, 0] == found.minor_units.tolist()


def test_an_absent_milestone_is_dropped_and_the_rest_kept() -> None:
    """No lead, opportunity on the 15th: .3, .3 and .1 over three, of .7: 3/7, 1/21, 1/21, 3/7, 1/21."""
    found = credit(WShaped(), None, "05-15")
    assert [3 / 7, 1 / 21, 1 / 21, 3 / 7, 1 / 21] == pytest.approx(found.share.tolist(), abs=1e-15)


def test_a_milestone_before_the_first_touch_is_absent() -> None:
    """Lead in April and opportunity in March: the first touch's .3 and the rest .1 over four: 3/4, 1/16 x 4."""
    found = credit(WShaped(), "04-01", "03-01")
    assert [0.75, *[0.0625] * 4] == pytest.approx(found.share.tolist(), abs=1e-15)


def test_the_rest_is_dropped_where_every_touch_is_at_a_milestone() -> None:
    """Three touches, each at one: 1/3 each, 0.10 as 4, 3, 3."""
    found = credit(WShaped(), "05-06", "05-12", TOUCHES[:3], amount="0.10")
    assert [1 / 3] * 3 == pytest.approx(found.share.tolist(), abs=1e-15)
    assert [4, 3, 3] == found.minor_units.tolist()


def test_the_full_path_adds_the_close() -> None:
    """.225 at first, lead, opportunity and last touch; .1 for the one between."""
    found = credit(FullPath(), "05-06", "05-15")
    assert [0.225, 0.225, 0.1, 0.225, 0.225] == pytest.approx(found.share.tolist(), abs=1e-15)
    assert [225, 225, 100, 225, 225] == found.minor_units.tolist()


def test_a_lead_created_after_the_last_touch_marks_the_last_touch() -> None:
    """Lead and opportunity on the 24th: last touch .3 + .3, others .1/3."""
    found = credit(WShaped(), "05-24", "05-24")
    assert [0.3, 0.1 / 3, 0.1 / 3, 0.1 / 3, 0.6] == pytest.approx(found.share.tolist(), abs=1e-15)


def test_the_accounts_earliest_lead_in_the_window_stands_in() -> None:
    """The deal names no lead: of those on 1 January, 6 May and 12 May, 6 May counts."""
    won = deal("o", "05-25", "10.00", created_at="2025-05-15T00:00:00Z")
    leads = [lead("l1", "05-12"), lead("l2", "05-06"), lead("l3", "01-01"), lead("l4", "05-03", account=None)]
    found = attribute(journeys(TOUCHES, [won], leads=leads), WShaped())
    assert [0.3, 0.3, 0.05, 0.3, 0.05] == pytest.approx(found.share.tolist(), abs=1e-15)


def test_the_stand_in_lead_is_looked_for_after_the_close_a_window_restarts_at() -> None:
    """A lead of 2 May led to the deal closed on 7 May; the deal of 25 May has the lead of 12 May."""
    deals = [deal("o1", "05-07", "1.00"), deal("o2", "05-25", "10.00", created_at="2025-05-15T00:00:00Z")]
    made = business(TOUCHES, deals, leads=[lead("l1", "05-02"), lead("l2", "05-12")])
    built = Journeys.from_business(made, JourneyWindow(restart_after_close=True))
    found = attribute(built, WShaped()).share[-3:]
    assert [0.6, 0.3, 0.1] == pytest.approx(found.tolist(), abs=1e-15)


def test_milestones_worth_nothing_leave_equal_shares() -> None:
    """One touch at milestones of weight 0, no others: it has it all."""
    found = credit(WShaped(first=0, lead=0, opportunity=0), "05-06", "05-06", TOUCHES[:1])
    assert [1.0] == found.share.tolist()
    assert [1000] == found.minor_units.tolist()


def test_shares_without_small_whole_ratios_still_add_up() -> None:
    """A third as a float: cents add up all the same."""
    third = 1 / 3
    found = credit(WShaped(first=third, lead=third, opportunity=third), "05-06", "05-15")
    assert 1000 == found.minor_units.sum()


def test_the_rest_is_what_the_milestones_leave() -> None:
    """1 - .3 - .3 - .3 is .1 to the bit, and 1 - 4 x .225 too."""
    assert 0.1 == WShaped().rest == FullPath().rest
    assert 0.0 == FullPath(first=0.1, lead=0.2, opportunity=0.3, close=0.4).rest


def test_reasons_name_the_milestones() -> None:
    """Each milestone of a touch with its share; others say they are none."""
    found = credit(FullPath(), "05-10", "05-14")
    expected = [
        "first touch (22.5%)",
        "at no milestone: a part of the rest",
        " and ".join(f"last touch at or before the {what} was created (22.5%)" for what in ("lead", "opportunity")),
        "at no milestone: a part of the rest",
        "last touch before the close (22.5%)",
    ]
    assert expected == found.explain("o")["reason"].tolist()


@pytest.mark.parametrize("strategy", [WShaped(), FullPath()])
def test_paths_have_no_milestones(strategy: Any) -> None:
    """Aggregated paths are refused."""
    with pytest.raises(MissingTimesError):
        attribute(paths(("ad", 1, "1")), strategy)


def test_an_absent_milestone_gives_no_reason() -> None:
    """Only the milestones that are there are named."""
    reasons = credit(WShaped(), None, "05-15").explain("o")["reason"].tolist()
    assert 2 == sum("milestone" not in reason for reason in reasons)
    assert not any("lead" in reason for reason in reasons)
