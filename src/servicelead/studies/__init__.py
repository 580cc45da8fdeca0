"""Studies: questions that need two capabilities at once."""

from servicelead.studies.retention_credit import RetentionCredit, retention_credit
from servicelead.studies.services_effect import ServicesEffect, services_effect

__all__ = ["RetentionCredit", "ServicesEffect", "retention_credit", "services_effect"]
