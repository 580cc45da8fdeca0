"""Segments of accounts, and segmentations: sets of segments that share no account."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any, Literal

from attrs import Attribute, evolve, field, frozen

from servicelead._fields import kind_of, refuse, text
from servicelead.domain.conditions import (
    AllOf,
    AnyOf,
    ColumnRule,
    Condition,
    Interval,
    Members,
    Not,
    is_condition,
    overlap,
)
from servicelead.exceptions import InvalidValueError, SegmentationError

__all__ = ["Segment", "Segmentation"]


@frozen(kw_only=True)
class Segment:
    """A named group of accounts, told by their attributes.

    Make one with `between`, `at_least`, `at_most`, `of` or `where`; combine with ``&``, ``|`` and ``~``. A value that
    is missing puts an account neither inside nor, under ``~``, outside; it is in a combined segment only if the known
    values decide alone.

    Attributes
    ----------
    name
        What reports call it.
    condition
        The tree of conditions it asks of an account.

    Examples
    --------
    >>> hybrid = Segment.between("users", 4, 10, name="4-10")
    >>> hybrid.matches({"users": 7}), hybrid.matches({"users": None})
    (True, False)
    >>> either = hybrid & Segment.of("industry", {"EdTech"}) | Segment.at_least("users", 11)
    >>> either.attributes
    ('users', 'industry')
    >>> (~hybrid).matches({"users": 11}), (~hybrid).matches({})
    (True, False)
    """

    name: str = field(validator=text())
    condition: Condition = field(validator=is_condition)

    @classmethod
    def between(
        cls,
        attribute: str,
        lower: float | Decimal | None,
        upper: float | Decimal | None,
        *,
        closed: Literal["both", "left", "right", "neither"] = "both",
        name: str | None = None,
    ) -> "Segment":
        """Select accounts whose attribute is a number between two bounds.

        Parameters
        ----------
        attribute
            Name of a numeric attribute.
        lower, upper
            Bounds in the attribute's unit; None is unbounded.
        closed
            Which bounds belong to the segment.
        name
            What reports call it; by default the condition in symbols.

        Returns
        -------
        Segment

        Raises
        ------
        InvalidValueError
            Bounds that are no finite numbers or leave no room, or an unknown `closed`.

        Examples
        --------
        >>> Segment.between("users", 1, 4, closed="left").name
        '1 <= users < 4'
        """
        if closed not in ("both", "left", "right", "neither"):
            raise InvalidValueError(
                "Segment.between: closed must be one of both, left, right, neither; "
                f"got {kind_of(closed)}; name the bounds that belong to the segment",
            )
        interval = Interval(
            attribute=attribute,
            lower=lower,
            upper=upper,
            lower_closed=closed in ("both", "left"),
            upper_closed=closed in ("both", "right"),
        )
        return cls(name=_interval_name(interval) if name is None else name, condition=interval)

    @classmethod
    def at_least(cls, attribute: str, lower: float | Decimal, *, name: str | None = None) -> "Segment":
        """Select accounts whose attribute is a number not below a bound.

        Examples
        --------
        >>> Segment.at_least("users", 11).name
        'users >= 11'
        """
        return cls.between(attribute, lower, None, name=name)

    @classmethod
    def at_most(cls, attribute: str, upper: float | Decimal, *, name: str | None = None) -> "Segment":
        """Select accounts whose attribute is a number not above a bound.

        Examples
        --------
        >>> Segment.at_most("users", 3).name
        'users <= 3'
        """
        return cls.between(attribute, None, upper, name=name)

    @classmethod
    def of(cls, attribute: str, values: Iterable[Any], *, name: str | None = None) -> "Segment":
        """Select accounts whose attribute is one of a set of values.

        Parameters
        ----------
        attribute
            Name of an attribute.
        values
            The values, compared by ``==``; at least one, none missing, and not a bare text.
        name
            What reports call it; by default the condition in symbols.

        Returns
        -------
        Segment

        Raises
        ------
        InvalidValueError
            The values are a bare text, empty, or contain a missing one.

        Examples
        --------
        >>> Segment.of("industry", {"EdTech", "Health"}).name
        'industry in {EdTech, Health}'
        """
        # A bare text would be taken for the set of its letters.
        members = values if isinstance(values, str) else frozenset(values)
        condition = Members(attribute=attribute, values=members)  # type: ignore[arg-type]  # it refuses a text
        listed = ", ".join(sorted(str(value) for value in members))
        return cls(name=f"{attribute} in {{{listed}}}" if name is None else name, condition=condition)

    @classmethod
    def where(
        cls,
        function: Callable[[Mapping[str, Any]], Any],
        *,
        attributes: Sequence[str],
        name: str,
    ) -> "Segment":
        """Select accounts by a function of columns.

        Parameters
        ----------
        function
            Takes a mapping of attribute names to arrays of shape (n,) and returns a boolean array of shape (n,); a
            row's answer may depend on that row alone.
        attributes
            Names of the attributes it reads; an account that misses one is not in the segment.
        name
            What reports call it.

        Returns
        -------
        Segment

        Raises
        ------
        InvalidValueError
            Not a function, or no attribute names.

        Examples
        --------
        >>> crowded = Segment.where(
        ...     lambda columns: columns["users"] > columns["seats"], attributes=("users", "seats"), name="crowded"
        ... )
        >>> crowded.matches({"users": 12, "seats": 10})
        True
        """
        return cls(name=name, condition=ColumnRule(function=function, attributes=attributes))

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes it reads, each once."""
        return self.condition.attributes

    def matches(self, attributes: Mapping[str, Any]) -> bool:
        """Whether an account with these attributes is known to belong to the segment.

        Parameters
        ----------
        attributes
            Values by name; None, NaN and an absent name are missing.

        Returns
        -------
        bool
            False where a missing value leaves the question open.

        Raises
        ------
        InvalidValueError
            The value at an interval is no number.
        """
        return self.condition.evaluate(attributes) is True

    def named(self, name: str) -> "Segment":
        """Return the same segment under another name."""
        return evolve(self, name=name)

    def __and__(self, other: object) -> "Segment":
        if not isinstance(other, Segment):
            return NotImplemented
        return Segment(
            name=f"({self.name} & {other.name})", condition=AllOf(conditions=(self.condition, other.condition))
        )

    def __or__(self, other: object) -> "Segment":
        if not isinstance(other, Segment):
            return NotImplemented
        return Segment(
            name=f"({self.name} | {other.name})", condition=AnyOf(conditions=(self.condition, other.condition))
        )

    def __invert__(self) -> "Segment":
        return Segment(name=f"~{self.name}", condition=Not(condition=self.condition))


