"""How wrong models of attribution are where the truth is known, drawn: one row per model, one column per scenario."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.plots.axes import axes_for, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["AttributionErrorDisplay"]


class AttributionErrorDisplay:
    """A table in colours: the mean of one figure over the seeds, by strategy and scenario; undefined cells are blank.

    Make one with `from_summary`.

    Parameters
    ----------
    table
        What ``AttributionTruth.summary`` returns: ``scenario``, ``strategy`` and ``mean``, one row of each pair.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from servicelead.attribution import LastTouch, Linear
    >>> from servicelead.studies import attribution_truth
    >>> study = attribution_truth([LastTouch(), Linear()], scenarios="default", seeds=[0, 1], n_accounts=60)
    >>> display = AttributionErrorDisplay.from_summary(study.summary("allocation_error"))
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['last_touch', 'linear']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, table: ResultTable) -> None:
        self.table = table

    @classmethod
    def from_summary(cls, table: ResultTable, *, ax: "Axes | None" = None) -> Self:
        """Draw one figure of a study.

        Parameters
        ----------
        table
            What ``AttributionTruth.summary`` returned.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        AttributionErrorDisplay
            Already drawn.

        Raises
        ------
        UnknownNameError
            For a table without those columns.
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(table=table).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        UnknownNameError
            For a table without the columns it needs.
        MissingDependencyError
            When matplotlib is not installed.
        """
        strategies, scenarios = (list(dict.fromkeys(self.table[name].tolist())) for name in ("strategy", "scenario"))
        values = np.full((len(strategies), len(scenarios)), np.nan)
        for row in self.table.rows():
            values[strategies.index(row["strategy"]), scenarios.index(row["scenario"])] = row["mean"]
        ax = axes_for(self, ax, 2.6 + 0.3 * len(strategies))
        known = np.isfinite(values)
        low, high = (float(bound(values, where=known, initial=0.0)) for bound in (np.min, np.max))
        ax.imshow(values, cmap="cividis", aspect="auto", vmin=low, vmax=high)
        for (row, column), value in np.ndenumerate(values):
            if known[row, column]:
                # Light cells bear dark figures.
                colour = "black" if value - low > 0.6 * (high - low) else "white"
                ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour, fontsize=8)
        # A name is text, never a formula: matplotlib would typeset what stands between two dollar signs.
        ax.set_yticks(range(len(strategies)), strategies, parse_math=False)
        ax.set_xticks(range(len(scenarios)), scenarios, rotation=40, ha="right", parse_math=False)
        ax.set_title(f"{(self.table.title or 'figure').capitalize()}: means over seeds")
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
