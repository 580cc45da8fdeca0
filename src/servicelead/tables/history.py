# ruff: noqa: RUF009 - the columns are calls that make attrs fields
"""What was known of an account, and when."""

from attrs import frozen

from servicelead._typing import Codes, IntArray
from servicelead.tables import schema
from servicelead.tables.base import Table

__all__ = ["AccountHistory"]


@frozen(kw_only=True, eq=False)
class AccountHistory(Table):
    """States of accounts, sorted by (account, valid_from); the states themselves are the attributes."""

    title = "account_history"
    order = ("account_id", "valid_from")

    account_id: Codes = schema.reference("account", required=True)
    valid_from: IntArray = schema.instant(required=True, observed=True)
