"""A column as it was given, once its cells are something that can be learned from: numbers, truth values or text."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from numbers import Complex, Real
from types import NoneType
from typing import Any, NoReturn

import narwhals as nw
import numpy as np

from servicelead._typing import Array
from servicelead.exceptions import InvalidValueError

__all__ = ["plain_column"]

#: What Python objects are, the first that fits: numpy counts its durations among whole numbers.
_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((str, Enum), "text"),
    ((timedelta, np.timedelta64), "durations"),
    ((date, np.datetime64), "times"),
    ((bool, np.bool_), "truth values"),
    ((Real, Decimal), "numbers"),
    ((Complex,), "complex numbers"),
)
_REMEDIES = {
    "durations": "give it in days",
    "times": "give the days between it and the cutoff",
    "complex numbers": "give the parts apart",
}


def plain_column(name: str, values: Any) -> Any:
    """Return a column that the readers of columns will take for what it is.

    Numbers of any class become floats, decimals among them, and categories that are no text become text.

    Raises
    ------
    InvalidValueError
        For times, durations, complex numbers, other objects, or cells of several kinds, naming the column.
    """
    if isinstance(values, np.ndarray):
        if values.dtype.kind in "mc":
            _refuse(name, "durations" if values.dtype.kind == "m" else "complex numbers")
        return _of_objects(name, values) if values.dtype.kind == "O" and values.ndim == 1 else values
    series = nw.from_native(values, series_only=True, pass_through=True)
    if isinstance(series, nw.Series):
        return _of_series(name, series)
    is_one = isinstance(values, str | bytes) or not isinstance(values, Iterable)
    return values if is_one else _of_objects(name, list(values))  # the readers say what is wrong with a single one


def _of_series(name: str, series: Any) -> Any:
    dtype = series.dtype
    if dtype == nw.Duration:
        _refuse(name, "durations")
    if dtype.is_decimal():
        return series.cast(nw.Float64).to_native()
    if dtype == nw.Categorical and not series.implementation.is_polars():  # whose labels are always text
        return series.cast(nw.String).to_native()
    plain = dtype in {nw.String, nw.Categorical, nw.Boolean, nw.Date} or isinstance(dtype, nw.Enum | nw.Datetime)
    return series.to_native() if plain or dtype.is_numeric() else _of_objects(name, series.to_list())


def _of_objects(name: str, cells: Array | Sequence[Any]) -> Any:
    """Return cells of one kind; NaN is a missing one of any."""
    kind_of_type = {kind: _kind(kind) for kind in set(map(type, cells))}
    kinds = set(kind_of_type.values()) - {""}
    if "numbers" in kinds:
        numbers = np.array([_float(cell) if kind_of_type[type(cell)] == "numbers" else np.nan for cell in cells])
        if kinds == {"numbers"} and not np.isnan(numbers).all():
            return numbers
        kinds -= {"numbers"} if np.isnan(numbers).all() else set()
    for kind in sorted(kinds - {"text", "truth values", "numbers", "times"}):
        _refuse(name, kind)
    if len(kinds) > 1:
        first, second, *_ = sorted(kinds)
        raise InvalidValueError(
            f"column {name!r} must hold cells of one kind; got {first} beside {second}; "
            "convert it with an explicit rule"
        )
    return cells


def _kind(cell: type) -> str:
    """Return what a type's values are, in words; nothing for those that mean a missing one."""
    if cell is NoneType or cell.__name__ in {"NAType", "NaTType"}:
        return ""
    found = next((words for kinds, words in _KINDS if issubclass(cell, kinds)), None)
    return found or f"objects of type {cell.__name__}"


def _float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:  # beyond any float, which is as bad as infinite
        return float("inf")
    except ValueError:  # a decimal's signalling NaN
        return float("nan")


def _refuse(name: str, got: str) -> NoReturn:
    remedy = _REMEDIES.get(got, "take out of it what matters")
    raise InvalidValueError(f"column {name!r} must hold numbers or text; got {got}; {remedy}")
