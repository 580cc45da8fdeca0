"""The lead refinery: how leads move from team to team, and where they leak."""

from servicelead.refinery.activities import ActivityEffects, ActivityVerdict, activity_effects
from servicelead.refinery.audit import Audit, Check, SignsOfGaming, all_checks, audit
from servicelead.refinery.bulk_edits import Bursts, PeriodEndEdits
from servicelead.refinery.business_kinds import NewAndExisting, new_and_existing
from servicelead.refinery.deal_groups import win_rates
from servicelead.refinery.diagnosis import Diagnosis, diagnose, published_rules
from servicelead.refinery.funnel import Funnel
from servicelead.refinery.gaming import DuplicatedLeads, LeadsAfterClose
from servicelead.refinery.handoff import HandoffReadiness, missing_fields
from servicelead.refinery.ideal_customer import BestCustomers, best_customers
from servicelead.refinery.influence import Influence, influence
from servicelead.refinery.judgement import Judgement, Rule
from servicelead.refinery.near_labels import NearLabels, near_labels
from servicelead.refinery.quality import DealsWithoutAccount, LostWithAmount, MovesAfterClose, StagesBackwards
from servicelead.refinery.rules_of_deals import LosingEarly, QualifyingTooHard, WinsWithoutLeads
from servicelead.refinery.rules_of_leads import CallersIdle, FewAccepted, LeadsDropped, WinsOfAcceptedLeads
from servicelead.refinery.sla import Sla
from servicelead.refinery.sla_report import SlaReport
from servicelead.refinery.touch_ratio import touch_ratio

__all__ = [
    "ActivityEffects",
    "ActivityVerdict",
    "Audit",
    "BestCustomers",
    "Bursts",
    "CallersIdle",
    "Check",
    "DealsWithoutAccount",
    "Diagnosis",
    "DuplicatedLeads",
    "FewAccepted",
    "Funnel",
    "HandoffReadiness",
    "Influence",
    "Judgement",
    "LeadsAfterClose",
    "LeadsDropped",
    "LosingEarly",
    "LostWithAmount",
    "MovesAfterClose",
    "NearLabels",
    "NewAndExisting",
    "PeriodEndEdits",
    "QualifyingTooHard",
    "Rule",
    "SignsOfGaming",
    "Sla",
    "SlaReport",
    "StagesBackwards",
    "WinsOfAcceptedLeads",
    "WinsWithoutLeads",
    "activity_effects",
    "all_checks",
    "audit",
    "best_customers",
    "diagnose",
    "influence",
    "missing_fields",
    "near_labels",
    "new_and_existing",
    "published_rules",
    "touch_ratio",
    "win_rates",
]
