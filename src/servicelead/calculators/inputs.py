"""The fields of a calculator: one helper per kind of input, each with its unit, its range and its remedy.

::

    @frozen(kw_only=True)
    class Referrals:
        n_calls: float = field(**count("calls in the period", unit="calls"))
        lead_rate: float = field(**rate("share of calls that give a lead"))

        @property
        def expected_leads(self) -> Annotated[float, "leads"]:
            '''``n_calls * lead_rate``.'''
            return self.n_calls * self.lead_rate

Each helper returns the settings of one ``attrs.field``: a validator, and the metadata that ``inputs_of`` reads. A
public property annotated with its unit is an output. Sensitivity analysis, the command line and the reference need
nothing else, so they work on a class of yours as well. ``optional=True`` lets a field be None.
"""

import math
from typing import TYPE_CHECKING, Any

from attrs.validators import optional as or_none

from servicelead._fields import Validator, is_number, kind_of, refuse
from servicelead._fields import flag as true_or_false
from servicelead._fields import whole as whole_number
from servicelead._fields import word as one_of
from servicelead.calculators.amounts import currency_of
from servicelead.calculators.contract import KEY, Input, Kind
from servicelead.domain import Money

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["count", "days", "flag", "money", "number", "rate", "ratio", "unit_cost", "whole", "word"]


def rate(description: str, *, optional: bool = False) -> dict[str, Any]:
    """Return the settings of a field that is a proportion in [0, 1]."""
    spec = Input(kind=Kind.RATE, unit="proportion", description=description, lowest=0, highest=1)
    remedy = "write a percentage as its proportion: 23% is .23"
    return _settings(spec, _within(spec, "a proportion in [0, 1]", remedy), optional=optional)


def count(description: str, *, unit: str, least: float = 0, optional: bool = False) -> dict[str, Any]:
    """Return the settings of a field that counts; an expected count may be a fraction."""
    spec = Input(kind=Kind.COUNT, unit=unit, description=description, lowest=least)
    return _settings(spec, _within(spec, f"a number of at least {least:g}", f"count {unit}"), optional=optional)


def whole(description: str, *, unit: str, least: int = 0, optional: bool = False) -> dict[str, Any]:
    """Return the settings of a field that counts what was observed, in whole numbers."""
    spec = Input(kind=Kind.WHOLE, unit=unit, description=description, lowest=least)
    return _settings(spec, whole_number(least), optional=optional)


def days(description: str, *, optional: bool = False) -> dict[str, Any]:
    """Return the settings of a field that is a length of time in days, at least 0."""
    spec = Input(kind=Kind.DAYS, unit="days", description=description, lowest=0)
    return _settings(spec, _within(spec, "a number of at least 0", "count days"), optional=optional)


def ratio(description: str, *, lowest: float = 0, highest: float = math.inf, optional: bool = False) -> dict[str, Any]:
    """Return the settings of a field that is one amount over another; 1 is 100%."""
    spec = Input(kind=Kind.RATIO, unit="ratio", description=description, lowest=lowest, highest=highest)
    return _settings(spec, _within(spec, _range(spec), "write a percentage as its ratio: 5% is .05"), optional=optional)


def number(
    description: str, *, unit: str, lowest: float = -math.inf, highest: float = math.inf, optional: bool = False
) -> dict[str, Any]:
    """Return the settings of a field that is any number of a range."""
    spec = Input(kind=Kind.NUMBER, unit=unit, description=description, lowest=lowest, highest=highest)
    return _settings(spec, _within(spec, _range(spec), f"give it in its unit, {unit}"), optional=optional)


def money(description: str, *, optional: bool = False) -> dict[str, Any]:
    """Return the settings of a field that is an amount of at least 0: `Money`, or a plain number.

    Where one amount of a calculator is `Money`, all are, in one currency; 0 needs none.
    """
    spec = Input(kind=Kind.MONEY, unit="money", description=description, lowest=0)

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        _require_amount(instance, attribute, value)
        currency = currency_of(instance)
        if currency is not None and not isinstance(value, Money) and value:
            remedy = f"write Money.of(amount, {currency!r})"
            refuse(instance, attribute, "Money, as its other amounts are", "a number without a currency", remedy)

    return _settings(spec, check, optional=optional)


def unit_cost(description: str, *, per: str, optional: bool = False) -> dict[str, Any]:
    """Return the settings of a field that is the price of one, in major units: a number of at least 0.

    Finer than the currency's smallest coin, it is no amount of money; ``Decimal("0.204")`` is exact. `Money` is taken
    all the same, for the currency it names.
    """
    spec = Input(kind=Kind.UNIT_COST, unit=f"money per {per}", description=description, lowest=0)

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        _require_amount(instance, attribute, value)
        currency_of(instance)  # refuses a second currency

    return _settings(spec, check, optional=optional)


def word(description: str, *choices: str) -> dict[str, Any]:
    """Return the settings of a field that is one of a few words."""
    spec = Input(kind=Kind.WORD, unit="word", description=description, choices=choices)
    return _settings(spec, one_of(*choices), optional=False)


def flag(description: str) -> dict[str, Any]:
    """Return the settings of a field that is True or False."""
    return _settings(Input(kind=Kind.FLAG, unit="yes or no", description=description), true_or_false(), optional=False)


def _settings(spec: Input, validator: Validator, *, optional: bool) -> dict[str, Any]:
    return {"metadata": {KEY: spec}, "validator": or_none(validator) if optional else validator}


def _range(spec: Input) -> str:
    if math.isinf(spec.lowest) and math.isinf(spec.highest):
        return "a finite number"
    if math.isinf(spec.highest):
        return f"a number of at least {spec.lowest:g}"
    return f"a number in [{spec.lowest:g}, {spec.highest:g}]"


def _within(spec: Input, rule: str, remedy: str) -> Validator:
    """Require a finite number of the input's range, with a remedy that knows what the number means."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not is_number(value):
            refuse(instance, attribute, rule, kind_of(value), remedy)
        if not spec.lowest <= value <= spec.highest:
            side = "below" if value < spec.lowest else "above"
            refuse(instance, attribute, rule, f"a number {side} the range", remedy)

    return check


def _require_amount(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    rule = "Money or a number, of at least 0"
    if not isinstance(value, Money) and not is_number(value):
        refuse(instance, attribute, rule, kind_of(value), "give an amount in major units, without signs of currency")
    if (value.minor_units if isinstance(value, Money) else value) < 0:
        refuse(instance, attribute, rule, "a negative amount", "costs and prices count upwards from 0; drop the sign")
