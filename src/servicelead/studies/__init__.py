"""Studies: questions that need two capabilities at once."""

from servicelead.studies.attribution_truth import attribution_truth
from servicelead.studies.retention_credit import RetentionCredit, retention_credit
from servicelead.studies.services_effect import ServicesEffect, services_effect
from servicelead.studies.truth_scores import AttributionTruth

__all__ = [
    "AttributionTruth",
    "RetentionCredit",
    "ServicesEffect",
    "attribution_truth",
    "retention_credit",
    "services_effect",
]
