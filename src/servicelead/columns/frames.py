"""Any data frame, or a mapping of arrays, to raw columns: the only module that knows frame libraries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np
from attrs import define, field

from servicelead._typing import MISSING, Array, Codes, IntArray, ObjectArray
from servicelead.columns.zones import DAY
from servicelead.exceptions import InvalidValueError

__all__ = ["AWARE", "DATE", "LOCAL", "NO_MOMENT", "Moments", "Numbers", "RawColumn", "Texts", "read_columns"]

#: What a moment was given as, per row.
NO_MOMENT, AWARE, LOCAL, DATE = 0, 1, 2, 3
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall-clock arithmetic on purpose
_EPOCH_DAY = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_PLAIN_DIGITS = 60  # a decimal beyond them keeps its exponent: written out it may fill the memory


@define(eq=False)
class Texts:
    """A column of text, factorised by its own library, and only when someone asks.

    ``native`` is a one-dimensional object array, or a narwhals Series of text.
    """

    native: Any = field(repr=False)
    backend: str = "numpy"

    def __len__(self) -> int:
        return len(self.native)

    @cached_property
    def encoded(self) -> tuple[Codes, ObjectArray]:
        """Codes (-1 missing) and distinct labels, in no promised order; kept for the next who asks."""
        return self.encode()

    def encode(self) -> tuple[Codes, ObjectArray]:
        """Return codes and distinct labels, keeping neither: millions of identifiers are wanted once."""
        codes, labels = _factorize(self.native, self.backend)
        # A text of nothing but blanks is a missing value.
        empty = np.flatnonzero([not label or label.isspace() for label in labels.tolist()])
        if len(empty):
            codes = np.where(np.isin(codes, empty), np.int32(-1), codes)
        return codes, labels

    def to_arrow(self) -> Any:
        """Return the column as one Arrow array of large strings.

        Raises
        ------
        ImportError
            When pyarrow is not installed.
        UnicodeEncodeError
            When a text holds half of a surrogate pair, which Arrow's texts cannot.
        """
        import pyarrow as pa  # noqa: PLC0415 - optional, and heavy

        if self.backend == "numpy":
            return pa.array(self.native, type=pa.large_string())
        values = self.native.to_native()
        values = values if isinstance(values, pa.ChunkedArray | pa.Array) else self.native.to_arrow()
        large = values.cast(pa.large_string())
        return large.combine_chunks() if isinstance(large, pa.ChunkedArray) else large

    def read(self, rows: IntArray) -> ObjectArray:
        """Return the texts of some rows; None where missing."""
        if self.backend == "numpy":
            return np.asarray(self.native[rows], dtype=object)
        out = np.empty(len(rows), dtype=object)
        out[:] = self.native[rows].to_list()
        return out


@define(eq=False)
class Numbers:
    """A column of numbers or truth values: float64 with NaN, or exact int64 with `MISSING`."""

    values: Array = field(repr=False)
    is_flag: bool = False

    def __len__(self) -> int:
        return len(self.values)


@define(eq=False)
class Moments:
    """A column of times: int64 microseconds and, per row, whether it was aware (UTC), local or a date."""

    values: IntArray = field(repr=False)
    form: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.values)


RawColumn = Texts | Numbers | Moments


def read_columns(frame: Any) -> tuple[dict[str, RawColumn], str | None]:
    """Return the columns of any frame, and the name of its library.

    Accepts what narwhals reads (pandas, polars, pyarrow, a DuckDB relation, ...) and mappings of column name
    to array, list, or one column of such a frame.

    Raises
    ------
    InvalidValueError
        When it is none of these, a column cannot be read, or the columns are not equally long.
    """
    if isinstance(frame, Mapping):
        columns = {str(name): _named(str(name), values) for name, values in frame.items()}
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise InvalidValueError(
                "a table given as a mapping must have columns of equal length, got "
                + ", ".join(f"{name}: {n}" for name, n in lengths.items())
            )
        return columns, None
    import narwhals as nw  # noqa: PLC0415 - heavy, loaded on first use

    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        raise InvalidValueError(
            f"a table must be a data frame or a mapping of columns, got {type(frame).__name__}; "
            "pass pandas, polars, pyarrow or DuckDB tables, or a dict of arrays"
        ) from None
    except nw.exceptions.DuplicateError:
        raise InvalidValueError("a table's columns must have different names; rename those that share one") from None
    if isinstance(wrapped, nw.LazyFrame):
        wrapped = wrapped.collect()
    backend = wrapped.implementation.name.lower()
    return {str(name): _from_series(wrapped[name], nw) for name in wrapped.columns}, backend


def _named(name: str, values: Any) -> RawColumn:
    """Return one column of a mapping; what is wrong with it names it."""
    if not isinstance(values, np.ndarray | list | tuple):
        import narwhals as nw  # noqa: PLC0415 - heavy, loaded on first use

        series = nw.from_native(values, series_only=True, pass_through=True)
        if isinstance(series, nw.Series):
            return _from_series(series, nw)
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise InvalidValueError(f"column {name!r} must be an array or a list, got one {type(values).__name__}")
    try:
        return from_array(values)
    except InvalidValueError as error:
        raise InvalidValueError(f"column {name!r}: {error}") from None


def _from_series(series: Any, nw: Any) -> RawColumn:
    dtype = series.dtype
    if dtype in {nw.String, nw.Categorical} or isinstance(dtype, nw.Enum):
        return Texts(series, series.implementation.name.lower())
    if dtype == nw.Boolean:
        return Numbers(_integers(series.cast(nw.Int8)), is_flag=True)
    if dtype.is_integer() and dtype not in {nw.UInt64, nw.Int128, nw.UInt128}:  # those may not fit int64
        return Numbers(_integers(series))
    if dtype.is_float():
        return Numbers(series.to_numpy().astype(np.float64, copy=False))
    if dtype == nw.Date:
        return _moments(series.cast(nw.Datetime("us")), DATE)
    if isinstance(dtype, nw.Datetime) or dtype == nw.Datetime:
        return _moments(series, AWARE if dtype.time_zone else LOCAL)
    return from_array(_objects(series.to_list()))


def _integers(series: Any) -> Array:
    if series.null_count():
        values: Array = series.fill_null(0).to_numpy().astype(np.int64)
        values[series.is_null().to_numpy()] = MISSING
        return values
    return np.asarray(series.to_numpy()).astype(np.int64, copy=False)


def _moments(series: Any, form: int) -> Moments:
    values = _integers(series.dt.timestamp("us"))
    return Moments(values, np.where(values == MISSING, NO_MOMENT, form).astype(np.int8))


def from_array(values: Any) -> RawColumn:
    """Return the raw column of an array or list."""
    array: Array = values if isinstance(values, np.ndarray) else _objects(values)
    if array.ndim != 1:
        raise InvalidValueError(f"a column must be one-dimensional, got {array.ndim} dimensions")
    match array.dtype.kind:
        case "U":
            return Texts(array.astype(object))
        case "O" | "T":
            return _from_objects(array.astype(object, copy=False))
        case "b":
            return Numbers(array.astype(np.int64), is_flag=True)
        case "i" | "u":
            if array.dtype == np.uint64 and len(array) and array.max() > np.iinfo(np.int64).max:
                return _from_objects(_objects(array.tolist()))
            return Numbers(array.astype(np.int64, copy=False))
        case "f":
            return Numbers(array.astype(np.float64, copy=False))
        case "M":
            form = DATE if np.datetime_data(array.dtype)[0] in {"D", "M", "Y", "W"} else LOCAL
            micros = array.astype("datetime64[us]").astype(np.int64)
            return Moments(micros, np.where(np.isnat(array), NO_MOMENT, form).astype(np.int8))
    raise InvalidValueError(f"a column of dtype {array.dtype} cannot be read; use text, numbers, booleans or times")


def _objects(values: Iterable[Any]) -> ObjectArray:
    items = values if isinstance(values, Sequence) else list(values)
    return np.fromiter(items, dtype=object, count=len(items))  # keeps a list in a cell as one object


def _from_objects(array: ObjectArray) -> RawColumn:
    """Tell what Python objects a column holds; a mixture that is not numbers or times is read as text."""
    kinds = set(map(type, array))
    if kinds == {str}:
        return Texts(array)
    items = [None if _is_missing(v) else v for v in array]
    kinds = {type(v) for v in items if v is not None}
    if kinds and all(issubclass(k, date) for k in kinds):
        return _moments_of(items)
    if kinds and all(issubclass(k, bool | np.bool_) for k in kinds):
        return Numbers(np.array([MISSING if v is None else int(v) for v in items], dtype=np.int64), is_flag=True)
    if kinds and all(issubclass(k, int | np.integer) and not issubclass(k, bool) for k in kinds):
        try:
            return Numbers(np.array([MISSING if v is None else int(v) for v in items], dtype=np.int64))
        except OverflowError:  # a number of any length is still a text that the parser can judge
            return Texts(_objects([None if v is None else _text(v) for v in items]))
    if kinds and all(issubclass(k, int | float | np.number) and not issubclass(k, bool) for k in kinds):
        try:
            return Numbers(np.array([np.nan if v is None else float(v) for v in items], dtype=np.float64))
        except OverflowError:
            pass
    return Texts(_objects([None if v is None else _text(v) for v in items]))


def _text(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _PLAIN_DIGITS:
        return format(value, "f")
    return str(value)


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124 - NaN, NaT: only they differ from themselves
    except (TypeError, ValueError, ArithmeticError):  # a signalling NaN refuses to be compared
        return type(value).__name__ == "NAType"


def _moments_of(items: list[Any]) -> Moments:
    values, form = np.full(len(items), MISSING, dtype=np.int64), np.zeros(len(items), dtype=np.int8)
    for row, item in enumerate(items):
        if item is None:
            continue
        if isinstance(item, datetime):
            offset = item.utcoffset()
            micros = (item.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
            form[row] = LOCAL if offset is None else AWARE
            values[row] = micros if offset is None else micros - offset // _MICROSECOND
        else:
            form[row], values[row] = DATE, (item - _EPOCH_DAY).days * DAY
    return Moments(values, form)


def _factorize(native: Any, backend: str) -> tuple[Codes, ObjectArray]:
    """Encode text with the library it came in: one native pass, chunks combined first."""
    if backend == "pandas":
        import pandas as pd  # noqa: PLC0415 - only when the input is pandas

        codes, labels = pd.factorize(native.to_native())
        return codes.astype(np.int32), _labels(np.asarray(labels, dtype=object).tolist())  # walking an index is slow
    if backend == "polars":
        import polars as pl  # noqa: PLC0415 - only when the input is polars

        text = native.to_native().cast(pl.String).rename("label")
        first = text.cast(pl.Categorical)
        physical = first.to_physical()
        codes = physical.fill_null(0).to_numpy().astype(np.int64)
        # The string cache may hold labels of other columns: keep the ones seen here.
        present, dense = _dense(codes, physical.is_null().to_numpy())
        representative = np.zeros(len(present), dtype=np.int64)
        representative[dense[dense >= 0]] = np.flatnonzero(dense >= 0)
        return dense, _labels(text[representative].to_list())
    if backend == "pyarrow":
        column = native.to_native()
        combined = column.combine_chunks() if hasattr(column, "combine_chunks") else column
        encoded = combined.dictionary_encode() if not hasattr(combined, "dictionary") else combined
        chunks = encoded.chunks if hasattr(encoded, "chunks") else [encoded]
        if len(chunks) == 1:
            indices = chunks[0].indices
            codes = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
            return codes, _labels(chunks[0].dictionary.to_pylist())
    return _factorize_objects(native if backend == "numpy" else _objects(native.to_list()))


def _dense(codes: IntArray, missing: Array) -> tuple[IntArray, Codes]:
    seen = np.zeros(int(codes.max()) + 1 if len(codes) else 0, dtype=bool)
    seen[codes[~missing]] = True
    present = np.flatnonzero(seen)
    position = np.full(len(seen), -1, dtype=np.int32)
    position[present] = np.arange(len(present), dtype=np.int32)
    dense = position[codes] if len(codes) else np.empty(0, dtype=np.int32)
    dense[missing] = -1
    return present, dense


def _labels(values: Any) -> ObjectArray:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _factorize_objects(values: ObjectArray) -> tuple[Codes, ObjectArray]:
    items = values.tolist()
    labels = [label for label in dict.fromkeys(items) if label is not None]
    position = dict(zip(labels, range(len(labels)), strict=True))
    position[None] = -1
    return np.fromiter(map(position.__getitem__, items), dtype=np.int32, count=len(items)), _labels(labels)
