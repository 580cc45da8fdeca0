"""How sure a result is: how often each value of an output came up."""

from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.calculators import MonteCarlo
from servicelead.exceptions import UnknownNameError
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.palette import NO_TEAM_COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MonteCarloDisplay"]

_BINS = 40


class MonteCarloDisplay:
    """A histogram of one output over the draws, with its median and central range.

    Make one with `from_monte_carlo`. Draws in which the output is undefined are left out.

    Parameters
    ----------
    result
        What ``servicelead.calculators.monte_carlo`` returned.
    output
        Which of its outputs.
    confidence
        Share of the draws in the range that is marked, strictly between 0 and 1.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from servicelead.calculators import LeadEconomics, Uniform, monte_carlo
    >>> base = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
    >>> result = monte_carlo(base, "revenue", {"n_leads": Uniform(low=12, high=35)}, seed=1, n=500)
    >>> MonteCarloDisplay.from_monte_carlo(result).ax_.get_xlabel()
    'revenue (money)'
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, result: MonteCarlo, output: str, confidence: float = 0.9) -> None:
        self.result = result
        self.output = output
        self.confidence = confidence

    @classmethod
    def from_monte_carlo(
        cls, result: MonteCarlo, output: str | None = None, *, confidence: float = 0.9, ax: "Axes | None" = None
    ) -> Self:
        """Draw one output of a Monte Carlo analysis.

        Parameters
        ----------
        result
            What ``servicelead.calculators.monte_carlo`` returned.
        output
            One of those watched; by default the first.
        confidence
            Share of the draws in the range that is marked, strictly between 0 and 1.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        MonteCarloDisplay
            Already drawn.

        Raises
        ------
        UnknownNameError
            The output was not watched.
        MissingDependencyError
            When matplotlib is not installed.
        """
        chosen = next(iter(result.outputs)) if output is None else output
        return cls(result=result, output=chosen, confidence=confidence).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        UnknownNameError
            The output was not watched.
        MissingDependencyError
            When matplotlib is not installed.
        """
        if self.output not in self.result.outputs:
            known = ", ".join(self.result.outputs)
            raise UnknownNameError(f"MonteCarloDisplay: output was not watched; those are {known}")
        row = self.result.summary(self.confidence).row(output=self.output)
        values = self.result.draws[self.output]
        ax = axes_for(self, ax, 4.0)
        ax.hist(values[np.isfinite(values)], bins=_BINS, color=NO_TEAM_COLOUR, alpha=0.6)
        if row["n"]:
            ax.axvline(row["median"], color="black", linewidth=1.4, label="median")
            ax.axvspan(
                row["lower"],
                row["upper"],
                color="#56b4e9",
                alpha=0.2,
                zorder=0,
                label=f"{100 * self.confidence:g}% of the draws",
            )
            ax.legend(frameon=False)
        ax.xaxis.set_major_formatter("{x:,.0f}" if np.nanmax(np.abs(values), initial=0.0) >= 10 else "{x:g}")
        ax.locator_params(axis="x", nbins=6)
        output = self.output.replace("_", " ")
        ax.set_xlabel(f"{output} ({self.result.outputs[self.output]})", parse_math=False)
        ax.set_ylabel("draws")
        ax.set_title(f"How {output} may turn out: {row['n']:,} draws")
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
