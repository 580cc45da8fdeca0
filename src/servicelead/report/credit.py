"""Credit as the page shows it: one line per label, exact money, and the interval or the reason for none."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from servicelead.attribution import Attribution
from servicelead.domain import Team
from servicelead.plots.palette import leading_teams
from servicelead.report.words import Amount, Amounts, defined

__all__ = ["Line", "Month", "credit_lines", "credit_months"]

_MOST_MONTHS = 36


@frozen(kw_only=True)
class Line:
    """What one label - a team, a channel - was credited with; bounds are None where there is no interval."""

    label: str | None
    team: Team | None
    n_touches: int
    conversions: float
    value: Amount
    lower: float | None = None
    upper: float | None = None
    share: float | None
    share_lower: float | None = None
    share_upper: float | None = None
    cost: float | None
    roi: float | None
    n_labels: int = 1


@frozen(kw_only=True)
class Month:
    """What each team was credited with, of the deals closed in one month."""

    month: str
    value: Mapping[Team | None, Amount]

    @property
    def total(self) -> Amount:
        """What all of them were credited with."""
        return sum(self.value.values(), start=type(next(iter(self.value.values())))(0))


def credit_lines(attribution: Attribution, dimension: str, *, most: int | None = None) -> tuple[Line, ...]:
    """Return the lines of a dimension by value, those beyond `most` put together in a last one without interval."""
    amounts = Amounts(attribution.journeys.currency)
    owners = leading_teams(attribution.journeys, dimension)
    exact = amounts.currency is not None
    table = attribution.by(dimension, minor_units=exact)
    lines = [
        Line(
            label=row[dimension],
            team=owners.get(row[dimension]),
            n_touches=row["n_touches"],
            conversions=row["conversions"],
            value=amounts.of(row.get("minor_units"), row["value"]),
            lower=defined(row["value_lower"]),
            upper=defined(row["value_upper"]),
            share=defined(row["share"]),
            share_lower=defined(row["share_lower"]),
            share_upper=defined(row["share_upper"]),
            cost=defined(row["cost"]) or None,
            roi=defined(row["roi"]),
        )
        for row in table.rows()
    ]
    if most is None or len(lines) <= most:
        return tuple(lines)
    return (*lines[:most], _together(lines[most:]))


def _together(lines: Sequence[Line]) -> Line:
    cost = sum(line.cost or 0.0 for line in lines) or None
    value = sum((line.value for line in lines[1:]), start=lines[0].value)
    shares = [line.share for line in lines if line.share is not None]
    return Line(
        label=None,
        team=None,
        n_touches=sum(line.n_touches for line in lines),
        conversions=sum(line.conversions for line in lines),
        value=value,
        share=sum(shares) if shares else None,
        cost=cost,
        roi=(float(value) - cost) / cost if cost else None,
        n_labels=len(lines),
    )


def credit_months(attribution: Attribution) -> tuple[Month, ...]:
    """Return the latest months of closes, at most three years of them, without gaps."""
    amounts = Amounts(attribution.journeys.currency)
    table = attribution.by("team", "month", intervals=False, minor_units=amounts.currency is not None)
    won = [row for row in table.rows() if row["conversions"]]
    if not won:
        return ()
    numbers = {row["month"]: _number(row["month"]) for row in won}
    last = max(numbers.values())
    first = max(min(numbers.values()), last - _MOST_MONTHS + 1)
    teams: list[Team | None] = [*(team for team in Team if any(row["team"] == team for row in won))]
    teams += [None] if any(row["team"] is None for row in won) else []
    nothing = amounts.of(0 if amounts.currency else None, 0.0)
    value: dict[int, dict[Team | None, Amount]] = {
        number: dict.fromkeys(teams, nothing) for number in range(first, last + 1)
    }
    for row in won:
        if numbers[row["month"]] >= first:
            team = Team(row["team"]) if row["team"] is not None else None
            value[numbers[row["month"]]][team] = amounts.of(row.get("minor_units"), row["value"])
    return tuple(Month(month=_name(number), value=of_month) for number, of_month in value.items())


def _number(month: str) -> int:
    year, _, of_year = month.rpartition("-")
    return 12 * int(year) + int(of_year) - 1


def _name(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
