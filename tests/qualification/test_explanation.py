from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from qualification.lead_worlds import DAY, START, model, world
from servicelead import Segment
from servicelead.exceptions import IncompatibleError, InvalidValueError, UnknownNameError
from servicelead.qualification import FitRule, LeadScores, PointsModel, RuleGroup, TouchRule
from tables.samples import at, business, lead, touch

WEEK = timedelta(days=7)
RECIPE = PointsModel(
    engagement=[
        RuleGroup(
            name="services",
            rules=[
                TouchRule(name="visits", points=20, channel="visit", half_life=WEEK, cap=30),
                TouchRule(name="cases", points=15, channel="case", half_life=WEEK),
            ],
            cap=40,
        )
    ],
    fit=[FitRule(name="large", points=10, segment=Segment.at_least("seats", 100))],
    levels={"executive": 1.5},
    cap=45,
)
TOUCHES = [
    touch("v1", lead_id="l", day=0, channel="visit"),
    touch("v2", lead_id="l", day=0, channel="visit"),
    touch("c1", lead_id="l", day=7, channel="case"),
]
HISTORY = {"account_id": ["a", "a"], "valid_from": [at(0), at(5)], "seats": [10, 200]}


def scores(day: int, *touches: object, level: str | None = None) -> LeadScores:
    """Return the scores of one lead as of a day of 2026."""
    given_ = business(leads=[lead("l", org_level=level)], touchpoints=[*TOUCHES, *touches], account_history=HISTORY)
    return RECIPE.score(given_, datetime.fromisoformat(at(day)))


def test_every_contribution_by_hand() -> None:
    """At first two visits of 20 are held at 30; a week later they are 10 each, a case 15, and the account large."""
    early = scores(0).explain("l")
    assert [("touch", 20.0), ("touch", 20.0), ("rule cap", -10.0)] == list(
        zip(early.lines["kind"], early.lines["points"].tolist(), strict=True)
    )
    late = scores(7).explain("l")
    expected = [
        ("touch", "visits", "v1", 20.0, 10.0),
        ("touch", "visits", "v2", 20.0, 10.0),
        ("touch", "cases", "c1", 15.0, 15.0),
        ("fit", "large", None, None, 10.0),
    ]
    actual = [
        (row["kind"], row["name"], row["touchpoint_id"], row["fresh_points"], row["points"])
        for row in late.lines.rows()
    ]
    assert expected == [(*row[:3], None if row[3] != row[3] else row[3], row[4]) for row in actual]
    assert (30.0, 45.0) == (early.score, late.score)
    assert "l: 45 points" in str(late)
    assert str(late) == repr(late)
    assert "<table>" in late._repr_html_()


def test_each_cap_has_a_line_of_its_own() -> None:
    """An executive: 30 + 30 held at 30, with 22.5 held at 40, and 50 held at 45."""
    lines = scores(7, touch("v3", lead_id="l", day=7, channel="visit"), level="executive").explain("l").lines
    caps = {row["kind"]: (row["name"], row["points"]) for row in lines.rows() if "cap" in row["kind"]}
    assert {"rule cap": ("visits", -30.0), "group cap": ("services", -12.5), "total cap": ("score", -5.0)} == caps


def test_a_change_by_hand() -> None:
    """From day 0 to day 7: visits lost 20, a case came, the account grew, and the rule's cap takes nothing any more."""
    change = scores(7).explain_change("l", since=scores(0))
    assert {"came": 15.0, "decayed": -20.0, "fit": 10.0, "rule cap": 10.0} == dict(
        zip(change.by_kind["kind"], change.by_kind["points"].tolist(), strict=True)
    )
    assert (30.0, 45.0) == (change.before, change.after)
    assert "l: 30 to 45 points" in str(change)
    assert str(change) == repr(change)
    assert "<table>" in change._repr_html_()


def test_a_change_between_two_extracts() -> None:
    """The person is an executive now, and a touch of last week was written down late."""
    late = touch("v0", lead_id="l", day=0, channel="case")
    change = scores(7, late, level="executive").explain_change("l", since=scores(7))
    assert {"recorded later": 11.25, "re-levelled": 17.5} == {
        row["kind"]: row["points"] for row in change.by_kind.rows() if "cap" not in row["kind"]
    }
    back = scores(7).explain_change("l", since=scores(7, late, level="executive"))
    assert {"withdrawn": -11.25, "re-levelled": -17.5} == {
        row["kind"]: row["points"] for row in back.by_kind.rows() if "cap" not in row["kind"]
    }


