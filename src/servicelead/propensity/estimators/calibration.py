"""Whether a model's logits need a straight line to be chances, judged on rows it did not learn from."""

from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import frozen
from scipy.special import expit

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.kernels.platt import fit_platt

__all__ = ["Calibration", "calibrate"]

_N_FOLDS: Final = 5
#: A slope from fewer accounts of either kind would be noise.
_FEWEST_GROUPS: Final = 2 * _N_FOLDS
#: Held-out rows of the rarer class that fix a slope well enough: more folds than give these only cost time.
_ENOUGH_ROWS: Final = 250


@frozen(kw_only=True)
class Calibration:
    """The line from a model's logit to the calibrated one, and the held-out Brier scores without it and with it.

    The scores are None where there were too few accounts of either class to tell, and the line is then the identity.
    """

    slope: float = 1.0
    intercept: float = 0.0
    brier_before: float | None = None
    brier_after: float | None = None

    @property
    def is_used(self) -> bool:
        """Whether the line makes the held-out score better."""
        return self.brier_before is not None and self.brier_after is not None and self.brier_after < self.brier_before


def calibrate(
    score: Callable[[BoolArray], FloatArray], outcome: BoolArray, weight: FloatArray, groups: IntArray, seed: int
) -> Calibration:
    """Return the line that improves held-out Brier, the identity where none does.

    Groups are dealt into five folds. Logits are held out fold by fold until they hold 250 rows of the rarer class: a
    large table needs one more fit, a small one five. The line is judged on groups it was not fitted on.

    Parameters
    ----------
    score
        Given which rows to learn from, returns the logits of the others, in their order.
    outcome : bool (n,)
    weight : float64 (n,)
        Above 0.
    groups : int64 (n,)
        Rows of one group, 0 to the number of groups - 1, are never on both sides of a split.
    seed
        Deals the groups.
    """
    n_groups = int(groups.max(initial=-1)) + 1
    if min(_n_groups(groups[outcome], n_groups), _n_groups(groups[~outcome], n_groups)) < _FEWEST_GROUPS:
        return Calibration()
    rng = np.random.default_rng(seed)
    fold = _deal(outcome, groups, n_groups, rng)
    logit = np.full(len(outcome), np.nan)
    for number in range(_N_FOLDS):
        aside = fold == number
        logit[aside] = score(~aside)
        known = ~np.isnan(logit)
        if min(np.count_nonzero(outcome & known), np.count_nonzero(~outcome & known)) >= _ENOUGH_ROWS:
            break
    logit, outcome, weight, groups = logit[known], outcome[known], weight[known], groups[known]
    judged = np.empty(len(logit))
    part = _deal(outcome, groups, n_groups, rng)
    for number in range(_N_FOLDS):
        aside = part == number
        slope, intercept = fit_platt(logit[~aside], outcome[~aside], weight[~aside])
        judged[aside] = slope * logit[aside] + intercept
    before, after = _brier(logit, outcome, weight), _brier(judged, outcome, weight)
    if after >= before:
        return Calibration(brier_before=before, brier_after=after)
    slope, intercept = fit_platt(logit, outcome, weight)
    return Calibration(slope=slope, intercept=intercept, brier_before=before, brier_after=after)


def _n_groups(groups: IntArray, n_groups: int) -> int:
    return int(np.count_nonzero(np.bincount(groups, minlength=n_groups)))


def _deal(outcome: BoolArray, groups: IntArray, n_groups: int, rng: np.random.Generator) -> IntArray:
    """Return the fold of each row: groups dealt like cards, in random order among those that hold the same classes.

    Of ten groups or more that hold a class, each fold gets one.
    """
    lacks_positive = np.bincount(groups[outcome], minlength=n_groups) == 0
    lacks_negative = np.bincount(groups[~outcome], minlength=n_groups) == 0
    order = np.lexsort((rng.permutation(n_groups), lacks_negative, lacks_positive))
    fold = np.empty(n_groups, dtype=np.int64)
    fold[order] = np.arange(n_groups) % _N_FOLDS
    dealt: IntArray = fold[groups]
    return dealt


def _brier(logit: FloatArray, outcome: BoolArray, weight: FloatArray) -> float:
    return float(np.average((expit(logit) - outcome) ** 2, weights=weight))
