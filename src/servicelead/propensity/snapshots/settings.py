"""Converters and validators of the settings that this package shares."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from servicelead._fields import Validator, kind_of, refuse
from servicelead.domain.opportunities import OpportunityKind

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["MOST_DAYS", "as_kinds", "as_tuple", "day", "each_is", "whole_days"]

#: A century: no business looks further back or ahead, and moments that far from any cutoff still fit int64.
MOST_DAYS: Final = 36_525


def as_tuple(value: Any) -> Any:
    """Return lists and sets as a tuple; anything else unchanged."""
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else value


def each_is(kind: type[Any], rule: str) -> Validator:
    """Require a tuple of one type."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, tuple):
            refuse(instance, attribute, f"a tuple of {rule}", kind_of(value), "put a single one in brackets too")
        for each in value:
            if isinstance(each, bool) or not isinstance(each, kind) or each == "":
                refuse(instance, attribute, f"a tuple of {rule}", f"{kind_of(each)} in it", "leave it out")

    return check


def whole_days(lowest: int) -> Validator:
    """Require a timedelta of whole days, at least so many and at most `MOST_DAYS`."""
    least, most = timedelta(days=lowest), timedelta(days=MOST_DAYS)

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        rule = f"a timedelta of {lowest} to {MOST_DAYS:,} whole days"
        if not isinstance(value, timedelta) or value % timedelta(days=1) or not least <= value <= most:
            refuse(instance, attribute, rule, kind_of(value), "write e.g. timedelta(days=90)")

    return check


def day() -> Validator:
    """Require a date without a time."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if isinstance(value, datetime) or not isinstance(value, date):
            refuse(instance, attribute, "a date", kind_of(value), "write e.g. date(2026, 1, 1)")

    return check


def as_kinds(value: Any) -> Any:
    """Return kinds of opportunity, or their names, as a tuple of kinds."""
    names = [kind.value for kind in OpportunityKind]
    given = as_tuple(value)
    return tuple(OpportunityKind(v) if v in names else v for v in given) if isinstance(given, tuple) else given
