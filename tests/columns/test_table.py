"""The small table that results are given in."""

import datetime as dt
from typing import Any

import narwhals as nw
import numpy as np
import pytest

from servicelead.columns import ResultTable
from servicelead.exceptions import InvalidValueError, MissingDependencyError, UnknownNameError


@pytest.fixture
def table() -> ResultTable:
    """Return a table with a column of each kind."""
    return ResultTable(
        {
            "channel": np.array(["<b>call</b>", None], dtype=object),
            "n": np.array([1_000, 2]),
            "value": np.array([1.5, np.nan]),
            "at": np.array(["2026-01-02", "NaT"], dtype="datetime64[us]"),
        },
        title="A & B",
    )


def test_columns_are_read_only_and_detached(table: ResultTable) -> None:
    """Neither the table's arrays nor the array it was made of can change it."""
    with pytest.raises(ValueError, match="read-only"):
        table["n"][0] = 5
    own = np.array([1.0])
    copy = ResultTable({"x": own})
    own[0] = 2.0
    assert [1.0] == copy["x"].tolist()


def test_rows_and_dict_hold_python_s_own_types(table: ResultTable) -> None:
    """Rows are dicts, columns are lists."""
    first = table.rows()[0]
    assert {"channel": "<b>call</b>", "n": 1_000, "value": 1.5, "at": dt.datetime(2026, 1, 2, tzinfo=dt.UTC)} == first
    assert table.rows()[1]["at"] is None
    assert [1_000, 2] == table.to_dict()["n"]
    assert ["channel", "n", "value", "at"] == list(table)
    assert table.row(n=1_000) == first
    assert "n" in table


def test_a_row_or_column_that_is_not_there_is_a_typed_error(table: ResultTable) -> None:
    """Asking for an unknown column or a row that is not unique raises."""
    with pytest.raises(UnknownNameError, match="columns: channel, n, value, at"):
        table["valeu"]
    with pytest.raises(UnknownNameError, match="0 rows fit n"):
        table.row(n=3)
    with pytest.raises(UnknownNameError, match="no column 'm'"):
        table.row(m=3)


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_come_in_the_library_asked_for(table: ResultTable, backend: str) -> None:
    """Every library gets the same cells, and missing ones stay missing."""
    for given in (table, ResultTable({name: table[name] for name in table}, backend=backend)):
        frame = nw.from_native(given.to_frame(backend if given is table else None), eager_only=True)
        assert backend == frame.implementation.name.lower()
        assert ["channel", "n", "value", "at"] == frame.columns
        assert [1_000, 2] == frame["n"].to_list()
        assert "<b>call</b>" == frame["channel"][0]
        assert 1.5 == frame["value"][0]
        assert dt.datetime(2026, 1, 2, tzinfo=dt.UTC) == frame["at"][0]
        assert [False, True] == frame["at"].is_null().to_list()


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_column_of_missing_moments_is_still_one_of_moments(backend: str) -> None:
    """A frame's column of instants is one of aware datetimes, though every cell is missing."""
    for n in (0, 2):
        frame = ResultTable({"at": np.full(n, "NaT", dtype="datetime64[us]")}).to_frame(backend)
        assert nw.Datetime("us", "UTC") == nw.from_native(frame, eager_only=True)["at"].dtype


def test_an_unknown_library_is_a_typed_error(table: ResultTable) -> None:
    """A misspelt library is refused with the ones there are."""
    with pytest.raises(InvalidValueError, match="must be one of pandas, polars, pyarrow"):
        table.to_frame("panda")


def test_text_aligns_numbers_and_leaves_missing_cells_empty(table: ResultTable) -> None:
    """The printed table has the title, headings and one line per row."""
    lines = str(table.take([0, 1])).splitlines()
    assert "A & B" == lines[0]
    assert ["channel", "n", "value", "at"] == lines[1].split()
    assert 4 == len(lines)
    assert "nan" not in lines[3].lower()
    assert str(table) == repr(table)


def test_figures_of_several_units_have_significant_digits() -> None:
    """Small figures do not vanish beside large ones, nothing is cut off a whole number, and parts print alike."""
    figures = np.array([-0.00123456, 0.25, 12.345, 999.5, 1_234_567.8, np.nan])
    table = ResultTable({"value": figures}, digits=3)
    assert ["-0.00123", "0.25", "12.3", "1,000", "1,234,568", ""] == [
        line.strip() for line in str(table).split("\n")[1:]
    ]
    assert str(table).splitlines()[1].strip() == str(table.head(1)).splitlines()[1].strip()
    assert "-0.00123" in table._repr_html_()


def test_what_rounds_to_nothing_has_no_sign() -> None:
    """Neither a negative zero nor a small negative figure is written -0."""
    table = ResultTable({"share": np.array([-0.0, -0.00001, -0.25])})
    assert ["0.0000", "0.0000", "-0.2500"] == [line.strip() for line in str(table).split("\n")[1:]]


def test_html_is_escaped(table: ResultTable) -> None:
    """Hostile labels, names and titles stay text."""
    html = ResultTable({"<i>": table["channel"]}, title="<script>")._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<script>" not in html
    assert "&lt;b&gt;call&lt;/b&gt;" in html


def test_long_tables_say_how_much_they_leave_out() -> None:
    """Only the first rows are printed, and the rest is counted."""
    table = ResultTable({"x": np.arange(100)})
    assert str(table).endswith("... 40 more rows")
    assert "40 more rows" in table._repr_html_()
    assert 3 == len(table.head(3))


def test_unequal_or_nested_columns_are_refused() -> None:
    """Columns have one dimension and one length; a table of none is empty."""
    with pytest.raises(InvalidValueError, match="equal length"):
        ResultTable({"a": [1], "b": [1, 2]})
    with pytest.raises(InvalidValueError, match="one-dimensional"):
        ResultTable({"a": [[1]]})
    assert 0 == len(ResultTable({}))
    assert [] == ResultTable({}).rows()
    assert [] == ResultTable({"a": []}).rows()


@pytest.mark.parametrize(("backend", "wanted"), [("polars", "polars"), (None, "pandas, polars or pyarrow")])
def test_a_library_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, backend: str | None, wanted: str
) -> None:
    """The error says which to install; without a choice, any of three would do."""

    def absent(*_: Any, **__: Any) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr(nw, "from_dict", absent)
    with pytest.raises(MissingDependencyError, match=f"needs {wanted}; install it"):
        ResultTable({"a": [1]}).to_frame(backend)
