"""What people say: touches, leads, accounts, deals, subscriptions, support, spend, money and segments.

Frozen objects, checked when made and without numpy: one class for one row of each canonical table.
"""

from servicelead.domain.accounts import Account, AccountState
from servicelead.domain.conditions import AllOf, AnyOf, ColumnRule, Condition, Interval, Members, Not
from servicelead.domain.currencies import currency_exponent
from servicelead.domain.exchange_rates import ExchangeRate
from servicelead.domain.leads import Contact, Lead, LeadStage, OrgLevel, StageEntry
from servicelead.domain.money import Money
from servicelead.domain.opportunities import Opportunity, OpportunityKind, OpportunityStageEntry, Outcome
from servicelead.domain.segments import Segment, Segmentation
from servicelead.domain.spend import Spend
from servicelead.domain.stage_moves import StageMoves
from servicelead.domain.subscriptions import BillingPeriod, Payment, Subscription, Usage
from servicelead.domain.support import Case, Resource, SelfHelpEvent
from servicelead.domain.touchpoints import Activity, Team, Touchpoint

__all__ = [
    "Account",
    "AccountState",
    "Activity",
    "AllOf",
    "AnyOf",
    "BillingPeriod",
    "Case",
    "ColumnRule",
    "Condition",
    "Contact",
    "ExchangeRate",
    "Interval",
    "Lead",
    "LeadStage",
    "Members",
    "Money",
    "Not",
    "Opportunity",
    "OpportunityKind",
    "OpportunityStageEntry",
    "OrgLevel",
    "Outcome",
    "Payment",
    "Resource",
    "Segment",
    "Segmentation",
    "SelfHelpEvent",
    "Spend",
    "StageEntry",
    "StageMoves",
    "Subscription",
    "Team",
    "Touchpoint",
    "Usage",
    "currency_exponent",
]
