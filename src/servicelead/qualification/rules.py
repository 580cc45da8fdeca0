"""What earns points: rules about touches, rules about who the customer is, and groups of them under one cap."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen
from attrs.converters import optional as maybe
from attrs.validators import optional

from servicelead._fields import between, choice, duration, kind_of, refuse, text, word
from servicelead.domain import Segment, Team
from servicelead.domain.touchpoints import as_team

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["FitRule", "RuleGroup", "TouchRule"]

#: More than anybody gives, and few enough that a million touches still add exactly.
MOST_POINTS = 1_000_000


@frozen(kw_only=True)
class TouchRule:
    """Points for every touch of a team, group and channel, halved every half-life.

    A touch of age a earns ``points * 2 ** (-a / half_life)``, times the multiplier of the person's organisational
    level. A touch earns the points of every rule that it meets.

    Attributes
    ----------
    points
        Of a fresh touch; negative points take away.
    team
        `Team` or its name; None for every team.
    group, channel
        Labels of the touch; None for every one.
    half_life
        Time over which what is left of the points halves; None for points that stay.
    cap
        Largest size of the sum of this rule over a lead's touches, as decayed at the time of asking: the sum stays
        within [-cap, cap]. None for no cap.
    name
        What explanations call it; by default the labels it asks for.

    Examples
    --------
    >>> visit = TouchRule(points=20, team="services", channel="field_visit", half_life=timedelta(days=30), cap=40)
    >>> visit.name
    'services field_visit'
    """

    points: float = field(validator=between(-MOST_POINTS, MOST_POINTS))
    team: Team | None = field(default=None, converter=maybe(as_team), validator=optional(choice(Team)))
    group: str | None = field(default=None, validator=optional(text()))
    channel: str | None = field(default=None, validator=optional(text()))
    half_life: timedelta | None = field(default=None, validator=optional(duration()))
    cap: float | None = field(default=None, validator=optional(between(0, MOST_POINTS)))
    name: str = field(validator=text())

    @name.default
    def _labels(self) -> str:
        labels = [label for label in (self.team, self.group, self.channel) if isinstance(label, str)]
        return " ".join(labels) or "any touch"


@frozen(kw_only=True)
class FitRule:
    """Points for what the lead's account, or the lead itself, is.

    An attribute of the account is read as it was known at the time of asking (``account_history``, else ``accounts``);
    an attribute of the lead is taken to be constant. Where a value is missing the rule gives nothing.

    Attributes
    ----------
    points
        Given while the segment holds; negative points take away.
    segment
        `Segment` of attributes that must hold.
    of
        Whose attributes: ``"account"`` or ``"lead"`` (team, group, channel, owner, org_level, need, reported_by and
        further columns).
    name
        What explanations call it; by default the segment's name.

    Examples
    --------
    >>> FitRule(points=15, segment=Segment.at_least("seats", 100)).name
    'seats >= 100'
    """

    points: float = field(validator=between(-MOST_POINTS, MOST_POINTS))
    segment: Segment = field()
    of: str = field(default="account", validator=word("account", "lead"))
    name: str = field(validator=text())

    @segment.validator
    def _is_a_segment(self, attribute: "Attribute[Any]", value: object) -> None:
        if not isinstance(value, Segment):
            refuse(self, attribute, "a Segment", kind_of(value), "make one with Segment.at_least or Segment.of")

    @name.default
    def _segment_name(self) -> str:
        return self.segment.name if isinstance(cast("object", self.segment), Segment) else "fit"


def as_tuple(value: Iterable[Any]) -> tuple[Any, ...]:
    """Return several things as a tuple; what is no such thing stands alone, for the validator to refuse."""
    # Typed code passes an iterable; untyped code may not.
    return tuple(value) if isinstance(cast("object", value), Iterable) else (value,)


@frozen(kw_only=True)
class RuleGroup:
    """Rules of one kind under one cap.

    Attributes
    ----------
    name
        What explanations call it.
    rules
        `TouchRule` or `FitRule`, at least one.
    cap
        Largest size of the sum of the rules, each capped already; None for no cap.

    Examples
    --------
    >>> RuleGroup(name="self-service", rules=[TouchRule(points=1, channel="portal_visit")], cap=10).cap
    10
    """

    name: str = field(validator=text())
    rules: tuple[Any, ...] = field(converter=as_tuple)
    cap: float | None = field(default=None, validator=optional(between(0, MOST_POINTS)))

    @rules.validator
    def _are_of_one_kind(self, attribute: "Attribute[Any]", value: tuple[Any, ...]) -> None:
        if not value or not any(all(isinstance(rule, kind) for rule in value) for kind in (TouchRule, FitRule)):
            refuse(self, attribute, "TouchRule or FitRule, at least one, of one kind", "others", "make two groups")
