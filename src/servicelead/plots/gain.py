"""How many of those who will expand are among the best of a ranking, drawn: the gain curve."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from servicelead.columns.table import ResultTable
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.curves import draw_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from servicelead.propensity import Evaluation

__all__ = ["GainDisplay"]


class GainDisplay:
    """The share of expansions captured by calling the best accounts, over the share of accounts called.

    Make one with `from_evaluation`. The prior, which ranks nobody, is the diagonal.

    Parameters
    ----------
    curves
        What ``Evaluation.gain()`` returned, by the name of the model: at most six.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GroupKFold
    >>> from servicelead.propensity import evaluate
    >>> rng = np.random.default_rng(0)
    >>> seats = rng.normal(size=(300, 1))
    >>> expanded = rng.random(300) < 1 / (1 + np.exp(-seats[:, 0]))
    >>> found = evaluate(LogisticRegression(), seats, expanded, accounts=np.arange(300), cv=GroupKFold(5))
    >>> [text.get_text() for text in GainDisplay.from_evaluation(found).ax_.get_legend().get_texts()]
    ['model', 'logistic', 'prior']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, curves: Mapping[str, ResultTable]) -> None:
        self.curves = curves

    @classmethod
    def from_evaluation(cls, evaluation: "Evaluation", *, ax: "Axes | None" = None) -> Self:
        """Draw the model of an evaluation and its baselines.

        Parameters
        ----------
        evaluation
            What ``servicelead.propensity.evaluate`` returned.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        GainDisplay
            Already drawn.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(curves={model: evaluation.gain(model) for model in evaluation.models}).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        ax = axes_for(self, ax, 4.5)
        for place, (name, table) in enumerate(self.curves.items()):
            draw_curve(ax, place, name, 100.0 * table["share"], 100.0 * table["capture"])
        ax.set_xlim(0, 100)
        ax.set_ylim(0, 102)
        ax.set_xlabel("accounts called, best first, %")
        ax.set_ylabel("expansions among them, %")
        ax.set_title("How many expansions the best accounts hold")
        ax.legend(frameon=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
