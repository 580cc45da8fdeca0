"""What each column contributes to a model's logit, exactly."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from servicelead._fields import kind_of
from servicelead._typing import FloatArray
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.tree_contributions import tree_contributions
from servicelead.propensity.estimators.classifier import ExpansionClassifier
from servicelead.propensity.estimators.scorecard import ScoreCard

__all__ = ["logit_contributions"]


def logit_contributions(model: Any, X: Any) -> tuple[FloatArray, FloatArray, float]:  # noqa: N803 - scikit-learn's name
    """Return X encoded (n, p), the contributions (n, p) of the model's columns, and the intercept."""
    if not isinstance(model, ExpansionClassifier | ScoreCard):
        raise InvalidValueError(
            f"explain(model) must be an ExpansionClassifier or a ScoreCard; got {kind_of(model)}; "
            "explain other estimators with the library that made them"
        )
    check_is_fitted(model)
    design = model.encoder_.encode(X)
    contributions, intercept = (_of_trees if isinstance(model, ExpansionClassifier) else _of_points)(model, design)
    return design, contributions, intercept


def _of_trees(model: ExpansionClassifier, design: FloatArray) -> tuple[FloatArray, float]:
    booster = model.model_
    trees = [(tree.nodes, tree.raw_left_cat_bitsets) for (tree,) in booster._predictors]  # noqa: SLF001 - nowhere else
    order = np.arange(design.shape[1])
    if booster.is_categorical_ is not None:  # the booster codes categories anew and puts their columns first
        order = np.concatenate([np.flatnonzero(booster.is_categorical_), np.flatnonzero(~booster.is_categorical_)])
    inner: FloatArray = booster._preprocess_X(design, reset=False) if len(design) else design  # noqa: SLF001 - the same
    found, expected = tree_contributions(trees, inner)
    contributions = np.empty_like(found)
    contributions[:, order] = model.slope_ * found
    baseline = float(booster._baseline_prediction[0, 0])  # noqa: SLF001 - the same
    return contributions, model.slope_ * (baseline + expected) + model.intercept_


def _of_points(model: ScoreCard, design: FloatArray) -> tuple[FloatArray, float]:
    """Compare points with those that are usual: a level's own points depend on which level they are counted from."""
    contributions = model.points_to_log_odds_ * (model.points_of(design) - model.usual_points_)
    return contributions, model.offset_ + model.points_to_log_odds_ * float(model.usual_points_.sum())
