# ruff: noqa: RUF009 - the columns are calls that make attrs fields
"""Accounts and the people in them."""

from attrs import frozen

from servicelead._typing import Array, Codes, IntArray
from servicelead.domain.leads import OrgLevel
from servicelead.tables import schema
from servicelead.tables.base import Table

__all__ = ["Accounts", "Contacts"]


@frozen(kw_only=True, eq=False)
class Accounts(Table):
    """Customer companies, sorted by identifier."""

    title = "accounts"
    order = ("account_id",)

    account_id: Codes = schema.key("account")
    merged_into: Codes = schema.reference("account")
    name: Codes = schema.label()
    created_at: IntArray = schema.start()
    seats: Array = schema.number(lower=0.0)
    industry: Codes = schema.label()
    annual_recurring_revenue: Array = schema.amount()
    parent_account_id: Codes = schema.reference("account")


@frozen(kw_only=True, eq=False)
class Contacts(Table):
    """People, sorted by identifier; an address is never kept, only a keyed pseudonym."""

    title = "contacts"
    order = ("contact_id",)

    contact_id: Codes = schema.key("contact")
    account_id: Codes = schema.reference("account")
    merged_into: Codes = schema.reference("contact")
    org_level: Array = schema.choice(OrgLevel, on_unknown="unmapped_choice")
    email_key: Codes = schema.label()
