"""Parquet files: every type a table can take, and a typed error for what is none."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from servicelead.adapters import read_folder, read_sources
from servicelead.exceptions import IngestError
from servicelead.tables import Business

COLUMNS: dict[str, Any] = {
    "opportunity_id": ["o1", "o2", "o3", "o4"],
    "account_id": ["a", "b", "b", None],
    "created_at": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * 4,
    "closed_at": [dt.date(2026, 2, 1), None, None, None],
    "outcome": ["won", "open", "open", "open"],
    "amount": [Decimal("12.50"), None, Decimal("-1.00"), None],
}


def write(folder: Path, **columns: Any) -> Path:
    """Write opportunities, some columns replaced, with their settings; return the file."""
    (folder / "servicelead.toml").write_text('as_of = 2026-12-31\nzone = "UTC"\ncurrency = "EUR"\n')
    path = folder / "opportunities.parquet"
    parquet.write_table(pa.table(COLUMNS | columns), path)
    return path


def read(folder: Path, **columns: Any) -> Business:
    """Write and read."""
    write(folder, **columns)
    return read_folder(folder)


def test_rows_are_kept_or_rejected_by_record(tmp_path: Path) -> None:
    """The counts add up, missing cells are missing, refused rows are named by record; there are no lines."""
    business = read(tmp_path)
    assert [("opportunities.parquet", 4, 2, 2, 0)] == [
        tuple(row[name] for name in ("file", "read", "kept", "rejected", "duplicates"))
        for row in business.counts.rows()
    ]
    assert [(4, None, "account_id", "missing_value"), (3, None, "amount", "negative_number")] == sorted(
        ((reject.record, reject.line, reject.column, reject.code) for reject in business.reject_list),
        key=lambda found: found[2],
    )
    table = business.opportunities.columns()
    assert ["2026-02-01T23:59:59.999999", "NaT"] == table["closed_at"].astype(str).tolist()
    assert 12.5 == table["amount"][0]
    assert [] == business.lines.rows()


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("amount", pa.array([1, 2, 3, 4], pa.int8()), [1.0, 2.0, 3.0]),
        ("amount", pa.array([1.5, None, 2.5, 0.0]), [1.5, None, 2.5]),
        ("amount", pa.array(["1.50", None, "2", "3"], pa.large_string()), [1.5, None, 2.0]),
        ("amount", pa.array(["1.50", None, "2", "3"]).dictionary_encode(), [1.5, None, 2.0]),
        ("amount", pa.array([Decimal("1.25")] * 4, pa.decimal256(70, 2)), [1.25, 1.25, 1.25]),
        ("opportunity_id", pa.array([1, 2, 3, 4]), None),
        ("created_at", pa.array([1_767_225_600_000] * 4, pa.timestamp("ms", "America/New_York")), None),
        ("created_at", pa.array([1_767_225_600_000_000_001] * 4, pa.timestamp("ns")), None),
        ("created_at", pa.array([20_000] * 4, pa.date32()), None),
    ],
)  # fmt: skip
def test_every_type_that_a_column_may_have_is_read(
    tmp_path: Path, name: str, values: Any, expected: list[float | None] | None
) -> None:
    """Text, whole and decimal numbers, dates and moments of any unit arrive as what they are."""
    sound: dict[str, Any] = {"amount": [1, 1, 1, 1], "account_id": ["a", "a", "a", None]}
    table = read(tmp_path, **(sound | {name: values})).opportunities.columns()
    assert 3 == len(table["opportunity_id"])
    if expected is not None:
        order = np.argsort(table["opportunity_id"].astype(str))
        assert expected == [None if np.isnan(value) else value for value in table["amount"][order].tolist()]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[1], [2], [3], [4]], "nested values"),
        ([{"secret": 1}] * 4, "nested values"),
        ([b"a", b"b", b"c", b"d"], "binary values"),
        (pa.array([1] * 4, pa.time32("s")), r"time32\[ms\] values"),
        (pa.array([1] * 4, pa.duration("s")), r"duration\[s\] values"),
    ],
)
def test_other_types_are_refused(tmp_path: Path, values: Any, kind: str) -> None:
    """A canonical column of values that are none of a table is an error; as an attribute it does no harm."""
    assert 2 == len(read(tmp_path, extra=values).opportunities)
    with pytest.raises(IngestError, match=f"amount must be text, numbers, .*; got {kind}") as caught:
        read(tmp_path, amount=values)
    assert ("wrong_type", "opportunities.parquet", "amount") == (
        caught.value.reason, caught.value.file, caught.value.column
    )  # fmt: skip
    assert "secret" not in str(caught.value)


MUTATIONS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([0, 1, 20, 10_000]), st.binary(max_size=4)), min_size=1, max_size=3
)


@given(MUTATIONS)
def test_damaged_files_are_refused_or_read(
    tmp_path_factory: pytest.TempPathFactory, mutations: list[tuple[float, int, bytes]]
) -> None:
    """Bytes lost, changed or added make an IngestError at worst; what can be read is counted."""
    folder = tmp_path_factory.getbasetemp() / "parquet"
    folder.mkdir(exist_ok=True)
    path = write(folder)
    data = path.read_bytes()
    for place, length, replacement in mutations:
        begin = int(place * len(data))
        data = data[:begin] + replacement + data[begin + length :]
    path.write_bytes(data)
    try:
        business = read_folder(folder)
    except IngestError as error:
        assert error.file == path.name  # noqa: PT017 - both ways out are allowed
        return
    for row in business.counts.rows():
        assert row["kept"] + row["rejected"] + row["duplicates"] == row["read"]


def test_text_that_is_none_is_refused(tmp_path: Path) -> None:
    """A file that says its bytes are text, and they are not, is damaged."""
    path = write(tmp_path, outcome=["open"] * 4)
    path.write_bytes(path.read_bytes().replace(b"open", b"op\xffn"))
    with pytest.raises(IngestError) as caught:
        read_sources(tmp_path)
    assert caught.value.reason == "not_parquet"
