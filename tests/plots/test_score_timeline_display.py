from collections.abc import Iterator
from datetime import timedelta

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from servicelead import Segment
from servicelead.plots import ScoreTimelineDisplay
from servicelead.qualification import FitRule, PointsModel, ScoreTimeline, TouchRule
from tables.samples import at, business, lead, touch

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def timeline(*, fit: bool = False) -> ScoreTimeline:
    """Return the timeline of a lead with a touch before it, one by services and one by sales."""
    given_ = business(
        accounts=[{"account_id": "a", "seats": 10}],
        leads=[lead("$l$", created_at=at(3))],
        touchpoints=[
            touch("t0", lead_id="$l$", day=1, team="marketing"),
            touch("t1", lead_id="$l$", day=5),
            touch("t2", lead_id="$l$", day=9, team="sales"),
        ],
    )
    rules = [FitRule(points=5, segment=Segment.at_least("seats", 1))] if fit else []
    recipe = PointsModel(engagement=[TouchRule(points=10, half_life=timedelta(days=7))], fit=rules)
    return recipe.score(given_).timeline("$l$", n_instants=20)


def test_the_score_its_touches_and_the_threshold_are_drawn() -> None:
    """A line, a marker per team that touched the lead while it was there, a level line, and a name that is text."""
    ax = ScoreTimelineDisplay.from_timeline(timeline(), threshold=15).ax_
    legend = ax.get_legend()
    assert legend is not None
    assert ["score", "sales touch", "services touch", "threshold"] == [t.get_text() for t in legend.get_texts()]
    assert 3 == len({line.get_marker() for line in ax.get_lines()})
    assert "How the score of $l$ went" == ax.get_title()
    assert not ax.title.get_parse_math()


def test_fit_is_a_shade_of_its_own() -> None:
    """And without a threshold none is drawn."""
    ax = ScoreTimelineDisplay.from_timeline(timeline(fit=True)).ax_
    assert 1 == len(ax.collections)
    legend = ax.get_legend()
    assert legend is not None
    assert "threshold" not in [text.get_text() for text in legend.get_texts()]


def test_it_draws_on_axes_that_are_given() -> None:
    """And makes no figure of its own."""
    figure, ax = plt.subplots()
    display = ScoreTimelineDisplay(timeline=timeline()).plot(ax)
    assert (ax, figure) == (display.ax_, display.figure_)
