"""One instance of every strategy the library exports: the family that the laws run over."""

from datetime import timedelta

import numpy as np

from servicelead._typing import FloatArray
from servicelead.attribution import (
    Custom,
    FirstTouch,
    FullPath,
    LastNonDirect,
    LastTouch,
    Linear,
    MarkovChain,
    PositionBased,
    Shapley,
    Strategy,
    TimeDecay,
    Weighted,
    WShaped,
)
from servicelead.attribution.learned.summary import Learned
from servicelead.tables import Journeys

__all__ = ["EXAMPLES", "NEED_TIMES", "SOLVED", "by_position"]


def by_position(journeys: Journeys) -> FloatArray:
    """Weigh a placement by its position in the journey: 0, 1, 2 ..."""
    starts = np.repeat(journeys.offsets[:-1], journeys.lengths)
    return (np.arange(journeys.n_placements) - starts).astype(np.float64)


EXAMPLES: dict[str, Strategy] = {
    "Custom": Custom(weigh=by_position),
    "FirstTouch": FirstTouch(),
    "FullPath": FullPath(first=0.2, lead=0.25, opportunity=0.3, close=0.1),
    "LastNonDirect": LastNonDirect(ignore={"direct", "ad"}),
    "LastTouch": LastTouch(),
    "Linear": Linear(),
    "PositionBased": PositionBased(first=0.5, last=0.2),
    "Shapley": Shapley(game="sum"),
    "TimeDecay": TimeDecay(half_life=timedelta(days=3)),
    "WShaped": WShaped(),
    "Weighted": Weighted(by="channel", weights={"ad": 0.25, "call": 3, "support": 1.5, "direct": 0}, other=0.1),
}

#: Models whose credit follows from numbers solved in floating point: the same to 1e-12, where others are to the bit.
SOLVED: dict[str, Learned] = {
    "MarkovChain": MarkovChain(),
    "MarkovChain, redistributing value": MarkovChain(order=2, removal="redistribute", measure="value"),
    "Shapley": Shapley(game="rate"),
}

#: Strategies that aggregated paths cannot feed.
NEED_TIMES = {"FullPath", "TimeDecay", "WShaped"}
