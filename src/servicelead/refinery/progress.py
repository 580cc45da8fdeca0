"""How far a lead has come in each stage of its life."""

from types import MappingProxyType

from servicelead.domain.leads import LeadStage

__all__ = ["PROGRESS"]

#: Equal for stages that exclude one another; what was recycled may begin again, and has none.
PROGRESS = MappingProxyType(
    {
        LeadStage.NEW: 0,
        LeadStage.WORKING: 1,
        LeadStage.QUALIFIED: 2,
        LeadStage.ACCEPTED: 3,
        LeadStage.REJECTED: 3,
        LeadStage.OPPORTUNITY: 4,
        LeadStage.WON: 5,
        LeadStage.LOST: 5,
    }
)
