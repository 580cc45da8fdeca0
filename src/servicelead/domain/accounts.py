"""Accounts, and what was known about them when."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from attrs.converters import optional as maybe
from attrs.validators import optional

from servicelead._fields import Moment, as_int, attribute_names, moment, other_than, read_only, text, whole
from servicelead.domain._amounts import Amount, amount, as_amount, currency_beside, currency_of

__all__ = ["Account", "AccountState"]


@frozen(kw_only=True)
class Account:
    """A company that buys or may buy.

    Attributes
    ----------
    account_id
        Identifier, unique among accounts.
    merged_into
        The account that survives where this one was a duplicate.
    name
        The company's name.
    created_at
        Moment; a date means 00:00 in the business's zone.
    seats
        Number of seats, at least 0.
    industry
        Free text.
    annual_recurring_revenue
        `Money`, or a number in major units of `currency`, for one year.
    currency
        ISO 4217 code; taken from `annual_recurring_revenue` where that is `Money`.
    parent_account_id
        The account of the company it belongs to.
    attributes
        Further columns, by name; read-only.

    Examples
    --------
    >>> account = Account(account_id="a1", seats=12, annual_recurring_revenue="1200.00", currency="USD")
    >>> account.annual_recurring_revenue
    Decimal('1200.00')
    """

    account_id: str = field(validator=text())
    merged_into: str | None = field(default=None, validator=optional([text(), other_than("account_id")]))
    name: str | None = field(default=None, validator=optional(text()), repr=False)
    created_at: Moment | None = field(default=None, validator=optional(moment()))
    seats: int | None = field(default=None, converter=maybe(as_int), validator=optional(whole(0)))
    industry: str | None = field(default=None, validator=optional(text()))
    annual_recurring_revenue: Amount | None = field(
        default=None, converter=maybe(as_amount), validator=optional(amount())
    )
    currency: str | None = field(
        default=currency_of("annual_recurring_revenue"), validator=currency_beside("annual_recurring_revenue")
    )
    parent_account_id: str | None = field(default=None, validator=optional(text()))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )


@frozen(kw_only=True)
class AccountState:
    """What was known of an account from a moment on: a row of its history.

    Attributes
    ----------
    account_id
        The account.
    valid_from
        Moment from which it was known; a date means 00:00 in the business's zone.
    attributes
        What was known, by name (seats, tier, health ...); read-only.

    Examples
    --------
    >>> from datetime import date
    >>> AccountState(account_id="a1", valid_from=date(2025, 3, 1), attributes={"seats": 20}).attributes["seats"]
    20
    """

    account_id: str = field(validator=text())
    valid_from: Moment = field(validator=moment())
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )
