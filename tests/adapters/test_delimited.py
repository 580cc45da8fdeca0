"""Delimited files: every line ends up somewhere, whatever is in the file."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.adapters import RawTable, delimited, tally, text
from servicelead.adapters.delimited import read_delimited
from servicelead.adapters.records import read_records
from servicelead.exceptions import IngestError
from servicelead.tables.source import LineCount


def read(tmp_path: Path, data: bytes | str, **options: str) -> RawTable:
    """Write a file and read it."""
    path = tmp_path / "a.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_delimited(path, **options)


def outcome(raw: RawTable) -> tuple[list[list[str | None]], list[int], list[tuple[int, str]]]:
    """Return the accepted cells, their record numbers, and the refused records with their codes."""
    rows = [list(row.values()) for row in raw.rows.to_pylist()]
    return rows, raw.records.tolist(), [(reject.record, reject.code) for reject in raw.rejects]


CASES = {
    "plain": ("a,b\n1,2\n", [["1", "2"]], [1], []),
    "no end of line": ("a,b\n1,2", [["1", "2"]], [1], []),
    "empty cells are missing": ('a,b\n,""\n', [[None, None]], [1], []),
    "spaces are text": ("a,b\n 1 ,  \n", [[" 1 ", "  "]], [1], []),
    "header only": ("a,b\n", [], [], []),
    "blank lines": ("\na,b\n\n1,2\n\n\n3,4\n\n", [["1", "2"], ["3", "4"]], [1, 2], []),
    "too few and too many cells": (
        "a,b\n1\n1,2\n1,2,3\n3,4\n",
        [["1", "2"], ["3", "4"]],
        [2, 4],
        [(1, "wrong_column_count"), (3, "wrong_column_count")],
    ),
    "a delimiter too many": ("a,b\n1,2,\n", [], [], [(1, "wrong_column_count")]),
    "quoted delimiter and quote": ('a,b\n"1,5","x ""y"""\n', [["1,5", 'x "y"']], [1], []),
    "quoted line breaks": (
        'a,b\n"1\n\n2",x\r\n3,"4\r\n5"\n6,7\n',
        [["1\n\n2", "x"], ["3", "4\r\n5"], ["6", "7"]],
        [1, 2, 3],
        [],
    ),
    "quoted header": ('"a\nb",c\n1,2\n', [["1", "2"]], [1], []),
    "unclosed quote costs one line": (
        'a,b\n1,2\n3,"4\n5,6\n7,8\n',
        [["1", "2"], ["5", "6"], ["7", "8"]],
        [1, 3, 4],
        [(2, "unclosed_quote")],
    ),
    "unclosed quote on the last line": ('a,b\n1,2\n3,"4', [["1", "2"]], [1], [(2, "unclosed_quote")]),
    "two stray quotes": (
        'a,b\n1,"2\n3,4\n5,"6\n7,8\n',
        [["3", "4"], ["7", "8"]],
        [2, 4],
        [(1, "unclosed_quote"), (3, "unclosed_quote")],
    ),
    "quote inside a cell": ('a,b\n5" pipe,2\n', [['5" pipe', "2"]], [1], []),
    "mixed line ends": (
        "a,b\n1,2\r\n3,4\r5,6\n\r7,8",
        [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]],
        [1, 2, 3, 4],
        [],
    ),
    "NUL": ("a,b\n1,\0\n3,4\n", [["3", "4"]], [2], [(1, "nul_byte")]),
    "5,000 digits": ("a,b\n" + "9" * 5000 + ",2\n", [["9" * 5000, "2"]], [1], []),
    "one column": ('a\n1\n\n""\n2\n', [["1"], [None], ["2"]], [1, 2, 3], []),
    "other line separators are text": ("a,b\n1\u2028,\x0b\x85\n", [["1\u2028", "\x0b\x85"]], [1], []),
}


@pytest.mark.parametrize("name", CASES)
def test_hand_worked_files(tmp_path: Path, name: str) -> None:
    """Rows, record numbers, refused records and lines are those worked out by hand."""
    data, rows, records, rejects = CASES[name]
    raw = read(tmp_path, data)
    assert (rows, records, rejects) == outcome(raw)
    assert raw.count is not None
    assert raw.count.reconciles
    assert len(data.encode().splitlines()) == raw.count.physical


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_read_alike(tmp_path: Path, encoding: str) -> None:
    """Text is the same in every encoding that says what it is."""
    raw = read(tmp_path, "naïve;š\n€;\U0001f600\n".encode(encoding))
    assert ("naïve", "š") == raw.columns
    assert ([["€", "\U0001f600"]], [1], []) == outcome(raw)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1250", "utf-16-le", "shift_jis"])
def test_declared_encodings_are_used(tmp_path: Path, encoding: str) -> None:
    """What has no mark is read as declared."""
    text = {"latin-1": "é", "cp1250": "š", "utf-16-le": "š", "shift_jis": "語"}[encoding]
    raw = read(tmp_path, f"a,b\n{text},2\n".encode(encoding), encoding=encoding)
    assert ([[text, "2"]], [1], []) == outcome(raw)


def test_undecodable_bytes_cost_their_record(tmp_path: Path) -> None:
    """A record with bytes that are no text is refused; the others are kept."""
    assert ([["3", "4"]], [2], [(1, "undecodable")]) == outcome(read(tmp_path, b"a,b\n\xff,2\n3,4\n"))
    utf16 = "a,b\n1,2\n".encode("utf-16") + b"\x00\xd8" + "x,3\n".encode("utf-16-le")
    assert ([["1", "2"]], [1], [(2, "undecodable")]) == outcome(read(tmp_path, utf16))


@pytest.mark.parametrize("data", [b"a,b\n\xff,2\n\xfe,4\n", b"\xe9a,b\n1,2\n"])
def test_files_in_another_encoding_are_refused_whole(tmp_path: Path, data: bytes) -> None:
    """Where the header or every record is undecodable, the error says how to declare the encoding."""
    with pytest.raises(IngestError, match=r'\n\[files\.[^\]]+\]\nencoding = "cp1252"$') as caught:
        read(tmp_path, data)
    assert caught.value.reason == "undecodable"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "empty_file"),
        ("\ufeff", "empty_file"),
        ("\n\r\n\n", "empty_file"),
        ("a,b,a\n1,2,3\n", "duplicate_column"),
        ("a, a \n1,2\n", "duplicate_column"),
        ('"a,b\n1,2\n', "unclosed_quote"),
        ("a,\0\n1,2\n", "nul_byte"),
    ],
)
def test_header_problems_name_their_reason(tmp_path: Path, data: str, reason: str) -> None:
    """A file without usable column names is refused whole."""
    with pytest.raises(IngestError) as caught:
        read(tmp_path, data)
    assert (reason, "a.csv") == (caught.value.reason, caught.value.file)


def test_nameless_columns_are_called_by_position(tmp_path: Path) -> None:
    """A trailing delimiter in the header, as spreadsheets write it, makes a column of its own."""
    assert ("a", "column_2") == read(tmp_path, "a,\n1,\n").columns


def test_rejects_keep_their_cells_and_line(tmp_path: Path) -> None:
    """Whoever corrects a record needs to see it and find it; its representation does not show it."""
    raw = read(tmp_path, 'a,b\n"1\n2",3\n\nx,"y\n4,5\n')
    (reject,) = raw.rejects
    assert (2, 5, "unclosed_quote", ("x", '"y')) == (reject.record, reject.line, reject.code, reject.cells)
    assert "cells" not in repr(reject)
    assert raw.lines is not None
    assert [2, 6] == raw.lines.tolist()


def test_cells_beyond_the_limit_of_the_csv_module(tmp_path: Path) -> None:
    """A cell of any length is kept; only beside other trouble in its own record is it refused as too long."""
    long = "9" * (csv.field_size_limit() + 1)
    assert ([["1\n2", "x"], [long, "4"]], [1, 2], []) == outcome(read(tmp_path, f'a,b\n"1\n2",x\n{long},4\n'))
    data = f'a,b\n"1\n2",x\n{long},\0\n3,4\n'
    assert ([["1\n2", "x"], ["3", "4"]], [1, 3], [(2, "record_too_long")]) == outcome(read(tmp_path, data))


def test_records_longer_than_a_block_are_read(tmp_path: Path) -> None:
    """Where the fast reader gives up, the careful one goes on."""
    width = 30
    header = ",".join(f"c{n}" for n in range(width))
    raw = read(tmp_path, f"\n{header}\n" + (",".join(["x" * 100_000] * width) + "\n") * 2)
    assert (2, width, [3, 4]) == (
        raw.rows.num_rows,
        raw.rows.num_columns,
        [] if raw.lines is None else raw.lines.tolist(),
    )


def test_a_stray_quote_is_no_slower_than_a_clean_file(tmp_path: Path) -> None:
    """Every line opening a quote is read in linear time: no line is read more than a few times."""
    raw = read(tmp_path, "a,b\n" + '1,"2\n' * 20_000)
    assert raw.count is not None
    assert (20_000, 0) == (raw.count.rejected + raw.count.kept, raw.count.blank)


