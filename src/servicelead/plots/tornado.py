"""Which input matters most: a bar from the output at one end of its range to that at the other."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.calculators import Tornado
from servicelead.plots.axes import axes_for, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["TornadoDisplay"]

#: Okabe and Ito's blue and orange, told apart in every common colour-blindness.
_LOW, _HIGH = "#56b4e9", "#e69f00"


class TornadoDisplay:
    """A horizontal bar per input, the longest at the top, around the base case.

    Make one with `from_tornado`. Blue is the side of the input's low end, orange that of its high end; the ends stand
    beside the input's name.

    Parameters
    ----------
    tornado
        What ``servicelead.calculators.tornado`` returned.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from servicelead.calculators import LeadEconomics, tornado
    >>> base = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
    >>> display = TornadoDisplay.from_tornado(tornado(base, "revenue", {"close_rate": (0.2, 0.3), "n_leads": (12, 35)}))
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['n leads, 12 to 35', 'close rate, 0.2 to 0.3']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, tornado: Tornado) -> None:
        self.tornado = tornado

    @classmethod
    def from_tornado(cls, tornado: Tornado, *, ax: "Axes | None" = None) -> Self:
        """Draw a tornado.

        Parameters
        ----------
        tornado
            What ``servicelead.calculators.tornado`` returned.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        TornadoDisplay
            Already drawn.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(tornado=tornado).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        table, base = self.tornado.table, self.tornado.base
        rows = np.arange(len(table))
        ax = axes_for(self, ax, 1.4 + 0.4 * max(len(table), 1))
        for name, end, colour in (("low end", "at_low", _LOW), ("high end", "at_high", _HIGH)):
            ax.barh(rows, table[end] - base, left=base, color=colour, label=f"input at its {name}", alpha=0.9)
        labels = [f"{row['input'].replace('_', ' ')}, {row['low']:,.6g} to {row['high']:,.6g}" for row in table.rows()]
        ax.set_yticks(rows, labels, parse_math=False)
        ax.invert_yaxis()
        ax.axvline(base, color="black", linewidth=0.8)
        ax.xaxis.set_major_formatter("{x:,.0f}" if abs(base) >= 10 else "{x:g}")
        ax.locator_params(axis="x", nbins=6)
        output = self.tornado.output.replace("_", " ")
        ax.set_xlabel(f"{output} ({self.tornado.unit})", parse_math=False)
        ax.set_title(f"What moves {output} most", parse_math=False)
        ax.legend(frameon=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
