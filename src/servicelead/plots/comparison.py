"""What several models give each label, drawn: one row per label, one mark per model."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.attribution import Comparison
from servicelead.columns.table import ResultTable
from servicelead.plots.axes import axes_for, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ComparisonDisplay"]

#: Okabe and Ito's colours, and a shape each, so that models are told apart without colour too.
_MARKS = (
    ("#0072b2", "o"),
    ("#d55e00", "s"),
    ("#009e73", "^"),
    ("#cc79a7", "D"),
    ("#56b4e9", "v"),
    ("#e69f00", "P"),
    ("#000000", "X"),
    ("#7f7f7f", "*"),
)


class ComparisonDisplay:
    """Each label's share of credit by every model, as marks on one line from the smallest to the largest.

    Make one with `from_comparison`. A short line means that the answer does not hang on the model.

    Parameters
    ----------
    table
        What ``Comparison.by(by)`` returns.
    by
        The dimension, a column of `table`.
    models
        The names of the models, columns of `table`.
    of
        What is shared out.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> import servicelead as sl
    >>> from servicelead.attribution import FirstTouch, Linear
    >>> journeys = sl.Journeys.from_paths(
    ...     {"path": ["call > email", "email"], "won": [2, 1], "value": [80.0, 20.0]},
    ...     path="path", conversions="won", value="value",
    ... )
    >>> display = ComparisonDisplay.from_comparison(sl.attribution.compare(journeys, [FirstTouch(), Linear()]))
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['first_touch', 'linear']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, table: ResultTable, by: str, models: tuple[str, ...], of: str = "value") -> None:
        self.table = table
        self.by = by
        self.models = models
        self.of = of

    @classmethod
    def from_comparison(
        cls, comparison: Comparison, by: str = "channel", *, of: str = "value", most: int = 30, ax: "Axes | None" = None
    ) -> Self:
        """Draw a comparison by one dimension.

        Parameters
        ----------
        comparison
            What ``servicelead.attribution.compare`` returned.
        by
            A dimension of ``Attribution.by``.
        of
            What is shared out: ``value`` or ``conversions``.
        most
            Draw only this many labels, those with the largest mean share.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        ComparisonDisplay
            Already drawn.

        Raises
        ------
        UnknownNameError
            For an unknown dimension.
        MissingDependencyError
            When matplotlib is not installed.
        """
        table = comparison.by(by, of=of).head(most)
        return cls(table=table, by=by, models=comparison.models, of=of).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        rows = np.arange(len(self.table))
        ax = axes_for(self, ax, 1.8 + 0.35 * max(len(rows), 1))
        shares = 100.0 * np.stack([self.table[name] for name in self.models])
        ax.hlines(rows, shares.min(axis=0), shares.max(axis=0), color="#bbbbbb", linewidth=2.0, zorder=1)
        for place, name in enumerate(self.models):
            colour, shape = _MARKS[place % len(_MARKS)]
            ax.scatter(shares[place], rows, color=colour, marker=shape, s=42, label=_plain(name), zorder=2, alpha=0.85)
        labels = self.table[self.by].tolist()
        # A label is text, never a formula: matplotlib would typeset what stands between two dollar signs.
        ax.set_yticks(rows, ["no name" if label is None else label for label in labels], parse_math=False)
        ax.invert_yaxis()
        ax.grid(axis="x", color="#e5e5e5")
        ax.set_axisbelow(True)
        ax.set_xlabel(f"share of credited {self.of}, %")
        ax.set_title(f"What each model credits, by {self.by.replace('_', ' ')}")
        ax.legend(frameon=False, ncols=min(len(self.models), 4), loc="upper left", bbox_to_anchor=(0, -0.12))
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self


def _plain(name: str) -> str:
    """Return a name that a legend shows as it is: no formulas, and no leading underscore, which would hide it."""
    return name.replace("$", r"\$").lstrip("_") or name
