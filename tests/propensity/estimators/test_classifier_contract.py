"""scikit-learn's own battery, and how many checks it holds."""

import pytest

from propensity.battery import assert_passes
from servicelead.propensity import ExpansionClassifier


@pytest.mark.parametrize("additive", [False, True])
def test_scikit_learn_estimator(additive: bool) -> None:  # noqa: FBT001 - pytest passes its parameters by name
    """The classifier keeps every rule of scikit-learn's estimators, with no exception made for it."""
    assert_passes(ExpansionClassifier(additive=additive), n_checks=61)
