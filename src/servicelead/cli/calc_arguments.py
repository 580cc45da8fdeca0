"""From ``key=value`` words to a calculator, and from a calculator's own fields to its help."""

import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from inspect import getdoc
from types import MappingProxyType
from typing import Any

import attrs

from servicelead import calculators
from servicelead.calculators import Input, inputs_of, outputs_of
from servicelead.calculators.contract import Kind
from servicelead.cli.arguments import suggestion
from servicelead.domain import Money
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import InvalidValueError, UnknownNameError

__all__ = ["calculator_of", "calculators_by_name", "help_of", "summary_of", "value_of"]

_FLAGS = {"yes": True, "true": True, "no": False, "false": False}


@cache
def calculators_by_name() -> Mapping[str, type]:
    """Return every calculator that can be made from numbers and words, by its name here."""
    exported = [getattr(calculators, name) for name in calculators.__all__]
    found = {_snake_case(each.__name__): each for each in exported if isinstance(each, type) and _is_calculator(each)}
    return MappingProxyType(dict(sorted(found.items())))


def summary_of(calculator: type) -> str:
    """Return the first sentence of a calculator's docstring."""
    return " ".join((getdoc(calculator) or "").partition("\n\n")[0].split())


def help_of(calculator: type) -> str:
    """Return a calculator's inputs with unit and range, and its outputs with formula, as text for a terminal."""
    lines = ["inputs:"]
    for each in inputs_of(calculator):
        must = "required" if each.is_required else _default(each)
        lines += _entry(each.name, f"{each.description}; {_range(each)}; {must}")
    lines += ["", "outputs:"]
    for output in outputs_of(calculator):
        lines += _entry(output.name, f"{output.formula.rstrip('.')} ({output.unit})")
    return "\n".join(lines)


def calculator_of(calculator: type, words: Sequence[str], currency: str | None) -> Any:
    """Return a calculator made from ``key=value`` words.

    Raises
    ------
    UnknownNameError
        A key that is no input.
    InvalidValueError
        A word without ``=``, a key given twice, a value that cannot be read or breaks its rule, an input missing.
    """
    specs = {each.name: each for each in inputs_of(calculator)}
    values: dict[str, Any] = {}
    for word in words:
        name, equals, text = (part.strip() for part in word.partition("="))
        if not equals:
            raise InvalidValueError(f"inputs are written key=value, as in {next(iter(specs))}=1; got {word!r}")
        if name not in specs:
            raise UnknownNameError(
                f"{_snake_case(calculator.__name__)} has no input {name!r}{_nearest(name, specs)}; "
                f"its inputs are {', '.join(specs)}"
            )
        if name in values:
            raise InvalidValueError(f"{name} is given twice; give each input once")
        values[name] = value_of(specs[name], text, currency)
    if missing := [f"{each.name} ({each.description})" for each in specs.values() if _lacks(each, values)]:
        raise InvalidValueError(f"{_snake_case(calculator.__name__)} needs {', '.join(missing)}; write key=value")
    return calculator(**values)


def value_of(spec: Input, text: str, currency: str | None) -> Any:
    """Return the value of one input as it was typed, amounts in the currency.

    Raises
    ------
    InvalidValueError
        It cannot be read.
    """
    if spec.kind is Kind.WORD:
        return text
    if spec.kind is Kind.FLAG:
        if text.lower() not in _FLAGS:
            raise InvalidValueError(f"{spec.name}: must be yes or no; got {text!r}")
        return _FLAGS[text.lower()]
    number = _number(spec, text)
    if spec.kind is Kind.WHOLE:
        if number != number.to_integral_value():
            raise InvalidValueError(f"{spec.name}: must be a whole number of {spec.unit}; got {text!r}")
        return int(number)
    if currency is not None and spec.kind is Kind.MONEY:
        money = Money.of(number, currency, rounding="half_even")
        if money.amount != number:
            raise InvalidValueError(
                f"{spec.name}: must have at most {currency_exponent(currency)} decimals in {currency}; got {text!r}"
            )
        return money
    if currency is not None and spec.kind is Kind.UNIT_COST:
        return _price(number, currency)
    return number


def _number(spec: Input, text: str) -> Decimal:
    """Return a number as it was typed, exactly."""
    if text.endswith("%"):
        raise InvalidValueError(f"{spec.name}: write a percentage as its proportion: 23% is .23; got {text!r}")
    try:
        number = Decimal(text) if "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidValueError(
            f"{spec.name}: must be a number ({spec.unit}), digits with a point and without separators; got {text!r}"
        )
    return number


def _price(number: Decimal, currency: str) -> Money | Decimal:
    """Return a unit cost as money where it is whole in minor units, so that it names the currency; else as it is."""
    rounded = Money.of(number, currency, rounding="half_even")
    return rounded if rounded.amount == number else number


def _is_calculator(kind: type) -> bool:
    """Whether a class takes inputs, and needs nothing that is neither number nor word."""
    if not attrs.has(kind):
        return False
    try:
        inputs = {each.name for each in inputs_of(kind)}
    except InvalidValueError:
        return False
    needed = {each.name for each in attrs.fields(kind) if each.default is attrs.NOTHING and each.init}
    return needed <= inputs


def _lacks(spec: Input, values: Mapping[str, Any]) -> bool:
    return spec.is_required and spec.name not in values


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    # `suggestion` looks for words with hyphens, as options have them.
    return suggestion(name, [each.replace("_", "-") for each in known]).replace("-", "_")


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _default(spec: Input) -> str:
    if spec.default is None:
        return "optional"
    value = ("yes" if spec.default else "no") if isinstance(spec.default, bool) else spec.default
    return f"default {value}"


def _range(spec: Input) -> str:
    if spec.kind is Kind.WORD:
        return " or ".join(spec.choices)
    if spec.kind is Kind.FLAG:
        return spec.unit
    if math.isfinite(spec.highest):
        return f"{spec.unit}, {spec.lowest:g} to {spec.highest:g}"
    return f"{spec.unit}, at least {spec.lowest:g}" if math.isfinite(spec.lowest) else spec.unit


def _entry(name: str, text: str) -> Iterator[str]:
    yield f"  {name}"
    yield from textwrap.wrap(text, 76, initial_indent=" " * 6, subsequent_indent=" " * 6, break_on_hyphens=False)
