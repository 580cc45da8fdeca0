"""What an estimator may be given as X, read into columns or, where it is one already, a float matrix."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
from scipy.sparse import issparse

from servicelead._fields import kind_of
from servicelead._typing import Array, FloatArray
from servicelead.columns.frames import Moments, Numbers, Texts, read_columns
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.cells import plain_column

__all__ = ["Inputs"]


class Inputs(NamedTuple):
    """Columns in their order.

    Attributes
    ----------
    names
        ``x0``, ``x1``, ... where they have none.
    named
        Whether the names are X's own.
    n_rows
    matrix
        X as numbers, where it is an array of numbers; `columns` is then empty.
    columns
        Texts or numbers by name.
    """

    names: tuple[str, ...]
    named: bool
    n_rows: int
    matrix: FloatArray | None
    columns: Mapping[str, Texts | Numbers]

    @classmethod
    def read(cls, X: Any, *, at_least: int = 0) -> "Inputs":  # noqa: N803 - scikit-learn's name for it
        """Return the columns of a frame, a `ResultTable`, a mapping of columns or a two-dimensional array.

        Raises
        ------
        InvalidValueError
            When it is none of these, has fewer rows than `at_least` or no column, or a column holds something else
            than numbers or text, or both.
        """
        if isinstance(X, ResultTable):
            return _by_name({name: X[name] for name in X.names}, at_least, named=True)
        if isinstance(X, Mapping) and not issparse(X):  # some sparse matrices are mappings, too
            return _by_name({str(name): values for name, values in X.items()}, at_least, named=True)
        try:
            frame = nw.from_native(X, pass_through=True)
        except nw.exceptions.DuplicateError:
            raise InvalidValueError("X must have columns of different names; rename those that share one") from None
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
        return _of_frame(frame, at_least) if isinstance(frame, nw.DataFrame) else _of_array(X, at_least)


def _of_frame(frame: Any, at_least: int) -> Inputs:
    is_text = [isinstance(name, str) for name in frame.columns]
    if any(is_text) and not all(is_text):
        raise InvalidValueError("X must have column names that are all text, or none of them; rename the others")
    names = frame.columns if all(is_text) else [f"x{place}" for place in range(len(is_text))]
    native = [column.to_native() for column in frame.iter_columns()]
    return _by_name(dict(zip(names, native, strict=True)), at_least, named=all(is_text))


def _by_name(given: Mapping[str, Any], at_least: int, *, named: bool) -> Inputs:
    columns, _ = read_columns({name: plain_column(name, values) for name, values in given.items()})
    n_rows = len(next(iter(columns.values()))) if columns else 0
    _require_size(n_rows, len(columns), at_least)
    readable: dict[str, Texts | Numbers] = {}
    for name, column in columns.items():
        if isinstance(column, Moments):
            raise InvalidValueError(
                f"column {name!r} must hold numbers or text; got times; give the days between it and the cutoff"
            )
        readable[name] = column
    return Inputs(tuple(columns), named, n_rows, None, readable)


def _of_array(X: Any, at_least: int) -> Inputs:  # noqa: N803 - scikit-learn's name for it
    # scikit-learn's own check would show values in its messages.
    if issparse(X):
        raise InvalidValueError("X must be dense: sparse input is not supported; call its toarray()")
    try:
        array: Array = np.asarray(X)
    except ValueError:
        raise InvalidValueError("X must have rows of equal length; got ragged ones; fill them up with None") from None
    if array.dtype.kind == "U" and not isinstance(X, np.ndarray):
        array = np.asarray(X, dtype=object)  # numbers beside text stay numbers
    if array.ndim != 2:
        raise InvalidValueError(
            f"X must be a frame, a mapping of columns or a two-dimensional array; got {kind_of(X)} of {array.ndim} "
            "dimensions. Reshape your data: .reshape(-1, 1) makes it one column, .reshape(1, -1) one row"
        )
    if array.dtype.kind == "c":
        raise InvalidValueError("X must hold real numbers or text. Complex data not supported; give the parts apart")
    names = tuple(f"x{place}" for place in range(array.shape[1]))
    if array.dtype.kind not in "fiub":
        return _by_name(dict(zip(names, array.T, strict=True)), at_least, named=False)
    _require_size(len(array), len(names), at_least)
    return Inputs(names, False, len(array), array.astype(np.float64, copy=False), {})


def _require_size(n_rows: int, n_columns: int, at_least: int) -> None:
    if not n_columns or n_rows < at_least:
        raise InvalidValueError(
            f"X must have a row and a column; got {n_rows} sample(s) and "
            f"{n_columns} feature(s) (shape=({n_rows}, {n_columns})) while a minimum of 1 is required."
        )
