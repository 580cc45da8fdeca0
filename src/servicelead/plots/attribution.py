"""Who was credited with what, drawn: bars of credited value with their intervals, in the team's colour."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.attribution import Attribution
from servicelead.columns.table import ResultTable
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.palette import NO_TEAM_COLOUR, TEAM_COLOURS, leading_teams
from servicelead.uncertainty import DEFAULT_CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from servicelead.domain import Team

__all__ = ["AttributionDisplay"]


class AttributionDisplay:
    """Horizontal bars of credited value, largest first (months in their order), with their intervals.

    Make one with `from_attribution`. Bars of channels, groups and campaigns wear the colour of the team with most of
    their placements; other dimensions are grey. Where there is no interval (fewer than two accounts) there is
    no whisker.

    Parameters
    ----------
    table
        What ``Attribution.by(by)`` returns.
    by
        The dimension, a column of `table`.
    teams
        The team of each label; labels without one are grey.
    unit
        What the value is counted in, e.g. a currency; None for a plain measure.
    title
        What the picture shows.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> import servicelead as sl
    >>> journeys = sl.Journeys.from_paths(
    ...     {"path": ["call > email", "email"], "won": [2, 1], "value": [80.0, 20.0]},
    ...     path="path", conversions="won", value="value",
    ... )
    >>> display = AttributionDisplay.from_attribution(sl.attribute(journeys, sl.attribution.Linear()))
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['email', 'call']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(
        self,
        *,
        table: ResultTable,
        by: str,
        teams: "Mapping[str | None, Team] | None" = None,
        unit: str | None = None,
        title: str | None = None,
    ) -> None:
        self.table = table
        self.by = by
        self.teams = teams or {}
        self.unit = unit
        self.title = title

    @classmethod
    def from_attribution(
        cls,
        attribution: Attribution,
        by: str = "channel",
        *,
        most: int = 30,
        confidence: float = DEFAULT_CONFIDENCE,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw an attribution's totals by one dimension.

        Parameters
        ----------
        attribution
            What ``servicelead.attribute`` returned.
        by
            A dimension of ``Attribution.by``.
        most
            Draw only this many labels, the largest.
        confidence
            Of the intervals, between 0 and 1.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        AttributionDisplay
            Already drawn.

        Raises
        ------
        UnknownNameError
            For an unknown dimension.
        MissingDependencyError
            When matplotlib is not installed.
        """
        table = attribution.by(by, confidence=confidence).head(most)
        display = cls(
            table=table.take(np.argsort(table[by])) if by.endswith("month") else table,
            by=by,
            teams=leading_teams(attribution.journeys, by),
            unit=attribution.journeys.currency,
            title=f"Credited value by {by.replace('_', ' ')}: {type(attribution.strategy).__name__}",
        )
        return display.plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 1.2 + 0.35 * max(len(self.table), 1))
        labels = self.table[self.by].tolist()
        value = self.table["value"]
        reach = np.stack([value - self.table["value_lower"], self.table["value_upper"] - value])
        owners = [self.teams.get(label) for label in labels]
        for team in dict.fromkeys(owners):
            mine = np.flatnonzero([owner == team for owner in owners])
            ax.barh(mine, value[mine], color=TEAM_COLOURS[team] if team else NO_TEAM_COLOUR, label=team or "no team")
        drawn = np.flatnonzero(np.isfinite(reach).all(axis=0))
        ax.errorbar(value[drawn], drawn, xerr=reach[:, drawn], fmt="none", ecolor="black", elinewidth=1.2, capsize=3)
        # A label is text, never a formula: matplotlib would typeset what stands between two dollar signs.
        ax.set_yticks(range(len(labels)), ["no name" if label is None else label for label in labels], parse_math=False)
        ax.invert_yaxis()
        ax.axvline(0.0, color="black", linewidth=0.8)
        ax.xaxis.set_major_formatter("{x:,.0f}" if np.abs(value).max(initial=0.0) >= 10 else "{x:g}")
        ax.locator_params(axis="x", nbins=6)
        ax.set_xlabel(f"credited value ({self.unit})" if self.unit else "credited value")
        ax.set_title(self.title or "", parse_math=False)
        if self.teams and self.by != "team" and labels:
            ax.legend(title="team", frameon=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
