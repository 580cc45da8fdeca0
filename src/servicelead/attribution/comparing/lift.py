"""What an experiment measured: the lift of some touches, and how sure it is."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import optional

from servicelead._fields import above, kind_of, number, refuse, word

__all__ = ["LiftTest"]


def _names(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, Iterable) else value


def _labels(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    rule, remedy = "one label or several different ones", "name what was tested"
    if not isinstance(value, tuple) or not value:
        refuse(instance, attribute, rule, "none" if value == () else kind_of(value), remedy)
    for label in value:
        if not isinstance(label, str) or not label.strip():
            refuse(instance, attribute, rule, kind_of(label), remedy)
    if len(set(value)) < len(value):
        refuse(instance, attribute, rule, "one label twice", remedy)


def _day(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    if isinstance(value, datetime) or not isinstance(value, date):
        refuse(instance, attribute, "a date, or None", kind_of(value), "give a whole day of the business's zone")


@frozen(kw_only=True)
class LiftTest:
    """The measured effect of all touches of one label, or of several taken together.

    Attributes
    ----------
    labels
        What was held back from one group: one label, or several that were held back together.
    by
        Dimension of the labels: channel, team, group or campaign.
    effect
        What the touches brought, in the currency's major units or in conversions: what was won with them less what
        would have been won without. Of *all* accounts the attribution speaks for, in the test's period: an effect
        measured on a tenth of the accounts must be scaled up by whoever knows how they were chosen.
    standard_error
        Of the effect, in the same unit, above 0.
    unit
        What the effect is counted in: ``value`` or ``conversions``.
    start, end
        The period, as dates in the zone of the business, the end exclusive: deals that closed in it. Both or neither;
        without them the effect is of the whole time that is attributed.

    Examples
    --------
    >>> LiftTest(labels="email", effect=40_000, standard_error=15_000).labels
    ('email',)
    """

    labels: tuple[str, ...] = field(converter=_names, validator=_labels)
    by: str = field(default="channel", validator=word("channel", "team", "group", "campaign"))
    effect: float = field(validator=number())
    standard_error: float = field(validator=above(0))
    unit: str = field(default="value", validator=word("value", "conversions"))
    start: date | None = field(default=None, validator=optional(_day))
    end: date | None = field(default=None, validator=optional(_day))

    @end.validator
    def _closes_the_period(self, attribute: "Attribute[Any]", value: date | None) -> None:
        if (value is None) != (self.start is None):
            refuse(self, attribute, "given with start, or left out with it", "one without the other", "give both")
        if value is not None and self.start is not None and value <= self.start:
            refuse(self, attribute, "after start", "an earlier or equal day", "the end is the first day after the test")
