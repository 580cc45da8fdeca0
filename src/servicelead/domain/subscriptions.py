"""Subscriptions, payments and usage: what accounts pay for and what they use of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen
from attrs.converters import optional as maybe
from attrs.validators import optional

from servicelead._fields import (
    Moment,
    as_int,
    at_least,
    attribute_names,
    choice,
    moment,
    not_before,
    read_only,
    recognised,
    text,
    whole,
)
from servicelead.domain._amounts import Amount, amount, as_amount, currency_beside, currency_of

__all__ = ["BillingPeriod", "Payment", "Subscription", "Usage"]


class BillingPeriod(StrEnum):
    """The unit of time a price is for."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def _as_period(value: BillingPeriod | str) -> BillingPeriod:
    return recognised(BillingPeriod, value)


@frozen(kw_only=True)
class Subscription:
    """One item at one price for one span of time; several of them may share a contract.

    It is active on ``[started_at, ended_at)``; one that ends where it starts never is.

    Attributes
    ----------
    subscription_id
        Identifier, unique among subscriptions.
    contract_id
        The vendor's contract it is part of.
    account_id
        The account that pays.
    started_at
        Moment; a date means 00:00 in the business's zone.
    ended_at
        Moment, not before `started_at`; a date means 00:00 of that day, which is no longer covered. None while running.
    amount
        Price of `period_count` periods: `Money`, or a number in major units of `currency`.
    period
        `BillingPeriod` or its name.
    period_count
        Periods one price covers, at least 1: six months are 6 of ``month``.
    currency
        ISO 4217 code; taken from `amount` where that is `Money`.
    seats
        Number of seats, at least 0.
    product, end_reason
        Free text.
    attributes
        Further columns, by name; read-only.

    Examples
    --------
    >>> from datetime import date
    >>> from servicelead.domain import Money
    >>> price = Money.of(600, "USD")
    >>> half_yearly = Subscription(
    ...     subscription_id="s1",
    ...     account_id="a1",
    ...     started_at=date(2025, 1, 1),
    ...     amount=price,
    ...     period="month",
    ...     period_count=6,
    ... )
    >>> half_yearly.currency
    'USD'
    """

    subscription_id: str = field(validator=text())
    contract_id: str | None = field(default=None, validator=optional(text()))
    account_id: str = field(validator=text())
    started_at: Moment = field(validator=moment())
    ended_at: Moment | None = field(default=None, validator=optional([moment(), not_before("started_at")]))
    amount: Amount = field(converter=as_amount, validator=amount())
    period: BillingPeriod = field(converter=_as_period, validator=choice(BillingPeriod))
    period_count: int = field(default=1, converter=as_int, validator=whole(1))
    currency: str | None = field(default=currency_of("amount"), validator=currency_beside("amount"))
    seats: int | None = field(default=None, converter=maybe(as_int), validator=optional(whole(0)))
    product: str | None = field(default=None, validator=optional(text()))
    end_reason: str | None = field(default=None, validator=optional(text()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )


@frozen(kw_only=True)
class Payment:
    """A payment of a customer who bought for good and pays on: maintenance, further licences.

    Attributes
    ----------
    payment_id
        Identifier, unique among payments.
    account_id
        The account that paid.
    paid_at
        Moment; a date means 00:00 in the business's zone.
    amount
        `Money`, or a number in major units of `currency`.
    currency
        ISO 4217 code; taken from `amount` where that is `Money`.
    kind
        What was paid for: maintenance, licence ...
    attributes
        Further columns, by name; read-only.
    """

    payment_id: str = field(validator=text())
    account_id: str = field(validator=text())
    paid_at: Moment = field(validator=moment())
    amount: Amount = field(converter=as_amount, validator=amount())
    currency: str | None = field(default=currency_of("amount"), validator=currency_beside("amount"))
    kind: str | None = field(default=None, validator=optional(text()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )


@frozen(kw_only=True)
class Usage:
    """How much of a product an account used at a moment; it has no identifier of its own.

    Attributes
    ----------
    account_id
        The account.
    occurred_at
        Moment; a date means 00:00 in the business's zone.
    feature
        What was used, free text.
    quantity
        How much, at least 0, in the feature's own unit.
    users
        How many people used it, at least 0.
    attributes
        Further columns, by name; read-only.
    """

    account_id: str = field(validator=text())
    occurred_at: Moment = field(validator=moment())
    feature: str | None = field(default=None, validator=optional(text()))
    quantity: float | None = field(default=None, validator=optional(at_least(0)))
    users: int | None = field(default=None, converter=maybe(as_int), validator=optional(whole(0)))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )
