"""What calling more accounts brings in, drawn: profit over the share of accounts called."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.curves import draw_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from servicelead.propensity import Choice, Evaluation

__all__ = ["ProfitDisplay"]


class ProfitDisplay:
    """Profit of calling the best accounts, over the share of accounts called, with a mark where it is highest.

    Make one with `from_evaluation` or `from_choice`. Realised profit where it is known what became of the accounts,
    expected profit where it is not.

    Parameters
    ----------
    curves
        What ``Evaluation.profit()`` or ``Choice.curve()`` returned, by name: at most six.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from servicelead.propensity import choose_accounts
    >>> choice = choose_accounts([0.9, 0.2, 0.5, 0.1], 100.0, cost=30)
    >>> ProfitDisplay.from_choice(choice).ax_.get_ylabel()
    'expected profit'
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, curves: Mapping[str, ResultTable]) -> None:
        self.curves = curves

    @classmethod
    def from_evaluation(cls, evaluation: "Evaluation", *, ax: "Axes | None" = None) -> Self:
        """Draw the profit that the model of an evaluation and its baselines would have brought in.

        Parameters
        ----------
        evaluation
            What ``servicelead.propensity.evaluate`` returned, of rows with a value.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        ProfitDisplay
            Already drawn.

        Raises
        ------
        UnknownNameError
            When rows have no value.
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(curves={model: evaluation.profit(model) for model in evaluation.models}).plot(ax)

    @classmethod
    def from_choice(cls, choice: "Choice", *, ax: "Axes | None" = None) -> Self:
        """Draw the profit of a choice of accounts.

        Parameters
        ----------
        choice
            What ``servicelead.propensity.choose_accounts`` returned.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        ProfitDisplay
            Already drawn.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(curves={"choice": choice.curve()}).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 4.5)
        is_known = all("realised_profit" in table for table in self.curves.values())
        profit = "realised_profit" if is_known else "expected_profit"
        for place, (name, table) in enumerate(self.curves.items()):
            share, height = 100.0 * table["called_share"], table[profit]
            draw_curve(ax, place, name, share, height)
            best = int(np.argmax(height))
            ax.plot(share[best], height[best], marker="o", color="black", markersize=5)
        ax.axhline(0.0, color="black", linewidth=0.8)
        ax.set_xlim(0, 100)
        ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.set_xlabel("accounts called, best first, %")
        ax.set_ylabel(profit.replace("_", " "))
        ax.set_title("What calling more accounts brings in")
        if len(self.curves) > 1:
            ax.legend(frameon=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
