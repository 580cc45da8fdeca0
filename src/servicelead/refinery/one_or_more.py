"""Arguments that are one thing or several of its kind."""

from collections.abc import Iterable
from typing import Any

from servicelead._fields import kind_of
from servicelead.exceptions import InvalidValueError

__all__ = ["as_tuple", "require_each"]


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return several things as a tuple; what is not several stands alone, for the validator to judge."""
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


def require_each(name: str, value: Any, kind: Any, remedy: str) -> tuple[Any, ...]:
    """Return one or several things of a kind as a tuple, or refuse them."""
    given = as_tuple(value)
    for each in given:
        if not isinstance(each, kind):
            raise InvalidValueError(f"{name} must be one {kind.__name__} or several; got {kind_of(each)}; {remedy}")
    return given
