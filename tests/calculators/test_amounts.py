from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from servicelead import Money
from servicelead.calculators import HighTouchPackage
from servicelead.calculators.amounts import amount, currency_of, exact, plain, unit_rate
from servicelead.exceptions import MixedCurrencyError

PLAIN = HighTouchPackage(price_value=6_000, n_hours=40, cost_per_hour=90)
DOLLARS = evolve(PLAIN, price_value=Money.of(6_000, "USD"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.2, Fraction(1, 5)),
        (1e-5, Fraction(1, 100_000)),
        (Decimal("0.204"), Fraction(204, 1000)),
        (Money.of("12.50", "USD"), Fraction(25, 2)),
        (Money.of(1250, "JPY"), Fraction(1250)),
        (Fraction(1, 3), Fraction(1, 3)),
        (np.float64(0.2), Fraction(1, 5)),
        (np.int64(7), Fraction(7)),
        (10**30, Fraction(10**30)),
    ],
)
def test_a_number_counts_as_it_is_written(value: float, expected: Fraction) -> None:
    """A float as its shortest decimal, money in major units, anything exact as itself."""
    assert expected == exact(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_comes_back_as_itself(value: float) -> None:
    """Exact and plain are inverse on floats."""
    assert value == plain(exact(value))


def test_a_result_is_rounded_once_half_even() -> None:
    """.005 goes to the even cent, in the currency; without one it is a float."""
    assert Money(0, "USD") == amount(DOLLARS, Fraction(1, 200))
    assert Money(2, "USD") == amount(DOLLARS, Fraction(3, 200))
    assert 0.005 == amount(PLAIN, Fraction(1, 200))


def test_the_callers_decimal_precision_does_not_matter() -> None:
    """What one costs has 28 digits wherever it is asked."""
    with localcontext(prec=3):
        assert Decimal("0.3333333333333333333333333333") == unit_rate(DOLLARS, Fraction(1, 3))
    assert 1 / 3 == unit_rate(PLAIN, Fraction(1, 3))


def test_the_currency_is_that_of_the_inputs() -> None:
    """None for plain numbers, an error for two."""
    assert (None, "USD") == (currency_of(PLAIN), currency_of(DOLLARS))
    with pytest.raises(MixedCurrencyError, match=r"HighTouchPackage: .* EUR and USD"):
        evolve(DOLLARS, other_cost=Money.of(1, "EUR"))
