from typing import Any

import numpy as np
import pytest

from servicelead.exceptions import InvalidValueError
from servicelead.propensity import ExpansionClassifier
from servicelead.propensity.estimators.parameters import require_parameters


def check(name: str, value: Any) -> None:
    """Check a classifier with one parameter set."""
    require_parameters(ExpansionClassifier().set_params(**{name: value}))


@pytest.mark.parametrize(
    ("name", "lowest"), [("max_iter", 1), ("max_leaf_nodes", 2), ("min_samples_leaf", 1), ("l2_regularization", 0.0)]
)
def test_the_least_is_allowed_and_less_is_not(name: str, lowest: float) -> None:
    """Each bound is part of its range."""
    check(name, lowest)
    with pytest.raises(InvalidValueError, match=rf"ExpansionClassifier\.{name} must be"):
        check(name, lowest - 1)


@pytest.mark.parametrize("name", ["learning_rate", "max_features"])
def test_shares_lie_above_0_and_reach_1(name: str) -> None:
    """As they do in boosting."""
    for share in (1e-6, 1, np.float32(0.5)):
        check(name, share)
    refused: tuple[tuple[Any, str], ...] = (
        (0, "a number"),
        (1.01, "a number"),
        (float("nan"), "NaN"),
        ("half", "text"),
    )
    for share, got in refused:
        with pytest.raises(InvalidValueError, match=rf"{name} must be a number above 0, at most 1; got {got}"):
            check(name, share)


@pytest.mark.parametrize("name", ["additive", "calibrate"])
def test_flags_are_true_or_false(name: str) -> None:
    """A 1 could have been meant for something else."""
    check(name, np.bool_(True))
    with pytest.raises(InvalidValueError, match=f"{name} must be True or False"):
        check(name, 1)


def test_seeds_are_those_of_numpy() -> None:
    """A whole number that fits, a generator of numpy's older kind, or chance."""
    fine: tuple[Any, ...] = (0, 2**32 - 1, np.int64(7), None, np.random.RandomState(0))
    for seed in fine:
        check("random_state", seed)
    odd: tuple[Any, ...] = (-1, 2**32, 1.0, "secret", np.random.default_rng(0))
    for wrong in odd:
        with pytest.raises(InvalidValueError, match=r"ExpansionClassifier\.random_state must be") as caught:
            check("random_state", wrong)
        assert "secret" not in str(caught.value)
