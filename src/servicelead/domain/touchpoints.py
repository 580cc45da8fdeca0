"""Touchpoints and activities: who of the company met the customer, on which channel, when."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import Attribute, field, frozen
from attrs.converters import optional as maybe
from attrs.validators import optional

from servicelead._fields import Moment, attribute_names, between, choice, moment, read_only, recognised, refuse, text
from servicelead.domain._amounts import Amount, amount, as_amount, currency_beside, currency_of

__all__ = ["Activity", "Team", "Touchpoint", "as_team"]


class Team(StrEnum):
    """The part of the company a touch, a lead or a cost belongs to."""

    MARKETING = "marketing"
    SALES = "sales"
    SERVICES = "services"
    PRODUCT = "product"
    PARTNER = "partner"


def as_team(value: Team | str) -> Team:
    """Return the team that a name means."""
    return recognised(Team, value)


@frozen(kw_only=True)
class Touchpoint:
    """One interaction of an account with a team on a channel at a moment.

    Attributes
    ----------
    touchpoint_id
        Identifier, unique among touchpoints; ties in time are ordered by it.
    account_id
        The account, if known; without it `lead_id` is needed.
    lead_id, contact_id
        Through whom the account was touched, if known.
    occurred_at
        Moment; a date means 00:00 in the business's zone.
    team
        `Team` or its name.
    group
        Free text under the team: support, field, professional, success, education ...
    channel
        Free text: call, email, webinar ...
    sentiment
        How the customer left the touch, from -1 (badly) to 1 (well).
    sentiment_known_at
        Moment at which the sentiment became known.
    cost
        `Money`, or a number in major units of `currency`.
    currency
        ISO 4217 code; taken from `cost` where that is `Money`.
    campaign
        Free text.
    attributes
        Further columns, by name; read-only.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> touch = Touchpoint(
    ...     touchpoint_id="t1",
    ...     account_id="a1",
    ...     occurred_at=datetime(2025, 3, 1, 9, 30, tzinfo=UTC),
    ...     team="services",
    ...     channel="support call",
    ...     sentiment=0.5,
    ... )
    >>> touch.team
    <Team.SERVICES: 'services'>
    """

    touchpoint_id: str = field(validator=text())
    account_id: str | None = field(default=None, validator=optional(text()))
    lead_id: str | None = field(default=None, validator=optional(text()))
    contact_id: str | None = field(default=None, validator=optional(text()))
    occurred_at: Moment = field(validator=moment())
    team: Team = field(converter=as_team, validator=choice(Team))
    group: str | None = field(default=None, validator=optional(text()))
    channel: str = field(validator=text())
    sentiment: float | None = field(default=None, validator=optional(between(-1, 1)))
    sentiment_known_at: Moment | None = field(default=None, validator=optional(moment()))
    cost: Amount | None = field(default=None, converter=maybe(as_amount), validator=optional(amount()))
    currency: str | None = field(default=currency_of("cost"), validator=currency_beside("cost"))
    campaign: str | None = field(default=None, validator=optional(text()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )

    @account_id.validator
    def _belongs_to_someone(self, attribute: "Attribute[str | None]", value: str | None) -> None:
        if value is None and self.lead_id is None:
            refuse(self, attribute, "given where lead_id is not", "neither", "name the account or the lead")


@frozen(kw_only=True)
class Activity:
    """Something done within one opportunity: a proof of concept, an executive visit ...

    Attributes
    ----------
    opportunity_id
        The opportunity it was done for.
    activity
        What was done, free text.
    occurred_at
        Moment; a date means 00:00 in the business's zone.
    attributes
        Further columns, by name; read-only.
    """

    opportunity_id: str = field(validator=text())
    activity: str = field(validator=text())
    occurred_at: Moment = field(validator=moment())
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )
