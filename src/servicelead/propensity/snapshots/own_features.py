"""Features of your own: functions of what was known, called once per cutoff and checked."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import Array, Codes, IntArray
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.snapshots.feature import Column, Feature, Known
from servicelead.tables import Business
from servicelead.tables.known import known_before

__all__ = ["own_features"]


def own_features(
    business: Business,
    features: Sequence[Feature],
    account: Codes,
    cutoff: IntArray,
    assume_constant: Collection[str],
) -> list[Column]:
    """Return the values of features at rows that are ordered by cutoff.

    Raises
    ------
    InvalidValueError
        When a function does not return one value per account, a finite number or NaN, or text or None.
    """
    if not features:
        return []
    parts: list[list[Array]] = [[_empty(feature)] for feature in features]
    edges = np.append(np.flatnonzero(np.diff(cutoff, prepend=-1)), len(cutoff)).tolist()
    for start, stop in pairwise(edges):
        instant = int(cutoff[start])
        then = known_before(business, instant, assume_constant)
        known = Known(business=then, cutoff=instant, account=account[start:stop])
        for feature, values in zip(features, parts, strict=True):
            if feature.compute is not None:
                values.append(_checked(feature, feature.compute(known), stop - start))
    return [(feature, np.concatenate(values)) for feature, values in zip(features, parts, strict=True)]


def _empty(feature: Feature) -> Array:
    return np.zeros(0, dtype=object if feature.kind == "category" else np.float64)


def _checked(feature: Feature, given: Any, n: int) -> Array:
    what = f"Feature.compute of {feature.name!r}"
    values = np.asarray(given, dtype=object if feature.kind == "category" else None)
    if values.shape != (n,):
        raise InvalidValueError(
            f"{what} must return one value per known.account; got an array of shape {values.shape} for {n}; "
            "index what you worked out per account by known.account"
        )
    if feature.kind == "category":
        odd = [value for value in values.tolist() if value is not None and not isinstance(value, str)]
        if odd:
            raise InvalidValueError(f"{what} must return text or None; got {kind_of(odd[0])}; convert it with str")
        return values
    if values.dtype.kind not in "biuf":
        raise InvalidValueError(f"{what} must return numbers; got another type; say kind='category' for text")
    numbers = values.astype(np.float64)
    if np.isinf(numbers).any():
        raise InvalidValueError(f"{what} must return finite numbers or NaN; got an infinite one; divide only by n > 0")
    return numbers
