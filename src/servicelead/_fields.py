"""Converters and validators that the value objects share.

A converter turns what it recognises into the field's type and hands anything else on unchanged; it never raises.
A validator then judges the result, because only a validator knows the class and the field that its message must
name. Every message says which field, the rule, the *kind* of thing that came (never the value, which may be a
customer's) and what to do about it. ``attrs.validators.optional`` lets a field be None.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from numbers import Integral, Rational, Real
from operator import index
from typing import Any, NoReturn, SupportsIndex, TypeAlias, TypeVar, cast

from attrs import Attribute, fields_dict

from servicelead.exceptions import InvalidValueError

__all__ = [
    "Moment",
    "ReadOnlyMapping",
    "Validator",
    "above",
    "as_int",
    "at_least",
    "attribute_names",
    "between",
    "choice",
    "duration",
    "flag",
    "is_number",
    "kind_of",
    "moment",
    "not_before",
    "number",
    "other_than",
    "precedes",
    "proportion",
    "read_only",
    "recognised",
    "refuse",
    "text",
    "whole",
    "word",
]

#: A moment (aware, or naive and then read in the business's zone) or a whole day.
Moment: TypeAlias = datetime | date
Validator: TypeAlias = Callable[[Any, "Attribute[Any]", Any], None]
E = TypeVar("E", bound=Enum)


class ReadOnlyMapping(Mapping[str, Any]):
    """A mapping that cannot change; unlike ``types.MappingProxyType`` it can be pickled and copied."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


def kind_of(value: object) -> str:
    """Say in words what sort of thing a value is, without the value itself."""
    if value is None:
        return "None"
    if isinstance(value, str):
        return "text" if value.strip() else "blank text"
    if isinstance(value, float | Decimal) and not _is_finite(value):
        return "NaN" if "nan" in str(value).lower() else "an infinite number"
    return f"an object of type {type(value).__name__}"


def refuse(instance: object, attribute: "Attribute[Any]", rule: str, got: str, remedy: str) -> NoReturn:
    """Raise the error of a field that breaks its rule."""
    raise InvalidValueError(f"{type(instance).__name__}.{attribute.name} must be {rule}; got {got}; {remedy}")


def recognised(kind: type[E], value: E | str) -> E:
    """Return the member of an enumeration that a value names, else the value itself for the validator to refuse."""
    try:
        return kind(value)
    except ValueError:
        return cast("E", value)


def as_int(value: SupportsIndex) -> int:
    """Return numpy's and other whole numbers as Python's, which never overflow."""
    try:
        return value if isinstance(value, bool) else index(value)
    except TypeError:
        return cast("int", value)


