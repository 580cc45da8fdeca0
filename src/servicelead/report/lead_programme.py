"""The leads that services people reported, and whether that lasts."""

from attrs import frozen

from servicelead.calculators import LeadProgramme
from servicelead.exceptions import InvalidValueError
from servicelead.tables import Business
from servicelead.uncertainty import Estimate

__all__ = ["ReportedLeads", "reported_leads"]


@frozen(kw_only=True)
class ReportedLeads:
    """Leads reported by people of services in whole months.

    Attributes
    ----------
    n_leads, n_people, n_months
        Leads, people who reported at least one, and months.
    per_person
        Leads per such person and month.
    trend
        Change of that from one month to the next.
    fades_from
        The month from which it is shown to fade; None where it is not.
    months
        Each month with its leads.
    """

    n_leads: int
    n_people: int
    n_months: int
    per_person: float
    trend: Estimate
    fades_from: str | None
    months: tuple[tuple[str, int], ...]


def reported_leads(business: Business) -> ReportedLeads | None:
    """Return what people of services reported; None where no lead of a whole month says who did."""
    try:
        programme = LeadProgramme.from_business(business)
    except InvalidValueError:
        return None
    table = programme.months
    return ReportedLeads(
        n_leads=sum(programme.monthly_leads),
        n_people=programme.n_reps,
        n_months=len(programme.monthly_leads),
        per_person=programme.leads_per_rep_per_month,
        trend=programme.trend(),
        fades_from=programme.fades_from,
        months=tuple(zip(table["month"].tolist(), table["n_leads"].tolist(), strict=True)),
    )
