# ruff: noqa: RUF009 - the columns are calls that make attrs fields
"""What customers did on their own and asked for help with, and what teams spent."""

from attrs import frozen

from servicelead._typing import Array, Codes, IntArray
from servicelead.domain.support import Resource
from servicelead.domain.touchpoints import Team
from servicelead.tables import schema
from servicelead.tables.base import RowIds, Table

__all__ = ["Cases", "SelfHelpEvents", "Spend", "Usage"]


@frozen(kw_only=True, eq=False)
class Usage(Table):
    """Use of the product, sorted by (account, time)."""

    title = "usage"
    order = ("account_id", "occurred_at", "feature")

    account_id: Codes = schema.reference("account", required=True)
    occurred_at: IntArray = schema.instant(required=True, observed=True)
    feature: Codes = schema.label()
    quantity: Array = schema.number(lower=0.0)
    users: Array = schema.number(lower=0.0)


@frozen(kw_only=True, eq=False)
class SelfHelpEvents(Table):
    """Attempts of customers to help themselves, sorted by (account, time, identifier)."""

    title = "self_help_events"
    order = ("account_id", "occurred_at", "event_id")

    event_id: RowIds = schema.row_id()
    account_id: Codes = schema.reference("account", required=True)
    occurred_at: IntArray = schema.instant(required=True, observed=True, finding="date_only")
    entitled: Array = schema.flag(required=True)
    issue_key: Codes = schema.label()
    resource: Array = schema.choice(Resource, on_unknown="unmapped_choice")
    succeeded: Array = schema.flag()
    intended_assisted: Array = schema.flag()
    needs_no_further_action: Array = schema.flag()


@frozen(kw_only=True, eq=False)
class Cases(Table):
    """Assisted support cases, sorted by (account, opening, identifier)."""

    title = "cases"
    order = ("account_id", "opened_at", "case_id")

    case_id: RowIds = schema.row_id()
    account_id: Codes = schema.reference("account", required=True)
    opened_at: IntArray = schema.instant(required=True, observed=True)
    closed_at: IntArray = schema.instant(learnt=True)
    entitled: Array = schema.flag()
    severity: Codes = schema.label()
    sentiment: Array = schema.number(lower=-1.0, upper=1.0)
    issue_key: Codes = schema.label()


@frozen(kw_only=True, eq=False)
class Spend(Table):
    """Cost that no single touch carries, sorted by (channel, start)."""

    title = "spend"
    order = ("channel", "start")
    rate_dates = ("start",)

    channel: Codes = schema.label(required=True)
    team: Array = schema.choice(Team, required=True)
    start: IntArray = schema.start(required=True)
    end: IntArray = schema.end(required=True)
    amount: Array = schema.amount(required=True)
