"""How far leads get, drawn: a bar per stage with its interval, and the step from the stage before in words."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.domain import Segmentation, Team
from servicelead.exceptions import InvalidValueError
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.palette import NO_TEAM_COLOUR, TEAM_COLOURS
from servicelead.refinery import Funnel
from servicelead.refinery.lengths import length_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["FunnelDisplay"]

_COLOURS = (*TEAM_COLOURS.values(), "#e69f00")
#: Bars are told apart without colour too.
_HATCHES = ("", "//", "..", "xx", "--", "++")


class FunnelDisplay:
    """Bars of the share of leads that got as far as each stage, with intervals, one bar per group.

    Make one with `from_funnel`. Only leads old enough are drawn. Of a single group every stage bears its number of
    leads, and under its name the rate of those in the stage before that are old enough in it; a few leads lie between
    the two, so neighbouring bars do not divide to exactly that.

    Parameters
    ----------
    reached
        ``Funnel.cumulative()``, of at most six groups.
    steps
        ``Funnel.steps()`` of the same groups.
    by
        What the groups are told apart by; None for all leads together.
    title
        What the picture shows.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=300, seed=1).business
    >>> display = FunnelDisplay.from_funnel(Funnel.from_business(business, maturity=timedelta(days=60)))
    >>> display.ax_.get_xlabel()
    'of the leads, %'
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(
        self, *, reached: ResultTable, steps: ResultTable, by: str | None = None, title: str | None = None
    ) -> None:
        self.reached = reached
        self.steps = steps
        self.by = by
        self.title = title

    @classmethod
    def from_funnel(
        cls,
        funnel: Funnel,
        by: str | None = None,
        *,
        segmentation: Segmentation | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw how far leads get.

        Parameters
        ----------
        funnel
            The leads.
        by, segmentation
            As for ``Funnel.cumulative``; at most six groups.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        FunnelDisplay
            Already drawn.

        Raises
        ------
        UnknownNameError, InvalidValueError
            For another dimension, segments without a segmentation, or more than six groups.
        MissingDependencyError
            When matplotlib is not installed.
        """
        title = f"How far leads get that had {length_of(funnel.maturity)} or more"
        reached = funnel.cumulative(by, segmentation=segmentation)
        steps = funnel.steps(by, segmentation=segmentation)
        return cls(reached=reached, steps=steps, by=by, title=title).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        InvalidValueError
            For more than six groups.
        MissingDependencyError
            When matplotlib is not installed.
        """
        labels = [None] if self.by is None else list(dict.fromkeys(self.reached[self.by].tolist()))
        if len(labels) > len(_HATCHES):
            raise InvalidValueError(
                f"FunnelDisplay draws at most {len(_HATCHES)} groups; got {len(labels)}; tell fewer apart"
            )
        stages = list(dict.fromkeys(self.reached["stage"].tolist()))
        ax = axes_for(self, ax, 1.2 + max(0.6, 0.25 * len(labels)) * len(stages))
        height = 0.8 / max(len(labels), 1)
        for group, label in enumerate(labels):
            rows = slice(group * len(stages), (group + 1) * len(stages))
            share, lower, upper = (
                100.0 * np.nan_to_num(self.reached[f"reach_rate{end}"][rows]) for end in ("", "_lower", "_upper")
            )
            places = np.arange(len(stages)) + height * (group - (len(labels) - 1) / 2)
            ax.barh(
                places,
                share,
                height,
                xerr=np.maximum([share - lower, upper - share], 0.0),
                color=_colour(self.by, label, group),
                hatch=_HATCHES[group],
                edgecolor="white",
                ecolor="#404040",
                label=_words(label),
            )
            if len(labels) == 1:
                n_mature, n_there = (self.reached[name][rows].tolist() for name in ("n_mature", "n_reached"))
                for place, (n, k) in enumerate(zip(n_mature, n_there, strict=True)):
                    text = f"{k:,} of {n:,}" if n else "none old enough yet"
                    ax.annotate(text, (float(upper[place]), place), (6, 0), textcoords="offset points", va="center")
        ax.set_yticks(np.arange(len(stages)), [self._name(stage, len(labels)) for stage in stages], parse_math=False)
        ax.invert_yaxis()
        ax.set_xlim(0, 118 if len(labels) == 1 else 105)
        ax.set_xticks([0, 20, 40, 60, 80, 100])
        ax.set_xlabel("of the leads, %")
        ax.grid(axis="x", color="#e5e5e5")
        ax.set_axisbelow(True)
        ax.set_title(self.title or "")
        if len(labels) > 1:
            ax.legend(frameon=False, loc="lower right")
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self

    def _name(self, stage: str, n_groups: int) -> str:
        """Return the stage and, of a single group, the rate of the step to it."""
        place = self.steps["to_stage"].tolist()
        if n_groups != 1 or stage not in place:
            return stage
        rate = float(self.steps["advance_rate"][place.index(stage)])
        return stage if np.isnan(rate) else f"{stage}\n{rate:.0%} of {self.steps['from_stage'][place.index(stage)]}"


def _colour(by: str | None, label: str | None, group: int) -> str:
    if by is None:
        return TEAM_COLOURS[Team.SERVICES]
    if by == "team" and label is not None:
        return TEAM_COLOURS.get(Team(label), NO_TEAM_COLOUR)
    return NO_TEAM_COLOUR if label is None else _COLOURS[group]


def _words(label: str | None) -> str:
    return "(none)" if label is None else label.replace("$", r"\$")
