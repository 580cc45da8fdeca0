"""Plots: one ``*Display`` per question, in scikit-learn's manner; each draws one result with matplotlib."""

from servicelead.plots.attribution import AttributionDisplay
from servicelead.plots.attribution_errors import AttributionErrorDisplay
from servicelead.plots.cohorts import CohortDisplay
from servicelead.plots.comparison import ComparisonDisplay
from servicelead.plots.deflection import DeflectionDisplay
from servicelead.plots.funnel import FunnelDisplay
from servicelead.plots.gain import GainDisplay
from servicelead.plots.monte_carlo import MonteCarloDisplay
from servicelead.plots.profit import ProfitDisplay
from servicelead.plots.reliability import ReliabilityDisplay
from servicelead.plots.score_timeline import ScoreTimelineDisplay
from servicelead.plots.survival import SurvivalDisplay
from servicelead.plots.tornado import TornadoDisplay
from servicelead.plots.transitions import TransitionDisplay
from servicelead.plots.waterfall import WaterfallDisplay

__all__ = [
    "AttributionDisplay",
    "AttributionErrorDisplay",
    "CohortDisplay",
    "ComparisonDisplay",
    "DeflectionDisplay",
    "FunnelDisplay",
    "GainDisplay",
    "MonteCarloDisplay",
    "ProfitDisplay",
    "ReliabilityDisplay",
    "ScoreTimelineDisplay",
    "SurvivalDisplay",
    "TornadoDisplay",
    "TransitionDisplay",
    "WaterfallDisplay",
]
