"""The five figures a manager asks for first."""

import numpy as np
from attrs import frozen

from servicelead._typing import Array, FloatArray
from servicelead.attribution import Attribution, Strategy, attribute, influenced, sourced
from servicelead.cli import console
from servicelead.cli.figures import ABSENT, amount, amounts, count, exact_value, intervals, labels, percents, row_count
from servicelead.columns.table import ResultTable
from servicelead.reference_points import reference_point
from servicelead.refinery import touch_ratio
from servicelead.tables import Business, Journeys, JourneyWindow
from servicelead.uncertainty import Estimate

__all__ = ["Headlines"]


@frozen
class Headlines:
    """Touch ratio, value sourced, influenced and credited per team, unattributed value, rejected rows.

    Attributes
    ----------
    business, attribution
        What they are about, and the credit of a rule.
    rule
        Name of the rule, with what was chosen of it.
    ratio
        Touches of services per touch of sales.
    sourced, influenced, credited
        One row per team.
    """

    business: Business
    attribution: Attribution
    rule: str
    ratio: Estimate
    sourced: ResultTable
    influenced: ResultTable
    credited: ResultTable

    @classmethod
    def of(cls, business: Business, window: JourneyWindow, rule: str, strategy: Strategy) -> "Headlines":
        """Work them out."""
        journeys = Journeys.from_business(business, window)
        attribution = attribute(journeys, strategy)
        return cls(
            business,
            attribution,
            rule,
            touch_ratio(business),
            sourced(journeys),
            influenced(journeys),
            attribution.by("team", minor_units=attribution.journeys.minor_units is not None),
        )

    def show(self) -> None:
        """Print them."""
        currency = self.attribution.journeys.currency
        unit = f" ({currency})" if currency else ""
        console.heading("Five figures to start with")
        console.line(f"1. Touches of services for every touch of sales: {_ratio(self.ratio)}")
        console.line(f"2. Won value per team{unit}: sourced (each deal once), influenced (teams overlap)")
        console.line(f"3. Value credited per team{unit} by {self.rule}, with its interval")
        console.line()
        self._show_teams()
        console.line()
        missing = self.attribution.unattributed
        console.line(
            f"4. Unattributed: {amount(float(np.sum(missing['value'])), currency)} of won deals with no touch in "
            f"their window ({count(int(np.sum(missing['n'])), 'deal')})"
        )
        read, rejected = (row_count(self.business, what) for what in ("read", "rejected"))
        console.line(f"5. Rows rejected: {rejected:,} of {read:,} read")

    def _show_teams(self) -> None:
        credited, currency = self.credited, self.attribution.journeys.currency
        teams = list(dict.fromkeys([*credited["team"].tolist(), *self.sourced["team"].tolist()]))
        bounds = (_per_team(credited, credited[f"value_{end}"], teams) for end in ("lower", "upper"))
        console.table(
            [
                labels("team", teams),
                amounts("sourced", _per_team(self.sourced, self.sourced["revenue"], teams)),
                amounts("influenced", _per_team(self.influenced, self.influenced["revenue"], teams)),
                amounts("credited", _per_team(credited, exact_value(credited, currency), teams)),
                intervals("95% interval", *bounds),
                percents("share", _per_team(credited, credited["share"], teams)),
            ]
        )


def _ratio(estimate: Estimate) -> str:
    if estimate.value is None:
        return f"{ABSENT} ({estimate.reason})"
    low, high = (reference_point(f"touch_ratio_{end}").value for end in ("low", "high"))
    interval = ""
    if estimate.lower is not None and estimate.upper is not None:
        interval = f" (95% interval {estimate.lower:.1f} to {estimate.upper:.1f})"
    return f"{estimate.value:.1f}{interval}; published range {low:g} to {high:g}"


def _per_team(table: ResultTable, values: Array, teams: list[str | None]) -> FloatArray:
    found = dict(zip(table["team"].tolist(), values.tolist(), strict=True))
    return np.array([found.get(team, np.nan) for team in teams], dtype=np.float64)
