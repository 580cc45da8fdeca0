"""The lead refinery: how leads move from team to team, and where they leak."""

from servicelead.refinery.activities import ActivityEffects, ActivityVerdict, activity_effects
from servicelead.refinery.handoff import HandoffReadiness, missing_fields
from servicelead.refinery.ideal_customer import BestCustomers, best_customers
from servicelead.refinery.touch_ratio import touch_ratio

__all__ = [
    "ActivityEffects",
    "ActivityVerdict",
    "BestCustomers",
    "HandoffReadiness",
    "activity_effects",
    "best_customers",
    "missing_fields",
    "touch_ratio",
]
