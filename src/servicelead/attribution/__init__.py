"""Attribution: strategies that share out what was won over the touches before it."""

from servicelead.attribution.first_touch import FirstTouch
from servicelead.attribution.last_touch import LastNonDirect, LastTouch
from servicelead.attribution.linear import Linear
from servicelead.attribution.milestones import FullPath, WShaped
from servicelead.attribution.position_based import PositionBased
from servicelead.attribution.result import Attribution
from servicelead.attribution.sourcing import influenced, sourced
from servicelead.attribution.strategy import Attributor, Strategy, attribute
from servicelead.attribution.time_decay import TimeDecay
from servicelead.attribution.weighted import Custom, Weighted

__all__ = [
    "Attribution",
    "Attributor",
    "Custom",
    "FirstTouch",
    "FullPath",
    "LastNonDirect",
    "LastTouch",
    "Linear",
    "PositionBased",
    "Strategy",
    "TimeDecay",
    "WShaped",
    "Weighted",
    "attribute",
    "influenced",
    "sourced",
]
