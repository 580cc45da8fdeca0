"""A score that fits on a page: integer points, added up, and what a total means."""

import math
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from servicelead._arguments import require_whole, require_within
from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.kernels.logistic import fit_logistic
from servicelead.propensity.estimators.encoding import FrameEncoder
from servicelead.propensity.estimators.levels import Levels
from servicelead.propensity.estimators.threads import one_thread
from servicelead.propensity.estimators.training_rows import TrainingRows

__all__ = ["ScoreCard"]

_FOLDS = 5


class ScoreCard(ClassifierMixin, BaseEstimator):
    r"""A scikit-learn classifier that adds integer points, one number per feature, as a person could.

    Numbers are cut into at most `max_levels` ranges of about equally many rows, categories are levels as they are, and
    missing or unseen values (with categories of fewer than `min_rows` rows) are a level of their own. A logistic
    regression on the levels gives weights :math:`w`; a level's points are

    .. math:: \mathrm{round}\bigl(w \cdot \textit{points\_to\_double\_odds} / \log 2\bigr)

    and the logit of a row is ``offset_ + points_to_log_odds_ * total``, the two fitted to totals of rows whose points
    come from other rows, so that overconfidence is seen and taken back. A level without rows has 0 points.

    Parameters
    ----------
    points_to_double_odds
        So many points more double the odds, before the totals are fitted; at least 1. More points, finer steps.
    max_levels
        Most ranges of a column of numbers, at least 2.
    min_rows
        Fewest rows of a category that has points of its own, at least 1.
    penalty
        Of half the squared weights, above 0: 4 expects a weight, a level's logit, to be within 1 of 0 (two standard
        deviations).
    random_state
        Which rows share a fold when totals are fitted, a whole number.

    Attributes
    ----------
    classes_
        The two outcomes; points speak for the second, the greater.
    points_
        `ResultTable` with ``feature``, ``level``, ``points``, and the ``n_rows`` and ``rate`` of training.
    offset_, points_to_log_odds_
        From a total to a logit. 0 points to log-odds means that totals say nothing of rows they did not come from.
    usual_points_
        Mean points of each feature in training, float64 (n features,).
    n_features_in_, feature_names_in_, encoder_, levels_, level_points_
        Columns, their encoding, their levels and the points of each.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> calls = rng.poisson(2, 600)
    >>> plan = rng.choice(["basic", "pro"], 600)
    >>> won = rng.random(600) < 1 / (1 + np.exp(2.5 - calls / 2 - (plan == "pro")))
    >>> card = ScoreCard(max_levels=3).fit({"calls": calls, "plan": plan}, won)
    >>> print(card.points_.take([0, 1, 2, 4, 5]))
    feature  level             points  n_rows  rate
    calls    up to 1               -9     244  0.1721
    calls    above 1, up to 2      -1     164  0.2500
    calls    above 2               10     192  0.4479
    plan     basic                 -6     341  0.2111
    plan     pro                    6     259  0.3745
    >>> total = card.points({"calls": [4], "plan": ["pro"]}).sum()
    >>> int(total), round(float(1 / (1 + np.exp(-card.offset_ - card.points_to_log_odds_ * total))), 3)
    (16, 0.552)
    """

    def __init__(
        self,
        *,
        points_to_double_odds: int = 10,
        max_levels: int = 5,
        min_rows: int = 20,
        penalty: float = 4.0,
        random_state: int = 0,
    ) -> None:
        self.points_to_double_odds = points_to_double_odds
        self.max_levels = max_levels
        self.min_rows = min_rows
        self.penalty = penalty
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: Any = None) -> "ScoreCard":  # noqa: N803 - scikit-learn's name for it
        """Learn points and what totals mean.

        Parameters
        ----------
        X
            A frame, a mapping of columns or an array of numbers, n rows.
        y
            The outcome, n values of two kinds.
        groups
            Whose row it is, n labels: rows of one account are held out together. Each row on its own by
            default.

        Raises
        ------
        InvalidValueError
            When a parameter, X or y breaks its rule.
        """
        self._check_parameters()
        encoder = FrameEncoder.learn(X)
        design = encoder.encode(X)
        rows = TrainingRows.of(design, y, groups=np.arange(len(design)) if groups is None else groups)
        won = rows.outcome
        levels = tuple(
            Levels.of_numbers(column, self.max_levels)
            if not labels
            else Levels.of_categories(column, len(labels), self.min_rows)
            for column, labels in zip(design.T, encoder.categories, strict=True)
        )
        starts = np.cumsum([0, *map(len, levels)])
        place = starts[:-1] + np.column_stack([one.of(column) for one, column in zip(levels, design.T, strict=True)])
        fold = np.random.default_rng(self.random_state).permutation(int(rows.groups.max()) + 1)[rows.groups] % _FOLDS
        points = self._weigh(place, won, int(starts[-1]))
        per_point = math.log(2) / self.points_to_double_odds
        offset, slope = _fit_totals(per_point * self._held_out_totals(place, won, points, fold), won)

        self.classes_, self.encoder_, self.levels_ = rows.classes, encoder, levels
        self.n_features_in_ = len(encoder.names)
        if encoder.named:
            self.feature_names_in_ = np.array(encoder.names, dtype=object)
        self.offset_, self.points_to_log_odds_ = offset, slope * per_point
        self.level_points_ = tuple(tuple(some.tolist()) for some in np.split(points, starts[1:-1]))
        self.usual_points_ = points[place].mean(axis=0)
        self.points_ = _table(self, place, won)
        return self

    def points(self, X: Any) -> IntArray:  # noqa: N803 - scikit-learn's name for it
        """Return the points of each row for each feature, int64 (n, n features); their sum is the row's total."""
        check_is_fitted(self)
        return self.points_of(self.encoder_.encode(X))

    def points_of(self, design: FloatArray) -> IntArray:
        """Return the points of rows that `encoder_` has encoded."""
        columns = zip(self.levels_, self.level_points_, design.T, strict=True)
        return np.column_stack([np.array(points)[levels.of(column)] for levels, points, column in columns])

    def decision_function(self, X: Any) -> FloatArray:  # noqa: N803 - scikit-learn's name for it
        """Return the logit of each row, float64 (n,)."""
        logits: FloatArray = self.points(X).sum(axis=1) * self.points_to_log_odds_ + self.offset_
        return logits

    def predict_proba(self, X: Any) -> FloatArray:  # noqa: N803 - scikit-learn's name for it
        """Return the probability of each class, float64 (n, 2)."""
        probability: FloatArray = expit(self.decision_function(X))
        return np.column_stack([1.0 - probability, probability])

    def predict(self, X: Any) -> Array:  # noqa: N803 - scikit-learn's name for it
        """Return the likelier class of each row."""
        logits = self.decision_function(X)
        likelier: Array = self.classes_[(logits > 0).astype(np.intp)]
        return likelier

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = tags.input_tags.categorical = True
        tags.classifier_tags.multi_class = False
        return tags

    def _check_parameters(self) -> None:
        require_whole("ScoreCard.points_to_double_odds", self.points_to_double_odds, 1)
        require_whole("ScoreCard.max_levels", self.max_levels, 2)
        require_whole("ScoreCard.min_rows", self.min_rows, 1)
        require_whole("ScoreCard.random_state", self.random_state, 0)
        require_within("ScoreCard.penalty", self.penalty, highest=math.inf)

    def _weigh(self, place: IntArray, won: BoolArray, n_places: int) -> IntArray:
        """Return the points of every level, from a logistic regression on one column per level."""
        n, n_features = place.shape
        starts = np.arange(0, n * n_features + 1, n_features)
        one_hot = csr_array((np.ones(place.size), place.ravel(), starts), shape=(n, n_places))
        with one_thread("blas"):
            model = LogisticRegression(C=1.0 / self.penalty, max_iter=1000).fit(one_hot, won)
        points: IntArray = np.rint(model.coef_[0] * self.points_to_double_odds / math.log(2)).astype(np.int64)
        return points

    def _held_out_totals(self, place: IntArray, won: BoolArray, points: IntArray, fold: IntArray) -> FloatArray:
        """Return each row's total in points learned from other folds; from its own where others lack an outcome."""
        totals: FloatArray = points[place].sum(axis=1).astype(np.float64)
        for part in range(_FOLDS):
            others = fold != part
            if won[others].any() and not won[others].all() and not others.all():
                totals[~others] = self._weigh(place[others], won[others], len(points))[place[~others]].sum(axis=1)
        return totals


def _fit_totals(totals: FloatArray, won: BoolArray) -> tuple[float, float]:
    """Return intercept and slope; totals that would rank backwards say nothing, and every row has the common rate."""
    design = np.column_stack([np.ones(len(totals)), totals])
    (offset, slope), _ = fit_logistic(design, won, np.array([0.0, 1.0]))
    if slope > 0:
        return float(offset), float(slope)
    rate = float(np.mean(won))
    return math.log(rate / (1.0 - rate)), 0.0


def _table(card: ScoreCard, place: IntArray, won: BoolArray) -> ResultTable:
    features, words = [], []
    for name, labels, levels in zip(card.encoder_.names, card.encoder_.categories, card.levels_, strict=True):
        features += [name] * len(levels)
        words += levels.words(labels)
    n_rows = np.bincount(place.ravel(), minlength=len(words))
    n_won = np.bincount(place[won].ravel(), minlength=len(words))
    return ResultTable(
        {
            "feature": features,
            "level": words,
            "points": np.concatenate([np.array(points) for points in card.level_points_]),
            "n_rows": n_rows,
            "rate": np.divide(n_won, n_rows, out=np.full(len(words), np.nan), where=n_rows > 0),
        }
    )
