import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.domain import Money
from servicelead.exceptions import CurrencyError, InvalidValueError, MixedCurrencyError

minor = st.integers(-(2**63), 2**63 - 1)
weight = st.one_of(
    st.integers(0, 10**6),
    st.fractions(0, 10),
    st.floats(0, 1e9, allow_subnormal=False),
    st.decimals(0, 1000, places=3),
)
weight_lists = st.lists(weight, min_size=1, max_size=12).filter(any)


@pytest.mark.parametrize(
    ("amount", "currency", "minor_units"),
    [
        ("12.50", "USD", 1250),
        ("12.5", "USD", 1250),
        (" -0.01 ", "USD", -1),
        ("1e3", "USD", 100_000),
        (12.5, "USD", 1250),
        (0.1, "USD", 10),
        (7, "JPY", 7),
        (np.int64(7), "JPY", 7),
        (np.float64(1.25), "USD", 125),
        (Decimal("1.234"), "KWD", 1234),
        (Fraction(1, 4), "USD", 25),
        ("92233720368547758.07", "USD", 2**63 - 1),
    ],
)
def test_of_is_exact(amount: Any, currency: str, minor_units: int) -> None:
    """Every amount that the currency can hold becomes its minor units without rounding."""
    assert Money(minor_units, currency) == Money.of(amount, currency)


@pytest.mark.parametrize(("amount", "currency"), [("12.345", "USD"), (0.1 + 0.2, "USD"), ("0.5", "JPY")])
def test_of_refuses_more_decimals_than_the_currency_has(amount: Any, currency: str) -> None:
    """Nothing is rounded unasked, and the message names the argument that asks."""
    with pytest.raises(InvalidValueError, match='rounding="half_even"'):
        Money.of(amount, currency)


def test_of_rounds_ties_to_the_even_minor_unit() -> None:
    """Asked to round, ties go to the even unit, below zero too."""
    amounts = ["0.005", "0.015", "0.025", "-0.005", "-0.015", "0.0051"]
    assert [0, 2, 2, 0, -2, 1] == [Money.of(a, "USD", rounding="half_even").minor_units for a in amounts]


@pytest.mark.parametrize("amount", ["1,000", "$5", "", "NaN", "1_000", "٣", float("nan"), float("inf"), None, True, []])
def test_of_refuses_what_is_no_amount(amount: Any) -> None:
    """Separators, symbols, words, foreign digits and non-finite numbers are not amounts."""
    with pytest.raises(InvalidValueError, match=r"Money\.of: amount must be a finite decimal"):
        Money.of(amount, "USD")


def test_of_refuses_an_unknown_rounding() -> None:
    """A misspelt rounding is not taken for none."""
    rounding: Any = "half_up"
    with pytest.raises(InvalidValueError, match="half_even"):
        Money.of(1, "USD", rounding=rounding)


