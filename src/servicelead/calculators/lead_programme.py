"""How well a programme in which services people report leads is doing, and whether it lasts."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Self

import numpy as np
from attrs import Attribute, field, frozen
from attrs.validators import instance_of, optional

from servicelead._fields import as_int, is_number, refuse
from servicelead.calculators.amounts import Number, exact, quotient, undefined
from servicelead.calculators.inputs import count, flag, number, whole
from servicelead.calculators.lead_tables import reported_leads
from servicelead.calculators.lead_trend import Fade, fade, slope
from servicelead.calculators.programme_checklist import ProgrammeChecklist
from servicelead.columns.table import ResultTable
from servicelead.domain import Team
from servicelead.exceptions import InvalidValueError
from servicelead.tables.business import Business
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate, Rate, Verdict, VerdictStatus

__all__ = ["LeadProgramme"]

_UNIT = "leads per rep and month, per month"


def _counts(value: Iterable[int]) -> tuple[int, ...]:
    return tuple(as_int(each) for each in value)


@frozen(kw_only=True)
class LeadProgramme:
    """Leads that services people reported, per person and month, and whether that lasts.

    Make one from numbers, from monthly counts (`from_months`), or from a business (`from_business`).

    Attributes
    ----------
    n_leads
        Leads reported in the period, at least 0.
    n_reps
        People who could report, at least 0.
    n_months
        Length of the period in months, at least 0.
    n_reporting
        How many of the people reported at least one, at most `n_reps`; None if unknown.
    is_formal
        Whether it is a programme with rules, or people simply report.
    first_month
        The month the counts begin with, as in ``"2026-01"``; None without monthly counts.
    monthly_leads
        Leads of each month, in order; they add up to `n_leads`.
    checklist
        What keeps it alive; None if nobody asked.

    Raises
    ------
    UndefinedRateError
        By an output whose denominator is 0 or unknown.

    Examples
    --------
    >>> programme = LeadProgramme(n_leads=144, n_reps=8, n_months=6, n_reporting=6)
    >>> programme.leads_per_rep_per_month, programme.participation_share
    (3.0, 0.75)
    """

    n_leads: Number = field(**count("leads reported in the period", unit="leads"))
    n_reps: int = field(**whole("people who could report", unit="people"))
    n_months: Number = field(**number("length of the period", unit="months", lowest=0))
    n_reporting: int | None = field(
        default=None, **whole("people who reported at least one", unit="people", optional=True)
    )
    is_formal: bool = field(default=True, **flag("whether it is a programme with rules"))
    first_month: str | None = None
    monthly_leads: tuple[int, ...] = field(default=(), converter=_counts)
    checklist: ProgrammeChecklist | None = field(default=None, validator=optional(instance_of(ProgrammeChecklist)))

    @n_reporting.validator
    def _are_among_them(self, attribute: "Attribute[Any]", value: int | None) -> None:
        if value is not None and value > self.n_reps:
            refuse(self, attribute, "at most n_reps", "more", "count as reps all who could report")

    @monthly_leads.validator
    def _add_up(self, attribute: "Attribute[Any]", value: tuple[Any, ...]) -> None:
        if not value and self.first_month is None:
            return
        remedy = "make it with LeadProgramme.from_months"
        if not all(is_number(n) and n >= 0 for n in value):
            refuse(self, attribute, "counts of at least 0", "something else", remedy)
        if len(value) != self.n_months or sum(value) != self.n_leads:
            refuse(self, attribute, "n_months counts that add up to n_leads", "others", remedy)
        _require_month(self.first_month)

    @classmethod
    def from_months(
        cls,
        monthly_leads: Sequence[int],
        *,
        first_month: str,
        n_reps: int,
        n_reporting: int | None = None,
        is_formal: bool = True,
        checklist: ProgrammeChecklist | None = None,
    ) -> Self:
        """Make one from the leads of each month, months without any included.

        Parameters
        ----------
        monthly_leads
            Counts, in order of time.
        first_month
            The month they begin with, as in ``"2026-01"``.
        n_reps, n_reporting, is_formal, checklist
            As for the class.

        Returns
        -------
        LeadProgramme

        Examples
        --------
        >>> months = [12, 15, 17, 20, 22, 25, 22, 18, 15, 11, 8, 5]
        >>> print(LeadProgramme.from_months(months, first_month="2025-01", n_reps=10).fades_from)
        2025-06
        """
        return cls(
            n_leads=sum(as_int(n) for n in monthly_leads),
            n_reps=n_reps,
            n_months=len(monthly_leads),
            n_reporting=n_reporting,
            is_formal=is_formal,
            first_month=first_month,
            monthly_leads=tuple(monthly_leads),
            checklist=checklist,
        )

    @classmethod
    def from_business(
        cls,
        business: Business,
        *,
        team: Team | str = Team.SERVICES,
        n_reps: int | None = None,
        first_month: str | None = None,
        is_formal: bool = True,
        checklist: ProgrammeChecklist | None = None,
    ) -> Self:
        """Count the leads that a team's people reported, month by month.

        A lead counts in the month it was created, in the business's zone, if ``reported_by`` names someone and it was
        not merged into another. The months are whole: the last is the last one that ended by ``as_of``.

        Parameters
        ----------
        business
            The tables.
        team
            Whose leads.
        n_reps
            People who could report. By default those who did, and then nothing is known of taking part.
        first_month
            The month to begin with, as in ``"2026-01"``; by default that of the first such lead.
        is_formal, checklist
            As for the class.

        Returns
        -------
        LeadProgramme

        Raises
        ------
        InvalidValueError
            An unknown team, no lead that someone reported in a whole month, or fewer `n_reps` than reported.

        Examples
        --------
        >>> from servicelead.datasets import simulate_business
        >>> business = simulate_business(n_accounts=300, seed=4).business
        >>> LeadProgramme.from_business(business, n_reps=100, first_month="2025-01").n_months
        18
        """
        if first_month is not None:
            _require_month(first_month)
        reported = reported_leads(business, team, first_month)
        return cls.from_months(
            reported.n_leads,
            first_month=reported.first_month,
            n_reps=reported.n_reporting if n_reps is None else n_reps,
            n_reporting=None if n_reps is None else reported.n_reporting,
            is_formal=is_formal,
            checklist=checklist,
        )

    @property
    def leads_per_rep_per_month(self) -> Annotated[float, "leads"]:
        """``n_leads / (n_reps * n_months)``."""
        people = exact(self.n_reps) * exact(self.n_months)
        nothing = "n_reps or n_months of 0"
        return float(quotient(self, "leads_per_rep_per_month", exact(self.n_leads), people, nothing=nothing))

    @property
    def participation_share(self) -> Annotated[float, "proportion"]:
        """``n_reporting / n_reps``."""
        if self.n_reporting is None:
            undefined(self, "participation_share", "no n_reporting")
        return Rate(self.n_reporting, self.n_reps).value

    @property
    def participation(self) -> Rate:
        """`participation_share` as a rate, which has an interval."""
        if self.n_reporting is None:
            undefined(self, "participation", "no n_reporting")
        return Rate(self.n_reporting, self.n_reps)

    @property
    def months(self) -> ResultTable:
        """``month, n_leads, leads_per_rep`` of each month."""
        begin = np.datetime64(self.first_month or "1970-01", "M")
        months = np.datetime_as_string(begin + np.arange(len(self.monthly_leads))).astype(object)
        per_rep = np.array(self._per_rep(), dtype=np.float64)
        return ResultTable({"month": months, "n_leads": list(self.monthly_leads), "leads_per_rep": per_rep})

    def trend(self, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Return the change of leads per rep and month from one month to the next, over the whole period.

        The slope of a least-squares line, with Student's t; undefined for fewer than 2 months.
        """
        return slope(self._per_rep(), confidence=confidence, unit=_UNIT)

    def fade(self, confidence: float = DEFAULT_CONFIDENCE) -> Verdict:
        """Judge whether the programme fades, and from which month.

        A straight line through the months is compared with all lines that bend once; from the bend of the best one
        (the first month, if none is better) the programme fades if the interval of the slope lies below 0. The
        interval is widened for the choice of the bend.

        Returns
        -------
        Verdict
            Fires where it fades, does not where it lies at or above 0, else there is too little data. Its evidence
            holds ``month`` and the slope's ``lower``, ``value`` and ``upper``; nothing for fewer than 6 months.
        """
        found = fade(self._per_rep(), confidence=confidence, unit=_UNIT)
        return Verdict(status=VerdictStatus.TOO_LITTLE_DATA) if found is None else self._verdict(found)

    @property
    def fades_from(self) -> str | None:
        """The month from which it fades, at 95% confidence; None where it is not shown to."""
        verdict = self.fade()
        return str(verdict.evidence["month"]) if verdict.fires else None

    def _verdict(self, found: Fade) -> Verdict:
        lower, upper = found.slope.lower or 0.0, found.slope.upper or 0.0
        status = VerdictStatus.TOO_LITTLE_DATA
        if upper < 0:
            status = VerdictStatus.FIRES
        elif lower >= 0:
            status = VerdictStatus.DOES_NOT_FIRE
        month = self.months["month"][found.begins]
        return Verdict(
            status=status, evidence={"month": month, "lower": lower, "value": found.slope.value, "upper": upper}
        )

    def _per_rep(self) -> list[float]:
        nothing, reps = "n_reps of 0", exact(self.n_reps)
        return [float(quotient(self, "months", exact(n), reps, nothing=nothing)) for n in self.monthly_leads]


def _require_month(value: str | None) -> None:
    try:
        np.datetime64(value or "", "M")
        is_month = value is not None and len(value) == len("2026-01")
    except ValueError:
        is_month = False
    if not is_month:
        raise InvalidValueError(
            "LeadProgramme.first_month must be a month such as '2026-01'; got something else; "
            "write the year and the number of the month"
        )
