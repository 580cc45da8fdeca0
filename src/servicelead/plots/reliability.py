"""Whether probabilities mean what they say, drawn: what was promised beside what happened."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.plots.axes import axes_for, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from servicelead.propensity import Evaluation

__all__ = ["ReliabilityDisplay"]


class ReliabilityDisplay:
    """The share that expanded of each tenth of the rows by score, over its mean score, with intervals.

    Make one with `from_evaluation`. On the diagonal, of those given 30% three in ten expanded; below it the scores
    promise too much. Each point stands for the same number of rows, but for ties.

    Parameters
    ----------
    table
        What ``Evaluation.calibration()`` returned.
    title
        What the picture shows.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GroupKFold
    >>> from servicelead.propensity import evaluate
    >>> rng = np.random.default_rng(0)
    >>> seats = rng.normal(size=(300, 1))
    >>> expanded = rng.random(300) < 1 / (1 + np.exp(-seats[:, 0]))
    >>> found = evaluate(LogisticRegression(), seats, expanded, accounts=np.arange(300), cv=GroupKFold(5))
    >>> ReliabilityDisplay.from_evaluation(found).ax_.get_xlabel()
    'mean score, %'
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, table: ResultTable, title: str | None = None) -> None:
        self.table = table
        self.title = title

    @classmethod
    def from_evaluation(cls, evaluation: "Evaluation", model: str = "model", *, ax: "Axes | None" = None) -> Self:
        """Draw the calibration of one model of an evaluation.

        Parameters
        ----------
        evaluation
            What ``servicelead.propensity.evaluate`` returned.
        model
            One of its models: ``model`` or ``logistic``, say.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        ReliabilityDisplay
            Already drawn.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        MissingDependencyError
            When matplotlib is not installed.
        """
        error = evaluation.estimate("calibration_error_corrected", model).value or 0.0
        title = f"What the {model} promised, and what happened: {100 * max(error, 0.0):.1f} points off, beyond chance"
        return cls(table=evaluation.calibration(model), title=title).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 5.0)
        score, rate = 100.0 * self.table["score"], 100.0 * self.table["rate"]
        ends = np.clip(100.0 * np.stack([self.table["lower"], self.table["upper"]]), 0.0, 100.0)
        edge = min(1.06 * float(np.nanmax([score.max(), rate.max(), np.nanmax(ends, initial=0.0)])), 101.0)
        ax.plot([0, edge], [0, edge], color="#7f7f7f", linestyle="--", linewidth=1.0, label="as promised")
        ax.vlines(score, ends[0], ends[1], color="#56b4e9", linewidth=2.0)
        ax.plot(score, rate, color="#0072b2", marker="o", label="happened")
        ax.set_xlim(0, edge)
        ax.set_ylim(0, edge)
        ax.set_xlabel("mean score, %")
        ax.set_ylabel("expanded, %")
        ax.grid(color="#e5e5e5")
        ax.set_axisbelow(True)
        ax.set_title(self.title or "", parse_math=False)
        ax.legend(frameon=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
