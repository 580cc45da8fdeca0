"""What must hold of a summary, however it came about: counted here, written by hand or read from a file."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from servicelead._typing import Array, BoolArray, Codes
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import InvalidValueError, SolveError

if TYPE_CHECKING:
    from servicelead.attribution.learned.summary import Summary

__all__ = ["are_used", "check", "check_totals", "is_ascending"]

#: All that a count of a solvable summary adds up to is below it: no sum of flows in and out leaves 64 bits.
_COUNTS = 2**62
#: All that a value in minor units may add up to, signs apart.
_VALUES = 2**63 - 1


def check(summary: "Summary") -> None:
    """Refuse a summary whose parts do not fit together.

    Raises
    ------
    InvalidValueError
        Naming the field and its rule.
    CurrencyError
        For a currency that does not exist.
    """
    _check_words(summary)
    if summary.currency is not None:
        currency_exponent(summary.currency)
    keys = summary.keys
    if keys.dtype != np.int32 or keys.ndim != 2:
        _refuse("keys", "an int32 array of two dimensions")
    if keys.max(initial=-1) >= len(summary.labels):
        _refuse("keys", "codes of the labels, or negative marks")
    if not is_ascending(keys):
        _refuse("keys", "different rows in lexicographic order")
    if not are_used(len(summary.labels), keys).all():
        _refuse("labels", "labels that occur in the keys")
    _check_columns("counts", summary.counts, len(keys), np.dtype(np.int64))
    if any(column.min(initial=0) < 0 for column in summary.counts.values()):
        _refuse("counts", "counts of at least 0")
    _check_columns("values", summary.values, len(keys), np.dtype(np.int64 if summary.currency else np.float64))


def check_totals(summary: "Summary") -> None:
    """Refuse a summary whose counts or values are too large to be put together.

    Raises
    ------
    SolveError
        Naming the column.
    """
    columns = [(name, column, _COUNTS - 1) for name, column in summary.counts.items()]
    columns += [(name, column, _VALUES) for name, column in summary.values.items()]
    for name, column, largest in columns:
        if not _fits(column, largest):
            raise SolveError(
                f"Summary.{name} adds up to more than 64 bits can be sure to hold; solve summaries of fewer journeys, "
                "or in a coarser unit"
            )


def _fits(column: Array, largest: int) -> bool:
    with np.errstate(over="ignore"):  # what it adds up to then is infinite, and does not fit
        total = float(np.sum(np.abs(column.astype(np.float64))))
    if column.dtype.kind == "f":
        return math.isfinite(total)
    # A float cannot tell the largest number of 64 bits from the next one.
    return total < 2.0**62 or sum(map(abs, column.tolist())) <= largest


def _check_words(summary: "Summary") -> None:
    given: Any = summary  # a file may hold anything
    if not isinstance(given.kind, str) or not given.kind:
        _refuse("kind", "the name of a model")
    if not given.dimensions or not all(isinstance(name, str) and name for name in given.dimensions):
        _refuse("dimensions", "the names of dimensions, at least one")
    if not isinstance(given.parameters, Mapping) or not all(map(_is_scalar, given.parameters.values())):
        _refuse("parameters", "a mapping of names to text, finite numbers, True, False or None")
    width = len(given.dimensions)
    if not all(len(label) == width and all(isinstance(part, str) for part in label) for label in given.labels):
        _refuse("labels", "tuples with one text per dimension")
    if not all(one < other for one, other in pairwise(given.labels)):
        _refuse("labels", "different labels in ascending order")


def _check_columns(name: str, columns: Mapping[str, Array], n_rows: int, dtype: np.dtype[Any]) -> None:
    for column in columns.values():
        if column.shape != (n_rows,) or column.dtype != dtype:
            _refuse(name, f"{dtype} columns with one entry per key")
        if dtype.kind == "f" and not np.isfinite(column).all():
            _refuse(name, "finite sums")


def _is_scalar(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)


def is_ascending(keys: Codes) -> bool:
    """Return whether the rows are in lexicographic order, each once."""
    if len(keys) < 2:
        return True
    if keys.shape[1] == 0:
        return False
    later = np.zeros(len(keys) - 1, dtype=np.bool_)
    for column in keys.T[::-1]:  # what comes first decides last
        after, before = column[1:], column[:-1]
        later &= after == before
        later |= after > before
    return bool(later.all())


def are_used(n_labels: int, keys: Codes) -> BoolArray:
    """Return which of some labels occur in the keys."""
    used = np.zeros(n_labels + 1, dtype=np.bool_)
    for column in keys.T[::-1]:  # the last one of a history has seen them all
        used[np.maximum(column, -1)] = True  # marks are counted beyond the labels
        if used[:-1].all():
            break
    return used[:-1]


def _refuse(field: str, rule: str) -> NoReturn:
    raise InvalidValueError(f"Summary.{field} must be {rule}; got something else; make summaries with Summary.of")
