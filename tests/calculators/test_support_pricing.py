from typing import Any

import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import SupportPrice
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.reference_points import reference_point

QUOTE = SupportPrice(base_value=Money.of(100_000, "USD"), price_rate=0.156, escalator_ratio=0.05, n_years=4)


def test_the_published_numbers() -> None:
    """List 100,000 at 15.6% is 15,600; escalated by 5%: 16,380.00, 17,199.00, 18,058.95."""
    expected = [Money.of(price, "USD") for price in ("15600.00", "16380.00", "17199.00", "18058.95")]
    assert expected == [QUOTE.price(year) for year in range(1, 5)]
    assert (expected[0], expected[-1]) == (QUOTE.first_year_price, QUOTE.last_year_price)
    assert sum((price.minor_units for price in expected), 0) == QUOTE.total_price.minor_units  # type: ignore[union-attr]  # money in, money out


def test_plain_numbers_give_floats() -> None:
    """The same in floats."""
    plain = evolve(QUOTE, base_value=100_000)
    assert [15_600.0, 16_380.0, 17_199.0, 18_058.95] == [plain.price(year) for year in range(1, 5)]


def test_add_ons_escalate_only_if_they_say_so() -> None:
    """1,000 on top: still 1,000 in the second year, or 1,050."""
    fixed = SupportPrice(base_value=0, price_rate=0.2, escalator_ratio=0.05, n_years=2, add_on_value=1_000)
    assert (1_000, 1_050) == (fixed.price(2), evolve(fixed, add_ons_escalate=True).price(2))


def test_the_cost_of_delivery_is_the_floor() -> None:
    """15,600 less 16,000 is 400 under it."""
    under = SupportPrice(base_value=100_000, price_rate=0.156, delivery_cost=16_000)
    assert (-400, -400 / 15_600) == (under.margin_value, under.margin_ratio)
    with pytest.raises(UndefinedRateError, match="margin_ratio"):
        _ = SupportPrice(base_value=0, price_rate=0.156).margin_ratio


def test_the_position_is_against_stated_market_prices() -> None:
    """20% is 1.28 times the published cheapest tier, and .77 of the dearest."""
    market = {name: reference_point(name).value for name in ("support_price_premium", "support_price_basic")}
    table = evolve(QUOTE, price_rate=0.2).position(market)
    assert ["support_price_basic", "support_price_premium"] == table["offer"].tolist()
    assert [0.2 / 0.156, 0.2 / 0.26] == table["ratio"].tolist()
    assert [15_600, 26_000] == table["price"].tolist()


@pytest.mark.parametrize("market", [{"x": 15.6}, {"x": 0}, {"x": -0.1}, {"x": float("nan")}, {"x": "free"}])
def test_a_market_price_is_a_proportion(market: Any) -> None:
    """15.6 is refused with the remedy: .156."""
    with pytest.raises(InvalidValueError, match=r"15\.6% is \.156"):
        QUOTE.position(market)


@pytest.mark.parametrize("year", [0, 5, True, 1.5])
def test_a_year_is_one_of_the_contract(year: Any) -> None:
    """Years 1 to 4."""
    with pytest.raises(InvalidValueError, match="n_years"):
        QUOTE.price(year)


@pytest.mark.parametrize(
    "given", [{"price_rate": 15.6}, {"basis": "gross"}, {"n_years": 0}, {"escalator_ratio": -0.1}, {"n_years": 1.0}]
)
def test_bad_input_is_refused(given: dict[str, Any]) -> None:
    """With the field's name."""
    with pytest.raises(InvalidValueError, match=next(iter(given))):
        evolve(QUOTE, **given)


def test_the_add_on_is_money_where_the_base_is() -> None:
    """A plain 1,000 beside dollars is of no currency; 0 needs none."""
    with pytest.raises(InvalidValueError, match=r"add_on_value .* Money\.of\(amount, 'USD'\)"):
        evolve(QUOTE, add_on_value=1_000)
