"""Scores of rows by models that have not seen them: a fit per fold, each row judged at most once."""

import inspect
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone

from servicelead._fields import kind_of
from servicelead._typing import Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.threads import one_thread
from servicelead.propensity.evaluation.baselines import logistic_scores, prior_scores
from servicelead.propensity.evaluation.folds import pairs_of

__all__ = ["HeldOut", "held_out_scores", "take"]


class HeldOut(NamedTuple):
    """The rows that were judged, fold after fold, and what each model said of them."""

    rows: IntArray
    fold: IntArray
    scores: Mapping[str, FloatArray]
    n_acquainted: int
    """Rows whose account was also in the training rows of their fold."""


def held_out_scores(
    estimator: Any,
    X: Any,  # noqa: N803 - scikit-learn's name for it
    y: Array,
    *,
    is_event: BoolArray,
    account: Codes,
    cv: Any,
    groups: Any,
    n_jobs: int,
) -> HeldOut:
    """Fit the estimator, and the baselines beside it, on the training rows of each fold, and score its test rows."""
    if not hasattr(estimator, "predict_proba"):
        raise InvalidValueError(
            f"evaluate(estimator) must have predict_proba; got {kind_of(estimator)}; "
            "wrap it in sklearn.calibration.CalibratedClassifierCV"
        )
    pairs = pairs_of(cv, y, account, groups)
    for number, (train, _) in enumerate(pairs):
        if is_event[train].all() or not is_event[train].any():
            raise InvalidValueError(
                f"evaluate(cv): the training rows of every fold must hold both outcomes; fold {number} has one; "
                "use fewer folds, or stratified ones"
            )
    are_shared = n_jobs != 1  # the processors, by folds beside one another: none then asks for more than one

    def score(train: IntArray, test: IntArray) -> dict[str, FloatArray]:
        seen, unseen = take(X, train), take(X, test)
        with one_thread("openmp") if are_shared else nullcontext():
            ours = _model_scores(estimator, seen, y[train], account=account[train], unseen=unseen, n=len(test))
        return {
            "model": ours,
            "logistic": logistic_scores(seen, is_event[train], unseen),
            "prior": prior_scores(is_event[train], len(test)),
        }

    with one_thread("blas") if are_shared else nullcontext():
        parts = Parallel(n_jobs=n_jobs, prefer="threads")(delayed(score)(*pair) for pair in pairs)
    fold = np.repeat(np.arange(len(pairs)), [len(test) for _, test in pairs])
    together = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    n_acquainted = sum(int(np.count_nonzero(np.isin(account[test], account[train]))) for train, test in pairs)
    return HeldOut(np.concatenate([test for _, test in pairs]), fold, together, n_acquainted)


def take(X: Any, rows: IntArray) -> Any:  # noqa: N803 - scikit-learn's name for it
    """Return some rows of a frame, a mapping of columns, a result table or an array, as what it is."""
    if isinstance(X, ResultTable):
        return X.take(rows)
    if isinstance(X, Mapping):
        return {name: take(column, rows) for name, column in X.items()}
    native = nw.from_native(X, pass_through=True, allow_series=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if isinstance(native, nw.DataFrame | nw.Series):
        return native[rows.tolist()].to_native() if isinstance(native, nw.Series) else native[rows].to_native()
    return (np.asarray(X) if isinstance(X, list | tuple) else X)[rows]


def _model_scores(estimator: Any, seen: Any, y: Array, *, account: Codes, unseen: Any, n: int) -> FloatArray:
    # An estimator that splits its training rows again must keep accounts together as well.
    takes_groups = "groups" in inspect.signature(estimator.fit).parameters
    fitted = clone(estimator).fit(seen, y, **({"groups": account} if takes_groups else {}))
    given = np.asarray(fitted.predict_proba(unseen), dtype=np.float64)
    if given.shape != (n, 2) or not ((given >= 0) & (given <= 1)).all():
        raise InvalidValueError(
            f"predict_proba of {type(estimator).__name__} must return two numbers from 0 to 1 per row; "
            "got something else; correct the estimator"
        )
    return given[:, 1]
