from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import LeadEconomics
from servicelead.exceptions import InvalidValueError, MixedCurrencyError, UndefinedRateError

BASE = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)


def test_the_published_numbers() -> None:
    """12 leads are 180,000 of pipeline, 2.4 wins and 36,000 of revenue; 35 leads are 525,000 and 105,000."""
    assert (180_000, 2.4, 36_000) == (BASE.pipeline_value, BASE.expected_wins, BASE.revenue)
    many = evolve(BASE, n_leads=35)
    assert (525_000, 105_000) == (many.pipeline_value, many.revenue)


def test_the_published_cost_of_a_win() -> None:
    """$6.80 a lead at a close rate of .25 is $27.20 a win, and at a lead rate of .03 $0.204 an interaction."""
    economics = LeadEconomics(
        n_interactions=1_000, lead_rate=0.03, close_rate=0.25, deal_value=15_000, cost_per_lead=6.80
    )
    assert (27.20, 0.204) == (economics.cost_per_win, economics.cost_per_interaction)
    assert (30.0, 15_000 * 0.25 - 6.80) == (economics.expected_leads, economics.value_per_lead)


def test_money_in_is_money_out_and_prices_of_one_are_decimals() -> None:
    """Amounts keep their currency to the cent; what one costs is finer than a cent."""
    economics = LeadEconomics(
        n_interactions=1_000,
        lead_rate=0.03,
        close_rate=0.25,
        deal_value=Money.of("15000.01", "USD"),
        cost_per_lead=Decimal("6.80"),
    )
    assert Money.of("112500.08", "USD") == economics.revenue  # 30 x .25 x 15,000.01 = 112,500.075, half-even
    assert Money.of(204, "USD") == economics.lead_cost
    assert (Decimal("27.2"), Decimal("0.204")) == (economics.cost_per_win, economics.cost_per_interaction)
    assert isinstance(economics.cost_per_win, Decimal)


def test_the_net_value_is_revenue_less_the_cost_of_the_leads() -> None:
    """36,000 - 12 x 600."""
    assert 28_800 == evolve(BASE, cost_per_lead=600).net_value


def test_no_leads_give_nothing() -> None:
    """Zero in, zero out."""
    none = evolve(BASE, n_leads=0, cost_per_lead=5)
    assert [0] * 5 == [none.pipeline_value, none.expected_wins, none.revenue, none.lead_cost, none.net_value]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "got neither"),
        ({"n_interactions": 5}, "got neither"),
        ({"lead_rate": 0.1}, "got neither"),
        ({"n_leads": 5, "n_interactions": 5, "lead_rate": 0.1}, "got both"),
    ],
)
def test_leads_come_one_way(given: dict[str, float], words: str) -> None:
    """Either leads, or interactions with the rate at which they give leads."""
    with pytest.raises(InvalidValueError, match=words):
        LeadEconomics(close_rate=0.2, deal_value=1, **given)


def test_a_percentage_is_answered_with_its_proportion() -> None:
    """23 is refused with the remedy: 23% is .23."""
    with pytest.raises(InvalidValueError, match=r"LeadEconomics\.close_rate .* 23% is \.23"):
        LeadEconomics(n_leads=12, close_rate=23, deal_value=15_000)


def test_a_negative_price_is_refused() -> None:
    """Whether it is money or a number."""
    with pytest.raises(InvalidValueError, match=r"deal_value .* negative amount"):
        evolve(BASE, deal_value=-1)
    with pytest.raises(InvalidValueError, match=r"deal_value .* negative amount"):
        evolve(BASE, deal_value=Money.of(-1, "USD"))
    with pytest.raises(InvalidValueError, match=r"cost_per_lead .* negative amount"):
        evolve(BASE, cost_per_lead=-0.01)


def test_two_currencies_are_refused() -> None:
    """A deal in dollars has no cost in euros."""
    with pytest.raises(MixedCurrencyError, match="EUR and USD"):
        LeadEconomics(n_leads=1, close_rate=1, deal_value=Money.of(9, "USD"), cost_per_lead=Money.of(1, "EUR"))


@pytest.mark.parametrize(
    ("output", "given"), [("cost_per_win", {"close_rate": 0}), ("cost_per_interaction", {"lead_rate": None})]
)
def test_an_undefined_output_says_of_what_there_is_nothing(output: str, given: dict[str, Any]) -> None:
    """Never NaN, never infinite."""
    with pytest.raises(UndefinedRateError, match=rf"LeadEconomics\.{output} .* {next(iter(given))}"):
        getattr(evolve(BASE, **given), output)
