"""Any frame to the same columns."""

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from servicelead.columns import parse
from servicelead.columns.frames import Moments, Numbers, Texts, read_columns
from servicelead.exceptions import InvalidValueError

CELLS: dict[str, list[Any]] = {
    "text": ["b", "a", None, "b"],
    "whole": [3, None, 1, 2],
    "real": [1.5, None, 2.0, 3.0],
    "truth": [True, False, None, True],
    "aware": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None, dt.datetime(1969, 1, 1, 1, tzinfo=dt.UTC)] * 1
    + [dt.datetime(2026, 1, 2, tzinfo=dt.UTC)],
    "local": [dt.datetime(2026, 1, 1), None, dt.datetime(1969, 1, 1, 1), dt.datetime(2026, 1, 2)],  # noqa: DTZ001
    "day": [dt.date(2026, 1, 1), None, dt.date(1969, 1, 1), dt.date(2026, 1, 2)],
    "exact": [Decimal("1.10"), None, Decimal("2.20"), Decimal("3.30")],
}
ARROW = pa.table(CELLS)


def libraries() -> dict[str, Any]:
    """Return the cells in every library."""
    dictionary = ARROW.set_column(0, "text", pa.chunked_array([["b", "a"], [None, "b"]]).dictionary_encode())
    relation = duckdb.from_arrow(ARROW)
    return {
        "lists": CELLS,
        "tuples": {name: tuple(values) for name, values in CELLS.items()},
        "arrow": ARROW,
        "arrow chunks and dictionaries": dictionary,
        "polars": pl.DataFrame(CELLS),
        "polars lazy": pl.LazyFrame(CELLS),
        "polars categorical": pl.DataFrame(CELLS).with_columns(pl.col("text").cast(pl.Categorical)),
        "pandas": pd.DataFrame(CELLS),
        "pandas nullable": pd.DataFrame(CELLS).convert_dtypes(),
        "pandas categorical": pd.DataFrame(CELLS).astype({"text": "category"}),
        "pandas of arrow": ARROW.to_pandas(types_mapper=pd.ArrowDtype),
        "duckdb": relation,
        "series": {name: pl.Series(values) for name, values in CELLS.items()},
        "arrays": {name: pa.chunked_array([ARROW[name].combine_chunks()]) for name in CELLS},
    }


@pytest.mark.parametrize("library", libraries())
def test_every_library_gives_the_same_cells(library: str) -> None:
    """Text, numbers, truth values, times and decimals, with missing ones, are the same from everywhere."""
    columns, _ = read_columns(libraries()[library])
    codes, labels = parse.labels(columns["text"])
    assert CELLS["text"] == [labels[code] if code >= 0 else None for code in codes]
    assert {"a", "b"} == set(labels[codes[codes >= 0]])
    for name in ("whole", "real"):
        expected = [np.nan if cell is None else float(cell) for cell in CELLS[name]]
        assert np.array_equal(expected, parse.numbers(columns[name])[0], equal_nan=True)
    assert [1, 0, -1, 1] == parse.flags(columns["truth"])[0].tolist()
    amounts = parse.amounts(columns["exact"])
    assert [1.1, 2.2, 3.3] == amounts.as_float()[amounts.present()].tolist()
    for name in ("aware", "local", "day"):
        column = columns[name]
        assert isinstance(column, Moments)
        assert np.array_equal(column.form == 0, [cell is None for cell in CELLS[name]])
        moments = column.values[column.form > 0].astype("datetime64[us]").tolist()  # noqa: PD011 - not a pandas object
        naive = [cell.replace(tzinfo=None) if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
                 for cell in CELLS[name] if cell is not None]  # fmt: skip
        assert naive == moments


@pytest.mark.parametrize(
    ("frame", "backend"),
    [(ARROW, "pyarrow"), (pl.DataFrame(CELLS), "polars"), (pd.DataFrame(CELLS), "pandas"), (CELLS, None)],
)
def test_the_library_is_remembered(frame: Any, backend: str | None) -> None:
    """A frame's library is told; a mapping has none."""
    assert backend == read_columns(frame)[1]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"a": [1], "b": [1, 2]}, "equal length"),
        ({"a": "text"}, "column 'a' must be an array or a list, got one str"),
        ({"a": 5}, "column 'a' must be an array or a list, got one int"),
        ({"a": np.zeros((2, 2))}, "column 'a': a column must be one-dimensional"),
        ({"a": np.zeros(2, dtype=complex)}, "column 'a': a column of dtype complex128"),
        ({"a": np.zeros(2, dtype="timedelta64[s]")}, "cannot be read"),
        (5, "data frame or a mapping of columns, got int"),
        ("file.csv", "data frame or a mapping of columns, got str"),
        (None, "data frame or a mapping of columns, got NoneType"),
    ],
)
def test_what_is_no_table_is_a_typed_error(frame: Any, message: str) -> None:
    """The error says what a table is, and names the column."""
    with pytest.raises(InvalidValueError, match=message):
        read_columns(frame)


