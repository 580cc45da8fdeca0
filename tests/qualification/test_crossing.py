from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from qualification.lead_worlds import DAY, DAYS, START, World, model, world
from reference import lead_scores
from servicelead import Segment
from servicelead.exceptions import InvalidValueError
from servicelead.qualification import FitRule, PointsModel, TouchRule
from tables.samples import at, business, lead, touch

MONTH, WEEK = timedelta(days=30), timedelta(days=7)
END = START + DAYS * DAY


def crossings(recipe: PointsModel, threshold: Any, *touches: Any, **more: Any) -> list[float | None]:
    """Return the day of 2026 at which the one lead first crosses, None for never."""
    given_ = business(leads=[lead("l", **more)], touchpoints=[t | {"lead_id": "l"} for t in touches])
    first = recipe.score(given_).first_crossing(threshold)
    return [None if np.isnat(day) else (int(day.astype(np.int64)) - START) / DAY for day in first]


def test_without_negative_points_only_a_touch_crosses() -> None:
    """10 and 10 a half-life later are 15; 16 is reached by the third touch."""
    recipe = PointsModel(engagement=[TouchRule(points=10, half_life=WEEK)])
    touches = [touch("t1", day=0), touch("t2", day=7), touch("t3", day=8)]
    assert [7.0] == crossings(recipe, 15, *touches)
    assert [8.0] == crossings(recipe, 16, *touches)
    assert [None] == crossings(recipe, 30, *touches)


def test_a_score_that_rises_between_touches_crosses_there() -> None:
    """30 halving every 30 days minus 20 halving every 7: 10 at once, 15.52 after 7.0 days."""
    rules = [
        TouchRule(points=30, channel="visit", half_life=MONTH),
        TouchRule(points=-20, channel="outage", half_life=WEEK),
    ]
    recipe, touches = PointsModel(engagement=rules), [touch("t1", channel="visit"), touch("t2", channel="outage")]
    assert [0.0] == crossings(recipe, 10, *touches)
    assert 7.0 == pytest.approx(crossings(recipe, 15.52001, *touches)[0], abs=1e-3)
    assert [None] == crossings(recipe, 20, *touches)


def test_thresholds_are_compared_with_scores_as_rounded() -> None:
    """A step above what a touch gives is not reached; a rise is found at every height, and there the score is."""
    recipe = PointsModel(engagement=[TouchRule(points=10, half_life=WEEK)])
    assert [[0.0], [None]] == [crossings(recipe, 10 + above, touch("t")) for above in (0, 2**-20)]
    rules = [
        TouchRule(points=30, channel="visit", half_life=MONTH),
        TouchRule(points=-20, channel="outage", half_life=WEEK),
        TouchRule(points=0.7, half_life=10 * WEEK),
    ]
    touches = [touch("t1", lead_id="l", channel="visit"), touch("t2", lead_id="l", channel="outage")]
    given_ = business(leads=[lead("l")], touchpoints=touches)
    scores = PointsModel(engagement=rules).score(given_)
    for threshold in np.linspace(10.01, 16, 30).tolist():
        found = int(scores.first_crossing(threshold)[0].astype(np.int64))
        assert PointsModel(engagement=rules).score(given_, found).score[0] >= round(threshold * 2**20) * 2**-20
        assert found < START + 10 * DAY


def test_touches_at_one_instant_count_together() -> None:
    """20 and -15 at noon are 5 at noon: the 20 alone never stood."""
    rules = [TouchRule(points=20, channel="visit"), TouchRule(points=-15, channel="outage")]
    touches = [touch("t1", channel="visit"), touch("t2", channel="outage")]
    assert [None] == crossings(PointsModel(engagement=rules), 10, *touches)
    assert [0.0] == crossings(PointsModel(engagement=rules), 5, *touches)


def test_a_lead_cannot_cross_before_it_is_there() -> None:
    """The touches that made it count from its creation on."""
    recipe = PointsModel(engagement=[TouchRule(points=10)])
    assert [3.0] == crossings(recipe, 20, touch("t1", day=1), touch("t2", day=2), created_at=at(3))


def test_a_change_of_fit_crosses_too() -> None:
    """The account grew on day 20; a threshold that is there from the start is crossed at creation."""
    recipe = PointsModel(
        engagement=[TouchRule(points=10)], fit=[FitRule(points=15, segment=Segment.at_least("seats", 100))]
    )
    given_ = business(
        leads=[lead("l", created_at=at(1)), lead("m", None, created_at=at(1))],
        touchpoints=[touch("t", lead_id="l", day=2)],
        account_history={"account_id": ["a", "a"], "valid_from": [at(0), at(20)], "seats": [10, 200]},
    )
    scores = recipe.score(given_)
    assert [at(20)[:10], "NaT"] == [str(day)[:10] for day in scores.first_crossing(25)]
    assert [at(2)[:10], at(1)[:10]] == [str(day)[:10] for day in scores.first_crossing([10, 0])]


