"""Leads, the people behind them, and the stages a lead goes through."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import Attribute, field, frozen
from attrs.converters import optional as maybe
from attrs.validators import optional

from servicelead._fields import (
    Moment,
    attribute_names,
    choice,
    moment,
    other_than,
    read_only,
    recognised,
    refuse,
    text,
)
from servicelead.domain.touchpoints import Team, as_team

__all__ = ["Contact", "Lead", "LeadStage", "OrgLevel", "StageEntry"]


class OrgLevel(StrEnum):
    """How high in the customer's organisation somebody stands."""

    EXECUTIVE = "executive"
    DIRECTOR = "director"
    MANAGER = "manager"
    PRACTITIONER = "practitioner"
    UNKNOWN = "unknown"


class LeadStage(StrEnum):
    """A stage of a lead's life."""

    NEW = "new"
    WORKING = "working"
    QUALIFIED = "qualified"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    RECYCLED = "recycled"


def _as_level(value: OrgLevel | str) -> OrgLevel:
    return recognised(OrgLevel, value)


def _as_stage(value: LeadStage | str) -> LeadStage:
    return recognised(LeadStage, value)


@frozen(kw_only=True)
class Contact:
    """A person at a customer, under a pseudonym.

    Attributes
    ----------
    contact_id
        Identifier, unique among contacts.
    account_id
        The account the person belongs to, if known.
    merged_into
        The contact that survives where this one was a duplicate.
    org_level
        `OrgLevel` or its name.
    email_key
        A keyed pseudonym of the address, never the address.
    attributes
        Further columns, by name; read-only.
    """

    contact_id: str = field(validator=text())
    account_id: str | None = field(default=None, validator=optional(text()))
    merged_into: str | None = field(default=None, validator=optional([text(), other_than("contact_id")]))
    org_level: OrgLevel | None = field(default=None, converter=maybe(_as_level), validator=optional(choice(OrgLevel)))
    email_key: str | None = field(default=None, validator=optional(text()), repr=False)
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )

    @email_key.validator
    def _is_no_address(self, attribute: "Attribute[str | None]", value: str | None) -> None:
        if value is not None and "@" in value:
            refuse(self, attribute, "a keyed pseudonym", "what looks like an address", "pass its HMAC under your key")


@frozen(kw_only=True)
class Lead:
    """A customer's interest that someone of the company wrote down.

    Attributes
    ----------
    lead_id
        Identifier, unique among leads.
    account_id, contact_id
        Whose interest it is, if known; touches of a lead without an account are scored, never attributed.
    merged_into
        The lead that survives where this one was a duplicate.
    created_at
        Moment; a date means 00:00 in the business's zone.
    team
        `Team` that brought it, or its name.
    group, channel
        Free text: the group under the team, and the channel it came by.
    owner, reported_by
        Who works on it, and who reported it.
    org_level
        `OrgLevel` of the person, or its name.
    need
        The customer's problem that the offer would solve, free text.
    stage
        `LeadStage` it stands at, or its name.
    opportunity_id
        The opportunity it became.
    follow_up_promised_at
        Moment at which a follow-up was promised.
    follow_up_due_at
        Moment by which it was promised; a date means the last microsecond of that day.
    followed_up_at
        Moment at which it happened.
    attributes
        Further columns, by name; read-only.

    Examples
    --------
    >>> from datetime import date
    >>> lead = Lead(lead_id="l1", account_id="a1", created_at=date(2025, 3, 1), team="services", need="slow reports")
    >>> lead.team
    <Team.SERVICES: 'services'>
    """

    lead_id: str = field(validator=text())
    account_id: str | None = field(default=None, validator=optional(text()))
    merged_into: str | None = field(default=None, validator=optional([text(), other_than("lead_id")]))
    contact_id: str | None = field(default=None, validator=optional(text()))
    created_at: Moment = field(validator=moment())
    team: Team = field(converter=as_team, validator=choice(Team))
    group: str | None = field(default=None, validator=optional(text()))
    channel: str | None = field(default=None, validator=optional(text()))
    owner: str | None = field(default=None, validator=optional(text()), repr=False)
    org_level: OrgLevel | None = field(default=None, converter=maybe(_as_level), validator=optional(choice(OrgLevel)))
    need: str | None = field(default=None, validator=optional(text()), repr=False)
    reported_by: str | None = field(default=None, validator=optional(text()), repr=False)
    stage: LeadStage | None = field(default=None, converter=maybe(_as_stage), validator=optional(choice(LeadStage)))
    opportunity_id: str | None = field(default=None, validator=optional(text()))
    follow_up_promised_at: Moment | None = field(default=None, validator=optional(moment()))
    follow_up_due_at: Moment | None = field(default=None, validator=optional(moment()))
    followed_up_at: Moment | None = field(default=None, validator=optional(moment()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )


@frozen(kw_only=True)
class StageEntry:
    """A lead's entry into a stage.

    Attributes
    ----------
    lead_id
        The lead that moved.
    stage
        `LeadStage` it entered, or its name.
    entered_at
        Moment; a date means 00:00 in the business's zone.
    reason
        Why it moved, free text; a rejection needs one.
    attributes
        Further columns, by name; read-only.
    """

    lead_id: str = field(validator=text())
    stage: LeadStage = field(converter=_as_stage, validator=choice(LeadStage))
    entered_at: Moment = field(validator=moment())
    reason: str | None = field(default=None, validator=optional(text()), repr=False)
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )

    @reason.validator
    def _explains_a_rejection(self, attribute: "Attribute[str | None]", value: str | None) -> None:
        if value is None and self.stage is LeadStage.REJECTED:
            refuse(self, attribute, "given for a rejection", "None", "say why the lead was rejected")
