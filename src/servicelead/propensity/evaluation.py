"""How good a model of expansion is on accounts it has not seen, beside the least it has to beat."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import read_only
from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import UnknownNameError
from servicelead.kernels.calibration_error import equal_mass_bins
from servicelead.kernels.clusters import clustered_error
from servicelead.kernels.ranking import captured
from servicelead.propensity.held_out import account_codes, binary, held_out_scores
from servicelead.propensity.metrics import METRICS, N_BINS, Judged, Measure
from servicelead.propensity.thresholds import amounts, profit_curve
from servicelead.tables.base import frozen_array
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["Evaluation", "evaluate"]

_PROFITS = ("expected_profit", "realised_profit")


@frozen(kw_only=True, eq=False)
class Evaluation:
    """What a model and its baselines said of rows they had not seen, and how good that was.

    Make one with `evaluate`. Models are ``model``, ``logistic`` (ridge logistic regression of one-hot columns) and
    ``prior`` (the rate of the training rows, for every row).

    Attributes
    ----------
    scores
        Each model's probabilities of the judged rows, float64 (n,).
    row : int64 (n,)
        Position of each judged row in what was given.
    n_unjudged
        Rows given that are in no test fold, as the first ones of a walk forward.
    n_acquainted
        Judged rows whose account was also in their fold's training rows: 0 where the split keeps accounts apart.
    confidence
        Of the intervals.
    """

    judged: Judged = field(repr=False)
    scores: Mapping[str, FloatArray] = field(converter=read_only, repr=False)
    row: IntArray = field(repr=False)
    n_unjudged: int
    n_acquainted: int
    confidence: float

    @property
    def label(self) -> BoolArray:
        """Whether each judged row expanded, bool (n,)."""
        return self.judged.is_event

    @property
    def accounts(self) -> Codes:
        """Code of each judged row's account, int32 (n,)."""
        return self.judged.account

    @property
    def fold(self) -> IntArray:
        """In which fold each row was judged, int64 (n,)."""
        return self.judged.fold

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models."""
        return tuple(self.scores)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics; those of profit only where values were given."""
        return tuple(name for name in METRICS if self.judged.gain is not None or name not in _PROFITS)

    @cached_property
    def table(self) -> ResultTable:
        """Every metric of every model: ``metric``, ``model``, ``value`` and the ends of its interval."""
        cells = [(metric, model) for metric in self.metrics for model in self.models]
        return _table(("metric", "model"), cells, [self.estimate(*cell) for cell in cells], self._title)

    @cached_property
    def improvements(self) -> ResultTable:
        """How much better the model is than each baseline: ``metric``, ``over``, ``value`` and its interval.

        Without what was only expected, where more is not better.
        """
        judged = [metric for metric in self.metrics if metric != "expected_profit"]
        cells = [(metric, other) for metric in judged for other in self.models[1:]]
        found = [self.improvement(*cell) for cell in cells]
        return _table(("metric", "over"), cells, found, "Above 0: the model is better")

    @property
    def n_accounts(self) -> int:
        """Accounts with a judged row: the independent units of every interval."""
        return len(np.unique(self.accounts))

    def estimate(self, metric: str, model: str = "model") -> Estimate:
        """Return one metric of one model with its interval.

        Raises
        ------
        UnknownNameError
            When there is no such metric or model.
        """
        value, influence = self.measure(metric, model)
        return self._estimate(metric, value, influence, METRICS[metric].limits)

    def improvement(self, metric: str, over: str = "prior") -> Estimate:
        """Return how much better than another the model is by a metric, paired by row: above 0 is better.

        Raises
        ------
        UnknownNameError
            When there is no such metric or model.
        """
        (ours, moved), (theirs, moved_theirs) = self.measure(metric, "model"), self.measure(metric, over)
        sign = METRICS[metric].sign
        return self._estimate(metric, sign * (ours - theirs), sign * (moved - moved_theirs), (-np.inf, np.inf))

    def measure(self, metric: str, model: str = "model") -> Measure:
        """Return one metric of one model, and how much each judged row moves it, float64 (n,): its derivative.

        Raises
        ------
        UnknownNameError
            When there is no such metric or model.
        """
        for what, name, known in (("metric", metric, self.metrics), ("model", model, self.models)):
            if name not in known:
                raise UnknownNameError(f"Evaluation has no {what} {name!r}; it has {', '.join(known)}")
        return METRICS[metric].measure(self.judged, self.scores[model])

    def error_of(self, influence: FloatArray) -> float:
        """Return the standard error of a figure from how much each judged row moves it, clustered by account."""
        return clustered_error(influence, np.ones(len(influence)), self.accounts, self.n_accounts)

    def calibration(self, model: str = "model") -> ResultTable:
        """Return the bins of the calibration error: mean ``score``, ``rate`` with its interval, and ``n`` rows.

        Raises
        ------
        UnknownNameError
            When there is no such model.
        """
        scores = self._scores(model)
        bins = equal_mass_bins(scores, N_BINS)
        rows = []
        for place in np.unique(bins):
            inside = (bins == place).astype(np.float64)
            rate, influence = self.judged.rate(inside)
            found = self._estimate("calibration_error", rate, influence, (0.0, 1.0))
            rows.append((float(scores @ inside / np.sum(inside)), rate, found.lower, found.upper, np.sum(inside)))
        columns = np.array(rows, dtype=np.float64).T
        table: dict[str, Any] = dict(zip(("score", "rate", "lower", "upper"), columns, strict=False))
        return ResultTable(table | {"n": columns[4].astype(np.int64)})

    def gain(self, model: str = "model") -> ResultTable:
        """Return what each percentage of the rows captures of those that expanded: ``share``, ``capture``, ``lift``.

        The best are taken of every fold alike; ties share evenly.
        """
        scores, shares = self._scores(model), np.arange(101) / 100
        events = self.label.astype(np.float64)
        totals = sum((captured(scores[rows], events[rows], shares) for rows in self.judged.folds()), np.zeros(101))
        capture = totals / totals[-1] if totals[-1] else np.full(101, np.nan)
        lift = np.divide(capture, shares, out=np.full(101, np.nan), where=shares > 0)
        return ResultTable({"share": shares, "capture": capture, "lift": lift})

    def profit(self, model: str = "model") -> ResultTable:
        """Return the profit of acting on none, one, two ... and all rows, the best of every fold alike.

        Raises
        ------
        UnknownNameError
            When no values were given, or there is no such model.
        """
        if self.judged.gain is None:
            raise UnknownNameError("Evaluation has no profit; give evaluate() the value of each row")
        gain, cost = self.judged.gain, self.judged.cost
        expected, realised = (likely * gain - cost for likely in (self._scores(model), self.label))
        place = np.empty(len(self.label))
        for rows in self.judged.folds():
            best = rows[np.argsort(-expected[rows], kind="stable")]
            place[best] = (np.arange(len(rows)) + 0.5) / len(rows)
        return profit_curve(np.argsort(place, kind="stable"), expected, realised)

    def _scores(self, model: str) -> FloatArray:
        if model not in self.scores:
            raise UnknownNameError(f"Evaluation has no model {model!r}; it has {', '.join(self.models)}")
        return self.scores[model]

    def _estimate(self, metric: str, value: float, influence: FloatArray, limits: tuple[float, float]) -> Estimate:
        return Estimate.of_ratio(
            value,
            self.error_of(influence),
            n=self.n_accounts,
            unit=METRICS[metric].unit,
            nothing="no fold judged both outcomes",
            limits=limits,
            confidence=self.confidence,
        )

    def __str__(self) -> str:
        cells: dict[str, list[str]] = {"metric": list(self.metrics)}
        cells |= {model: [_brief(self.estimate(metric, model)) for metric in self.metrics] for model in self.models}
        return f"{self._title}\n{ResultTable(cells)}"

    @property
    def _title(self) -> str:
        return (
            f"{len(self.label):,} rows of {self.n_accounts:,} accounts judged, {np.count_nonzero(self.label):,} "
            f"expanded; {self.n_unjudged:,} rows not judged; top {self.judged.top:.0%} acted on"
        )


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
        A scikit-learn splitter, or pairs of training and test row numbers.
    groups : array-like (n,), optional
        What ``cv.split`` is given; the accounts by default, where it reads groups.
    value : float or array-like (n,), optional
        What each row is worth if it expands, in money; without it there is no profit.
    cost
        Of acting on a row, at least 0.
    margin
        The share of the value that is kept.
    top
        The share of each fold's rows that can be acted on, strictly between 0 and 1.
    confidence
        Of the intervals, strictly between 0 and 1.

    Returns
    -------
    Evaluation

    Raises
    ------
    InvalidValueError
        For labels that are not two, missing accounts, values that are not finite, a row in several test folds, a fold
        whose training rows hold one outcome, an estimator without probabilities.

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
    labels, is_event = binary(y)
    account = account_codes(accounts, len(labels))
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


def _table(names: tuple[str, str], cells: list[tuple[str, str]], found: list[Estimate], title: str) -> ResultTable:
    columns: dict[str, Any] = {
        name: np.array([cell[i] for cell in cells], dtype=object) for i, name in enumerate(names)
    }
    for name in ("value", "lower", "upper"):
        columns[name] = np.array([getattr(estimate, name) for estimate in found], dtype=np.float64)
    return ResultTable(columns, title=title)


def _brief(estimate: Estimate) -> str:
    if not estimate.is_defined:
        return "undefined"
    value, lower, upper = (
        "?" if bound is None else f"{bound:,.0f}" if abs(bound) >= 1000 else f"{bound:.3g}"
        for bound in (estimate.value, estimate.lower, estimate.upper)
    )
    return f"{value} [{lower}, {upper}]"
