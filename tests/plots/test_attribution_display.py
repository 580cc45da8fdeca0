import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from servicelead import Journeys, attribute
from servicelead.attribution import Attribution, Linear
from servicelead.datasets import simulate_business
from servicelead.domain import Team
from servicelead.exceptions import MissingDependencyError, UnknownNameError
from servicelead.plots import AttributionDisplay
from servicelead.plots.palette import NO_TEAM_COLOUR, TEAM_COLOURS, leading_teams

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def attribution() -> Attribution:
    """Return credit in a simulated business."""
    journeys = Journeys.from_business(simulate_business(n_accounts=200, seed=0).business)
    return attribute(journeys, Linear())


def drawn_bars(display: AttributionDisplay) -> dict[str, tuple[float, str]]:
    """Return the length and colour of each bar, by its label."""
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    bars = [bar for group in display.ax_.containers for bar in getattr(group, "patches", ())]
    return {labels[round(bar.get_y() + 0.4)]: (bar.get_width(), to_hex(bar.get_facecolor())) for bar in bars}


def test_bars_are_the_totals_in_order(attribution: Attribution) -> None:
    """Each channel's bar is as long as its credited value, the largest at the top."""
    display = AttributionDisplay.from_attribution(attribution)
    table = attribution.by("channel")
    assert dict(zip(table["channel"], table["value"], strict=True)) == {
        label: length for label, (length, _) in drawn_bars(display).items()
    }
    assert table["channel"].tolist() == [label.get_text() for label in display.ax_.get_yticklabels()]
    bottom, top = display.ax_.get_ylim()
    assert bottom > top
    assert display.ax_.get_xlabel() == "credited value (USD)"
    assert display.figure_ is display.ax_.figure


def test_whiskers_are_the_intervals(attribution: Attribution) -> None:
    """Each whisker runs from the lower to the upper end of the interval."""
    display = AttributionDisplay.from_attribution(attribution, by="team", confidence=0.8)
    table = attribution.by("team", confidence=0.8)
    (whiskers,) = display.ax_.collections
    ends = [np.asarray(path.vertices)[:, 0] for path in whiskers.get_paths()]
    assert np.allclose(np.stack([table["value_lower"], table["value_upper"]], axis=1), ends, rtol=1e-12)


def test_colours_are_the_teams(attribution: Attribution) -> None:
    """A channel wears the colour of the team with most of its placements; a team its own."""
    by_team = drawn_bars(AttributionDisplay.from_attribution(attribution, by="team"))
    assert {str(team): TEAM_COLOURS[team] for team in (Team.SERVICES, Team.MARKETING, Team.SALES)} == {
        label: colour for label, (_, colour) in by_team.items()
    }
    by_channel = drawn_bars(AttributionDisplay.from_attribution(attribution))
    assert TEAM_COLOURS[Team.SERVICES] == by_channel["support_case"][1]
    assert TEAM_COLOURS[Team.SALES] == by_channel["call"][1]


def test_leading_teams_against_a_slow_reference(attribution: Attribution) -> None:
    """The team of a channel is the one with most placements, counted one by one."""
    journeys = attribution.journeys
    labels = journeys.vocabulary("channel").decode(journeys.codes("channel")).tolist()
    teams = journeys.vocabulary("team").decode(journeys.codes("team")).tolist()
    expected = {}
    for label in set(labels):
        mine = [team for channel, team in zip(labels, teams, strict=True) if channel == label]
        expected[label] = max(Team, key=mine.count)
    assert expected == leading_teams(journeys, "channel")


def test_dimensions_without_a_team_have_one_colour(attribution: Attribution) -> None:
    """Months belong to no team: one colour, no legend; they stand in their order."""
    display = AttributionDisplay.from_attribution(attribution, by="month")
    assert {NO_TEAM_COLOUR} == {colour for _, colour in drawn_bars(display).values()}
    assert sorted(attribution.by("month")["month"]) == [label.get_text() for label in display.ax_.get_yticklabels()]
    assert display.ax_.get_legend() is None


def test_paths_without_teams_or_accounts() -> None:
    """Aggregated paths are drawn too: no team, and a label of none."""
    paths = {"path": ["$call$ > <mail>"], "won": [1], "value": [3.0]}
    journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    display = AttributionDisplay.from_attribution(attribute(journeys, Linear()))
    assert {"$call$": 1.5, "<mail>": 1.5} == {label: length for label, (length, _) in drawn_bars(display).items()}
    assert display.ax_.get_xlabel() == "credited value"
    display.figure_.canvas.draw()  # "$call$" is a name, not a formula


def test_labels_without_a_team_are_grey() -> None:
    """Where only some labels have a team, the others are grey and say so."""
    journeys = Journeys.from_business(simulate_business(n_accounts=100, seed=0).business)
    table = attribute(journeys, Linear()).by("channel")
    display = AttributionDisplay(table=table, by="channel", teams={"call": Team.SALES}).plot()
    colours = {label: colour for label, (_, colour) in drawn_bars(display).items()}
    assert (TEAM_COLOURS[Team.SALES], NO_TEAM_COLOUR) == (colours["call"], colours["email"])
    legend = display.ax_.get_legend()
    assert legend is not None
    assert {"sales", "no team"} == {text.get_text() for text in legend.get_texts()}


def test_draws_on_given_axes_again_and_again(attribution: Attribution) -> None:
    """`plot` draws where it is told, and a display can be drawn twice."""
    _, axes = plt.subplots(1, 2)
    display = AttributionDisplay.from_attribution(attribution, ax=axes[0])
    assert display.ax_ is axes[0]
    assert display.plot(axes[1]).ax_ is axes[1]


def test_nothing_to_draw(attribution: Attribution) -> None:
    """An attribution of no journeys gives an empty picture."""
    nobody = attribution.journeys.of_accounts(np.zeros(200, dtype=bool))
    display = AttributionDisplay.from_attribution(attribute(nobody, Linear()))
    assert drawn_bars(display) == {}


def test_only_the_largest_are_drawn(attribution: Attribution) -> None:
    """Of a thousand labels a picture shows as many as can be read."""
    display = AttributionDisplay.from_attribution(attribution, by="account", most=7)
    assert attribution.by("account")["account"][:7].tolist() == [
        label.get_text() for label in display.ax_.get_yticklabels()
    ]


def test_unknown_dimension(attribution: Attribution) -> None:
    """A misspelt dimension is the library's own error."""
    with pytest.raises(UnknownNameError):
        AttributionDisplay.from_attribution(attribution, by="chanel")


def test_missing_matplotlib_names_the_remedy(attribution: Attribution, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r"servicelead\[plot\]"):
        AttributionDisplay.from_attribution(attribution)
