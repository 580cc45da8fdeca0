import pytest

from attribution.hand import business, deal, lead, touch
from servicelead import Money
from servicelead.calculators import LeadSource, lead_sources

LEADS = [
    lead("l1", "01-02"),
    lead("l2", "01-03"),
    lead("m1", "01-04", team="marketing"),
    lead("twin", "01-05", merged_into="l1"),
]
DEALS = [
    deal("o1", "03-01", "900", lead_id="l1"),
    deal("o2", "03-02", "900", lead_id="twin"),
    deal("o3", "03-03", "900", lead_id="l2", outcome="lost"),
    deal("o4", "03-04", "900"),
]
TOUCHES = [
    touch("t1", "01-01", "call", cost="10.50"),
    touch("t2", "01-02", "call", cost="2.00"),
    touch("t3", "01-02", "ads", team="marketing"),
    touch("t4", "01-02", "visit", team="sales", cost="99.00"),
]
SPEND = [{"channel": "ads", "team": "marketing", "start": "2025-01-01", "end": "2025-02-01", "amount": "300.00"}]


def test_each_team_has_its_cost_leads_and_wins() -> None:
    """Touches and spend; merged leads count once, and a win of the merged one is its survivor's."""
    expected = {
        "marketing": LeadSource(source_cost=Money.of(300, "EUR"), n_leads=1, n_wins=0),
        "services": LeadSource(source_cost=Money.of("12.50", "EUR"), n_leads=2, n_wins=2),
    }
    assert expected == lead_sources(business(TOUCHES, DEALS, leads=LEADS, spend=SPEND))


def test_without_a_currency_costs_are_numbers() -> None:
    """Missing ones are nothing."""
    sources = lead_sources(business(TOUCHES, DEALS, currency=None, leads=LEADS, spend=SPEND))
    assert 12.5 == pytest.approx(float(sources["services"].source_cost))  # type: ignore[arg-type]  # a plain number


def test_a_business_without_leads_has_no_sources() -> None:
    """An empty ladder."""
    assert {} == lead_sources(business(TOUCHES, DEALS))
