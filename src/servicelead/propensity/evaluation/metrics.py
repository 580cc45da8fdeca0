"""How good scores are, metric by metric, and how much each judged row moves the figure."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from attrs import field, frozen

from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.kernels.calibration_error import calibration_error, chance_calibration_error, equal_mass_bins
from servicelead.kernels.clusters import clustered_error
from servicelead.kernels.concordance import concordance
from servicelead.kernels.ranking import precision_at_own_score, top_membership
from servicelead.propensity.evaluation.thresholds import best_first

__all__ = ["METRICS", "N_BINS", "Judged", "Measure", "Metric"]

#: Bins of the calibration error.
N_BINS: Final = 10
_CERTAIN = 1e-6  # no probability is nearer to 0 or 1 in a log-loss
_BAND = 0.05  # of the rows, to either side of the edge of the top
_DRAWS, _SEED = 100, 0  # labels drawn for the bias of the calibration error: its mean to a tenth of its spread

#: A figure, and its derivative by the weight of each judged row, float64 (n,).
Measure: TypeAlias = tuple[float, FloatArray]


@frozen(kw_only=True, eq=False)
class Judged:
    """The rows that were scored by models that had not seen them.

    Attributes
    ----------
    is_event : bool (n,)
        Whether it happened.
    account : int32 (n,)
        Code of the account, the independent unit.
    fold : int64 (n,)
        By which model of the split it was scored.
    gain : float64 (n,) or None
        What it brings in if it happens.
    cost : float
        Of acting on one row.
    top : float
        The share of each fold's rows that can be acted on.
    """

    is_event: BoolArray = field(repr=False)
    account: Codes = field(repr=False)
    fold: IntArray = field(repr=False)
    gain: FloatArray | None = field(repr=False)
    cost: float
    top: float

    def __len__(self) -> int:
        return len(self.is_event)

    @property
    def n_accounts(self) -> int:
        """Accounts with a row."""
        return len(np.unique(self.account))

    def error_of(self, influence: FloatArray) -> float:
        """Return the standard error of a figure from how much each row moves it, clustered by account."""
        return clustered_error(influence, np.ones(len(influence)), self.account, self.n_accounts)

    def folds(self) -> Iterator[IntArray]:
        """Yield the rows of each fold: rankings are made within one, as they are in use."""
        order = np.argsort(self.fold, kind="stable")
        yield from np.split(order, np.flatnonzero(np.diff(self.fold[order])) + 1)

    def membership(self, scores: FloatArray, share: float) -> FloatArray:
        """Return how much of each row is among the best share of its fold, float64 (n,) in [0, 1]."""
        weight = np.zeros(len(self))
        for rows in self.folds():
            weight[rows] = top_membership(scores[rows], share)
        return weight

    def rate(self, weight: FloatArray) -> Measure:
        """Return the weighted rate of events."""
        whole = float(np.sum(weight))
        rate = float(weight @ self.is_event) / whole if whole else float("nan")
        return rate, weight * (self.is_event - rate) / (whole or 1.0)


class Metric(NamedTuple):
    """One way to judge scores."""

    measure: Callable[[Judged, FloatArray], Measure]
    unit: str
    limits: tuple[float, float]
    sign: int
    """1 where more is better, -1 where less is."""


def _mean(amounts: FloatArray) -> Measure:
    mean = float(np.mean(amounts))
    return mean, (amounts - mean) / len(amounts)


def _brier(judged: Judged, scores: FloatArray) -> Measure:
    return _mean((scores - judged.is_event) ** 2)


def _log_loss(judged: Judged, scores: FloatArray) -> Measure:
    kept = np.clip(scores, _CERTAIN, 1 - _CERTAIN)
    return _mean(-np.log(np.where(judged.is_event, kept, 1 - kept)))


def _auc(judged: Judged, scores: FloatArray) -> Measure:
    right, against = np.zeros(len(judged)), np.zeros(len(judged))
    for rows in judged.folds():
        is_event = judged.is_event[rows]
        n_events = int(np.count_nonzero(is_event))
        right[rows] = concordance(scores[rows], is_event, np.ones(len(rows)))
        against[rows] = np.where(is_event, len(rows) - n_events, n_events)
    pairs = float(against @ judged.is_event)
    if not pairs:
        return float("nan"), np.zeros(len(judged))
    auc = float(right @ judged.is_event) / pairs
    return auc, (right - auc * against) / pairs


def _average_precision(judged: Judged, scores: FloatArray) -> Measure:
    precision, moved = np.zeros(len(judged)), np.zeros(len(judged))
    for rows in judged.folds():
        precision[rows], moved[rows] = precision_at_own_score(scores[rows], judged.is_event[rows])
    average, influence = judged.rate(judged.is_event.astype(np.float64))
    n_events = int(np.count_nonzero(judged.is_event))
    if not n_events:
        return average, influence
    average = float(precision @ judged.is_event) / n_events
    return average, (judged.is_event * (precision - average) + moved) / n_events


def _calibration_error(judged: Judged, scores: FloatArray) -> Measure:
    return calibration_error(scores, judged.is_event, equal_mass_bins(scores, N_BINS))


def _corrected_calibration_error(judged: Judged, scores: FloatArray) -> Measure:
    bins = equal_mass_bins(scores, N_BINS)
    error, influence = calibration_error(scores, judged.is_event, bins)
    return error - chance_calibration_error(scores, bins, _DRAWS, _SEED), influence


def _capture(judged: Judged, scores: FloatArray) -> Measure:
    weight = judged.membership(scores, judged.top)
    n_events = int(np.count_nonzero(judged.is_event))
    if not n_events:
        return float("nan"), np.zeros(len(judged))
    share = float(weight @ judged.is_event) / n_events
    # One row more at the top pushes another out, at the edge, where events are as frequent as in a band around it.
    reach = min(_BAND, judged.top, 1 - judged.top)
    band = judged.membership(scores, judged.top + reach) - judged.membership(scores, judged.top - reach)
    at_edge, _ = judged.rate(band)
    return share, (judged.is_event * (weight - share) - at_edge * (weight - judged.top)) / n_events


def _lift(judged: Judged, scores: FloatArray) -> Measure:
    share, influence = _capture(judged, scores)
    return share / judged.top, influence / judged.top


def _profit(judged: Judged, scores: FloatArray, outcome: FloatArray) -> Measure:
    """Return what acting on the best rows brings in, when each row's outcome is as given."""
    gain = np.zeros(len(judged)) if judged.gain is None else judged.gain
    profit = np.zeros(len(judged))
    for rows in judged.folds():
        promised = scores[rows] * gain[rows] - judged.cost
        chosen = rows[best_first(promised, int(judged.top * len(rows) + 1e-9))]
        profit[chosen] = outcome[chosen] * gain[chosen] - judged.cost
    total = float(np.sum(profit))
    return total, profit - total / len(judged)


def _realised_profit(judged: Judged, scores: FloatArray) -> Measure:
    return _profit(judged, scores, judged.is_event.astype(np.float64))


def _expected_profit(judged: Judged, scores: FloatArray) -> Measure:
    return _profit(judged, scores, scores)


_LOSS, _SHARE, _ANY = (0.0, np.inf), (0.0, 1.0), (-np.inf, np.inf)

#: Every metric by its name; the first is the primary one.
METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        "brier": Metric(_brier, "squared probability", _SHARE, -1),
        "log_loss": Metric(_log_loss, "nats", _LOSS, -1),
        "auc": Metric(_auc, "share of pairs", _SHARE, 1),
        "average_precision": Metric(_average_precision, "precision", _SHARE, 1),
        "calibration_error": Metric(_calibration_error, "probability", _SHARE, -1),
        "calibration_error_corrected": Metric(_corrected_calibration_error, "probability", _ANY, -1),
        "lift": Metric(_lift, "times the average", _LOSS, 1),
        "capture": Metric(_capture, "share of events", _SHARE, 1),
        "expected_profit": Metric(_expected_profit, "money", _ANY, 1),
        "realised_profit": Metric(_realised_profit, "money", _ANY, 1),
    }
)
