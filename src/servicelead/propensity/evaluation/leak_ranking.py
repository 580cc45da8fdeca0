"""How well one column, or a model of several, ranks the rows it has not learned from."""

import numpy as np
from attrs import frozen
from sklearn.ensemble import HistGradientBoostingClassifier

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.kernels.concordance import concordance
from servicelead.kernels.held_out_rates import held_out_rates
from servicelead.kernels.totals import label_totals
from servicelead.propensity.estimators.levels import Levels
from servicelead.propensity.estimators.threads import sparing_threads

__all__ = ["FoldedRows", "Ranking", "find_outranking"]

_FOLDS = 5
#: Fine enough to follow a curve, coarse enough to learn each range's rate from a few hundred rows.
_RANGES = 32
_PULL = 10.0


@frozen(kw_only=True)
class Ranking:
    """The area under a ranking's curve, and how far each independent group moves it."""

    auc: float
    influence: FloatArray

    def less(self, other: "Ranking") -> "Ranking":
        """Return the difference of two rankings of the same groups."""
        return Ranking(auc=self.auc - other.auc, influence=self.influence - other.influence)

    def lower(self, confidence: float) -> float:
        """Return the one-sided bound below the area, or the difference of two."""
        from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

        n = len(self.influence)
        error = np.sqrt(np.sum(self.influence**2) * n / (n - 1))
        return self.auc - float(stdtrit(n - 1, confidence) * error)


@frozen(kw_only=True)
class FoldedRows:
    """Rows with their outcomes, each group in one of a few folds that are held out in turn."""

    outcome: BoolArray
    group: IntArray
    fold: IntArray

    @classmethod
    def draw(cls, outcome: BoolArray, group: IntArray, seed: int) -> "FoldedRows":
        """Put groups into folds by chance."""
        fold = np.random.default_rng(seed).permutation(int(group.max()) + 1) % _FOLDS
        return cls(outcome=outcome, group=group, fold=fold[group])

    def rank(self, scores: FloatArray) -> Ranking:
        """Compare winners with the rest of the same fold only: other folds' scores come from other training rows."""
        right, opposite = np.zeros(len(scores)), np.zeros(len(scores))
        for part in range(_FOLDS):
            rows = np.flatnonzero(self.fold == part)
            won = self.outcome[rows]
            right[rows] = concordance(scores[rows], won, np.ones(len(rows)))
            opposite[rows] = np.where(won, np.count_nonzero(~won), np.count_nonzero(won))
        pairs = max(float(opposite[self.outcome].sum()), 1.0)
        auc = float(right[self.outcome].sum()) / pairs
        influence = label_totals(self.group, (right - auc * opposite) / pairs, int(self.group.max()) + 1)
        return Ranking(auc=auc, influence=influence)

    def rank_by_column(self, column: FloatArray, n_categories: int) -> Ranking:
        """Rank rows by the rate of winners at their value of one column, learned from the other folds."""
        kind = Levels.of_categories(column, n_categories) if n_categories else Levels.of_numbers(column, _RANGES)
        rates = held_out_rates(kind.of(column), self.fold, self.outcome, n_levels=len(kind), n_folds=_FOLDS, pull=_PULL)
        return self.rank(rates)

    def rank_by_model(self, design: FloatArray, is_categorical: BoolArray) -> Ranking:
        """Rank rows by a model learned from the other folds; without a column they are all equal."""
        scores = np.zeros(len(design))
        for part in range(_FOLDS):
            held_out = self.fold == part
            columns = np.flatnonzero(~np.isnan(design[~held_out]).all(axis=0))  # one without values cannot be binned
            if held_out.any() and len(columns) and len(np.unique(self.outcome[~held_out])) > 1:
                model = HistGradientBoostingClassifier(
                    max_leaf_nodes=8,
                    categorical_features=is_categorical[columns],
                    early_stopping=False,
                    random_state=0,
                )
                with sparing_threads(len(design)):
                    model.fit(design[~held_out][:, columns], self.outcome[~held_out])
                    scores[held_out] = model.decision_function(design[held_out][:, columns])
        return self.rank(scores)


def find_outranking(
    rankings: list[Ranking],
    rows: FoldedRows,
    design: FloatArray,
    is_categorical: BoolArray,
    *,
    honest_auc: float,
    confidence: float,
) -> tuple[list[int], float]:
    """Return the columns that rank better than an honest one may, and the area of a model of all that are weaker.

    The weakest of them outranks that model; those above it would, were they not compared with one another.
    """
    order = sorted(range(len(rankings)), key=lambda place: -rankings[place].auc)
    tried = [rank for rank, place in enumerate(order) if rankings[place].lower(confidence) > honest_auc]
    for rank in reversed(tried):
        weaker = order[rank + 1 :]
        model = rows.rank_by_model(design[:, weaker], is_categorical[weaker])
        if rankings[order[rank]].less(model).lower(confidence) > 0:
            return [order[one] for one in tried if one <= rank], model.auc
    return [], np.nan
