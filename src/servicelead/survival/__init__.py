"""How long things last, of which some are not over yet: customers, stages of leads, deals."""

from servicelead.survival.curve import SurvivalCurve, kaplan_meier
from servicelead.survival.lifetimes import Lifetimes
from servicelead.survival.log_rank import LogRank, log_rank

__all__ = ["Lifetimes", "LogRank", "SurvivalCurve", "kaplan_meier", "log_rank"]
