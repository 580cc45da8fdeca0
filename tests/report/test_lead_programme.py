import pytest

from report.businesses import business_of
from report.pages import read
from servicelead.calculators import LeadProgramme
from servicelead.datasets import simulate_business
from servicelead.report import render_report
from servicelead.report.lead_programme import reported_leads
from servicelead.tables import Business


@pytest.fixture(scope="module")
def business() -> Business:
    """Return a simulated business, whose services people report leads."""
    return simulate_business(300, seed=5).business


def test_figures_are_those_of_the_calculator(business: Business) -> None:
    """Counts, rate, trend and fading are `LeadProgramme`'s, and the months add up to all leads."""
    programme, found = LeadProgramme.from_business(business), reported_leads(business)
    assert found is not None
    assert (found.per_person, found.trend) == (programme.leads_per_rep_per_month, programme.trend())
    assert (found.fades_from, found.n_people) == (programme.fades_from, programme.n_reps)
    assert sum(n for _, n in found.months) == found.n_leads == programme.n_leads
    assert len(found.months) == found.n_months


def test_the_answer_comes_first(business: Business) -> None:
    """The page says how many leads there were, per person and month, and whether that lasts."""
    page, found = read(render_report(business)), reported_leads(business)
    assert found is not None
    assert f"{found.n_leads:,} leads from {found.n_people} people in {found.n_months} months" in page.text
    assert "fades" in page.text
    assert "leads" in page.values("id")


def test_without_reported_leads_there_is_no_section() -> None:
    """Where no lead says who reported it, there is no such question."""
    business = business_of()
    assert reported_leads(business) is None
    assert 'id="leads"' not in render_report(business)