def read_only(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Copy a mapping into one that cannot change."""
    # Typed code passes a mapping; untyped code may not, and the validator says so.
    return ReadOnlyMapping(value) if isinstance(cast("object", value), Mapping) else value


def text() -> Validator:
    """Text that is not blank."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, str) or not value.strip():
            refuse(instance, attribute, "text that is not blank", kind_of(value), "give its name or id as str")

    return check


def choice(kind: type[Enum]) -> Validator:
    """Require a member of an enumeration; ``recognised`` is the converter to go with it."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, kind):
            names = ", ".join(str(member.value) for member in kind)
            refuse(instance, attribute, f"one of {names}", kind_of(value), "map it to one of these names")

    return check


def word(*allowed: str) -> Validator:
    """Require one of a few words."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if value not in allowed:
            refuse(instance, attribute, f"one of {', '.join(allowed)}", kind_of(value), "choose one of these words")

    return check


def flag() -> Validator:
    """Require True or False."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, bool):
            refuse(instance, attribute, "True or False", kind_of(value), "convert it with an explicit rule")

    return check


def _is_finite(value: Real | Decimal | float) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    # A rational is finite even where it is too large for a float.
    return isinstance(value, Rational) or math.isfinite(float(value))


def is_number(value: object) -> bool:
    """Whether a value is a finite number of any kind; a bool is not one."""
    return not isinstance(value, bool) and isinstance(value, Real | Decimal) and _is_finite(value)


def number() -> Validator:
    """Require a finite number; a bool is not one."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not is_number(value):
            refuse(
                instance,
                attribute,
                "a finite number",
                kind_of(value),
                "give a number; None will do only where the field is optional",
            )

    return check


def _bounded(rule: str, remedy: str, is_below: Callable[[Any], bool], is_above: Callable[[Any], bool]) -> Validator:
    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not is_number(value):
            refuse(instance, attribute, rule, kind_of(value), remedy)
        if is_below(value) or is_above(value):
            side = "below" if is_below(value) else "above"
            refuse(instance, attribute, rule, f"a number {side} the range", remedy)

    return check


def between(lowest: float, highest: float) -> Validator:
    """Require a finite number in the closed interval [lowest, highest]."""
    rule = f"a number in [{lowest:g}, {highest:g}]"
    return _bounded(rule, "rescale it", lambda value: bool(value < lowest), lambda value: bool(value > highest))


def at_least(lowest: float) -> Validator:
    """Require a finite number not below a bound."""
    rule = f"a number of at least {lowest:g}"
    return _bounded(rule, "check its sign and unit", lambda value: bool(value < lowest), lambda _: False)


def above(bound: float) -> Validator:
    """Require a finite number strictly above a bound."""
    rule = f"a number above {bound:g}"
    return _bounded(rule, "check its sign and unit", lambda value: bool(value <= bound), lambda _: False)


def proportion() -> Validator:
    """Require a number strictly between 0 and 1."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not is_number(value) or not 0 < value < 1:
            refuse(instance, attribute, "a number strictly between 0 and 1", kind_of(value), "write .95 for 95%")

    return check


def whole(lowest: int | None = None) -> Validator:
    """Require a whole number, not below a bound if one is given; a bool or a float is not one."""
    rule = "a whole number" if lowest is None else f"a whole number of at least {lowest}"

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, Integral):
            refuse(instance, attribute, rule, kind_of(value), "count in int")
        if lowest is not None and int(value) < lowest:
            refuse(instance, attribute, rule, "a smaller number", "check its sign and unit")

    return check


def moment() -> Validator:
    """Require a datetime or a date; whoever reads it decides the zone of a naive one."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        rule = "a datetime or a date"
        if not isinstance(value, date):
            refuse(instance, attribute, rule, kind_of(value), "parse it, e.g. with datetime.fromisoformat")
        if value != value:  # noqa: PLR0124 - not-a-time is a date by type, and equals nothing, not even itself
            refuse(instance, attribute, rule, "a missing moment", "leave unknown moments out (None)")

    return check


def duration() -> Validator:
    """Require a positive timedelta."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, timedelta) or value <= timedelta(0):
            refuse(instance, attribute, "a positive timedelta", kind_of(value), "write e.g. timedelta(days=90)")

    return check


def _is_aware(value: Moment) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _day(value: Moment) -> date:
    return value.date() if isinstance(value, datetime) else value


def precedes(first: Moment, second: Moment) -> bool:
    """Whether one moment certainly lies before another.

    Two aware moments compare as instants; two that wait for the business's zone compare by day, because clocks
    repeat an hour once a year; one of each says nothing.
    """
    if _is_aware(first) and _is_aware(second):
        # By way of UTC: datetimes that share a zone object compare by wall clock, repeated hour and all.
        return cast("datetime", first).astimezone(UTC) < cast("datetime", second).astimezone(UTC)
    return not _is_aware(first) and not _is_aware(second) and _day(first) < _day(second)


def not_before(earlier: str) -> Validator:
    """Require a moment that does not lie before another field of the object, where the two can be compared."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        start = getattr(instance, earlier)
        if value is not None and start is not None and precedes(value, start):
            refuse(instance, attribute, f"not before {earlier}", "an earlier moment", "check which of the two is wrong")

    return check


def other_than(field: str) -> Validator:
    """Require a value that differs from another field of the object."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if value == getattr(instance, field):
            refuse(instance, attribute, f"different from {field}", "the same value", "leave it out where there is none")

    return check


def attribute_names() -> Validator:
    """Require a mapping whose keys are non-blank text and no field of the class."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, Mapping):
            refuse(instance, attribute, "a mapping of names to values", kind_of(value), "give a dict")
        for name in value:
            if not isinstance(name, str) or not name.strip():
                refuse(instance, attribute, "keyed by text that is not blank", f"a key: {kind_of(name)}", "name it")
            if name in fields_dict(type(instance)):
                refuse(instance, attribute, "names other than the fields", "the name of a field", "set the field")

    return check
