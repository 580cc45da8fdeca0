"""The estimator of expansion: small regularised gradient boosting whose chances mean what they say."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from attrs import frozen
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from servicelead._fields import is_number, kind_of
from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity.estimators.calibration import Calibration, calibrate
from servicelead.propensity.estimators.encoding import FrameEncoder
from servicelead.propensity.estimators.parameters import require_parameters
from servicelead.propensity.estimators.threads import sparing_threads
from servicelead.propensity.estimators.training_rows import TrainingRows

__all__ = ["ExpansionClassifier", "Training"]


@frozen(kw_only=True)
class Training:
    """What a classifier was trained on, and what calibration did to rows held out.

    Attributes
    ----------
    n_rows, n_positives
        Rows of weight above 0.
    prior
        The weighted share of positives.
    brier_before, brier_after
        Held-out Brier scores without calibration and with it; None where it was not asked for or there was too little
        to judge it by.
    """

    n_rows: int
    n_positives: int
    prior: float
    brier_before: float | None = None
    brier_after: float | None = None


class ExpansionClassifier(ClassifierMixin, BaseEstimator):
    r"""Chances of a yes from a frame of numbers and categories, without configuration.

    .. math:: \log \frac{p}{1 - p} = a \, f(x) + b

    with *f* a sum of small regularised trees (histogram gradient boosting), and *a*, *b* a line that is fitted on
    held-out logits and used only when it makes the held-out Brier score better.

    Parameters
    ----------
    learning_rate : float
        What each tree adds of what it found, in (0, 1].
    max_iter : int
        Number of trees.
    max_leaf_nodes : int
        Leaves of a tree.
    min_samples_leaf : int
        Fewest rows of a leaf.
    l2_regularization : float
        Rows' worth of doubt in each leaf.
    max_features : float
        Share of the columns, drawn at random, that a split may choose from, in (0, 1].
    additive : bool
        Whether each column has an effect of its own and none together with another, which makes reasons exact.
    monotone : mapping of str to int, optional
        Columns of numbers, by name (``x0``, ``x1``, ... without names), whose growth never lowers (1) or never
        raises (-1) the chance.
    calibrate : bool
        Whether to look for the line; it costs one more fit on large tables, five on small ones.
    random_state : int, RandomState or None
        Draws columns and folds. The same number gives the same bits, with any number of threads.

    Attributes
    ----------
    classes_ : array (2,)
        Labels in their order; the second is the yes.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only of columns with names.
    encoder_ : FrameEncoder
    model_ : HistGradientBoostingClassifier
        The trees, fitted on the encoded matrix.
    slope_, intercept_ : float
        The line; 1.0 and 0.0 where it is not used.
    is_calibrated_ : bool
    training_ : Training
    n_iter_ : int

    Notes
    -----
    X is any data frame, a mapping of columns or a two-dimensional array. Missing values need no filling. A category
    that was not in training counts as missing, as do those beyond the 254 commonest of a column. A column without any
    value is never asked. Columns may come in another order than in training; one missing or one more is an error.
    Text, where numbers were or beside numbers, is an error; so are infinite and complex numbers, times, durations and
    other objects.

    Calibration needs ten groups of either class. Rows of one group (an account seen at several cutoffs) are never on
    both sides of a split; without groups, identical rows are one. Where nothing foretells the outcome the line is flat
    and everyone has the prior's chance.

    Up to 20,000 rows are learned and scored on one thread: more would wait for one another. A weight of 2 is as good
    as a repeated row but for `min_samples_leaf` and the binning of numbers, which count rows.

    References
    ----------
    J. H. Friedman, "Greedy function approximation: a gradient boosting machine", 2001. J. Platt, "Probabilistic outputs
    for support vector machines", 1999.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> seats = rng.integers(5, 100, 1000).astype(float)
    >>> accounts = {"seats": seats, "plan": np.where(rng.random(1000) < 0.5, "basic", "pro")}
    >>> expanded = rng.random(1000) < seats / 200
    >>> model = ExpansionClassifier(monotone={"seats": 1}).fit(accounts, expanded)
    >>> model.predict_proba({"plan": ["pro", "pro", None], "seats": [10, 90, 90]})[:, 1].round(2)
    array([0.11, 0.46, 0.47])
    """

    def __init__(
        self,
        *,
        learning_rate: float = 0.06,
        max_iter: int = 120,
        max_leaf_nodes: int = 8,
        min_samples_leaf: int = 20,
        l2_regularization: float = 5.0,
        max_features: float = 0.5,
        additive: bool = False,
        monotone: Mapping[str, int] | None = None,
        calibrate: bool = True,
        random_state: Any = 0,
    ) -> None:
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_features = max_features
        self.additive = additive
        self.monotone = monotone
        self.calibrate = calibrate
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:  # noqa: N803 - scikit-learn's
        """Learn from rows and their labels.

        Parameters
        ----------
        X : frame, mapping of columns, or array of shape (n, p)
        y : array of shape (n,)
            Two different labels; the greater one is the yes.
        sample_weight : array of shape (n,), optional
            At least 0; a row of weight 0 is as if it were not there.
        groups : array of shape (n,), optional
            The account of each row, to keep on one side when calibration is judged.

        Raises
        ------
        InvalidValueError
            When a parameter breaks its rule, X or y cannot be read (see `FrameEncoder`), y has not two classes, or
            lengths differ.
        UnknownNameError
            When `monotone` names a column that is not there.
        """
        require_parameters(self)
        encoder = FrameEncoder.learn(X)
        rows = TrainingRows.of(encoder.encode(X), y, sample_weight, groups)
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        settings = {
            "categorical_features": encoder.is_categorical if encoder.is_categorical.any() else None,
            "monotonic_cst": self._directions(encoder),
        }
        line, is_weighted = Calibration(), bool((rows.weight != 1.0).any())

        def boosted(learned: Any) -> HistGradientBoostingClassifier:
            matrix = _without_empty_columns(rows.matrix[learned])
            # Weighted, scikit-learn 1.9 bins columns a hundred times more slowly.
            weight = rows.weight[learned] if is_weighted else None
            return self._booster(seed, settings).fit(matrix, rows.outcome[learned], weight)

        def score(learned: BoolArray) -> FloatArray:
            return _logit(boosted(learned), rows.matrix[~learned])

        with sparing_threads(len(rows.outcome)):
            booster = boosted(slice(None))
            if self.calibrate:
                line = calibrate(score, rows.outcome, rows.weight, rows.groups, seed)
        self.classes_ = rows.classes
        self.n_features_in_ = len(encoder.names)
        if encoder.named:
            self.feature_names_in_ = np.array(encoder.names, dtype=object)
        self.encoder_ = encoder
        self.model_ = booster
        self.n_iter_ = booster.n_iter_
        self.slope_, self.intercept_, self.is_calibrated_ = line.slope, line.intercept, line.is_used
        self.training_ = Training(
            n_rows=len(rows.outcome),
            n_positives=int(np.count_nonzero(rows.outcome)),
            prior=float(np.average(rows.outcome, weights=rows.weight)),
            brier_before=line.brier_before,
            brier_after=line.brier_after,
        )
        return self

    def decision_function(self, X: Any) -> FloatArray:  # noqa: N803 - scikit-learn's name for it
        """Return the calibrated logit of a yes, shape (n,); for X see `fit`."""
        check_is_fitted(self)
        return self.slope_ * _logit(self.model_, self.encoder_.encode(X)) + self.intercept_

    def predict_proba(self, X: Any) -> FloatArray:  # noqa: N803 - scikit-learn's name for it
        """Return the chances of no and yes, shape (n, 2); for X see `fit`."""
        logit = self.decision_function(X)
        return np.stack([expit(-logit), expit(logit)], axis=1)

    def predict(self, X: Any) -> Array:  # noqa: N803 - scikit-learn's name for it
        """Return the likelier label, shape (n,); even chances are a no. For a threshold by value see `evaluate`."""
        is_yes = self.decision_function(X) > 0.0
        likelier: Array = self.classes_[is_yes.astype(np.intp)]
        return likelier

    def _booster(self, seed: int, settings: Mapping[str, Any]) -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            learning_rate=float(self.learning_rate),
            max_iter=self.max_iter,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            l2_regularization=float(self.l2_regularization),
            max_features=float(self.max_features),
            interaction_cst="no_interactions" if self.additive else None,
            early_stopping=False,  # it would judge on rows of accounts that it learned from
            random_state=seed,
            **settings,
        )

    def _directions(self, encoder: FrameEncoder) -> IntArray | None:
        """Return -1, 0 or 1 per column."""
        if self.monotone is None:
            return None
        if not isinstance(self.monotone, Mapping):
            raise InvalidValueError(
                "ExpansionClassifier.monotone must be a mapping of column names to 1 or -1; "
                f"got {kind_of(self.monotone)}; write {{'seats': 1}}"
            )
        directions = np.zeros(len(encoder.names), dtype=np.int64)
        for name, direction in self.monotone.items():
            if name not in encoder.names:
                raise UnknownNameError(f"ExpansionClassifier.monotone names {name!r}, which is no column of X")
            place = encoder.names.index(name)
            if not is_number(direction) or direction not in {-1, 0, 1} or encoder.is_categorical[place]:
                raise InvalidValueError(
                    f"ExpansionClassifier.monotone of column {name!r} must be 1 or -1, and the column numbers; "
                    "leave the column out"
                )
            directions[place] = direction
        return directions

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _without_empty_columns(matrix: FloatArray) -> FloatArray:
    """Put a constant where a column has no value: scikit-learn 1.9 cannot sort nothing into bins."""
    is_empty = np.isnan(matrix).all(axis=0)
    return np.where(is_empty, 0.0, matrix) if is_empty.any() else matrix


def _logit(booster: HistGradientBoostingClassifier, matrix: FloatArray) -> FloatArray:
    if not len(matrix):
        return np.empty(0)
    with sparing_threads(len(matrix)):
        logit: FloatArray = booster.decision_function(matrix)
    return logit
