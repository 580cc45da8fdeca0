"""The rules of confidence levels and thresholds."""

from typing import TYPE_CHECKING, Any

from servicelead._fields import Validator, is_number, kind_of, refuse
from servicelead.exceptions import InvalidValueError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["DEFAULT_CONFIDENCE", "confidence_level", "require_within"]

#: Confidence of every interval and verdict that states no other.
DEFAULT_CONFIDENCE = 0.95


def confidence_level() -> Validator:
    """Require a number strictly between 0 and 1."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not is_number(value) or not 0 < value < 1:
            refuse(instance, attribute, "a number strictly between 0 and 1", kind_of(value), "write .95 for 95%")

    return check


def require_within(name: str, value: float, lowest: float = 0, highest: float = 1) -> None:
    """Refuse an argument that is no number strictly between two bounds."""
    if not is_number(value) or not lowest < value < highest:
        raise InvalidValueError(
            f"{name} must be a number strictly between {lowest:g} and {highest:g}; got {kind_of(value)}; "
            "write .95 for 95%",
        )
