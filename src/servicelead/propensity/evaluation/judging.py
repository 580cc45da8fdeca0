"""Judge a classifier of expansion on rows it has not seen, beside the least it has to beat."""

from typing import Any

import numpy as np

from servicelead._arguments import require_within
from servicelead.propensity.estimators.outcomes import account_codes, labels_of, two_classes
from servicelead.propensity.evaluation.evaluation import Evaluation
from servicelead.propensity.evaluation.held_out import held_out_scores
from servicelead.propensity.evaluation.metrics import Judged
from servicelead.propensity.evaluation.thresholds import amounts
from servicelead.tables.base import frozen_array
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["evaluate"]


def evaluate(
    estimator: Any,
    X: Any,  # noqa: N803 - scikit-learn's name for it
    y: Any,
    *,
    accounts: Any,
    cv: Any,
    groups: Any = None,
    value: Any = None,
    cost: float = 0.0,
    margin: float = 1.0,
    top: float = 0.1,
    confidence: float = DEFAULT_CONFIDENCE,
    n_jobs: int = 1,
) -> Evaluation:
    r"""Judge an estimator on rows it has not seen, beside a one-hot logistic regression and the prior.

    With p the score of a row and y whether it expanded:

    * ``brier`` is the mean of :math:`(p - y)^2`, ``log_loss`` that of :math:`-\log p` or :math:`-\log(1 - p)`, with p
      kept within 1e-6 of 0 and 1;
    * ``auc`` is the chance that, of two rows of one fold, the one that expanded has the higher score;
      ``average_precision`` the mean, over rows that expanded, of the precision among all scored as high in their fold;
    * ``calibration_error`` is :math:`\sum_b \tfrac{n_b}{n} |\bar y_b - \bar p_b|` over ten bins of equal size of all
      folds' scores together; ``calibration_error_corrected`` is that less its mean for outcomes drawn from the scores
      themselves, which is what chance makes of perfect scores; it may be below 0;
    * ``capture`` is the share of those that expanded among the `top` share of each fold, and ``lift`` is that over
      `top`;
    * ``realised_profit`` is what acting on rows of positive expected profit :math:`p\, v\, m - c` brings in, the best
      first and at most the `top` share of each fold; ``expected_profit`` is what the scores promised of it.

    Parameters
    ----------
    estimator
        A classifier with ``predict_proba``; it is cloned. Wrap a model that is fitted already in
        ``sklearn.frozen.FrozenEstimator``. One whose ``fit`` takes ``groups`` is given the accounts.
    X
        What the estimator learns from, one row per snapshot: a frame, a mapping of columns or a two-dimensional array.
    y : array-like (n,)
        Two different labels; the greater one is the event.
    accounts : array-like (n,)
        Whose each row is: the independent units of the intervals.
    cv
        A scikit-learn splitter, or pairs of training and test rows: numbers from 0 to n - 1, or masks.
    groups : array-like (n,), optional
        What ``cv.split`` is given; the accounts by default, where it reads groups.
    value : float or array-like (n,), optional
        What each row is worth if it expands, in money; without it there is no profit.
    cost
        Of acting on a row, at least 0.
    margin
        The share of the value that is kept, at least 0.
    top
        The share of each fold's rows that can be acted on, strictly between 0 and 1.
    confidence
        Of the intervals, strictly between 0 and 1.
    n_jobs
        Folds learned beside one another on threads, as in joblib: -1 for all processors. It changes no score of an
        estimator of this package.

    Returns
    -------
    Evaluation

    Raises
    ------
    InvalidValueError
        For labels that are not two, missing accounts, values that are not finite, a negative cost or margin, a row in
        several test folds, on both sides of one or not in X, a fold whose training rows hold one outcome, an estimator
        without probabilities.

    Notes
    -----
    Intervals are Student t, clustered by account: each figure's derivative by the weight of a row, summed per account.
    They hold the fits, the bins and, in the profits, the rows chosen for given, which makes those of profits somewhat
    wide. A figure that needs both outcomes is undefined without.
    Ties: half in ``auc``, together in ``average_precision`` and in bins, evenly at the edge of the `top` share, by the
    order of rows in the profits.

    Placements: DeLong, DeLong and Clarke-Pearson, 1988; clusters: Obuchowski, 1997. Bias of the calibration error:
    Roelofs, Cain, Shlens and Mozer, 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GroupKFold
    >>> rng = np.random.default_rng(0)
    >>> touches = rng.normal(size=(400, 1))
    >>> expanded = rng.random(400) < 1 / (1 + np.exp(1 - 2 * touches[:, 0]))
    >>> found = evaluate(
    ...     LogisticRegression(), touches, expanded, accounts=np.arange(400) // 2, cv=GroupKFold(5)
    ... )
    >>> print(found.estimate("auc"))
    0.8652 share of pairs [0.8269, 0.9035] (95%, linearised ratio over accounts, Student t, n = 200)
    >>> found.improvement("brier", over="prior").lower > 0
    True
    """
    require_within("evaluate: top", top)
    require_within("evaluate: confidence", confidence)
    labels = labels_of(y)
    is_event = labels == two_classes(labels)[1]
    account = account_codes("evaluate: accounts", accounts, len(labels)).astype(np.int32)
    spent = float(amounts("evaluate: cost", [cost])[0])
    kept = float(amounts("evaluate: margin", [margin])[0])
    gain = None if value is None else amounts("evaluate: value", value, len(labels), lowest=-np.inf) * kept
    held = held_out_scores(
        estimator,
        X,
        labels,
        is_event=is_event,
        account=account,
        cv=cv,
        groups=groups,
        n_jobs=n_jobs,
    )
    return Evaluation(
        judged=Judged(
            is_event=frozen_array(is_event[held.rows]),
            account=frozen_array(account[held.rows]),
            fold=frozen_array(held.fold),
            gain=None if gain is None else frozen_array(gain[held.rows]),
            cost=spent,
            top=top,
        ),
        scores={name: frozen_array(scores) for name, scores in held.scores.items()},
        row=frozen_array(held.rows),
        n_unjudged=len(labels) - len(held.rows),
        n_acquainted=held.n_acquainted,
        confidence=confidence,
    )
