import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import HighTouchPackage
from servicelead.exceptions import UndefinedRateError

PACKAGE = HighTouchPackage(price_value=6_000, n_hours=40, cost_per_hour=90, other_cost=400, n_packages=25)


def test_the_price_against_its_cost() -> None:
    """40 hours of 90 and 400 on top are 4,000; 2,000 stay, a third, and 50,000 over 25 packages."""
    assert (4_000, 2_000, 2_000 / 6_000, 50_000, 150) == (
        PACKAGE.package_cost,
        PACKAGE.margin_value,
        PACKAGE.margin_ratio,
        PACKAGE.total_margin_value,
        PACKAGE.price_per_hour,
    )


def test_a_price_under_its_cost_shows() -> None:
    """A negative margin is no error."""
    dollars = evolve(PACKAGE, price_value=Money.of(3_000, "USD"), other_cost=Money.of(400, "USD"))
    assert Money.of(-1_000, "USD") == dollars.margin_value


def test_ratios_to_nothing_are_undefined() -> None:
    """No price, no hours."""
    with pytest.raises(UndefinedRateError, match="margin_ratio"):
        _ = evolve(PACKAGE, price_value=0).margin_ratio
    with pytest.raises(UndefinedRateError, match="price_per_hour"):
        _ = evolve(PACKAGE, n_hours=0).price_per_hour