CELLS = st.text(st.sampled_from('ab,;"\n\r\0 š'), max_size=4)
BROKEN = st.lists(st.sampled_from([b"1", b"a", b",", b",", b'"', b"\n", b"\n", b"\r", b"\0", b"\xff", b"\xc5\xa1"]))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8))
def test_what_csv_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """Whatever the standard library's writer wrote comes back cell by cell, records with NUL aside."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["x", "y"], *rows])
    raw = read(tmp_path_factory.getbasetemp(), out.getvalue(), delimiter=",", encoding="utf-8")
    sound = [[cell or None for cell in row] for row in rows if not any("\0" in cell for cell in row)]
    assert sound == [list(row.values()) for row in raw.rows.to_pylist()]


@settings(max_examples=examples(300))
@given(BROKEN.map(b"".join))
def test_every_line_of_a_broken_file_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    """Lines reconcile and records number on without gaps, whatever the bytes; nothing but IngestError is raised."""
    data = b"x,y\n" + body
    try:
        raw = read(tmp_path_factory.getbasetemp(), data)
    except IngestError as error:
        assert error.file == "a.csv"  # noqa: PT017 - both ways out are allowed
        return
    assert raw.count is not None
    assert raw.count.reconciles
    # A NUL or an undecodable byte ends no line, so bytes and text have the same lines.
    assert len(data.splitlines()) == raw.count.physical
    numbers = sorted([*raw.records.tolist(), *(reject.record for reject in raw.rejects)])
    assert list(range(1, len(numbers) + 1)) == numbers


Told = tuple[
    list[list[str | None]], list[int], list[int], list[int], list[tuple[int, int, str, tuple[str, ...]]], LineCount
]


def one_by_one(data: bytes) -> Told:
    """Return what reading every record on its own with the csv module tells: cells, places, refused records."""
    lines = list(io.StringIO(data.decode(errors="servicelead-mark"), newline=""))
    rows, records, begins, spans, rejects = [], [], [], [], []
    header = blank = kept = rejected = number = line = 0
    for record in read_records(lines, ",", 2):
        if not record.cells:
            blank += 1
        elif not header:
            header = record.n_lines
        elif record.code is None:
            rows.append([cell or None for cell in record.cells])
            number += 1
            records.append(number)
            begins.append(line + 1)
            spans.append(record.n_lines)
            kept += record.n_lines
        else:
            number += 1
            rejects.append((number, line + 1, record.code, tuple(record.cells)))
            rejected += record.n_lines
        line += record.n_lines
    count = LineCount(file="a.csv", physical=len(lines), header=header, blank=blank, kept=kept, rejected=rejected)
    return rows, records, begins, spans, rejects, count


def told(raw: RawTable) -> Told:
    """Return the same of a file that was read."""
    assert raw.lines is not None
    assert raw.count is not None
    spans = [1] * len(raw.records) if raw.n_lines is None else raw.n_lines.tolist()
    rejects = [(reject.record, reject.line, reject.code, reject.cells) for reject in raw.rejects]
    rows, records, _ = outcome(raw)
    return rows, records, raw.lines.tolist(), spans, rejects, raw.count


PIECES = st.sampled_from([*(b"1", b"a", b",", b",", b'"', b"\n", b"\n", b"\r", b" ", b"\xc5\xa1", b"\0", b"\xff")])
RECORDS = st.sampled_from([b"1,2\n", b"3,4\r\n", b'"x\ny",5\n', b'"",""""\n', b"\n", b'6,"7\n', b"8\n", b'9" pipe,a\n'])


@settings(max_examples=examples(300))
@given(
    st.one_of(st.lists(PIECES), st.lists(RECORDS), st.lists(st.one_of(PIECES, RECORDS))).map(b"".join),
    st.sampled_from([1, 2, 7, 30, 1 << 22]),
    st.sampled_from([0, 5, 1 << 12]),
)
def test_every_record_is_what_reading_one_by_one_makes_of_it(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, block: int, few: int
) -> None:
    """Cells, numbers, lines, refused records and counts are the slow reader's, wherever blocks and stretches end."""
    path = tmp_path_factory.getbasetemp() / "a.csv"
    path.write_bytes(b"x,y\n" + body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_BLOCK", block)
        patch.setattr(text, "_STEP", min(block, text._STEP))
        patch.setattr(delimited, "_FEW", few)
        patch.setattr(delimited, "_SAMPLE", 2)
        patch.setattr(tally, "_PACK", 3 * block)
        try:
            raw = read_delimited(path, delimiter=",")
        except IngestError as error:
            assert error.reason in {"undecodable", "not_text"}  # noqa: PT017 - both ways out are allowed
            return
    assert one_by_one(b"x,y\n" + body) == told(raw)


def test_labels_that_repeat_are_kept_once(tmp_path: Path) -> None:
    """In a long file a column of few labels is a dictionary, also where trouble interrupts it; others are text."""
    n = delimited._SAMPLE
    lines = [f"id {row},{'' if row % 7 == 0 else 'long label'}\n" for row in range(3 * n)]
    lines[2 * n] = '1,"2\n'
    raw = read(tmp_path, "a,b\n" + "".join(lines))
    assert ["string", "dictionary<values=string, indices=int32, ordered=0>"] == [
        str(kind) for kind in raw.rows.schema.types
    ]
    expected = [None if row % 7 == 0 else "long label" for row in range(3 * n) if row != 2 * n]
    assert expected == raw.rows.column("b").to_pylist()
    assert [(2 * n + 1, 2 * n + 2)] == [(reject.record, reject.line) for reject in raw.rejects]
