"""The rules of the classifier's parameters, checked before anything is learned, in its own name."""

from typing import Any, NoReturn

import numpy as np

from servicelead._arguments import require_whole
from servicelead._fields import is_number, kind_of
from servicelead.exceptions import InvalidValueError

__all__ = ["require_parameters"]

_FEWEST = {"max_iter": 1, "max_leaf_nodes": 2, "min_samples_leaf": 1}
_SHARES = ("learning_rate", "max_features")
_FLAGS = ("additive", "calibrate")
_LARGEST_SEED = 2**32 - 1


def require_parameters(model: Any) -> None:
    """Refuse a parameter of an `ExpansionClassifier` that breaks its rule; `monotone` has to wait for the columns."""
    for name, fewest in _FEWEST.items():
        require_whole(f"ExpansionClassifier.{name}", getattr(model, name), fewest)
    for name in _SHARES:
        share = getattr(model, name)
        if not is_number(share) or not 0 < share <= 1:
            _refuse(name, "a number above 0, at most 1", share, "write .5 for a half")
    doubt = model.l2_regularization
    if not is_number(doubt) or doubt < 0:
        _refuse("l2_regularization", "a number of at least 0", doubt, "write 0 for none")
    for name in _FLAGS:
        if not isinstance(getattr(model, name), bool | np.bool_):
            _refuse(name, "True or False", getattr(model, name), "convert it with an explicit rule")
    seed = model.random_state
    if seed is not None and not isinstance(seed, np.random.RandomState):
        require_whole("ExpansionClassifier.random_state", seed, 0, _LARGEST_SEED)


def _refuse(name: str, rule: str, value: Any, remedy: str) -> NoReturn:
    got = "a number outside" if is_number(value) else kind_of(value)
    raise InvalidValueError(f"ExpansionClassifier.{name} must be {rule}; got {got}; {remedy}")
