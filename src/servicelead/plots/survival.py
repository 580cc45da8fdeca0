"""What share survives each age, drawn: a falling staircase with its band, one per curve."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import numpy as np

from servicelead.exceptions import InvalidValueError
from servicelead.plots.axes import axes_for, figure_of
from servicelead.plots.curves import STYLES
from servicelead.survival import SurvivalCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SurvivalDisplay"]


class SurvivalDisplay:
    """Steps of survival by age from 1 at 0 to the longest observed, with the band of their intervals.

    Make one with `from_curves`. The band begins at the first event, and ends where nothing is left.

    Parameters
    ----------
    curves
        What ``servicelead.retention.kaplan_meier`` returned, by name: at most six, of one unit of time.

    Attributes
    ----------
    ax_, figure_
        Where it was drawn, after `plot`.

    Examples
    --------
    >>> from servicelead.retention import Lifetimes, kaplan_meier
    >>> lifetimes = Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0], unit="months")
    >>> display = SurvivalDisplay.from_curves({"customers": kaplan_meier(lifetimes)})
    >>> display.ax_.get_xlabel()
    'age (months)'
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(self, *, curves: Mapping[str, SurvivalCurve]) -> None:
        self.curves = curves

    @classmethod
    def from_curves(cls, curves: SurvivalCurve | Mapping[str, SurvivalCurve], *, ax: "Axes | None" = None) -> Self:
        """Draw one survival curve, or several by name.

        Parameters
        ----------
        curves
            What ``servicelead.retention.kaplan_meier`` returned.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        SurvivalDisplay
            Already drawn.

        Raises
        ------
        InvalidValueError
            For no curve, more than six, or curves of several units of time.
        MissingDependencyError
            When matplotlib is not installed.
        """
        return cls(curves={"": curves} if isinstance(curves, SurvivalCurve) else curves).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        InvalidValueError
            For no curve, more than six, or curves of several units of time.
        MissingDependencyError
            When matplotlib is not installed.
        """
        units = {curve.unit for curve in self.curves.values()}
        if len(units) != 1 or len(self.curves) > len(STYLES):
            raise InvalidValueError(
                f"SurvivalDisplay.curves must be one to {len(STYLES)} curves of one unit of time; got "
                f"{len(self.curves)} curves of {len(units)} units; draw fewer at a time"
            )
        ax = axes_for(self, ax, 4.5)
        for (name, curve), (colour, pattern) in zip(self.curves.items(), STYLES, strict=False):
            ages = np.concatenate([np.zeros(1), curve.times, [curve.observed_until]])
            shares = 100.0 * np.concatenate(
                [np.ones(1), curve.survival, curve.survival[-1:] if len(curve.times) else [1]]
            )
            lower, upper = (100.0 * np.append(bound, bound[-1:]) for bound in curve.bounds)
            ax.fill_between(ages[1 : len(lower) + 1], lower, upper, step="post", color=colour, alpha=0.18, linewidth=0)
            ax.step(ages, shares, where="post", color=colour, linestyle=pattern, label=name.replace("$", r"\$"))
        ax.set_ylim(0, 102)
        ax.set_xlim(left=0)
        ax.set_xlabel(f"age ({units.pop()})", parse_math=False)
        ax.set_ylabel("still there, %")
        ax.grid(color="#e5e5e5")
        ax.set_axisbelow(True)
        ax.set_title("What share survives each age")
        if len(self.curves) > 1:
            ax.legend(frameon=False)
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
