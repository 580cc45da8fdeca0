"""How well models foresee which journeys are won, judged on accounts they have not seen."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from servicelead._arguments import require_within
from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.attribution.comparing.comparison import named
from servicelead.attribution.comparing.folds import account_folds
from servicelead.attribution.results.arguments import require_journeys
from servicelead.attribution.results.strategy import Attributor, Strategy
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.clusters import clustered_error
from servicelead.kernels.concordance import concordance
from servicelead.tables.journeys import Journeys
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["ConversionModel", "cross_validate"]

_CERTAIN = 1e-6  # no probability is nearer to 0 or 1
_BASE = "base_rate"


@runtime_checkable
class ConversionModel(Protocol):
    """An attributor that also says how likely each journey is to be won."""

    def conversion_probability_of(self, journeys: Journeys) -> FloatArray:
        """Return the probability of each journey, float64 (n,), in [0, 1]."""
        ...


class _Held(NamedTuple):
    """What was held out, fold after fold: outcomes, how many each stands for, and whose they are."""

    is_won: BoolArray
    weight: FloatArray
    account: Codes | None
    fold: IntArray
    n_units: int

    def error(self, influence: FloatArray) -> float:
        """Return the standard error of a statistic from each journey's influence on it, clustered by account."""
        return clustered_error(influence, self.weight, self.account, self.n_units)


def cross_validate(
    journeys: Journeys,
    strategies: Mapping[str, Strategy] | Sequence[Strategy],
    folds: int = 5,
    seed: int = 0,
    *,
    confidence: float = DEFAULT_CONFIDENCE,
) -> ResultTable:
    r"""Judge models by the probability they gave, beforehand, to journeys of accounts they were not fitted on.

    Accounts are dealt into folds at random; a model is fitted on all folds but one and judged on that one, in turn.
    Only closed journeys that have touches are judged. Per journey,

    .. math:: \text{log-loss} = -\log p \text{ if won}, \; -\log(1 - p) \text{ if not}

    and the AUC is the chance that, of two journeys of one fold, the won one had the higher p, ties half.

    Parameters
    ----------
    journeys
        Won and lost, from `Journeys.from_business` or `Journeys.from_paths`.
    strategies
        As for `compare`; at least one.
    folds
        At least 2.
    seed
        Of the dealing.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    ResultTable
        One row per model, after ``base_rate``: the rate of the folds it was fitted on, for every journey.
        ``log_loss`` (lower is better); ``gain``, how much lower it is than that of the base rate, paired by journey;
        ``auc``; each with ``_lower`` and ``_upper``, Student t intervals clustered by account, linearised; and
        ``note``, which says ``no conversion probability`` of rules and other models that do not foresee anything.
        Those, and an AUC where all or none were won, are NaN, as are bounds with fewer than two units.

    Raises
    ------
    InvalidValueError
        For no strategies, something already fitted, wrong folds or confidence, a model called ``base_rate``, or one
        whose probabilities are not one number from 0 to 1 per journey.

    Notes
    -----
    Probabilities are kept within 1e-6 of 0 and 1, so one mistaken certainty costs 13.8 and not everything. Foreseeing
    wins is no proof that credit is right: a model can foresee well and misplace credit. The intervals hold the fits for
    given. Placements: DeLong, DeLong and Clarke-Pearson, 1988; clusters: Obuchowski, 1997.

    Examples
    --------
    >>> from servicelead.attribution import Linear, Shapley
    >>> journeys = Journeys.from_paths(
    ...     {"path": ["ad > call", "ad"], "won": [60, 10], "lost": [40, 90]},
    ...     path="path", conversions="won", nonconversions="lost",
    ... )
    >>> table = cross_validate(journeys, [Shapley(game="rate"), Linear()])
    >>> print(ResultTable({name: table[name] for name in ("model", "log_loss", "auc", "note")}))
    model      log_loss  auc     note
    base_rate    0.6568  0.5000
    shapley      0.5790  0.7808
    linear                       no conversion probability
    """
    require_journeys("cross_validate()", journeys)
    chosen = _fittable(named(strategies), confidence)
    parts = [(train, _judged(test)) for train, test in account_folds(journeys, folds, seed)]
    held = _held(journeys, [test for _, test in parts])
    base = np.concatenate([np.full(test.n, _rate(_judged(train))) for train, test in parts])
    base_loss = _losses(base, held)
    rows = [_row(_BASE, base, base_loss, held, confidence)]
    for name, strategy in chosen.items():
        given = _foreseen(name, strategy, parts)
        rows.append(_row(name, given, base_loss, held, confidence))
    columns = {
        name: np.array([row[name] for row in rows], dtype=None if name != "note" else object) for name in rows[0]
    }
    won = float(np.sum(held.weight[held.is_won]))
    title = f"{folds} folds of accounts: {np.sum(held.weight):,.0f} journeys judged, {won:,.0f} of them won"
    return ResultTable(columns, backend=journeys.backend, title=title)