def _interval_name(interval: Interval) -> str:
    name, lower, upper = interval.attribute, interval.lower, interval.upper
    if lower is None and upper is None:
        return f"{name} known"
    if lower is None:
        return f"{name} {'<=' if interval.upper_closed else '<'} {upper}"
    if upper is None:
        return f"{name} {'>=' if interval.lower_closed else '>'} {lower}"
    return f"{lower} {'<=' if interval.lower_closed else '<'} {name} {'<=' if interval.upper_closed else '<'} {upper}"


def _as_segments(value: Iterable[Segment]) -> tuple[Segment, ...]:
    return tuple(value)


@frozen(kw_only=True)
class Segmentation:
    """Segments that share no account.

    Overlaps that can be read off the conditions (intervals and sets on one attribute) are refused at once; all others
    when an account turns up in two segments. An account in none of them is left out: its label is None.

    Attributes
    ----------
    name
        What reports call it.
    segments
        At least one `Segment`, with distinct names.

    Examples
    --------
    >>> by_users = Segmentation(
    ...     name="users",
    ...     segments=[
    ...         Segment.between("users", 1, 3, name="1-3"),
    ...         Segment.between("users", 4, 10, name="4-10"),
    ...         Segment.at_least("users", 11, name="11+"),
    ...     ],
    ... )
    >>> by_users.label_of({"users": 10}), by_users.label_of({"users": 0})
    ('4-10', None)
    """

    name: str = field(validator=text())
    segments: tuple[Segment, ...] = field(converter=_as_segments)

    @segments.validator
    def _share_no_account(self, attribute: "Attribute[Any]", value: tuple[Segment, ...]) -> None:
        if not value or not all(isinstance(segment, Segment) for segment in value):
            refuse(self, attribute, "at least one Segment", "none, or something else", "make them with Segment.between")
        names = [segment.name for segment in value]
        for name in names:
            if names.count(name) > 1:
                refuse(self, attribute, "segments of distinct names", f"{name!r} twice", "rename one with .named")
        for first, second in combinations(value, 2):
            if overlap(first.condition, second.condition):
                raise SegmentationError(_overlapping(self.name, first.name, second.name))

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes its segments read, each once."""
        return tuple(dict.fromkeys(name for segment in self.segments for name in segment.attributes))

    def label_of(self, attributes: Mapping[str, Any]) -> str | None:
        """Return the name of the one segment an account belongs to.

        Parameters
        ----------
        attributes
            Values by name; None, NaN and an absent name are missing.

        Returns
        -------
        str or None
            None where the segmentation leaves the account out.

        Raises
        ------
        SegmentationError
            The account belongs to two segments; both are named.
        """
        names = [segment.name for segment in self.segments if segment.matches(attributes)]
        if len(names) > 1:
            raise SegmentationError(_overlapping(self.name, names[0], names[1]))
        return names[0] if names else None


def _overlapping(name: str, first: str, second: str) -> str:
    return (
        f"Segmentation {name!r}: its segments must share no account; got one in both {first!r} and {second!r}; "
        "narrow one of them, for instance with & ~other"
    )
