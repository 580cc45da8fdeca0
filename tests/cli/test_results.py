import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from servicelead.cli.results import write_result
from servicelead.columns.table import ResultTable

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "safe", '"quoted", and\nbroken', None]


def hostile_table() -> ResultTable:
    """Return labels that spreadsheets would run, and numbers that are negative, missing or infinite."""
    numbers = np.linspace(-1, 1, len(HOSTILE))
    numbers[1], numbers[2] = np.nan, -np.inf
    return ResultTable({"label": np.array(HOSTILE, dtype=object), "value": numbers, "n": np.arange(len(HOSTILE)) - 3})


def test_csv_runs_nothing(tmp_path: Path) -> None:
    """Text that starts like a formula gets an apostrophe; numbers are untouched; missing is empty."""
    write_result(hostile_table(), tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = [f"'{text}" for text in HOSTILE[:6]] + ["safe", '"quoted", and\nbroken', ""]
    assert expected == [row["label"] for row in rows]
    assert ["-1.0", "", ""] == [row["value"] for row in rows[:3]]
    assert "-3" == rows[0]["n"]


def test_json_has_no_nan(tmp_path: Path) -> None:
    """NaN and infinities are null, and every text is as it was."""
    write_result(hostile_table(), tmp_path / "x.json")

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is not JSON")

    rows = json.loads((tmp_path / "x.json").read_text(), parse_constant=refuse)
    assert HOSTILE == [row["label"] for row in rows]
    assert [-1.0, None, None] == [row["value"] for row in rows[:3]]


def test_parquet_keeps_kinds(tmp_path: Path) -> None:
    """Labels are text even when all are missing, NaN is missing, instants are UTC."""
    when = np.array(["2026-03-01T12:00", "NaT"], dtype="datetime64[us]")
    labels = np.array([None, None], dtype=object)
    write_result(ResultTable({"label": labels, "value": [1.5, np.nan], "when": when}), tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    assert ["string", "double", "timestamp[us, tz=UTC]"] == [str(kind) for kind in table.schema.types]
    assert [1.5, None] == table["value"].to_pylist()
    assert [False, True] == [moment is None for moment in table["when"].to_pylist()]


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_no_rows_is_a_valid_file(suffix: str, tmp_path: Path) -> None:
    """An empty table is written and has its columns where the format has any."""
    write_result(hostile_table().head(0), tmp_path / f"x.{suffix}")
    assert (tmp_path / f"x.{suffix}").stat().st_size > 0


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing breaks down, the old file is whole and nothing else is left behind."""
    path = tmp_path / "x.csv"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_result(hostile_table(), path)
    assert [path] == list(tmp_path.iterdir())
    assert "old" == path.read_text()
