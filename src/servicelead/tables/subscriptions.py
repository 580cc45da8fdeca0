# ruff: noqa: RUF009 - the columns are calls that make attrs fields
"""What customers pay for, and what they paid."""

from attrs import frozen

from servicelead._typing import Array, Codes, IntArray
from servicelead.domain.subscriptions import BillingPeriod
from servicelead.tables import schema
from servicelead.tables.base import RowIds, Table

__all__ = ["Payments", "Subscriptions"]


@frozen(kw_only=True, eq=False)
class Subscriptions(Table):
    """One item at one price for one span each, sorted by (account, start, identifier)."""

    title = "subscriptions"
    order = ("account_id", "started_at", "subscription_id")
    rate_dates = ("started_at",)

    subscription_id: RowIds = schema.row_id()
    contract_id: Codes = schema.label()
    account_id: Codes = schema.reference("account", required=True)
    started_at: IntArray = schema.start(required=True)
    ended_at: IntArray = schema.end()
    amount: Array = schema.amount(required=True)
    period: Array = schema.choice(BillingPeriod, required=True)
    period_count: Array = schema.number(lower=1.0)
    seats: Array = schema.number(lower=0.0)
    product: Codes = schema.label()
    end_reason: Codes = schema.label()


@frozen(kw_only=True, eq=False)
class Payments(Table):
    """Payments of perpetual customers, sorted by (account, time, identifier); refunds are negative."""

    title = "payments"
    order = ("account_id", "paid_at", "payment_id")
    rate_dates = ("paid_at",)

    payment_id: RowIds = schema.row_id()
    account_id: Codes = schema.reference("account", required=True)
    paid_at: IntArray = schema.instant(required=True, observed=True)
    amount: Array = schema.amount(required=True, signed=True)
    kind: Codes = schema.label()
