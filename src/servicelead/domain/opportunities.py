"""Opportunities: deals won, lost or open, and the stages they went through."""

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
    not_before,
    read_only,
    recognised,
    refuse,
    text,
)
from servicelead.domain._amounts import Amount, amount, as_amount, currency_beside, currency_of

__all__ = ["Opportunity", "OpportunityKind", "OpportunityStageEntry", "Outcome"]


class Outcome(StrEnum):
    """How an opportunity stands."""

    WON = "won"
    LOST = "lost"
    OPEN = "open"


class OpportunityKind(StrEnum):
    """What an opportunity would sell to whom."""

    NEW = "new"
    UPSELL = "upsell"
    CROSS_SELL = "cross_sell"
    RENEWAL = "renewal"


def _as_outcome(value: Outcome | str) -> Outcome:
    return recognised(Outcome, value)


def _as_kind(value: OpportunityKind | str) -> OpportunityKind:
    return recognised(OpportunityKind, value)


@frozen(kw_only=True)
class Opportunity:
    """A deal with an account.

    Attributes
    ----------
    opportunity_id
        Identifier, unique among opportunities.
    account_id
        The account.
    lead_id
        The lead it came from, if any.
    created_at
        Moment; a date means 00:00 in the business's zone.
    closed_at
        Moment at which it was won or lost, not before `created_at`; a date means the last microsecond of that day.
        None while open.
    outcome
        `Outcome` or its name.
    amount
        `Money`, or a number in major units of `currency`. Won without an amount counts as 0 and is a finding.
    currency
        ISO 4217 code; taken from `amount` where that is `Money`.
    kind
        `OpportunityKind` or its name.
    handed_off_at
        Moment at which sales took it over.
    owner
        Who is responsible.
    attributes
        Further columns, by name; read-only.

    Examples
    --------
    >>> from datetime import date
    >>> deal = Opportunity(
    ...     opportunity_id="o1",
    ...     account_id="a1",
    ...     created_at=date(2025, 1, 10),
    ...     closed_at=date(2025, 3, 31),
    ...     outcome="won",
    ...     amount=1200,
    ...     currency="USD",
    ... )
    >>> deal.outcome, deal.amount
    (<Outcome.WON: 'won'>, Decimal('1200'))
    """

    opportunity_id: str = field(validator=text())
    account_id: str = field(validator=text())
    lead_id: str | None = field(default=None, validator=optional(text()))
    created_at: Moment = field(validator=moment())
    closed_at: Moment | None = field(default=None, validator=optional([moment(), not_before("created_at")]))
    outcome: Outcome = field(converter=_as_outcome, validator=choice(Outcome))
    amount: Amount | None = field(default=None, converter=maybe(as_amount), validator=optional(amount()))
    currency: str | None = field(default=currency_of("amount"), validator=currency_beside("amount"))
    kind: OpportunityKind | None = field(
        default=None, converter=maybe(_as_kind), validator=optional(choice(OpportunityKind))
    )
    handed_off_at: Moment | None = field(default=None, validator=optional(moment()))
    owner: str | None = field(default=None, validator=optional(text()), repr=False)
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )

    @closed_at.validator
    def _agrees_with_the_outcome(self, attribute: "Attribute[Moment | None]", value: Moment | None) -> None:
        if value is None and self.outcome in (Outcome.WON, Outcome.LOST):
            remedy = "say when it closed, or give the outcome open"
            refuse(self, attribute, "given for an opportunity won or lost", "None", remedy)
        if value is not None and self.outcome is Outcome.OPEN:
            remedy = "leave it out: an expected close belongs in attributes"
            refuse(self, attribute, "None for an open opportunity", "a moment", remedy)


@frozen(kw_only=True)
class OpportunityStageEntry:
    """An opportunity's entry into a stage of the company's own pipeline.

    Attributes
    ----------
    opportunity_id
        The opportunity that moved.
    stage
        The stage it entered, free text.
    entered_at
        Moment; a date means 00:00 in the business's zone.
    amount
        `Money`, or a number in major units of the opportunity's currency, as it was then.
    attributes
        Further columns, by name; read-only.
    """

    opportunity_id: str = field(validator=text())
    stage: str = field(validator=text())
    entered_at: Moment = field(validator=moment())
    amount: Amount | None = field(default=None, converter=maybe(as_amount), validator=optional(amount()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )
