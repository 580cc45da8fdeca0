# ruff: noqa: RUF009 - the columns are calls that make attrs fields
"""Leads and the stages they went through."""

from attrs import frozen

from servicelead._typing import Array, Codes, IntArray
from servicelead.domain.leads import LeadStage, OrgLevel
from servicelead.domain.touchpoints import Team
from servicelead.tables import schema
from servicelead.tables.base import Table

__all__ = ["Leads", "StageHistory"]


@frozen(kw_only=True, eq=False)
class Leads(Table):
    """Leads of every team, sorted by identifier."""

    title = "leads"
    order = ("lead_id",)

    lead_id: Codes = schema.key("lead")
    account_id: Codes = schema.reference("account")
    merged_into: Codes = schema.reference("lead")
    contact_id: Codes = schema.reference("contact")
    created_at: IntArray = schema.instant(required=True, observed=True)
    team: Array = schema.choice(Team, required=True, on_unknown="unmapped_team")
    group: Codes = schema.label()
    channel: Codes = schema.label()
    owner: Codes = schema.label()
    org_level: Array = schema.choice(OrgLevel, on_unknown="unmapped_choice")
    need: Codes = schema.label()
    reported_by: Codes = schema.label()
    stage: Array = schema.choice(LeadStage, on_unknown="unmapped_choice")
    opportunity_id: Codes = schema.reference("opportunity")
    follow_up_promised_at: IntArray = schema.instant(learnt=True)
    follow_up_due_at: IntArray = schema.deadline()
    followed_up_at: IntArray = schema.instant(learnt=True)


@frozen(kw_only=True, eq=False)
class StageHistory(Table):
    """Moves of leads, sorted by (lead, time)."""

    title = "stage_history"
    order = ("lead_id", "entered_at", "stage")

    lead_id: Codes = schema.reference("lead", required=True)
    stage: Array = schema.choice(LeadStage, required=True)
    entered_at: IntArray = schema.instant(required=True, observed=True)
    reason: Codes = schema.label()
