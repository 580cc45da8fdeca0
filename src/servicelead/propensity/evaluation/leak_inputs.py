"""What the search for leaks is given: columns with times among them, and when values were written."""

from collections.abc import Mapping
from datetime import date
from numbers import Integral
from typing import Any

import narwhals as nw
import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import MISSING, IntArray
from servicelead.columns.frames import AWARE, NO_MOMENT, Moments, Numbers, read_columns
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, UnknownNameError

__all__ = ["late_rows", "with_times_as_numbers"]


def with_times_as_numbers(X: Any) -> Any:  # noqa: N803 - scikit-learn's name for it
    """Return columns whose times are numbers; an array stays as it is."""
    if isinstance(X, ResultTable):
        X = {name: X[name] for name in X.names}  # noqa: N806 - scikit-learn's name for it
    frame = nw.from_native(X, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, nw.DataFrame):
        X = {str(name): frame[name].to_native() for name in frame.columns}  # noqa: N806 - scikit-learn's name for it
    if not isinstance(X, Mapping):
        return X
    read = {name: column for name, column in read_columns(X)[0].items() if isinstance(column, Moments)}
    return {name: _as_numbers(read[name]) if name in read else values for name, values in X.items()}


def _as_numbers(column: Moments) -> Any:
    return np.where(column.form == NO_MOMENT, np.nan, column.values.astype(np.float64))


def late_rows(known_at: Mapping[str, Any], cutoff: Any, names: tuple[str, ...], n: int) -> dict[str, int]:
    """Return, for columns whose writing is known, how many rows were written at or after their cutoff."""
    unknown = sorted(set(known_at) - set(names))
    if unknown:
        raise UnknownNameError(
            f"detect_leaks: known_at names {', '.join(map(repr, unknown))}, which X does not have; name columns of X"
        )
    if (cutoff is None) is bool(known_at):
        raise InvalidValueError("detect_leaks: known_at and cutoff must be given together; got one of them; give both")
    if cutoff is None:
        return {}
    if isinstance(cutoff, date | np.datetime64 | Integral):
        cutoff = np.full(n, cutoff, dtype=object if isinstance(cutoff, date) else None)
    limit, limit_form = _moments("cutoff", cutoff, n)
    if (limit_form == NO_MOMENT).any():
        raise InvalidValueError(
            "detect_leaks: cutoff must be known of every row; got missing ones; leave these rows out"
        )
    counts = {}
    for name, times in known_at.items():
        written, form = _moments(f"known_at[{name!r}]", times, n)
        is_known = form != NO_MOMENT
        if ((form == AWARE) != (limit_form == AWARE))[is_known].any():
            raise InvalidValueError(
                f"detect_leaks: known_at[{name!r}] and cutoff must both have a time zone, or neither; got one of each; "
                "convert one of them"
            )
        counts[name] = int(np.count_nonzero(is_known & (written >= limit)))
    return counts


def _moments(name: str, values: Any, n: int) -> tuple[IntArray, IntArray]:
    """Return microseconds, and what each moment was given as; whole numbers are microseconds in UTC."""
    column = read_columns({name: values})[0][name]
    if isinstance(column, Numbers) and column.values.dtype.kind == "i" and not column.is_flag:
        column = Moments(column.values, np.where(column.values == MISSING, NO_MOMENT, AWARE))
    if not isinstance(column, Moments):
        raise InvalidValueError(
            f"detect_leaks: {name} must hold moments; got {kind_of(values)} of something else; parse them first"
        )
    if len(column) != n:
        raise InvalidValueError(f"detect_leaks: {name} must have one moment per row of X, {n}; got {len(column)}")
    return column.values, column.form.astype(np.int64)
