"""Journeys in parts that share no independent unit, so that what is learned from some can be judged on the others."""

from collections.abc import Iterator

import numpy as np
from attrs import evolve

from servicelead._arguments import require_whole
from servicelead._typing import IntArray
from servicelead.attribution.results.intervals import n_units
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.allocation import allocate
from servicelead.tables.base import frozen_array, major_units
from servicelead.tables.journeys import Journeys

__all__ = ["account_folds"]


def account_folds(journeys: Journeys, folds: int, seed: int) -> Iterator[tuple[Journeys, Journeys]]:
    """Yield each fold as (the journeys to learn from, the journeys to judge by).

    Accounts that have a closed journey are dealt out at random, as evenly as can be; all journeys of an account are in
    one fold. On aggregated paths each conversion and each non-conversion is a unit of its own and lands in a fold by
    itself, and value follows in proportion.

    Raises
    ------
    InvalidValueError
        For fewer than two folds, or fewer units than folds.
    """
    require_whole("folds", folds, 2)
    require_whole("seed", seed, 0)
    if n_units(journeys) < folds:
        raise InvalidValueError(
            f"folds: there are fewer accounts with a closed journey than the {folds} folds; use fewer, or more accounts"
        )
    rng = np.random.default_rng(seed)
    if journeys.business is None:
        yield from _folds_of_paths(journeys, rng.multinomial(journeys.weight, np.full(folds, 1.0 / folds)))
        return
    accounts = np.unique(journeys.account[journeys.outcome != journeys.OPEN])
    fold_of = np.zeros(int(journeys.account.max()) + 1, dtype=np.int64)
    fold_of[accounts] = rng.permutation(len(accounts)) % folds
    own = fold_of[journeys.account]
    for fold in range(folds):
        yield journeys.select(own != fold), journeys.select(own == fold)


def _folds_of_paths(journeys: Journeys, drawn: IntArray) -> Iterator[tuple[Journeys, Journeys]]:
    """Yield the folds of aggregated paths, given how many of each row's units are in each fold."""
    folds = drawn.shape[1]
    minor: list[IntArray | None] = [None] * folds
    if journeys.minor_units is not None:
        parts = allocate(journeys.minor_units, drawn.ravel(), folds * np.arange(journeys.n + 1))
        minor = list(parts.reshape(drawn.shape).T)
    for own, cents in zip(drawn.T, minor, strict=True):
        rest = None if journeys.minor_units is None or cents is None else journeys.minor_units - cents
        yield _thinned(journeys, journeys.weight - own, rest), _thinned(journeys, own, cents)


def _thinned(journeys: Journeys, weight: IntArray, minor: IntArray | None) -> Journeys:
    """Return aggregated paths of fewer conversions and non-conversions each, with the value that goes with them."""
    value = journeys.value * (weight / journeys.weight) if minor is None else major_units(minor, journeys.currency)
    if minor is not None:
        minor = frozen_array(minor.copy())
    thinned = evolve(journeys, weight=frozen_array(weight.copy()), value=frozen_array(value), minor_units=minor)
    return thinned.select(weight > 0)
