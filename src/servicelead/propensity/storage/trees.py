"""The trees of a boosted model as arrays: all nodes, one tree after the other, and where each tree ends.

Of a fitted ``HistGradientBoostingClassifier`` only numbers are kept. To bring one back, scikit-learn fits a model of
the same columns on a few rows made up for it, and that model is given the trees: every object in it was made by
scikit-learn, and none by a file.
"""

from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.propensity.estimators.threads import sparing_threads

__all__ = ["NODE", "Trees", "known_categories", "revive"]

#: One node, as scikit-learn's own code reads it; columns are numbered categorical ones first.
NODE: Final[np.dtype[Any]] = PREDICTOR_RECORD_DTYPE
_SAME = attrs.cmp_using(eq=np.array_equal)


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Trees:
    """Every tree of a boosted model.

    A tree's nodes are numbered from 0, its root, and name their children by number::

        nodes = self.nodes[tree_end[t - 1] : tree_end[t]]
        while not nodes[i]["is_leaf"]:
            i = nodes[i]["left"] if goes_left(nodes[i], row) else nodes[i]["right"]

    Attributes
    ----------
    nodes
        All nodes, of type `NODE`.
    tree_end
        The end of each tree in `nodes`.
    bitsets
        Which categories go left, for each split on a category: (n_splits, 2, 8) of 32 bits each, first by
        the bins of training, then by the codes that are scored.
    split_end
        The end of each tree in `bitsets`.
    """

    nodes: Array = attrs.field(eq=_SAME)
    tree_end: IntArray = attrs.field(eq=_SAME)
    bitsets: Array = attrs.field(eq=_SAME)
    split_end: IntArray = attrs.field(eq=_SAME)

    @classmethod
    def of(cls, booster: HistGradientBoostingClassifier) -> "Trees":
        """Return the trees of a fitted model of two classes."""
        trees = [tree for (tree,) in booster._predictors]  # noqa: SLF001 - scikit-learn shows its trees nowhere else
        bitsets = [np.stack([tree.binned_left_cat_bitsets, tree.raw_left_cat_bitsets], axis=1) for tree in trees]
        return cls(
            nodes=np.concatenate([tree.nodes for tree in trees]),
            tree_end=np.cumsum([len(tree.nodes) for tree in trees]),
            bitsets=np.concatenate(bitsets),
            split_end=np.cumsum([len(tree) for tree in bitsets]),
        )

    def predictors(self) -> list[list[TreePredictor]]:
        """Return the trees as scikit-learn keeps them; they must have been checked before."""
        nodes = np.split(self.nodes, self.tree_end[:-1])
        bitsets = np.split(self.bitsets, self.split_end[:-1])
        return [
            [TreePredictor(of_tree.copy(), left[:, 0].copy(), left[:, 1].copy())]
            for of_tree, left in zip(nodes, bitsets, strict=True)
        ]


def known_categories(booster: HistGradientBoostingClassifier) -> tuple[tuple[float, ...] | None, ...]:
    """Return the codes that each column had in training; None for a column of numbers."""
    known: list[tuple[float, ...] | None] = [None] * booster.n_features_in_
    if booster.is_categorical_ is not None:
        encoder = booster._preprocessor.named_transformers_["encoder"]  # noqa: SLF001 - shown nowhere else
        for column, codes in zip(np.flatnonzero(booster.is_categorical_), encoder.categories_, strict=True):
            known[column] = tuple(codes[~np.isnan(codes)].tolist())
    return tuple(known)


def revive(
    booster: HistGradientBoostingClassifier,
    trees: Trees,
    *,
    baseline: float,
    known: Sequence[Sequence[float] | None],
) -> HistGradientBoostingClassifier:
    """Return a new booster as one that was trained, with these trees.

    Parameters
    ----------
    booster
        A model that was not fitted, with the parameters it should have.
    trees
        Its trees, which must have been checked.
    baseline
        The logit that the trees' values are added to.
    known
        Per column None, or the codes of the categories that training had.
    """
    n_iterations = booster.max_iter
    categorical = np.array([codes is not None for codes in known])
    booster.set_params(categorical_features=categorical if categorical.any() else None, max_iter=1)
    rows, labels = _made_up(known)
    with sparing_threads(len(rows)):
        booster.fit(rows, labels)
    booster.set_params(max_iter=n_iterations)
    booster._baseline_prediction = np.array([[baseline]])  # noqa: SLF001 - there is no public way to set these two
    booster._predictors = trees.predictors()  # noqa: SLF001
    return booster


def _made_up(known: Sequence[Sequence[float] | None]) -> tuple[FloatArray, BoolArray]:
    """Return a few rows of both classes with every known category, and their labels."""
    n_rows = max([2, *(len(codes) for codes in known if codes is not None)])
    rows = np.zeros((n_rows, len(known)))
    for column, codes in enumerate(known):
        if codes is not None:
            rows[:, column] = np.resize(codes, n_rows) if codes else np.nan
    return rows, np.arange(n_rows) % 2 == 1
