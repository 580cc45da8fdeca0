"""What a segment asks of an account: a small tree of conditions on named attributes.

A condition on a missing value is neither true nor false. Every node therefore answers True, False or None (unknown),
and the combinations follow Kleene's three-valued logic, where an answer is known as soon as one operand settles it:

========  ====================================  ==================================
node      True                                  False
========  ====================================  ==================================
AllOf     every operand is True                 some operand is False
AnyOf     some operand is True                  every operand is False
Not       the operand is False                  the operand is True
========  ====================================  ==================================

So an account whose seats are unknown is neither in "seats >= 11" nor in its complement. On columns the same logic
needs two masks a node: where it is True, and where it is False.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias, cast

from attrs import Attribute, field, frozen
from attrs.validators import optional

from servicelead._fields import flag, is_number, kind_of, number, refuse, text
from servicelead.exceptions import InvalidValueError

__all__ = ["AllOf", "AnyOf", "ColumnRule", "Condition", "Interval", "Members", "Not", "is_condition", "overlap"]


def _is_missing(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN and not-a-time equal nothing, not even themselves


def _as_names(value: Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple; one bare name stands for itself, not for its letters."""
    return (value,) if isinstance(value, str) else tuple(value)


@frozen(kw_only=True)
class Interval:
    """A number between two bounds.

    Attributes
    ----------
    attribute
        Name of the attribute.
    lower, upper
        Bounds in the attribute's unit; None is unbounded.
    lower_closed, upper_closed
        Whether the bound itself belongs to the interval.
    """

    attribute: str = field(validator=text())
    lower: float | Decimal | None = field(default=None, validator=optional(number()))
    upper: float | Decimal | None = field(default=None, validator=optional(number()))
    lower_closed: bool = field(default=True, validator=flag())
    upper_closed: bool = field(default=True, validator=flag())

    @upper.validator
    def _leaves_room(self, attribute: "Attribute[Any]", value: float | None) -> None:
        if self.lower is None or value is None or self.lower < value:
            return
        if self.lower > value or not (self.lower_closed and self.upper_closed):
            remedy = "swap the bounds, or close both to mean one value"
            refuse(self, attribute, "above lower, or equal to it with both bounds closed", "an empty interval", remedy)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes it reads."""
        return (self.attribute,)

    def holds(self, value: float | Decimal) -> bool:
        """Whether a number lies in the interval."""
        is_low_enough = self.upper is None or value < self.upper or (self.upper_closed and value == self.upper)
        return is_low_enough and (
            self.lower is None or value > self.lower or (self.lower_closed and value == self.lower)
        )

    def evaluate(self, attributes: Mapping[str, Any]) -> bool | None:
        """Answer for one account; None if the value is missing."""
        value: Any = attributes.get(self.attribute)
        if _is_missing(value):
            return None
        if not is_number(value):
            raise InvalidValueError(
                f"Interval: attribute {self.attribute!r} must be a finite number; got {kind_of(value)}; "
                "convert it, or list its values with Segment.of",
            )
        return self.holds(value)


@frozen(kw_only=True)
class Members:
    """One of a set of values.

    Attributes
    ----------
    attribute
        Name of the attribute.
    values
        The values, at least one; none of them missing.
    """

    attribute: str = field(validator=text())
    values: frozenset[Any] = field()

    @values.validator
    def _is_a_set_of_values(self, attribute: "Attribute[Any]", value: object) -> None:
        rule, remedy = "a set of at least one value, none missing", "write e.g. {'EdTech'}"
        if not isinstance(value, frozenset):
            refuse(self, attribute, rule, kind_of(value), remedy)
        if not value or any(_is_missing(member) for member in value):
            refuse(self, attribute, rule, "a missing value" if value else "an empty set", remedy)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes it reads."""
        return (self.attribute,)

    def evaluate(self, attributes: Mapping[str, Any]) -> bool | None:
        """Answer for one account; None if the value is missing."""
        value = attributes.get(self.attribute)
        return None if _is_missing(value) else value in self.values


