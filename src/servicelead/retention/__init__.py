"""Retention that reconciles: what recurred, what moved, what was kept, and how sure we are."""

from servicelead.retention.cohorts import cohort_triangle
from servicelead.retention.drivers import price_volume
from servicelead.retention.ledger import MovementLedger
from servicelead.retention.losses import losses_by
from servicelead.retention.mix import mix_and_rate
from servicelead.retention.periods import Periods
from servicelead.retention.policy import RetentionPolicy
from servicelead.retention.projection import ShiftedBetaGeometric
from servicelead.retention.projection_fit import GoodnessOfFit, ShiftedBetaGeometricFit
from servicelead.retention.rates import RetentionRates
from servicelead.retention.recognition import recognised_revenue
from servicelead.retention.restatement import Restatement, restatement
from servicelead.retention.totals import MovementTotals
from servicelead.survival.curve import SurvivalCurve, kaplan_meier
from servicelead.survival.lifetimes import Lifetimes
from servicelead.survival.log_rank import LogRank, log_rank

__all__ = [
    "GoodnessOfFit",
    "Lifetimes",
    "LogRank",
    "MovementLedger",
    "MovementTotals",
    "Periods",
    "Restatement",
    "RetentionPolicy",
    "RetentionRates",
    "ShiftedBetaGeometric",
    "ShiftedBetaGeometricFit",
    "SurvivalCurve",
    "cohort_triangle",
    "kaplan_meier",
    "log_rank",
    "losses_by",
    "mix_and_rate",
    "price_volume",
    "recognised_revenue",
    "restatement",
]