def _fittable(chosen: Mapping[str, Strategy | Attributor], confidence: float) -> dict[str, Strategy]:
    require_within("cross_validate: confidence", confidence)
    if not chosen:
        raise InvalidValueError("cross_validate() needs at least one strategy; name one")
    if _BASE in chosen:
        raise InvalidValueError(f"cross_validate() has a row of its own called {_BASE}; name the strategy anew")
    strategies = {}
    for name, strategy in chosen.items():
        if not isinstance(strategy, Strategy):
            raise InvalidValueError(
                f"cross_validate() fits {name} anew on every fold, so it needs a strategy with fit(journeys), "
                f"got {type(strategy).__name__}; give the strategy, not what it has fitted"
            )
        strategies[name] = strategy
    return strategies


def _judged(journeys: Journeys) -> Journeys:
    return journeys.select((journeys.outcome != journeys.OPEN) & (journeys.lengths > 0))


def _held(journeys: Journeys, tests: Sequence[Journeys]) -> _Held:
    weight = np.concatenate([test.weight for test in tests]).astype(np.float64)
    account = np.concatenate([test.account for test in tests]) if journeys.business is not None else None
    return _Held(
        is_won=np.concatenate([test.is_won for test in tests]),
        weight=weight,
        account=account,
        fold=np.repeat(np.arange(len(tests)), [test.n for test in tests]),
        n_units=int(np.sum(weight)) if account is None else len(np.unique(account)),
    )


def _rate(journeys: Journeys) -> float:
    closed = int(np.sum(journeys.weight))
    return int(np.sum(journeys.weight[journeys.is_won])) / closed if closed else 0.5


def _foreseen(name: str, strategy: Strategy, parts: Sequence[tuple[Journeys, Journeys]]) -> FloatArray | None:
    """Return the probability each held-out journey was given; None where the model gives none."""
    found = []
    for train, test in parts:
        fitted = strategy.fit(train)
        if not isinstance(fitted, ConversionModel):
            return None
        given = np.asarray(fitted.conversion_probability_of(test), dtype=np.float64)
        if given.shape != (test.n,) or not ((given >= 0) & (given <= 1)).all():
            raise InvalidValueError(
                f"conversion_probability_of of {name} must return one number from 0 to 1 per journey ({test.n}); "
                "got something else; correct the model"
            )
        found.append(given)
    return np.concatenate(found)


def _losses(given: FloatArray, held: _Held) -> FloatArray:
    kept = np.clip(given, _CERTAIN, 1 - _CERTAIN)
    return -np.log(np.where(held.is_won, kept, 1 - kept))


def _row(
    name: str, given: FloatArray | None, base_loss: FloatArray, held: _Held, confidence: float
) -> dict[str, str | float]:
    row: dict[str, str | float] = {"model": name}
    if given is None:
        figures = dict.fromkeys(("log_loss", "gain", "auc"), (float("nan"), float("nan")))
    else:
        losses = _losses(given, held)
        figures = {"log_loss": _mean(losses, held), "gain": _mean(base_loss - losses, held), "auc": _auc(given, held)}
    for what, (value, error) in figures.items():
        reach = _quantile(held, confidence) * error
        row |= {what: value, f"{what}_lower": value - reach, f"{what}_upper": value + reach}
    row["note"] = "no conversion probability" if given is None else ""
    return row


def _quantile(held: _Held, confidence: float) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

    return float(stdtrit(max(held.n_units - 1, 1), (1 + confidence) / 2))


def _mean(amounts: FloatArray, held: _Held) -> tuple[float, float]:
    whole = float(np.sum(held.weight))
    if not whole:
        return float("nan"), float("nan")
    mean = float(np.sum(held.weight * amounts)) / whole
    return mean, held.error((amounts - mean) / whole)


def _auc(given: FloatArray, held: _Held) -> tuple[float, float]:
    """Return the share of pairs within folds that were ranked rightly, and its standard error."""
    right, against = np.zeros(len(given)), np.zeros(len(given))
    for fold in range(int(held.fold.max(initial=-1)) + 1):
        own = held.fold == fold
        weight, is_won = held.weight[own], held.is_won[own]
        right[own] = concordance(given[own], is_won, weight)
        n_won = float(np.sum(weight[is_won]))
        against[own] = np.where(is_won, float(np.sum(weight)) - n_won, n_won)
    pairs = float(np.sum((held.weight * against)[held.is_won]))
    if not pairs:
        return float("nan"), float("nan")
    auc = float(np.sum((held.weight * right)[held.is_won])) / pairs
    return auc, held.error((right - auc * against) / pairs)
