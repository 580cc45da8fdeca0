"""Support: cases that people worked on, and events in which customers helped themselves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen
from attrs.converters import optional as maybe
from attrs.validators import optional

from servicelead._fields import (
    Moment,
    attribute_names,
    between,
    choice,
    flag,
    moment,
    not_before,
    read_only,
    recognised,
    text,
)

__all__ = ["Case", "Resource", "SelfHelpEvent"]


class Resource(StrEnum):
    """Where a customer looked for help."""

    ARTICLE = "article"
    COMMUNITY = "community"
    BOT = "bot"


def _as_resource(value: Resource | str) -> Resource:
    return recognised(Resource, value)


@frozen(kw_only=True)
class Case:
    """A request for assisted support.

    Attributes
    ----------
    case_id
        Identifier, unique among cases.
    account_id
        The account that asked.
    opened_at
        Moment; a date means 00:00 in the business's zone.
    closed_at
        Moment, not before `opened_at`; None while open.
    entitled
        Whether the customer was entitled to assisted support.
    severity
        Free text.
    sentiment
        How the case left the customer, from -1 (badly) to 1 (well).
    issue_key
        What the case was about; the same key as of the self-help events on the same issue.
    attributes
        Further columns, by name; read-only.
    """

    case_id: str = field(validator=text())
    account_id: str = field(validator=text())
    opened_at: Moment = field(validator=moment())
    closed_at: Moment | None = field(default=None, validator=optional([moment(), not_before("opened_at")]))
    entitled: bool | None = field(default=None, validator=optional(flag()))
    severity: str | None = field(default=None, validator=optional(text()))
    sentiment: float | None = field(default=None, validator=optional(between(-1, 1)))
    issue_key: str | None = field(default=None, validator=optional(text()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )


@frozen(kw_only=True)
class SelfHelpEvent:
    """A customer's visit to an article, a community or a bot, and what a survey says of it.

    Attributes
    ----------
    event_id
        Identifier, unique among self-help events.
    account_id
        The account of the visitor.
    occurred_at
        Moment; a date means 00:00 in the business's zone.
    entitled
        Whether the customer was entitled to assisted support; only such events can deflect a case.
    issue_key
        What it was about; events of one issue by one account count once.
    resource
        `Resource` or its name.
    succeeded
        Whether the customer found the answer; None if not asked.
    intended_assisted
        Whether the customer would otherwise have asked for assisted support; None if not asked.
    needs_no_further_action
        Whether nothing more was needed; None if not asked.
    attributes
        Further columns, by name; read-only.
    """

    event_id: str = field(validator=text())
    account_id: str = field(validator=text())
    occurred_at: Moment = field(validator=moment())
    entitled: bool = field(validator=flag())
    issue_key: str | None = field(default=None, validator=optional(text()))
    resource: Resource | None = field(default=None, converter=maybe(_as_resource), validator=optional(choice(Resource)))
    succeeded: bool | None = field(default=None, validator=optional(flag()))
    intended_assisted: bool | None = field(default=None, validator=optional(flag()))
    needs_no_further_action: bool | None = field(default=None, validator=optional(flag()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )
