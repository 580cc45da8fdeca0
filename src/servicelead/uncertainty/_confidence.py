"""The confidence of intervals and verdicts: its default and its rule."""

from typing import TYPE_CHECKING, Any

from servicelead._fields import Validator, is_number, kind_of, refuse

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["DEFAULT_CONFIDENCE", "confidence_level"]

#: Confidence of every interval and verdict that states no other.
DEFAULT_CONFIDENCE = 0.95


def confidence_level() -> Validator:
    """Require a number strictly between 0 and 1."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not is_number(value) or not 0 < value < 1:
            refuse(instance, attribute, "a number strictly between 0 and 1", kind_of(value), "write .95 for 95%")

    return check