def test_columns_that_share_a_name_are_refused() -> None:
    """A pandas frame may hold two columns of one name; a table may not."""
    with pytest.raises(InvalidValueError, match="must have different names"):
        read_columns(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_nested_and_mixed_cells_are_read_as_text() -> None:
    """A list in a cell, or texts among numbers, are texts that a parser can judge."""
    nested = [[1, 2], [3, 4]]
    for frame in ({"a": nested}, pl.DataFrame({"a": nested}), pa.table({"a": nested})):
        column = read_columns(frame)[0]["a"]
        assert isinstance(column, Texts)
        assert 2 == len(parse.labels(column)[1])
    mixed = read_columns({"a": [1, "x", None, Decimal("sNaN"), Decimal("1e999999999")]})[0]["a"]
    assert isinstance(mixed, Texts)
    assert mixed.read(np.array([4, 0])).tolist() == ["1E+999999999", "1"]


def test_unsigned_numbers_beyond_int64_keep_their_digits() -> None:
    """A hashed identifier of 64 bits neither wraps nor loses digits."""
    big = 2**64 - 1
    frames: list[Any] = [
        pl.DataFrame({"a": pl.Series([big, big - 1], dtype=pl.UInt64)}),
        pa.table({"a": pa.array([big, big - 1], pa.uint64())}),
        {"a": np.array([big, big - 1], dtype=np.uint64)},
        {"a": [big, big - 1]},
    ]
    for frame in frames:
        assert {str(big), str(big - 1)} == set(parse.labels(read_columns(frame)[0]["a"])[1])


def test_small_unsigned_numbers_stay_numbers() -> None:
    """The kind of a column depends on its values, not on its declared width."""
    column = read_columns(pl.DataFrame({"a": pl.Series([1, 2], dtype=pl.UInt64)}))[0]["a"]
    assert isinstance(column, Numbers)


def test_empty_columns_are_read() -> None:
    """No rows is a length like any other."""
    frames: list[Any] = [{"a": []}, {"a": np.array([], dtype=object)}, pl.DataFrame({"a": []}),
                         pa.table({"a": pa.array([], pa.string())}), pd.DataFrame({"a": []})]  # fmt: skip
    for frame in frames:
        (column,) = read_columns(frame)[0].values()
        assert 0 == len(column)
        assert 0 == len(parse.labels(column)[0])


def test_any_sequence_of_cells_is_a_column() -> None:
    """A range or a generator's cells are read like a list; an array of truth values is one of flags."""
    columns = read_columns({"a": range(3), "b": (x / 2 for x in range(3)), "c": np.array([True, False, True])})[0]
    assert [0, 1, 2] == parse.numbers(columns["a"])[0].tolist()
    assert [0, 0.5, 1] == parse.numbers(columns["b"])[0].tolist()
    assert [1, 0, 1] == parse.flags(columns["c"])[0].tolist()


def test_numbers_that_no_float_holds_are_texts() -> None:
    """Beside reals, an integer of hundreds of digits is text that the parser can judge."""
    column = read_columns({"a": [0.5, 10**400]})[0]["a"]
    assert isinstance(column, Texts)
    assert ["0.5", str(10**400)] == column.read(np.arange(2)).tolist()


def test_texts_that_arrow_cannot_combine_are_still_encoded() -> None:
    """More text than one Arrow array holds stays in several chunks; labels are the same as of one."""

    class Uncombined:
        def __init__(self, chunks: Any) -> None:
            self.chunks = chunks

        def to_native(self) -> "Uncombined":
            return self

        def combine_chunks(self) -> Any:
            return self.chunks

        def to_list(self) -> list[Any]:
            cells: list[Any] = self.chunks.to_pylist()
            return cells

    codes, labels = Texts(Uncombined(pa.chunked_array([["b", None], ["a", "b"]])), "pyarrow").encoded
    assert [0, -1, 1, 0] == codes.tolist()
    assert ["b", "a"] == labels.tolist()


def test_moments_are_labels_where_text_is_wanted() -> None:
    """A date in a column of text is written out; a missing one is none."""
    codes, labels = parse.labels(read_columns({"a": [dt.date(2026, 1, 2), None, dt.date(2026, 1, 1)]})[0]["a"])
    assert [2, -1, 1] == codes.tolist()
    assert ["2026-01-01T00:00:00.000000", "2026-01-02T00:00:00.000000"] == labels[1:].tolist()
