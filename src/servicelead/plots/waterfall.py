"""How what recurred at the start became what recurs at the end, drawn: the waterfall of movements."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.domain import Team
from servicelead.exceptions import UnknownNameError
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.palette import NO_TEAM_COLOUR, TEAM_COLOURS
from servicelead.retention import MovementLedger

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["WaterfallDisplay"]

_STEPS = (("new", 1), ("expansion", 1), ("reactivation", 1), ("contraction", -1), ("churn", -1))
_GAIN, _LOSS = TEAM_COLOURS[Team.SERVICES], TEAM_COLOURS[Team.MARKETING]


class WaterfallDisplay:
    """Bars from opening to closing, each movement beginning where the one before it ended.

    Make one with `from_ledger`. Each bar bears its amount, so that no colour need be told apart.

    Parameters
    ----------
    table
        Rows of ``MovementLedger.statement()``, one per period, in a row.
    title
        What the picture shows.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from datetime import date
    >>> ledger = MovementLedger.from_movements(
    ...     {
    ...         "account_id": ["a", "b", "a"], "occurred_at": ["2026-01-10", "2026-01-20", "2026-02-03"],
    ...         "movement": ["new", "new", "churn"], "amount": [100, 40, 100],
    ...     },
    ...     as_of=date(2026, 2, 28), currency="USD",
    ... )
    >>> display = WaterfallDisplay.from_ledger(ledger)
    >>> [label.get_text() for label in display.ax_.get_xticklabels()]
    ['opening', 'new', 'expansion', 'reactivation', 'contraction', 'churn', 'closing']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, table: ResultTable, title: str | None = None) -> None:
        self.table = table
        self.title = title

    @classmethod
    def from_ledger(
        cls, ledger: MovementLedger, start: str | None = None, end: str | None = None, *, ax: "Axes | None" = None
    ) -> Self:
        """Draw the movements of the periods from one to another, by default of the last one.

        Parameters
        ----------
        ledger
            The movements.
        start, end
            Labels of the first and last period whose movements are shown; the last period by default.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        WaterfallDisplay
            Already drawn, in major units a year.

        Raises
        ------
        UnknownNameError
            When it is no period of the ledger, or the ledger has none.
        MissingDependencyError
            When matplotlib is not installed.
        """
        if not len(ledger.periods):
            raise UnknownNameError("WaterfallDisplay: the ledger has no period; nothing recurs before as_of")
        last = ledger.periods.position(ledger.periods.labels[-1] if end is None else end)
        first = last if start is None else ledger.periods.position(start)
        labels = ledger.periods.labels
        span = labels[last] if first == last else f"{labels[first]} to {labels[last]}"
        table = ledger.statement().take(slice(first, last + 1))
        return cls(table=table, title=f"Recurring revenue, {span} ({ledger.currency} a year)").plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 4.0)
        sizes = [sign * float(np.sum(self.table[name])) for name, sign in _STEPS]
        opening = float(self.table["opening"][0])
        ends = opening + np.cumsum(sizes)
        names = ["opening", *(name for name, _ in _STEPS), "closing"]
        heights = [opening, *np.abs(sizes).tolist(), float(ends[-1])]
        bottoms = [0.0, *np.minimum(ends, ends - sizes).tolist(), 0.0]
        colours = [NO_TEAM_COLOUR, *(_GAIN if sign > 0 else _LOSS for _, sign in _STEPS), NO_TEAM_COLOUR]
        bars = ax.bar(names, heights, bottom=bottoms, color=colours)
        signs = ["", *("+" if sign > 0 else "-" for _, sign in _STEPS), ""]
        ax.bar_label(bars, [f"{sign}{height:,.0f}" for sign, height in zip(signs, heights, strict=True)], padding=2)
        ax.margins(y=0.12)
        ax.set_ylim(bottom=min(0.0, *bottoms))
        ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.set_title(self.title or "")
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
