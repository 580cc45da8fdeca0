"""Change one input of any calculator, read one output as a number, print it: what every sensitivity analysis does."""

from typing import Any, TypeVar, cast

import attrs

from servicelead._fields import is_number, kind_of
from servicelead.calculators.amounts import Amount, currency_of, plain
from servicelead.calculators.contract import Input, Kind, input_of, inputs_of, output_of, outputs_of
from servicelead.domain import Money
from servicelead.exceptions import InvalidValueError

__all__ = ["changed", "figure", "measured", "numeric_input", "rounded", "without_currency"]

C = TypeVar("C")


def numeric_input(calculator: Any, name: str) -> Input:
    """Return an input that can be varied by degrees and has a value.

    Raises
    ------
    UnknownNameError
        There is no such input.
    InvalidValueError
        It is a word or a flag, or None.
    """
    spec = input_of(calculator, name)
    value = getattr(calculator, name)
    if not spec.kind.is_numeric or value is None:
        got = f"a {spec.kind.value}" if not spec.kind.is_numeric else "None"
        able = [
            each.name
            for each in inputs_of(calculator)
            if each.kind.is_numeric and getattr(calculator, each.name) is not None
        ]
        raise InvalidValueError(
            f"{type(calculator).__name__}.{name} must be a number to be varied; got {got}; "
            f"those that are: {', '.join(able) or 'none'}",
        )
    return spec


def measured(calculator: Any, output: str) -> str:
    """Return the unit of an output that is a number.

    Raises
    ------
    UnknownNameError
        There is no such output.
    InvalidValueError
        It is a word.
    """
    unit = output_of(calculator, output).unit
    if unit == "word":
        able = [each.name for each in outputs_of(calculator) if each.unit != "word"]
        raise InvalidValueError(
            f"{type(calculator).__name__}.{output} must be a number to be analysed; got a word; "
            f"those that are: {', '.join(able) or 'none'}",
        )
    return unit.replace("money", currency_of(calculator) or "money")


def changed(calculator: C, **changes: Amount) -> C:
    """Return the calculator with other inputs; a plain number for an amount is read in its currency."""
    currency = currency_of(calculator)
    if currency is not None:
        amounts = {each.name for each in inputs_of(calculator) if each.kind is Kind.MONEY}
        changes = {
            name: value
            if name not in amounts or isinstance(value, Money)
            else Money.of(value, currency, rounding="half_even")
            for name, value in changes.items()
        }
    return cast("C", attrs.evolve(cast("Any", calculator), **changes))


def without_currency(calculator: C) -> C:
    """Return the calculator in plain numbers, whose results are not rounded to minor units."""
    values = {each.name: getattr(calculator, each.name) for each in inputs_of(calculator)}
    amounts = {name: value.amount for name, value in values.items() if isinstance(value, Money)}
    return cast("C", attrs.evolve(cast("Any", calculator), **amounts))


def figure(calculator: Any, output: str) -> float:
    """Return an output as a float, money in major units.

    Raises
    ------
    InvalidValueError
        It is no finite number.
    """
    value = getattr(calculator, output)
    if not isinstance(value, Money) and not is_number(value):
        raise InvalidValueError(
            f"{type(calculator).__name__}.{output} must be a finite number to be analysed; got {kind_of(value)}; "
            "choose another output",
        )
    return plain(value)


def rounded(value: float, digits: int = 6) -> str:
    """Return a number to so many digits, and never fewer than its whole ones, for a reader.

    Examples
    --------
    >>> rounded(12.3456789), rounded(2_400_000.4), rounded(36_000)
    ('12.3457', '2,400,000', '36,000')
    """
    return f"{value:,.{digits}g}" if abs(value) < 10 ** (digits - 1) else f"{value:,.0f}"
