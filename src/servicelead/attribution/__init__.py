"""Attribution: strategies that share out what was won over the touches before it."""

from servicelead.attribution.comparing.bootstrap import Bootstrap, bootstrap
from servicelead.attribution.comparing.bootstrap_fit import bootstrap_fit
from servicelead.attribution.comparing.calibration import Calibration, calibrate
from servicelead.attribution.comparing.comparison import Comparison, compare
from servicelead.attribution.comparing.lift import LiftTest
from servicelead.attribution.comparing.order import OrderChoice, choose_order
from servicelead.attribution.comparing.validation import ConversionModel, cross_validate
from servicelead.attribution.learned.fitted_markov import FittedMarkovChain
from servicelead.attribution.learned.fitted_shapley import FittedShapley, RateShapley
from servicelead.attribution.learned.markov import MarkovChain
from servicelead.attribution.learned.shapley import Shapley
from servicelead.attribution.learned.summary import Summarizable, Summary, load_summary
from servicelead.attribution.results.result import Attribution
from servicelead.attribution.results.sourcing import influenced, sourced
from servicelead.attribution.results.strategy import Attributor, Strategy, attribute
from servicelead.attribution.rules.first_touch import FirstTouch
from servicelead.attribution.rules.last_touch import LastNonDirect, LastTouch
from servicelead.attribution.rules.linear import Linear
from servicelead.attribution.rules.milestones import FullPath, WShaped
from servicelead.attribution.rules.position_based import PositionBased
from servicelead.attribution.rules.time_decay import TimeDecay
from servicelead.attribution.rules.weighted import Custom, Weighted

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
    "bootstrap_fit",
    "calibrate",
    "choose_order",
    "compare",
    "cross_validate",
    "influenced",
    "load_summary",
    "sourced",
]
