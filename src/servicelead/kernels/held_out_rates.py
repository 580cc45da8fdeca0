"""How often the outcome came about elsewhere, at the same level."""

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.kernels.totals import label_totals

__all__ = ["held_out_rates"]


def held_out_rates(
    level: IntArray, fold: IntArray, outcome: BoolArray, *, n_levels: int, n_folds: int, pull: float
) -> FloatArray:
    r"""Return each row's rate of outcomes among the rows of its level that lie in other folds.

    .. math:: \frac{k_{l} + m\, r}{n_{l} + m}

    with k outcomes of n rows of level l outside the row's fold, the rate r of all rows outside it, and the pull m.

    Parameters
    ----------
    level : int64 (n,)
        In [0, n_levels).
    fold : int64 (n,)
        In [0, n_folds).
    outcome : bool (n,)
    pull : float
        Above 0: how many rows of the common rate each level is given.

    Returns
    -------
    float64 (n,)
        The pull's rate alone for a level that is in no other fold; 0 where there is no other fold.

    Examples
    --------
    >>> level, fold = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> held_out_rates(level, fold, np.array([True, True, False, False]), n_levels=2, n_folds=2, pull=1.0)
    array([0.75, 0.75, 0.25, 0.25])
    """
    cell = fold * n_levels + level
    shape = (n_folds, n_levels)
    rows = label_totals(cell, np.ones(len(cell)), n_folds * n_levels).reshape(shape)
    hits = label_totals(cell, outcome.astype(np.float64), n_folds * n_levels).reshape(shape)
    rows, hits = rows.sum(axis=0) - rows, hits.sum(axis=0) - hits
    common = hits.sum(axis=1, keepdims=True) / np.maximum(rows.sum(axis=1, keepdims=True), 1.0)
    rates: FloatArray = ((hits + pull * common) / (rows + pull)).ravel()[cell]
    return rates
