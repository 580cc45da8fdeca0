"""The trees of a boosted model as arrays, and back."""

import numpy as np
import pytest
from sklearn.base import clone

from propensity.forests import forest, rows_of
from servicelead.propensity.storage.tree_check import check_trees
from servicelead.propensity.storage.trees import NODE, Trees, known_categories, revive


@pytest.mark.parametrize("categorical", [(), (2,), (0, 3), (0, 1, 2, 3)])
def test_trees_come_back_to_the_bit(categorical: tuple[int, ...]) -> None:
    """A model that is given another's trees scores every row alike: missing, unseen and far-off values included."""
    booster = forest(categorical)
    trees = Trees.of(booster)
    check_trees(trees, n_columns=4, n_categorical=len(categorical))
    revived = revive(
        clone(booster), trees, baseline=float(booster._baseline_prediction[0, 0]), known=known_categories(booster)
    )
    rows = rows_of(2000, categorical, seed=1, unseen=True)
    assert np.array_equal(booster.decision_function(rows), revived.decision_function(rows))
    assert (booster.n_iter_, booster.get_params()["max_iter"]) == (revived.n_iter_, revived.get_params()["max_iter"])
    assert Trees.of(revived) == trees


def test_known_categories_are_those_of_training() -> None:
    """Codes are told per column, without the missing ones, and None stands for a column of numbers."""
    assert (None, None, (0.0, 1.0, 2.0, 3.0, 4.0), None) == known_categories(forest((2,)))
    assert (None,) * 4 == known_categories(forest(()))


def test_a_column_without_any_value() -> None:
    """A categorical column that was empty in training is known to have no categories, and is revived so."""
    rows = rows_of(200, (2,), seed=0)
    rows[:, 2] = np.nan
    booster = clone(forest((2,))).fit(rows, rows[:, 0] > 0)
    assert () == known_categories(booster)[2]
    revived = revive(
        clone(booster),
        Trees.of(booster),
        baseline=float(booster._baseline_prediction[0, 0]),
        known=known_categories(booster),
    )
    assert np.array_equal(booster.decision_function(rows), revived.decision_function(rows))


def test_a_node_takes_as_many_bytes_as_the_format_says() -> None:
    """A node is 56 bytes of known fields: another scikit-learn would be refused before its nodes were misread."""
    assert 56 == NODE.itemsize
    assert {"value", "count", "feature_idx", "num_threshold", "left", "right", "bitset_idx"} < set(NODE.names or ())
