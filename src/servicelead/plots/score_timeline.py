"""The score of one lead over time: the line, its fit, the touches that lifted it, and the threshold."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.domain import Team
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.palette import TEAM_COLOURS
from servicelead.qualification import ScoreTimeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ScoreTimelineDisplay"]

#: A marker per team, so that teams are told apart without colour too.
_MARKERS = dict(zip(Team, "ovsDP", strict=True))


class ScoreTimelineDisplay:
    """One lead's score by time, its fit points shaded below, its touches by team, and the threshold.

    Make one with `from_timeline`. Touches before the lead was created are not drawn: it had no score
    then.

    Parameters
    ----------
    timeline
        What ``LeadScores.timeline`` returned.
    threshold
        Points from which on the lead is ready; None draws none.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> from servicelead.qualification import PointsModel, TouchRule
    >>> scores = PointsModel(engagement=[TouchRule(points=10)]).score(simulate_business(20, seed=1).business)
    >>> display = ScoreTimelineDisplay.from_timeline(scores.timeline(scores.lead_id[0]), threshold=15)
    >>> display.ax_.get_ylabel()
    'score, points'
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, timeline: ScoreTimeline, threshold: float | None = None) -> None:
        self.timeline = timeline
        self.threshold = threshold

    @classmethod
    def from_timeline(
        cls, timeline: ScoreTimeline, *, threshold: float | None = None, ax: "Axes | None" = None
    ) -> Self:
        """Draw the score of one lead.

        Parameters
        ----------
        timeline
            What ``LeadScores.timeline`` returned.
        threshold
            Points from which on the lead is ready; None draws none.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        ScoreTimelineDisplay
            Already drawn.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(timeline=timeline, threshold=threshold).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 4.0)
        line, touches = self.timeline.scores, self.timeline.touches
        if line["fit"].any():
            ax.fill_between(line["at"], line["fit"], color="#bdbdbd", alpha=0.5, linewidth=0, label="fit")
        ax.plot(line["at"], line["score"], color="#333333", linewidth=1.2, label="score")
        for team, marker in _MARKERS.items():
            mine = (touches["team"] == team) & ~np.isnan(touches["score"])
            if mine.any():
                ax.plot(
                    touches["at"][mine], touches["score"][mine], marker, color=TEAM_COLOURS[team], label=f"{team} touch"
                )
        if self.threshold is not None:
            ax.axhline(self.threshold, color="#333333", linestyle="--", linewidth=1, label="threshold")
        ax.set_ylabel("score, points")
        ax.set_xlabel("date (UTC)")
        ax.tick_params(axis="x", rotation=30)
        ax.grid(color="#e5e5e5")
        ax.set_axisbelow(True)
        ax.set_title(f"How the score of {self.timeline.lead_id} went", parse_math=False)
        ax.legend(frameon=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
