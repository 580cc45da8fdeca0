"""Whether arrays from a file really are trees: scikit-learn follows them without looking.

Its compiled code trusts every number in a node. One child that points back, one column that does not exist, and
scoring never ends or reads memory that is not its own. So nothing is scored before each rule below holds.
"""

import numpy as np

from servicelead._typing import Array, BoolArray, IntArray
from servicelead.exceptions import IngestError
from servicelead.propensity.storage.trees import NODE, Trees

__all__ = ["check_trees"]


def check_trees(trees: Trees, *, n_columns: int, n_categorical: int) -> None:
    """Refuse arrays that are not trees over some columns, the categorical ones first.

    Parameters
    ----------
    trees
        What a file gave.
    n_columns, n_categorical
        The number of columns of the model, and how many of them hold categories.

    Raises
    ------
    IngestError
        Naming the rule that is broken; its ``reason`` is ``forged``.
    """
    _hold(
        trees.nodes.dtype == NODE
        and trees.nodes.ndim == 1
        and trees.bitsets.dtype == np.uint32
        and trees.bitsets.shape[1:] == (2, 8),
        "be arrays of nodes and of bits",
    )
    _hold(_cuts(trees.tree_end, len(trees.nodes), 1), "have at least one node each and together all nodes")
    _hold(
        _cuts(trees.split_end, len(trees.bitsets), 0) and len(trees.split_end) == len(trees.tree_end),
        "have together all bits",
    )
    nodes, is_leaf = trees.nodes, trees.nodes["is_leaf"] == 1
    for flag in ("is_leaf", "is_categorical", "missing_go_to_left"):
        _hold((nodes[flag] <= 1).all(), f"say 0 or 1 in {flag}")
    _hold(np.isfinite(nodes["value"]).all(), "have finite values")
    _check_children(trees, ~is_leaf)
    _check_splits(trees, ~is_leaf, n_columns, n_categorical)


def _check_children(trees: Trees, inner: BoolArray) -> None:
    """Every node but a root is the child of one node before it, and no count is lost on the way down."""
    first = np.repeat(np.r_[0, trees.tree_end[:-1]], np.diff(trees.tree_end, prepend=0))
    end = np.repeat(trees.tree_end, np.diff(trees.tree_end, prepend=0))
    parent = np.flatnonzero(inner)
    children = np.stack([trees.nodes["left"][inner], trees.nodes["right"][inner]]).astype(np.int64) + first[inner]
    _hold((children > parent).all() and (children < end[inner]).all(), "have children after their parent")
    n_parents = np.bincount(children.ravel(), minlength=len(inner))
    is_root = first == np.arange(len(inner))
    _hold((n_parents == ~is_root).all(), "have one parent for each node but the root")
    counts = trees.nodes["count"].astype(np.int64)
    _hold((counts > 0).all() and (counts[children].sum(axis=0) == counts[inner]).all(), "have counts that add up")


def _check_splits(trees: Trees, inner: BoolArray, n_columns: int, n_categorical: int) -> None:
    """Every question asks for a column that exists, in the way that its kind is asked."""
    column: IntArray = trees.nodes["feature_idx"]
    _hold(((column >= 0) & (column < n_columns)).all(), "split on a column of the model")
    by_category = trees.nodes["is_categorical"][inner] == 1
    _hold((by_category == (column[inner] < n_categorical)).all(), "split on categories where the column has some")
    _hold(not np.isnan(trees.nodes["num_threshold"][inner]).any(), "split at a number")
    n_nodes = np.diff(trees.tree_end, prepend=0)
    n_splits = np.repeat(np.diff(trees.split_end, prepend=0), n_nodes)[inner]
    bitset: Array = trees.nodes["bitset_idx"][inner]
    _hold((bitset[by_category] < n_splits[by_category]).all(), "split on categories that are there")


def _cuts(ends: IntArray, n: int, least: int) -> bool:
    """Whether ends cut n things into parts of at least some size, all of them used."""
    return (
        ends.dtype == np.int64
        and ends.ndim == 1
        and len(ends) > 0
        and bool(((ends >= 0) & (ends <= n)).all())  # or the differences could overflow
        and bool((np.diff(ends, prepend=0) >= least).all())
        and int(ends[-1]) == n
    )


def _hold(rule: object, what: str) -> None:
    if not rule:
        raise IngestError(
            f"the trees of the file must {what}, and do not: the file is forged or damaged; do not use it",
            reason="forged",
        )
