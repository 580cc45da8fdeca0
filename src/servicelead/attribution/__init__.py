"""Attribution: strategies that share out what was won over the touches before it."""

from servicelead.attribution.bootstrap import Bootstrap, bootstrap
from servicelead.attribution.calibration import Calibration, calibrate
from servicelead.attribution.comparison import Comparison, compare
from servicelead.attribution.first_touch import FirstTouch
from servicelead.attribution.fitted_markov import FittedMarkovChain
from servicelead.attribution.fitted_shapley import FittedShapley, RateShapley
from servicelead.attribution.last_touch import LastNonDirect, LastTouch
from servicelead.attribution.lift import LiftTest
from servicelead.attribution.linear import Linear
from servicelead.attribution.markov import MarkovChain
from servicelead.attribution.milestones import FullPath, WShaped
from servicelead.attribution.order import OrderChoice, choose_order
from servicelead.attribution.position_based import PositionBased
from servicelead.attribution.result import Attribution
from servicelead.attribution.shapley import Shapley
from servicelead.attribution.sourcing import influenced, sourced
from servicelead.attribution.strategy import Attributor, Strategy, attribute
from servicelead.attribution.summary import Summarizable, Summary, load_summary
from servicelead.attribution.time_decay import TimeDecay
from servicelead.attribution.validation import ConversionModel, cross_validate
from servicelead.attribution.weighted import Custom, Weighted

__all__ = [
    "Attribution",
    "Attributor",
    "Bootstrap",
    "Calibration",
    "Comparison",
    "ConversionModel",
    "Custom",
    "FirstTouch",
    "FittedMarkovChain",
    "FittedShapley",
    "FullPath",
    "LastNonDirect",
    "LastTouch",
    "LiftTest",
    "Linear",
    "MarkovChain",
    "OrderChoice",
    "PositionBased",
    "RateShapley",
    "Shapley",
    "Strategy",
    "Summarizable",
    "Summary",
    "TimeDecay",
    "WShaped",
    "Weighted",
    "attribute",
    "bootstrap",
    "calibrate",
    "choose_order",
    "compare",
    "cross_validate",
    "influenced",
    "load_summary",
    "sourced",
]
