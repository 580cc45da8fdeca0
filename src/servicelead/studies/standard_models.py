"""The models that are scored where a study is given none."""

from collections.abc import Mapping
from types import MappingProxyType

from servicelead.attribution import (
    FirstTouch,
    FullPath,
    LastTouch,
    Linear,
    MarkovChain,
    PositionBased,
    Shapley,
    Strategy,
    TimeDecay,
    WShaped,
)

__all__ = ["STANDARD"]

#: Every rule but those that need numbers of the caller's, `Weighted` and `Custom`, and `LastNonDirect`, which is
#: `LastTouch` in businesses without direct touches; the Markov chain of order 1 and Shapley values, both ways each.
STANDARD: Mapping[str, Strategy] = MappingProxyType(
    {
        "first_touch": FirstTouch(),
        "last_touch": LastTouch(),
        "linear": Linear(),
        "position_based": PositionBased(),
        "w_shaped": WShaped(),
        "full_path": FullPath(),
        "time_decay": TimeDecay(),
        "markov_to_null": MarkovChain(),
        "markov_redistribute": MarkovChain(removal="redistribute"),
        "shapley_sum": Shapley(),
        "shapley_rate": Shapley(game="rate"),
    }
)
