# ruff: noqa: RUF009 - the columns are calls that make attrs fields
"""Opportunities, the stages they went through, and what was done in them."""

from attrs import frozen

from servicelead._typing import Array, Codes, IntArray
from servicelead.domain.opportunities import OpportunityKind, Outcome
from servicelead.tables import schema
from servicelead.tables.base import Table

__all__ = ["LOST", "OPEN", "WON", "Activities", "Opportunities", "OpportunityStageHistory"]

#: Codes of `Opportunities.outcome`, in the order of `Outcome`.
WON, LOST, OPEN = 0, 1, 2


@frozen(kw_only=True, eq=False)
class Opportunities(Table):
    """Deals, sorted by (account, close, identifier); what closes after as_of is open and has no close."""

    title = "opportunities"
    order = ("account_id", "closed_at", "opportunity_id")
    rate_dates = ("closed_at", "created_at")

    opportunity_id: Codes = schema.key("opportunity")
    account_id: Codes = schema.reference("account", required=True)
    lead_id: Codes = schema.reference("lead")
    created_at: IntArray = schema.instant(required=True, observed=True)
    closed_at: IntArray = schema.deadline()
    outcome: Array = schema.choice(Outcome, required=True)
    amount: Array = schema.amount()
    kind: Array = schema.choice(OpportunityKind, on_unknown="unmapped_choice")
    handed_off_at: IntArray = schema.instant(learnt=True)
    owner: Codes = schema.label()


@frozen(kw_only=True, eq=False)
class OpportunityStageHistory(Table):
    """Moves of opportunities, sorted by (opportunity, time); a stage repeated in a row is kept once."""

    title = "opportunity_stage_history"
    order = ("opportunity_id", "entered_at", "stage")
    rate_dates = ("entered_at",)

    opportunity_id: Codes = schema.reference("opportunity", required=True)
    stage: Codes = schema.label(required=True)
    entered_at: IntArray = schema.instant(required=True, observed=True)
    amount: Array = schema.amount()


@frozen(kw_only=True, eq=False)
class Activities(Table):
    """What was done in an opportunity, sorted by (opportunity, time)."""

    title = "activities"
    order = ("opportunity_id", "occurred_at", "activity")

    opportunity_id: Codes = schema.reference("opportunity", required=True)
    activity: Codes = schema.label(required=True)
    occurred_at: IntArray = schema.instant(required=True, observed=True)