def test_a_moment_is_scored_to_be_compared_with() -> None:
    """A date, an aware datetime and the scores as of it give one and the same change."""
    now = scores(7)
    changes = [
        now.explain_change("l", since=since).to_dict()
        for since in (date(2026, 1, 2), datetime.fromisoformat("2026-01-02T23:59:59.999999Z"))
    ]
    expected = now.explain_change("l", since=RECIPE.score(now.business, date(2026, 1, 2))).to_dict()
    assert [expected, expected] == changes


def test_what_is_later_is_refused() -> None:
    """A change runs forward in time: scores, or a moment, after those that are to be explained are swapped ones."""
    for later in (date(2026, 1, 9), scores(8)):
        with pytest.raises(InvalidValueError, match=r"since must not be later .* swap the two"):
            scores(7).explain_change("l", since=later)


@pytest.mark.parametrize("since", ["last week", None, 3.5, date(2027, 1, 1)])
def test_what_is_no_moment_that_is_known_is_refused(since: Any) -> None:
    """Words, nothing at all, a number of days and a day the business does not know yet."""
    with pytest.raises(InvalidValueError, match="explain_change: since must be a moment that the business knows"):
        scores(7).explain_change("l", since=since)


def test_explanations_and_changes_are_tables() -> None:
    """They are taken as rows, columns or a frame, like the scores they come from."""
    late = scores(7)
    for result in (late.explain("l"), late.explain_change("l", since=scores(0))):
        points = result.lines["points"].tolist()
        assert points == [row["points"] for row in result.rows()]
        assert points == result.to_dict()["points"] == result.to_frame("pandas")["points"].tolist()
        assert result.lines._repr_html_() == result._repr_html_()


def test_a_lead_that_was_not_there_had_nothing() -> None:
    """Everything came; a lead that is not there now is an error, and so are scores of another model."""
    given_ = business(leads=[lead("l", created_at=at(3))], touchpoints=[touch("t", lead_id="l", day=4)])
    recipe = PointsModel(engagement=[TouchRule(points=10)])
    now, then = recipe.score(given_), recipe.score(given_, datetime.fromisoformat(at(1)))
    change = now.explain_change("l", since=then)
    assert ([("came", 10.0)], 0.0) == (
        list(zip(change.lines["kind"], change.lines["points"].tolist(), strict=True)),
        change.before,
    )
    with pytest.raises(UnknownNameError, match="no such lead"):
        then.explain("l")
    with pytest.raises(UnknownNameError, match="no such lead"):
        then.explain_change("l", since=now)
    with pytest.raises(IncompatibleError, match="one PointsModel"):
        now.explain_change("l", since=PointsModel().score(given_))


@settings(max_examples=examples(25))
@given(seed=st.integers(0, 100_000), day=st.integers(0, 59))
def test_contributions_and_changes_add_up_to_the_bit(seed: int, day: int) -> None:
    """The sum of lines in any order equals the score, and the sum of changes the difference, without tolerance."""
    given_, recipe = world(seed, 5), model(seed)
    now, then = recipe.score(given_.business), recipe.score(given_.business, START + day * DAY)
    for position, name in enumerate(now.lead_id):
        explained = now.explain(name)
        points = explained.lines["points"].tolist()
        assert now.score[position] == explained.score == sum(points) == sum(reversed(points))
        change = now.explain_change(name, since=then)
        assert now.score[position] == change.after
        assert change.after - change.before == sum(change.lines["points"].tolist())
        assert change.after - change.before == sum(change.by_kind["points"].tolist())


@settings(max_examples=examples(25))
@given(seed=st.integers(0, 100_000))
def test_only_touches_come_and_what_is_positive_only_fades(seed: int) -> None:
    """Within one extract nothing is recorded later, withdrawn or re-levelled, and decay takes from positive points."""
    given_, recipe = world(seed, 5), model(seed, negative=False)
    now, then = recipe.score(given_.business), recipe.score(given_.business, START + 30 * DAY)
    for name in now.lead_id:
        lines = now.explain_change(name, since=then).lines
        kinds = set(lines["kind"])
        assert not kinds & {"recorded later", "withdrawn", "re-levelled"}
        assert (lines["points"][lines["kind"] == "decayed"] < 0).all()
        assert (lines["points"][lines["kind"] == "came"] > 0).all()
