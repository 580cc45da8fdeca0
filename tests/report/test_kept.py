import pytest

from report.businesses import business_of
from report.pages import read
from servicelead.datasets import simulate_business
from servicelead.report import render_report
from servicelead.report.kept import kept_revenue
from servicelead.retention import MovementLedger, RetentionRates
from servicelead.tables import Business


@pytest.fixture(scope="module")
def business() -> Business:
    """Return a simulated business with subscriptions."""
    return simulate_business(300, seed=5).business


def test_figures_are_those_of_the_ledger(business: Business) -> None:
    """A year apart, the closes differ by what moved; rates are `RetentionRates`', and every close is proved."""
    found, ledger = kept_revenue(business), MovementLedger.from_business(business)
    assert found is not None
    assert (found.start, found.end) == ("2025-06", "2026-06")
    moved = dict(found.movements)
    change = moved["new"] + moved["expansion"] + moved["reactivation"] - moved["contraction"] - moved["churn"]
    assert found.opening + change == pytest.approx(found.closing, abs=0.005)
    rates = RetentionRates.between(ledger, found.start, found.end)
    assert (found.net, found.gross) == (rates.net_revenue_retention_ratio, rates.gross_revenue_retention_ratio)
    assert found.customers == rates.customer_retention_rate.interval(0.95)
    assert found.n_proved == found.n_months == len(ledger.reconcile())


def test_the_answer_comes_first(business: Business) -> None:
    """The page says what was kept, of whom, and that it adds up."""
    page = read(render_report(business))
    assert "Net retention" in page.text
    assert "equal the sum of the subscriptions exactly" in page.text
    assert "kept" in page.values("id")


def test_without_subscriptions_there_is_no_section() -> None:
    """A business without subscriptions, or without a currency, has no such question."""
    assert kept_revenue(business_of()) is None
    assert 'id="kept"' not in render_report(business_of())