def test_the_total_cap_is_a_ceiling() -> None:
    """What the cap takes away crosses nothing."""
    recipe = PointsModel(engagement=[TouchRule(points=30)], cap=20)
    assert [[0.0], [None]] == [crossings(recipe, level, touch("t")) for level in (20, 20.5)]


@pytest.mark.parametrize("threshold", [None, "high", float("nan"), float("inf"), [1, 2]])
def test_thresholds_that_are_no_numbers_are_refused(threshold: Any) -> None:
    """One number for all leads, or one per lead."""
    with pytest.raises(InvalidValueError, match="first_crossing threshold must be"):
        crossings(PointsModel(), threshold)


def jumps(given_: World, row: dict[str, Any]) -> list[int]:
    """Return every instant at which a lead's score can jump, from its creation on."""
    own = [t["occurred_at"] for t in given_.touches if t["lead_id"] == row["lead_id"]]
    known = [h["valid_from"] for h in given_.history if h["account_id"] == row["account_id"]]
    return sorted(t for t in (*own, *known, row["created_at"]) if t >= row["created_at"])


@settings(max_examples=examples(12))
@given(seed=st.integers(0, 100_000), threshold=st.integers(1, 25))
def test_crossings_equal_a_dense_search_by_the_plain_reference(seed: int, threshold: int) -> None:
    """At no jump and at no instant of a grid before the crossing is the score at the threshold; there it is."""
    given_, recipe = world(seed, 4), model(seed)
    scores = recipe.score(given_.business)

    def plain(row: dict[str, Any], instant: int) -> float:
        return lead_scores.score(recipe, row, given_.touches, given_.history, contacts=given_.contacts, at=instant)[2]

    for name, found in zip(scores.lead_id, scores.first_crossing(threshold), strict=True):
        row = next(row for row in given_.leads if row["lead_id"] == name)
        grid = np.linspace(row["created_at"], END, 120).astype(np.int64).tolist()
        until = END + 1 if np.isnat(found) else int(found.astype(np.int64))
        earlier = [t for t in (*grid, *jumps(given_, row)) if t < until]
        assert not [t for t in earlier if plain(row, t) >= threshold + 1e-5]
        if not np.isnat(found):
            assert plain(row, until) >= threshold - 1e-5


def test_the_search_does_rise_between_touches() -> None:
    """The worlds above hold crossings that no touch makes: the oracle has something to find."""
    rises = 0
    for seed in range(30):
        given_ = world(seed, 4)
        scores = model(seed).score(given_.business)
        for name, found in zip(scores.lead_id, scores.first_crossing(10), strict=True):
            row = next(row for row in given_.leads if row["lead_id"] == name)
            rises += not np.isnat(found) and int(found.astype(np.int64)) not in jumps(given_, row)
    assert rises > 0


@settings(max_examples=examples(15))
@given(seed=st.integers(0, 100_000))
def test_a_lower_threshold_is_crossed_no_later(seed: int) -> None:
    """And the score at a crossing, asked for as of that instant, is at least the threshold."""
    given_, recipe = world(seed, 5), model(seed)
    scores = recipe.score(given_.business)
    low, high = scores.first_crossing(5), scores.first_crossing(9)
    assert not (np.isnat(low) & ~np.isnat(high)).any()
    both = ~np.isnat(high)
    assert (low[both] <= high[both]).all()
    for name, found in zip(scores.lead_id, high, strict=True):
        if not np.isnat(found):
            then = recipe.score(given_.business, int(found.astype(np.int64)))
            assert then.score[then.position_of(name)] >= 9


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores and crossings are the same to the bit however many events are worked on together."""
    given_, recipe = world(5, 40), model(2)
    whole = recipe.score(given_.business)
    crossed = whole.first_crossing(8)
    assert 5 < np.count_nonzero(~np.isnat(crossed)) < 40
    monkeypatch.setattr("servicelead.qualification.crossing._BLOCK", 9)
    monkeypatch.setattr("servicelead.qualification.scoring._BLOCK", 7)
    parts = recipe.score(given_.business)
    np.testing.assert_array_equal(whole.score, parts.score)
    np.testing.assert_array_equal(crossed, parts.first_crossing(8))
