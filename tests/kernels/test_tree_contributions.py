import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from budget import examples
from servicelead._typing import Array, FloatArray
from servicelead.kernels.tree_contributions import tree_contributions

NODE = np.dtype(
    [
        ("value", np.float64),
        ("count", np.uint32),
        ("feature_idx", np.intp),
        ("num_threshold", np.float64),
        ("missing_go_to_left", np.uint8),
        ("left", np.uint32),
        ("right", np.uint32),
        ("is_leaf", np.uint8),
        ("is_categorical", np.uint8),
        ("bitset_idx", np.uint32),
    ]
)
NO_SETS = np.zeros((0, 8), dtype=np.uint32)
SHAP = Path(__file__).parent / "tree_shap.json"


def grown(rng: np.random.Generator, n_splits: int, n_features: int) -> tuple[Array, Array]:
    """Return a tree of any shape: numbers and categories, missing values left or right, features met again."""
    nodes = np.zeros(2 * n_splits + 1, dtype=NODE)
    sets = rng.integers(0, 2**32, size=(n_splits, 8), dtype=np.uint32)
    nodes["value"] = rng.normal(size=len(nodes))
    nodes["is_leaf"] = 1
    nodes["count"][0] = 1000
    leaves = [0]
    for split in range(n_splits):
        node = leaves.pop(int(rng.integers(len(leaves))))
        left, right = 2 * split + 1, 2 * split + 2
        nodes["is_leaf"][node] = 0
        nodes["feature_idx"][node] = rng.integers(n_features)
        nodes["is_categorical"][node] = nodes["feature_idx"][node] % 2
        nodes["bitset_idx"][node] = split
        nodes["num_threshold"][node] = rng.integers(4)
        nodes["missing_go_to_left"][node] = rng.integers(2)
        nodes["left"][node], nodes["right"][node] = left, right
        # Rows are counted as they would be in training; a count of 1 can be split no further, so shares stay above 0.
        most = int(nodes["count"][node])
        nodes["count"][left] = rng.integers(1, most) if most > 1 else 1
        nodes["count"][right] = max(most - int(nodes["count"][left]), 1)
        leaves += [left, right]
    return nodes, sets


def goes_left(node: Array, sets: Array, value: float) -> bool:
    """Answer one split for one value."""
    if math.isnan(value):
        return bool(node["missing_go_to_left"])
    if node["is_categorical"]:
        category = int(value)
        return bool(int(sets[node["bitset_idx"]][category // 32]) >> category % 32 & 1)
    return value <= float(node["num_threshold"])


def worth(nodes: Array, sets: Array, row: FloatArray, known: frozenset[int], at: int = 0) -> Fraction:
    """Ask the tree about a row of which some features are known, the others as the training rows had them."""
    node = nodes[at]
    if node["is_leaf"]:
        return Fraction(float(node["value"]))
    left, right = int(node["left"]), int(node["right"])
    feature = int(node["feature_idx"])
    if feature in known:
        return worth(nodes, sets, row, known, left if goes_left(node, sets, float(row[feature])) else right)
    total = Fraction(0)
    for child in (left, right):
        share = Fraction(int(nodes["count"][child]), int(node["count"]))
        total += share * worth(nodes, sets, row, known, child)
    return total


def shapley(nodes: Array, sets: Array, row: FloatArray) -> list[Fraction]:
    """Every feature's marginal worth, averaged over the orders in which features become known."""
    n_features = len(row)
    values = {
        frozenset(subset): worth(nodes, sets, row, frozenset(subset))
        for size in range(n_features + 1)
        for subset in itertools.combinations(range(n_features), size)
    }
    shares = [Fraction(0)] * n_features
    for subset, value in values.items():
        for feature in set(range(n_features)) - subset:
            orders = math.factorial(len(subset)) * math.factorial(n_features - len(subset) - 1)
            shares[feature] += Fraction(orders, math.factorial(n_features)) * (values[subset | {feature}] - value)
    return shares


@given(seed=st.integers(0, 2**32 - 1), n_splits=st.integers(0, 14), n_features=st.integers(1, 5))
@settings(max_examples=examples(60), deadline=None)
def test_contributions_are_shapley_values(seed: int, n_splits: int, n_features: int) -> None:
    """Each is the Shapley value over all subsets of features, in exact arithmetic, whatever the tree."""
    rng = np.random.default_rng(seed)
    nodes, sets = grown(rng, n_splits, n_features)
    design = rng.integers(0, 5, size=(4, n_features)).astype(np.float64)
    design[rng.random(design.shape) < 0.2] = np.nan
    contributions, expected = tree_contributions([(nodes, sets)], design)
    assert expected == pytest.approx(float(worth(nodes, sets, design[0], frozenset())), abs=1e-12)
    for row, found in zip(design, contributions, strict=True):
        assert [float(share) for share in shapley(nodes, sets, row)] == pytest.approx(found.tolist(), abs=1e-12)


def test_shap_agrees() -> None:
    """The reference implementation of the method gives the same figures for a fitted model."""
    figures = json.loads(SHAP.read_text(encoding="utf-8"))
    trees = []
    for fields in figures["trees"]:
        nodes = np.zeros(len(fields["value"]), dtype=NODE)
        for name, values in fields.items():
            nodes[name] = values
        trees.append((nodes, NO_SETS))
    contributions, expected = tree_contributions(trees, np.array(figures["rows"], dtype=np.float64))
    assert figures["expected"] == pytest.approx(figures["baseline"] + expected, abs=1e-9)
    assert np.array(figures["contributions"]) == pytest.approx(contributions, abs=1e-9)


@pytest.mark.parametrize("leaves", [2, 8, 31, None])
def test_contributions_add_up_to_the_models_logit(leaves: int | None) -> None:
    """With the mean they make the sum of the trees, for small trees and for trees of hundreds of leaves."""
    rng = np.random.default_rng(7)
    design = rng.normal(size=(1500, 4))
    design[:, 0] = rng.integers(0, 40, 1500)
    design[rng.random(design.shape) < 0.1] = np.nan
    outcome = (np.nan_to_num(design[:, 0]) % 7 < 3) ^ (np.nan_to_num(design[:, 1]) > 0) ^ (rng.random(1500) < 0.1)
    model = HistGradientBoostingClassifier(
        max_iter=3, max_leaf_nodes=leaves, min_samples_leaf=1, categorical_features=[0], random_state=0
    ).fit(design, outcome)
    trees = [(tree.nodes, tree.raw_left_cat_bitsets) for (tree,) in model._predictors]
    assert leaves is not None or max(len(nodes) for nodes, _ in trees) > 200
    contributions, expected = tree_contributions(trees, model._preprocess_X(design, reset=False))
    logits = model._baseline_prediction[0, 0] + expected + contributions.sum(axis=1)
    assert model.decision_function(design) == pytest.approx(logits, abs=1e-12)


def test_without_rows_or_trees_there_is_nothing_to_say() -> None:
    """No row gives an empty table, no tree gives zeros, and a tree of one leaf is its own mean."""
    leaf = np.zeros(1, dtype=NODE)
    leaf["is_leaf"], leaf["value"] = 1, 2.5
    contributions, expected = tree_contributions([], np.zeros((3, 2)))
    assert ([[0.0, 0.0]] * 3, 0.0) == (contributions.tolist(), expected)
    contributions, expected = tree_contributions([(leaf, NO_SETS)], np.zeros((0, 2)))
    assert ((0, 2), 2.5) == (contributions.shape, expected)
