"""scikit-learn's own battery, and how many checks it holds."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from servicelead.propensity import ExpansionClassifier

INSTANCES = [ExpansionClassifier(), ExpansionClassifier(additive=True)]
FEWEST_CHECKS = 50  # 58 in scikit-learn 1.9; a tag that skips the battery leaves one


@pytest.mark.parametrize("instance", INSTANCES, ids=["default", "additive"])
def test_the_whole_battery_is_run(instance: ExpansionClassifier) -> None:
    """No tag makes scikit-learn skip its checks."""
    assert FEWEST_CHECKS <= len(list(estimator_checks_generator(instance)))


@parametrize_with_checks(INSTANCES)  # type: ignore[untyped-decorator]  # scikit-learn carries no types
def test_scikit_learn_estimator(estimator: ExpansionClassifier, check: Callable[[Any], None]) -> None:
    """The classifier keeps every rule of scikit-learn's estimators, with no exception made for it."""
    check(estimator)
