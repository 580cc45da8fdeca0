from datetime import timedelta

import numpy as np
import pytest

from qualification.lead_worlds import model, world
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.qualification import PointsModel, TouchRule
from servicelead.qualification.events import Events
from tables.samples import at, business, lead, touch


def test_the_line_goes_through_both_sides_of_every_jump() -> None:
    """From the creation on day 1 to the end, up by 10 on day 8, with what came before already faded by half."""
    given_ = business(
        leads=[lead("l", created_at=at(7))],
        touchpoints=[touch("t2", lead_id="l", day=14, team="sales"), touch("t1", lead_id="l", day=0)],
    )
    recipe = PointsModel(engagement=[TouchRule(points=10, half_life=timedelta(days=7))])
    timeline = recipe.score(given_).timeline("l", n_instants=5)
    scores = timeline.scores
    assert (5.0, at(7)[:10]) == (scores["score"][0], str(scores["at"][0])[:10])
    jump = np.flatnonzero(scores["at"] == np.datetime64(at(14)[:10], "us"))[0]
    assert [2.5, 12.5] == scores["score"][jump - 1 : jump + 1].round(3).tolist()
    assert np.datetime64(given_.as_of, "us") == scores["at"][-1]
    assert [("services", "call"), ("sales", "call")] == list(
        zip(timeline.touches["team"], timeline.touches["channel"], strict=True)
    )
    assert np.isnan(timeline.touches["score"][0])
    assert 12.5 == timeline.touches["score"][1]


def test_every_instant_equals_the_score_at_it() -> None:
    """The line is what the model says when asked as of each instant."""
    given_, recipe = world(3, 3), model(3)
    scores = recipe.score(given_.business)
    name = scores.lead_id[1]
    for row in scores.timeline(name, n_instants=6).scores.rows():
        then = recipe.score(given_.business, row["at"])
        position = then.position_of(name)
        assert (row["engagement"], row["fit"], row["score"]) == (
            then.engagement[position],
            then.fit[position],
            then.score[position],
        )


def test_one_line_costs_nothing_for_the_other_leads() -> None:
    """The events of one lead are those among the events of all, wherever the lead stands."""
    given_, recipe = world(5, 9), model(5)
    scoring = recipe.score(given_.business).scoring
    touches = given_.business.touches
    for position in range(9):
        code = given_.business.leads.lead_id[scoring.leads[position]]
        one = Events.of_one(scoring, position, np.flatnonzero(touches.lead_id == code))
        expected = Events.of(scoring).part(position, position + 1)
        assert expected.first == one.first
        for name in ("created", "lead", "at", "rule", "points", "offsets"):
            np.testing.assert_array_equal(getattr(expected, name), getattr(one, name))


def test_what_cannot_be_drawn_is_refused() -> None:
    """An unknown lead, and fewer than two instants."""
    scores = PointsModel().score(business(leads=[lead("l")]))
    with pytest.raises(UnknownNameError, match="no such lead"):
        scores.timeline("m")
    with pytest.raises(InvalidValueError, match="n_instants"):
        scores.timeline("l", n_instants=1)
