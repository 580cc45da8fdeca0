from decimal import Decimal

import pytest
from attrs import evolve

from calculators.examples import EXAMPLES
from servicelead import Money
from servicelead.calculators import LeadEconomics, SupportPrice, TouchExperiment, TouchModel
from servicelead.calculators.varying import changed, figure, measured, numeric_input, without_currency
from servicelead.exceptions import InvalidValueError, UnknownNameError

PLAIN = LeadEconomics(n_leads=12, close_rate=0.2, deal_value=15_000)
DOLLARS = evolve(PLAIN, deal_value=Money.of(15_000, "USD"))
ACCOUNT = TouchModel(n_users=7, price_value=24_000, price_threshold=10_000, complexity=0.8)


def test_a_plain_number_for_an_amount_is_read_in_the_currency() -> None:
    """Half-even to the cent; other inputs are left as they are."""
    case = changed(DOLLARS, deal_value=0.125, close_rate=0.3)
    assert (Money(12, "USD"), 0.3) == (case.deal_value, case.close_rate)
    assert Money(5, "USD") == changed(DOLLARS, deal_value=Money(5, "USD")).deal_value
    assert 0.125 == changed(PLAIN, deal_value=0.125).deal_value


def test_without_a_currency_nothing_is_rounded() -> None:
    """Amounts become exact decimals."""
    assert Decimal("15000.00") == without_currency(DOLLARS).deal_value
    assert PLAIN == without_currency(PLAIN)


def test_a_figure_is_a_float_in_major_units() -> None:
    """Of money, decimals and floats."""
    assert 36_000.0 == figure(PLAIN, "revenue") == figure(DOLLARS, "revenue")
    assert ("USD", "money", "USD per win", "wins") == (
        measured(DOLLARS, "revenue"),
        measured(PLAIN, "revenue"),
        measured(DOLLARS, "cost_per_win"),
        measured(DOLLARS, "expected_wins"),
    )


def test_words_and_missing_inputs_do_not_vary() -> None:
    """Nor do names that are not there."""
    assert "leads" == numeric_input(PLAIN, "n_leads").unit
    with pytest.raises(InvalidValueError, match=r"LeadEconomics\.lead_rate .* got None; .*: n_leads, close_rate, deal"):
        numeric_input(PLAIN, "lead_rate")
    with pytest.raises(InvalidValueError, match=r"SupportPrice\.basis .* got a word"):
        numeric_input(SupportPrice(base_value=1, price_rate=0.1), "basis")
    with pytest.raises(UnknownNameError, match="no such input"):
        numeric_input(PLAIN, "leads")
    with pytest.raises(InvalidValueError, match=r"TouchModel\.touch_level .* got a word"):
        measured(ACCOUNT, "touch_level")
    with pytest.raises(InvalidValueError, match=r"decision .* those that are: [a-z_]+, [a-z_]+"):
        measured(EXAMPLES[TouchExperiment], "decision")
    with pytest.raises(InvalidValueError, match=r"TouchModel\.touch_level .* finite number"):
        figure(ACCOUNT, "touch_level")