@frozen(kw_only=True)
class ColumnRule:
    """A function of columns: attributes in, mask out.

    Attributes
    ----------
    function
        Takes a mapping of attribute names to arrays of shape (n,), numbers as float64 and text as objects, and
        returns a boolean array of shape (n,). A row's answer may depend on that row alone, not on the order or number
        of rows.
    attributes
        Names of the attributes it reads, at least one. Where one of them is missing the answer is unknown.
    """

    function: Callable[[Mapping[str, Any]], Any] = field()
    attributes: tuple[str, ...] = field(converter=_as_names)

    @function.validator
    def _can_be_called(self, attribute: "Attribute[Any]", value: object) -> None:
        if not callable(value):
            refuse(self, attribute, "a function of columns", kind_of(value), "pass a function or a lambda")

    @attributes.validator
    def _are_names(self, attribute: "Attribute[Any]", value: tuple[object, ...]) -> None:
        if not value or not all(isinstance(name, str) and name.strip() for name in value):
            refuse(self, attribute, "names of attributes", "none, or a name that is no text", 'write e.g. ("seats",)')

    def mask(self, columns: Mapping[str, Any]) -> Any:
        """Return the function's answer for every row, checked to be one boolean each.

        Parameters
        ----------
        columns
            Arrays of shape (n,) under the names of `attributes`; what is handed on to the function.

        Returns
        -------
        ndarray of bool, shape (n,)

        Raises
        ------
        InvalidValueError
            The function returned something else.
        """
        import numpy as np  # noqa: PLC0415 - the only place where what people say meets columns

        answer = np.asarray(self.function(columns))
        shape = np.shape(columns[self.attributes[0]])
        if answer.dtype != np.bool_ or answer.shape != shape:
            raise InvalidValueError(
                "ColumnRule.function must return one boolean per row; "
                f"got an array of {answer.dtype} and shape {answer.shape} for {shape}; compare columns elementwise",
            )
        return answer

    def evaluate(self, attributes: Mapping[str, Any]) -> bool | None:
        """Answer for one account by columns of one row; None if a value is missing."""
        import numpy as np  # noqa: PLC0415 - the only place where what people say meets columns

        values = {name: attributes.get(name) for name in self.attributes}
        if any(_is_missing(value) for value in values.values()):
            return None
        columns = {name: np.array([value], dtype=_dtype(value)) for name, value in values.items()}
        return bool(self.mask(columns)[0])


def _dtype(value: object) -> Any:
    if isinstance(value, bool):
        return bool
    return float if is_number(value) else object


def _are_conditions(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    known = Interval | Members | AllOf | AnyOf | Not | ColumnRule
    if not isinstance(value, tuple) or not value or not all(isinstance(part, known) for part in value):
        rule = "made of conditions, at least one"
        refuse(instance, attribute, rule, "none, or something else", "combine segments with & and |")


def is_condition(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    """Require a condition; a validator."""
    _are_conditions(instance, attribute, (value,))


@frozen(kw_only=True)
class AllOf:
    """Every one of several conditions.

    Attributes
    ----------
    conditions
        The conditions, at least one.
    """

    conditions: "tuple[Condition, ...]" = field(validator=_are_conditions)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes it reads, each once."""
        return _names(self.conditions)

    def evaluate(self, attributes: Mapping[str, Any]) -> bool | None:
        """Answer for one account; None if what is missing could still decide."""
        answers = [condition.evaluate(attributes) for condition in self.conditions]
        return False if False in answers else None if None in answers else True


@frozen(kw_only=True)
class AnyOf:
    """At least one of several conditions.

    Attributes
    ----------
    conditions
        The conditions, at least one.
    """

    conditions: "tuple[Condition, ...]" = field(validator=_are_conditions)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes it reads, each once."""
        return _names(self.conditions)

    def evaluate(self, attributes: Mapping[str, Any]) -> bool | None:
        """Answer for one account; None if what is missing could still decide."""
        answers = [condition.evaluate(attributes) for condition in self.conditions]
        return True if True in answers else None if None in answers else False


@frozen(kw_only=True)
class Not:
    """The opposite of a condition where its answer is known.

    Attributes
    ----------
    condition
        What must not hold.
    """

    condition: "Condition" = field(validator=is_condition)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes it reads."""
        return self.condition.attributes

    def evaluate(self, attributes: Mapping[str, Any]) -> bool | None:
        """Answer for one account; None if the condition's own answer is unknown."""
        answer = self.condition.evaluate(attributes)
        return None if answer is None else not answer


Condition: TypeAlias = Interval | Members | AllOf | AnyOf | Not | ColumnRule


def _names(conditions: Iterable[Condition]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for condition in conditions for name in condition.attributes))


def overlap(first: Condition, second: Condition) -> bool | None:
    """Whether one value of one attribute can meet both conditions; None where that cannot be read off them.

    Two intervals, two sets, or one of each can be compared if they ask of the same attribute. Intervals are taken
    over the real numbers: [1, 3] and [4, 10] do not overlap, [1, 4) and (3, 10] do.
    """
    pair = (first, second)
    if not all(isinstance(condition, Interval | Members) for condition in pair) or len(_names(pair)) > 1:
        return None
    if isinstance(first, Members):
        if isinstance(second, Members):
            return not first.values.isdisjoint(second.values)
        first, second = second, first
    if isinstance(second, Members):
        return any(is_number(value) and cast("Interval", first).holds(value) for value in second.values)
    return _intervals_meet(cast("Interval", first), cast("Interval", second))


def _intervals_meet(first: Interval, second: Interval) -> bool:
    def ends_before(left: Interval, right: Interval) -> bool:
        if left.upper is None or right.lower is None:
            return False
        touches = left.upper_closed and right.lower_closed
        return left.upper < right.lower or (left.upper == right.lower and not touches)

    return not ends_before(first, second) and not ends_before(second, first)
