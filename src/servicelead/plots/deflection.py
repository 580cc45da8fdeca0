"""What overstating deflection looks like: the number as defined beside those that careless counting gives."""

import math
from typing import TYPE_CHECKING, Self

from servicelead.calculators import Deflection, overstated_deflection
from servicelead.columns.table import ResultTable
from servicelead.domain import Team
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.palette import NO_TEAM_COLOUR, TEAM_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DeflectionDisplay"]


class DeflectionDisplay:
    """Horizontal bars of deflected cases: as defined, in colour, and by each short cut, in grey.

    Make one with `from_deflection`. Beside each bar stands how many times the number as defined it claims.

    Parameters
    ----------
    table
        What ``overstated_deflection`` returns.
    title
        What the picture shows.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from servicelead.calculators import Deflection
    >>> deflection = Deflection(
    ...     n_events=10_000,
    ...     success_rate=0.48,
    ...     intent_given_success_rate=0.60,
    ...     no_further_action_given_intent_rate=0.80,
    ... )
    >>> display = DeflectionDisplay.from_deflection(deflection)
    >>> [label.get_text() for label in display.ax_.get_yticklabels()][:2]
    ['as defined', 'ignoring further action']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, table: ResultTable, title: str | None = None) -> None:
        self.table = table
        self.title = title

    @classmethod
    def from_deflection(cls, deflection: Deflection, *, ax: "Axes | None" = None) -> Self:
        """Draw what short cuts would make of a deflection.

        Parameters
        ----------
        deflection
            The calculator; that of tables is ``ObservedDeflection.deflection()``.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        DeflectionDisplay
            Already drawn.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(table=overstated_deflection(deflection), title="Deflected cases, by how they are counted").plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 1.2 + 0.4 * len(self.table))
        cases, times = self.table["deflected_cases"], self.table["times"].tolist()
        colours = [TEAM_COLOURS[Team.SERVICES], *[NO_TEAM_COLOUR] * (len(self.table) - 1)]
        bars = ax.barh(range(len(self.table)), cases, color=colours)
        ax.bar_label(bars, [_words(n, x) for n, x in zip(cases.tolist(), times, strict=True)], padding=4)
        ax.set_yticks(range(len(self.table)), self.table["reckoning"].tolist())
        ax.invert_yaxis()
        ax.margins(x=0.35)
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.set_xlabel("deflected cases")
        ax.set_title(self.title or "")
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self


def _words(cases: float, times: float) -> str:
    is_compared = not math.isnan(times) and times != 1.0
    return f"{cases:,.0f}  ({times:.2f} times)" if is_compared else f"{cases:,.0f}"
