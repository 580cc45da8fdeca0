"""What became of the customers of each period, drawn: the cohort triangle."""

from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.plots.axes import axes_for, figure_of
from servicelead.retention import MovementLedger, cohort_triangle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CohortDisplay"]

Measure = Literal["customer_retention_rate", "net_revenue_retention_ratio"]
_TITLES = {
    "customer_retention_rate": "Customers kept, by the period they came and their age",
    "net_revenue_retention_ratio": "Recurring revenue kept, by the period customers came and their age",
}
_NUMBERED = 24  # ages: more columns have no room for numbers


class CohortDisplay:
    """A table in colours: one row per cohort, one column per age; what is not yet observable is blank.

    Make one with `from_ledger`.

    Parameters
    ----------
    table
        What ``cohort_triangle`` returns.
    measure
        The column that is shown.
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
    ...         "account_id": ["a", "b", "a"], "occurred_at": ["2026-01-10", "2026-02-20", "2026-02-03"],
    ...         "movement": ["new", "new", "churn"], "amount": [100, 40, 100],
    ...     },
    ...     as_of=date(2026, 2, 28), currency="USD",
    ... )
    >>> display = CohortDisplay.from_ledger(ledger)
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['2026-01', '2026-02', 'all old enough']
    """

    ax_: "Axes"
    figure_: "Figure"

    def __init__(
        self, *, table: ResultTable, measure: Measure = "customer_retention_rate", title: str | None = None
    ) -> None:
        self.table = table
        self.measure = measure
        self.title = title

    @classmethod
    def from_ledger(
        cls, ledger: MovementLedger, measure: Measure = "customer_retention_rate", *, ax: "Axes | None" = None
    ) -> Self:
        """Draw the cohorts of a ledger.

        Parameters
        ----------
        ledger
            The movements; its grain is that of cohorts and ages.
        measure
            ``"customer_retention_rate"`` or ``"net_revenue_retention_ratio"``.
        ax
            Axes to draw on; new ones by default.

        Returns
        -------
        CohortDisplay
            Already drawn.

        Raises
        ------
        InvalidValueError
            For another measure.
        MissingDependencyError
            When matplotlib is not installed.
        """
        if measure not in _TITLES:
            raise InvalidValueError(f"CohortDisplay.from_ledger(measure=) must be one of {', '.join(_TITLES)}")
        return cls(table=cohort_triangle(ledger), measure=measure, title=_TITLES[measure]).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, or on a new figure.

        Raises
        ------
        MissingDependencyError
            When matplotlib is not installed.
        """
        n_ages = int(np.max(self.table["age"], initial=-1)) + 1
        values = self.table[self.measure].reshape(-1, max(n_ages, 1))
        ax = axes_for(self, ax, 1.6 + 0.3 * len(values))
        top = max(1.0, float(np.max(values, where=np.isfinite(values), initial=0.0)))
        if values.size:
            image = ax.imshow(values, cmap="cividis", aspect="auto", vmin=0.0, vmax=top)
            if n_ages > _NUMBERED:
                figure_of(ax).colorbar(image, ax=ax, format="{x:.0%}")
        for (row, age), value in np.ndenumerate(values if n_ages <= _NUMBERED else values[:, :0]):
            if np.isfinite(value):
                # Light cells bear dark figures.
                colour = "black" if value > 0.6 * top else "white"
                ax.text(age, row, f"{100 * value:.0f}", ha="center", va="center", color=colour, fontsize=8)
        names = ["all old enough" if name is None else str(name) for name in self.table["cohort"][:: max(n_ages, 1)]]
        ax.set_yticks(range(len(names)), names)
        from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - heavy, loaded on first use

        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("age in periods; figures in percent")
        ax.set_title(self.title or "")
        self.ax_ = ax
        self.figure_ = figure_of(ax)
        return self
