"""How good a model of expansion is on accounts it has not seen, beside the least it has to beat."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._fields import read_only
from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.table import ResultTable, significant
from servicelead.exceptions import UnknownNameError
from servicelead.kernels.calibration_error import equal_mass_bins
from servicelead.kernels.ranking import captured
from servicelead.propensity.evaluation.metrics import METRICS, N_BINS, Judged, Measure
from servicelead.propensity.evaluation.thresholds import profit_curve
from servicelead.uncertainty import Estimate

__all__ = ["Evaluation"]

_DIGITS = 3
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
        return self.judged.n_accounts

    def estimate(self, metric: str, model: str = "model") -> Estimate:
        """Return one metric of one model with its interval.

        Raises
        ------
        UnknownNameError
            When there is no such metric or model.
        """
        value, influence = self._measure(metric, model)
        return self._estimate(metric, value, influence, METRICS[metric].limits)

    def improvement(self, metric: str, over: str = "prior") -> Estimate:
        """Return how much better than another the model is by a metric, paired by row: above 0 is better.

        Raises
        ------
        UnknownNameError
            When there is no such metric or model.
        """
        (ours, moved), (theirs, moved_theirs) = self._measure(metric, "model"), self._measure(metric, over)
        sign = METRICS[metric].sign
        return self._estimate(metric, sign * (ours - theirs), sign * (moved - moved_theirs), (-np.inf, np.inf))

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

    def _measure(self, metric: str, model: str) -> Measure:
        """Return one metric of one model, and how much each judged row moves it, float64 (n,): its derivative."""
        for what, name, known in (("metric", metric, self.metrics), ("model", model, self.models)):
            if name not in known:
                raise UnknownNameError(f"Evaluation has no {what} {name!r}; it has {', '.join(known)}")
        return METRICS[metric].measure(self.judged, self.scores[model])

    def _scores(self, model: str) -> FloatArray:
        if model not in self.scores:
            raise UnknownNameError(f"Evaluation has no model {model!r}; it has {', '.join(self.models)}")
        return self.scores[model]

    def _estimate(self, metric: str, value: float, influence: FloatArray, limits: tuple[float, float]) -> Estimate:
        return Estimate.of_ratio(
            value,
            self.judged.error_of(influence),
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
        known = f"; {self.n_acquainted:,} rows of accounts also learned from" if self.n_acquainted else ""
        return (
            f"{len(self.label):,} rows of {self.n_accounts:,} accounts judged, {np.count_nonzero(self.label):,} "
            f"expanded; {self.n_unjudged:,} rows not judged{known}; top {self.judged.top:.0%} acted on"
        )


def _table(names: tuple[str, str], cells: list[tuple[str, str]], found: list[Estimate], title: str) -> ResultTable:
    columns: dict[str, Any] = {
        name: np.array([cell[i] for cell in cells], dtype=object) for i, name in enumerate(names)
    }
    for name in ("value", "lower", "upper"):
        columns[name] = np.array([getattr(estimate, name) for estimate in found], dtype=np.float64)
    return ResultTable(columns, title=title, digits=_DIGITS)


def _brief(estimate: Estimate) -> str:
    if not estimate.is_defined:
        return "undefined"
    value, lower, upper = (
        "?" if bound is None else significant(bound, _DIGITS)
        for bound in (estimate.value, estimate.lower, estimate.upper)
    )
    return f"{value} [{lower}, {upper}]"
