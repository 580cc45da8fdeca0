"""The rules of a function's arguments, in one wording for all of them; attributes have theirs in ``_fields``."""

from numbers import Integral
from typing import Any

from servicelead._fields import is_number, kind_of
from servicelead.exceptions import InvalidValueError

__all__ = ["require_jobs", "require_number", "require_whole", "require_within"]


def require_whole(name: str, value: Any, lowest: int, highest: int | None = None) -> int:
    """Return an argument that is a whole number from one bound to another, or refuse it; a bool or a float is none."""
    rule = (
        f"a whole number of at least {lowest:,}"
        if highest is None
        else f"a whole number from {lowest:,} to {highest:,}"
    )
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InvalidValueError(f"{name} must be {rule}; got {kind_of(value)}; count in int")
    if int(value) < lowest or (highest is not None and int(value) > highest):
        side = "smaller" if int(value) < lowest else "larger"
        raise InvalidValueError(f"{name} must be {rule}; got a {side} number; give one of these")
    return int(value)


def require_jobs(name: str, value: Any) -> None:
    """Refuse a number of threads or processes that joblib does not know: it counts from 1, or down from -1."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value == 0:
        got = "0" if is_number(value) and value == 0 else kind_of(value)
        raise InvalidValueError(
            f"{name} must be a whole number other than 0; got {got}; write 1 for one at a time, -1 for all processors"
        )


def require_number(name: str, value: Any) -> None:
    """Refuse an argument that is no finite number; a bool is none."""
    if not is_number(value):
        raise InvalidValueError(f"{name} must be a finite number; got {kind_of(value)}; write e.g. 0")


def require_within(name: str, value: Any, lowest: float = 0, highest: float = 1) -> None:
    """Refuse an argument that is no number strictly between two bounds."""
    if not is_number(value) or not lowest < value < highest:
        raise InvalidValueError(
            f"{name} must be a number strictly between {lowest:g} and {highest:g}; got {kind_of(value)}; "
            "write .95 for 95%",
        )
