"""Exact arithmetic behind every formula: money in gives money out, plain numbers in give floats.

A formula is written once, over exact fractions. Inputs enter by `exact`, where a float counts as its shortest decimal
(.2 is one fifth), and results leave by `amount`, `unit_rate` or `plain`, rounded once, at the very end.
"""

from decimal import Context, Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any, NoReturn, TypeAlias

import attrs

from servicelead.domain import Money
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import MixedCurrencyError, UndefinedRateError

__all__ = [
    "Amount",
    "Number",
    "UnitRate",
    "amount",
    "currency_of",
    "exact",
    "plain",
    "quotient",
    "undefined",
    "unit_rate",
]

#: An amount of money: `Money`, or a plain number where no currency was named.
Amount: TypeAlias = Money | Decimal | Fraction | float
#: The price of one of something, in major units; finer than the currency's smallest coin.
UnitRate: TypeAlias = Decimal | float
#: Any plain number.
Number: TypeAlias = Decimal | Fraction | float

_DIGITS = Context(prec=28)


def exact(value: Amount) -> Fraction:
    """Return a number, or an amount in major units, as an exact fraction.

    Examples
    --------
    >>> exact(0.2), exact(Money.of("12.50", "USD"))
    (Fraction(1, 5), Fraction(25, 2))
    """
    number = value.amount if isinstance(value, Money) else value
    # repr is the shortest text that reads back as this float.
    return Fraction(number) if isinstance(number, Rational | Decimal) else Fraction(repr(float(number)))


def currency_of(calculator: Any) -> str | None:
    """Return the currency of a calculator's inputs; None where all are plain numbers.

    Raises
    ------
    MixedCurrencyError
        Two inputs are in two currencies.
    """
    values = (getattr(calculator, each.name) for each in attrs.fields(type(calculator)))
    currencies = sorted({value.currency for value in values if isinstance(value, Money)})
    if len(currencies) > 1:
        raise MixedCurrencyError(
            f"{type(calculator).__name__}: its amounts must be in one currency; got {' and '.join(currencies)}; "
            "convert them at a stated rate first",
        )
    return currencies[0] if currencies else None


def amount(calculator: Any, value: Fraction) -> Money | float:
    """Return a result as `Money` in the calculator's currency, half-even to the minor unit; without one, a float."""
    currency = currency_of(calculator)
    return float(value) if currency is None else Money(round(value * 10 ** currency_exponent(currency)), currency)


def unit_rate(calculator: Any, value: Fraction) -> UnitRate:
    """Return the price of one: a `Decimal` in major units where the calculator has a currency, else a float."""
    if currency_of(calculator) is None:
        return float(value)
    # A context of our own: the caller's precision must not decide what something costs.
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def plain(value: Amount) -> float:
    """Return any input or result as a float, money in major units."""
    return float(exact(value))


def quotient(calculator: Any, output: str, numerator: Fraction, denominator: Fraction, *, nothing: str) -> Fraction:
    """Divide, or say what there is nothing of.

    Raises
    ------
    UndefinedRateError
        The denominator is 0.
    """
    if not denominator:
        undefined(calculator, output, nothing)
    return numerator / denominator


def undefined(calculator: Any, output: str, nothing: str) -> NoReturn:
    """Raise the error of an output that has no value."""
    raise UndefinedRateError(
        f"{type(calculator).__name__}.{output} must have something to divide by; got {nothing}; "
        "it is undefined, not 0: give that input, above 0, or leave this output out",
    )
