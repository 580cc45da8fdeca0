"""Arrays from a file are trees, or are refused before anything follows them."""

from collections.abc import Callable

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propensity.forests import forest
from servicelead._typing import Array
from servicelead.exceptions import IngestError
from servicelead.propensity.storage.tree_check import check_trees
from servicelead.propensity.storage.trees import NODE, Trees


def trees_of(categorical: tuple[int, ...] = (2,)) -> Trees:
    """Return the trees of a small model with one categorical column."""
    return Trees.of(forest(categorical))


def changed(field: str, place: Callable[[Array], int], value: float) -> Trees:
    """Return trees of which one field of one node is another."""
    trees = trees_of()
    nodes = trees.nodes.copy()
    nodes[field][place(nodes)] = value
    return attrs.evolve(trees, nodes=nodes)


def inner(nodes: Array) -> int:
    """Return the place of a node that asks for a number."""
    return int(np.flatnonzero((nodes["is_leaf"] == 0) & (nodes["is_categorical"] == 0))[1])


def by_category(nodes: Array) -> int:
    """Return the place of a node that asks for a category."""
    return int(np.flatnonzero(nodes["is_categorical"] == 1)[0])


def leaf(nodes: Array) -> int:
    """Return the place of a leaf."""
    return int(np.flatnonzero(nodes["is_leaf"] == 1)[0])


FORGED = {
    "a child that is its parent": changed("left", lambda _: 0, 0),
    "a child before its parent": changed("left", inner, 0),
    "a child out of range": changed("right", inner, 2**32 - 1),
    "a child in the next tree": changed("right", lambda _: 0, 15),
    "two parents": changed("left", lambda _: 0, 2),
    "a leaf that asks": changed("is_leaf", leaf, 0),
    "an orphan": changed("is_leaf", inner, 1),
    "a flag of two": changed("is_leaf", leaf, 2),
    "a question with a flag of two": changed("is_leaf", inner, 2),
    "a flag of missing values": changed("missing_go_to_left", inner, 255),
    "a column beyond": changed("feature_idx", inner, 4),
    "a column before": changed("feature_idx", inner, -1),
    "a column far off": changed("feature_idx", leaf, 2**62),
    "a leaf of NaN": changed("value", leaf, np.nan),
    "a leaf of infinity": changed("value", leaf, np.inf),
    "a threshold of NaN": changed("num_threshold", inner, np.nan),
    "a number asked as a category": changed("is_categorical", inner, 1),
    "a category asked as a number": changed("is_categorical", by_category, 0),
    "bits out of range": changed("bitset_idx", by_category, 99),
    "a count of none": changed("count", leaf, 0),
    "a count that does not add up": changed("count", leaf, 2**32 - 1),
    "trees that end backwards": attrs.evolve(trees_of(), tree_end=trees_of().tree_end[::-1].copy()),
    "trees that end too early": attrs.evolve(trees_of(), tree_end=trees_of().tree_end - 1),
    "trees that end far off": attrs.evolve(trees_of(), tree_end=np.array([-(2**63), 2**63 - 1])),
    "no trees": attrs.evolve(trees_of(), tree_end=np.zeros(0, dtype=np.int64)),
    "bits that end too early": attrs.evolve(trees_of(), split_end=trees_of().split_end - 1),
    "bits of fewer trees": attrs.evolve(trees_of(), split_end=trees_of().split_end[-1:]),
    "bits of another shape": attrs.evolve(trees_of(), bitsets=trees_of().bitsets[:, :, :4]),
    "bits of another type": attrs.evolve(trees_of(), bitsets=trees_of().bitsets.astype(np.int64)),
    "nodes of another type": attrs.evolve(trees_of(), nodes=np.zeros(3)),
    "no nodes": attrs.evolve(trees_of(), nodes=np.zeros(0, dtype=NODE)),
}


@pytest.mark.parametrize("categorical", [(), (2,), (0, 1, 2, 3)])
def test_real_trees_pass(categorical: tuple[int, ...]) -> None:
    """The trees of a trained model are trees."""
    check_trees(trees_of(categorical), n_columns=4, n_categorical=len(categorical))


@pytest.mark.parametrize("trees", FORGED.values(), ids=FORGED)
def test_forged_trees_are_refused(trees: Trees) -> None:
    """Whatever would make scikit-learn read foreign memory or run for ever is refused first."""
    with pytest.raises(IngestError, match="do not use it") as caught:
        check_trees(trees, n_columns=4, n_categorical=1)
    assert "forged" == caught.value.reason


def test_trees_of_another_model_are_refused() -> None:
    """Trees that ask for more columns, or for other categorical ones, than the model has are refused."""
    for n_columns, n_categorical in ((3, 1), (4, 0), (4, 2)):
        with pytest.raises(IngestError):
            check_trees(trees_of(), n_columns=n_columns, n_categorical=n_categorical)


@given(st.data())
def test_whatever_passes_ends(data: st.DataObject) -> None:
    """A tree changed at random is refused, or every walk from its root ends at a leaf within its columns."""
    trees = trees_of()
    raw = bytearray(trees.nodes.tobytes())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    nodes = np.frombuffer(bytes(raw), dtype=NODE)
    try:
        check_trees(attrs.evolve(trees, nodes=nodes), n_columns=4, n_categorical=1)
    except IngestError:
        return
    for tree in np.split(nodes, trees.tree_end[:-1]):
        reached, seen = [0], 0
        while reached:
            node = tree[reached.pop()]
            seen += 1
            assert 0 <= node["feature_idx"] < 4
            reached += [] if node["is_leaf"] else [int(node["left"]), int(node["right"])]
        assert len(tree) == seen
