"""Qualification: which leads are ready, what became of them, and whether promises to them were kept."""

from servicelead.qualification.follow_up import FollowUpPromise, PromiseState
from servicelead.qualification.follow_ups import FollowUpPromises, follow_up_promises
from servicelead.qualification.lifecycle import LeadLifecycle
from servicelead.qualification.lifecycle_audit import LifecycleAudit
from servicelead.qualification.points import PointsModel
from servicelead.qualification.policy import QualificationPolicy, QualifiedLeads
from servicelead.qualification.rules import FitRule, RuleGroup, TouchRule
from servicelead.qualification.satisfaction import SatisfactionGap, satisfaction_gap
from servicelead.qualification.scores import LeadScores
from servicelead.qualification.timeline import ScoreTimeline

__all__ = [
    "FitRule",
    "FollowUpPromise",
    "FollowUpPromises",
    "LeadLifecycle",
    "LeadScores",
    "LifecycleAudit",
    "PointsModel",
    "PromiseState",
    "QualificationPolicy",
    "QualifiedLeads",
    "RuleGroup",
    "SatisfactionGap",
    "ScoreTimeline",
    "TouchRule",
    "follow_up_promises",
    "satisfaction_gap",
]
