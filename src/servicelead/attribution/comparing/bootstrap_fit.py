"""How sure the numbers are that a fitted model states, found by fitting it again on resampled accounts."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from servicelead._arguments import require_jobs, require_whole, require_within
from servicelead._fields import kind_of
from servicelead._typing import FloatArray
from servicelead.attribution.learned.fitted_markov import FittedMarkovChain
from servicelead.attribution.learned.fitted_shapley import FittedShapley
from servicelead.attribution.results.arguments import require_journeys
from servicelead.attribution.results.refits import fitted_again
from servicelead.attribution.results.replicates import Units, percentiles, replicate_values
from servicelead.attribution.results.strategy import Strategy
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.tables.journeys import Journeys
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["bootstrap_fit"]


def bootstrap_fit(
    journeys: Journeys,
    strategy: Strategy,
    statistic: Callable[[Any], Mapping[str, float]] | None = None,
    *,
    n: int = 200,
    seed: int = 0,
    n_jobs: int = 1,
    confidence: float = DEFAULT_CONFIDENCE,
) -> ResultTable:
    """Fit a model, fit it again on accounts drawn again, and return what it states with intervals.

    For what a model *says*: removal effects, drag, Shapley values, the effect of a whole team. For the credit it gives,
    see `Attribution.by` and `bootstrap`, which also draw as this does. An interval tells how much the number would vary
    with other accounts; it does not make association effect.

    Parameters
    ----------
    journeys
        What to fit to.
    strategy
        A model that learns.
    statistic
        What to ask of each fitted model: a function that returns numbers by name. Left out: the removal effect of each
        label of a `MarkovChain`, the value of each channel or team of a `Shapley`. A name that a replicate lacks, as
        a label that none of its accounts has, counts as 0; a replicate in which a number is NaN, or a rate undefined
        because nothing was won, is left out.
    n
        Number of replicates, 2 or more.
    seed
        0 or more; replicate i is the same whatever `n` and `n_jobs` are.
    n_jobs
        Threads, as in joblib: -1 for all processors.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    ResultTable
        ``name, value, standard_error, lower, upper``, ordered by value. The bounds are percentiles, and reach out to
        the value itself; they and the error are NaN with fewer than two accounts, or replicates to tell from.

    Raises
    ------
    InvalidValueError
        For fewer than two replicates, a negative seed, no jobs, a confidence outside (0, 1), what is no journeys, no
        strategy, no function or none that returns numbers by name, or a strategy that states nothing by itself where
        no statistic is given.
    ServiceLeadError
        What the statistic raises when asked of the journeys themselves, such as ``UndefinedRateError``.

    References
    ----------
    As for `bootstrap`.

    Examples
    --------
    >>> from servicelead.attribution import MarkovChain
    >>> paths = {"path": ["ad > call", "call", "ad"], "won": [20, 10, 0], "lost": [0, 10, 20]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", nonconversions="lost")
    >>> print(bootstrap_fit(journeys, MarkovChain(), n=50))
    name  value   standard_error  lower   upper
    call  1.0000          0.0000  1.0000  1.0000
    ad    0.5000          0.0759  0.3788  0.6931

    Any number it states has an interval:

    >>> def both(chain): return {"ad or call": chain.effect_of(channel=["ad", "call"])}
    >>> bootstrap_fit(journeys, MarkovChain(), both, n=50)["value"].tolist()
    [1.0]
    """
    require_whole("bootstrap_fit: n", n, 2)
    require_whole("bootstrap_fit: seed", seed, 0)
    require_jobs("bootstrap_fit: n_jobs", n_jobs)
    require_within("bootstrap_fit: confidence", confidence)
    require_journeys("bootstrap_fit()", journeys)
    if isinstance(strategy, type) or not isinstance(strategy, Strategy):
        raise InvalidValueError(
            f"bootstrap_fit() needs a model that learns; got {kind_of(strategy)}; write e.g. MarkovChain()"
        )
    ask = _stated if statistic is None else statistic
    if not callable(ask):
        raise InvalidValueError(
            f"bootstrap_fit: statistic must be a function of the fitted model; got {kind_of(statistic)}; "
            "write e.g. lambda chain: {...}, or leave it out"
        )
    found = ask(strategy.fit(journeys))
    if not isinstance(found, Mapping):
        raise InvalidValueError(
            f"bootstrap_fit: statistic must return numbers by name; got {kind_of(found)}; "
            'return e.g. {"services": chain.effect_of(team="services")}'
        )
    names, units = list(found), Units.of(journeys)

    def again(times: FloatArray, rng: np.random.Generator) -> FloatArray:
        try:
            stated = ask(fitted_again(strategy, journeys, units, times, rng))
        except UndefinedRateError:
            return np.full(len(names), np.nan)
        return np.array([stated.get(name, 0.0) for name in names])

    values = replicate_values(again, units, n=n, seed=seed, n_jobs=n_jobs)
    return _table(found, values[~np.isnan(values).any(axis=1)] if units.size > 1 else values[:0], confidence)


def _stated(fitted: Any) -> dict[str, float]:
    """Return the number that a fitted model states of each label."""
    if isinstance(fitted, FittedMarkovChain):
        labels = [" / ".join(label) for label in fitted.summary.labels]
        return dict(zip(labels, fitted.effects.tolist(), strict=True))
    if isinstance(fitted, FittedShapley):
        table = fitted.values
        return dict(zip(table[fitted.strategy.by].tolist(), table["value"].tolist(), strict=True))
    raise InvalidValueError(
        f"bootstrap_fit: a fitted {type(fitted).__name__} states nothing by itself; give a statistic, a function that "
        "returns numbers by name"
    )


def _table(found: Mapping[str, float], drawn: FloatArray, confidence: float) -> ResultTable:
    value = np.array(list(found.values()), dtype=np.float64)
    lower, upper = percentiles(drawn, (1 - confidence) / 2)
    error = drawn.std(axis=0, ddof=1) if len(drawn) > 1 else np.full(len(value), np.nan)
    order = np.argsort(-value, kind="stable")
    columns = {
        "name": np.array([*found], dtype=object),
        "value": value,
        "standard_error": error,
        "lower": np.minimum(lower, value),
        "upper": np.maximum(upper, value),
    }
    return ResultTable({name: column[order] for name, column in columns.items()})