@given(minor, st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_amount_and_of_are_inverse(minor_units: int, currency: str) -> None:
    """Minor units to amount and back is the identity at any size."""
    money = Money(minor_units, currency)
    assert money == Money.of(money.amount, currency)
    assert money == Money.of(str(money).split()[1], currency)


def test_text() -> None:
    """Money prints with its currency's number of decimals."""
    printed = [str(Money(m, c)) for m, c in [(1250, "USD"), (-5, "USD"), (100, "JPY"), (0, "KWD")]]
    assert printed == ["USD 12.50", "USD -0.05", "JPY 100", "KWD 0.000"]


@given(minor, minor, st.integers(-1000, 1000))
def test_arithmetic_is_that_of_minor_units(a: int, b: int, k: int) -> None:
    """Sums, differences, negations, multiples and comparisons are exact."""
    x, y = Money(a, "USD"), Money(b, "USD")
    assert [a + b, a - b, -a, a * k, k * a] == [m.minor_units for m in (x + y, x - y, -x, x * k, k * x)]
    assert [a < b, a <= b, a > b, a >= b, a == b] == [x < y, x <= y, x > y, x >= y, x == y]


def test_two_currencies_never_mix() -> None:
    """Operations across currencies raise; equality is merely false."""
    dollars, euros = Money(1, "USD"), Money(1, "EUR")
    assert dollars != euros
    for operation in (Money.__add__, Money.__sub__, Money.__lt__, Money.__ge__):
        with pytest.raises(MixedCurrencyError, match="USD and EUR"):
            operation(dollars, euros)


@pytest.mark.parametrize("factor", [1.5, Decimal(2), Fraction(1, 2), True, "2"])
def test_money_is_multiplied_by_whole_numbers_only(factor: Any) -> None:
    """A product that would have to round is not offered."""
    with pytest.raises(TypeError):
        Money(1, "USD") * factor


def test_money_adds_to_and_compares_with_money_only() -> None:
    """A bare number has no currency."""
    money: Any = Money(1, "USD")
    with pytest.raises(TypeError):
        money + 1
    with pytest.raises(TypeError):
        money - 1
    with pytest.raises(TypeError):
        money < 1  # noqa: B015 - the comparison itself is what must raise


@pytest.mark.parametrize("minor_units", [1.0, True, None, "1"])
def test_minor_units_are_whole(minor_units: Any) -> None:
    """A fraction of a minor unit is not money."""
    with pytest.raises(InvalidValueError, match=r"Money\.minor_units must be a whole number"):
        Money(minor_units, "USD")


def test_money_is_a_value() -> None:
    """It hashes, pickles and cannot change, and its currency must be known."""
    money = Money(np.int64(5), "USD")
    assert type(money.minor_units) is int
    assert {money} == {Money(5, "USD")}
    assert money == pickle.loads(pickle.dumps(money))  # noqa: S301 - our own bytes
    with pytest.raises(AttributeError):
        money.minor_units = 6  # type: ignore[misc]  # that it cannot is the promise
    with pytest.raises(CurrencyError, match=r"Money\.currency must be an ISO 4217 code"):
        Money(1, "usd")


def largest_remainder(total: int, weights: list[Fraction]) -> list[int]:
    """Hand out units one at a time to the part that is furthest below its exact share."""
    whole = sum(weights)
    shares = [total * weight / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in shares]
    order = sorted(range(len(parts)), key=lambda i: (-(shares[i] - parts[i]), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


@given(minor, weight_lists)
def test_split_is_exact_and_fair(minor_units: int, weights: list[Any]) -> None:
    """Parts add up to the whole, each within one minor unit of its exact share, as the largest remainders say."""
    parts = [part.minor_units for part in Money(minor_units, "USD").split(weights)]
    exact = [Fraction(w) for w in weights]
    assert sum(parts) == minor_units
    assert all(abs(p - minor_units * w / sum(exact)) < 1 for p, w in zip(parts, exact, strict=True))
    sign = -1 if minor_units < 0 else 1
    assert [sign * p for p in largest_remainder(abs(minor_units), exact)] == parts


def test_split_gives_ties_to_the_earliest_and_negates() -> None:
    """Equal remainders go first come, first served, and a refund mirrors its charge."""
    parts = Money(100, "USD").split([1, 1, 1])
    assert [34, 33, 33] == [part.minor_units for part in parts]
    assert tuple(-part for part in parts) == Money(-100, "USD").split([1, 1, 1])
    assert Money(5, "USD").split([0, 2, 0]) == (Money(0, "USD"), Money(5, "USD"), Money(0, "USD"))


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [float("nan")], [float("inf"), 1], ["1"], [None]])
def test_split_refuses_weights_that_say_nothing(weights: list[Any]) -> None:
    """No weights, only zeros, negative and non-finite ones are errors."""
    with pytest.raises(InvalidValueError, match=r"Money\.split: weights must"):
        Money(100, "USD").split(weights)
