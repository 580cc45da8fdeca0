"""Small boosted models on made-up rows, for the tests of trees."""

from functools import cache

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from servicelead._typing import FloatArray
from servicelead.propensity.estimators.threads import sparing_threads


def rows_of(n_rows: int, categorical: tuple[int, ...], seed: int, *, unseen: bool = False) -> FloatArray:
    """Return rows of four columns, a tenth of the cells missing; `unseen` goes beyond the five codes of training."""
    generator = np.random.default_rng(seed)
    rows: FloatArray = generator.normal(size=(n_rows, 4)) * (10 if unseen else 1)
    for column in categorical:
        rows[:, column] = generator.integers(0, 9 if unseen else 5, n_rows)
    rows[generator.random(rows.shape) < 0.1] = np.nan
    return rows


@cache
def forest(categorical: tuple[int, ...]) -> HistGradientBoostingClassifier:
    """Return a fitted model of six trees."""
    rows = rows_of(500, categorical, seed=0)
    noise = np.random.default_rng(1).normal(size=len(rows))
    label = np.nan_to_num(rows[:, 0]) + np.isin(rows[:, 2], [1, 3]) + noise > 0
    booster = HistGradientBoostingClassifier(
        max_iter=6,
        max_leaf_nodes=8,
        max_features=0.5,
        categorical_features=[column in categorical for column in range(4)],
        random_state=0,
    )
    with sparing_threads(len(rows)):
        return booster.fit(rows, label)
