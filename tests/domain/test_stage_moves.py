from typing import Any

import pytest

from servicelead.domain import LeadStage, StageMoves
from servicelead.exceptions import InvalidValueError

MOVES = StageMoves()


def names(stages: Any) -> list[str] | None:
    """Return the names of some stages."""
    return None if stages is None else [str(stage) for stage in stages]


def test_the_default_is_the_published_way() -> None:
    """From new to won or lost, rejection beside acceptance, recycling back to working."""
    expected = {
        "new": ["working"],
        "working": ["qualified"],
        "qualified": ["accepted", "rejected"],
        "accepted": ["opportunity"],
        "rejected": ["recycled"],
        "opportunity": ["won", "lost"],
        "won": [],
        "lost": ["recycled"],
        "recycled": ["working"],
    }
    assert expected == {str(stage): names(MOVES.after(stage)) for stage in LeadStage}
    assert (LeadStage.NEW,) == MOVES.after(None)


def test_what_is_allowed_is_what_may_follow() -> None:
    """By name or by member."""
    assert MOVES.allows("rejected", LeadStage.RECYCLED)
    assert not MOVES.allows(LeadStage.NEW, "won")
    assert MOVES.allows(None, "new")
    assert not MOVES.allows(None, "working")


def test_the_stages_between_are_those_of_the_shortest_way() -> None:
    """None of neighbours; back to working by way of rejection; no way leads on from won."""
    assert [] == names(MOVES.between("new", "working"))
    assert ["working", "qualified", "accepted"] == names(MOVES.between("new", "opportunity"))
    assert ["rejected", "recycled"] == names(MOVES.between("qualified", "working"))
    assert ["new"] == names(MOVES.between(None, "working"))
    assert MOVES.between("won", "lost") is None


def test_a_stage_implies_what_every_way_to_it_passes() -> None:
    """A rejected lead was qualified and need not have been accepted; one can be recycled without ever being lost."""
    assert ["new", "working", "qualified", "rejected"] == names(MOVES.implied_by("rejected"))
    assert ["new", "working", "qualified", "accepted", "opportunity", "lost"] == names(MOVES.implied_by("lost"))
    assert ["new", "working", "qualified", "recycled"] == names(MOVES.implied_by("recycled"))
    assert ["new"] == names(MOVES.implied_by("new"))


def test_with_two_ways_only_what_both_pass_is_implied() -> None:
    """And a stage the moves do not know implies itself alone."""
    own = StageMoves(legal={"new": ["working", "qualified"], "working": ["won"], "qualified": ["won"]})
    assert ["new", "won"] == names(own.implied_by("won"))
    assert ["lost"] == names(own.implied_by("lost"))


def test_several_starts() -> None:
    """A lead may begin in either, so neither is implied."""
    own = StageMoves(legal={"new": ["qualified"], "working": ["qualified"]}, starts=["new", "working"])
    assert ["qualified"] == names(own.implied_by("qualified"))


def test_equal_moves_are_equal() -> None:
    """However they were written."""
    assert StageMoves(legal={"new": ["won"]}) == StageMoves(legal={LeadStage.NEW: (LeadStage.WON,)}, starts="new")
    assert StageMoves(legal={"new": ["won"]}) != MOVES


@pytest.mark.parametrize(
    ("legal", "starts", "says"),
    [
        ([("new", "won")], ["new"], "a mapping"),
        ({"new": ["customer"]}, ["new"], "stages among"),
        ({"prospect": ["won"]}, ["new"], "stages among"),
        ({"new": ["new", "won"]}, ["new"], "after itself"),
        ({"new": ["won"], "working": ["lost"]}, ["new"], "working, lost out of reach"),
        ({"new": ["won"]}, [], "at least one stage"),
        ({"new": ["won"]}, ["prospect"], "stages among"),
        ({"new": 3}, ["new"], "stages among"),
    ],
)
def test_moves_that_make_no_sense_are_refused(legal: Any, starts: Any, says: str) -> None:
    """The message names the rule that was broken."""
    with pytest.raises(InvalidValueError, match=says):
        StageMoves(legal=legal, starts=starts)
