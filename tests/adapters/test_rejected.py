"""Refused rows are written so that they can be corrected and read again."""

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

from servicelead.adapters import read_folder, read_sources, write_rejects
from servicelead.adapters.rejected import REASON_COLUMNS
from servicelead.exceptions import InvalidValueError
from servicelead.tables import Business, Source

HEADER = "touchpoint_id;account_id;occurred_at;team;channel;note\n"
ROWS = [
    "t1;a;2024-01-01T10:00:00Z;sales;call;fine\n",
    "t2;a;never;sales;call;=cmd|' /C calc'!A0\n",
    't3;a;2024-01-02T10:00:00Z;sales;"call;x\n',
    "t4;a;2024-01-03T10:00:00Z;sales;call;one;too many\n",
    "t5;a\n",
    "t6;a;2024-01-04T10:00:00Z;sales;call;caf\xe9\n",
]
CONFIG = """
as_of = 2024-12-31
[files.touches]
file = "touches.csv"
[[tables.touchpoints]]
file = "touches.csv"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one sound row and five that are not."""
    (tmp_path / "servicelead.toml").write_text(CONFIG)
    # The last row is Latin-1 in a file of UTF-8.
    (tmp_path / "touches.csv").write_bytes((HEADER + "".join(ROWS)).encode("latin-1"))
    return tmp_path


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a written file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_refused_rows_have_their_cells_and_reasons(folder: Path) -> None:
    """Cells are as they came; the reasons follow in columns of their own."""
    (path,) = write_rejects(read_folder(folder), folder)
    assert folder / "rejected" / "touches.csv" == path
    rows = table(path)
    assert [2, 3, 4, 5, 6] == [int(row["servicelead_record"]) for row in rows]
    assert [3, 4, 5, 6, 7] == [int(row["servicelead_line"]) for row in rows]
    assert ["not_a_time", "unclosed_quote", "wrong_column_count", "wrong_column_count", "undecodable"] == [
        row["servicelead_code"] for row in rows
    ]
    assert ("occurred_at", "=cmd|' /C calc'!A0") == (rows[0]["servicelead_column"], rows[0]["note"])
    assert ('"call', "x") == (rows[1]["channel"], rows[1]["note"])
    assert ("one", "too many") == (rows[2]["note"], rows[2]["servicelead_surplus_cells"])
    assert ("a", "") == (rows[3]["account_id"], rows[3]["note"])
    assert rows[4]["note"] == "caf\N{REPLACEMENT CHARACTER}"
    assert all(row["servicelead_rule"] and row["servicelead_remedy"] for row in rows)


def test_corrected_rows_are_read_again(folder: Path) -> None:
    """The corrected file is a further source: its reasons are left out and nothing else is needed."""
    (path,) = write_rejects(read_folder(folder), folder)
    lines = (
        path.read_text(encoding="utf-8").replace("never", "2024-01-05").replace("t5,a,,,", "t5,a,2024-01-06,sales,call")
    )
    path.write_text(lines, encoding="utf-8")
    with (folder / "servicelead.toml").open("a") as stream:
        stream.write('[[tables.touchpoints]]\nfile = "rejected/touches.csv"\n')
    business = read_folder(folder)
    assert 6 == len(business.touches)
    assert ["note"] == list(business.touches.attributes)
    assert [("touches.csv", 6, 1), ("rejected/touches.csv", 5, 5)] == [
        (row["file"], row["read"], row["kept"]) for row in business.counts.rows()
    ]


def test_what_was_read_needs_no_second_reading(folder: Path) -> None:
    """Rows refused while reading are written from what the reader kept."""
    contents = read_sources(folder)
    (folder / "touches.csv").unlink()
    (path,) = write_rejects(contents.business(), contents, to=folder / "elsewhere")
    assert folder / "elsewhere" / "touches.csv" == path
    assert ["2", "3", "4", "5", "6"] == [row["servicelead_record"] for row in table(path)]


def test_nothing_refused_writes_nothing(tmp_path: Path) -> None:
    """A clean folder stays as it is."""
    (tmp_path / "servicelead.toml").write_text("as_of = 2024-12-31")
    (tmp_path / "accounts.csv").write_text("account_id\na\n")
    assert [] == write_rejects(read_folder(tmp_path), tmp_path)
    assert not (tmp_path / "rejected").exists()


def test_rows_from_elsewhere_are_left_out(folder: Path) -> None:
    """A source that the folder does not have has no cells to write."""
    business = Business.from_frames(
        accounts=Source(frame={"account_id": [None]}, name="elsewhere.csv"), as_of=dt.date(2024, 12, 31)
    )
    assert 1 == len(business.rejects)
    assert [] == write_rejects(business, folder)


def test_rows_of_queries_are_written_too(tmp_path: Path) -> None:
    """A query's rows are numbered as it returned them; a file it reads has its own."""
    (tmp_path / "servicelead.toml").write_text(
        'as_of = 2024-12-31\n[tables.cases]\nquery = "SELECT id AS case_id, a AS account_id, t AS opened_at FROM x"'
    )
    (tmp_path / "x.csv").write_text("id,a,t\n1,a,2024-01-01\n2\n3,a,never\n")
    written = write_rejects(read_folder(tmp_path), tmp_path)
    assert ["cases query 1.csv", "x.csv"] == [path.name for path in written]
    assert ["case_id", "account_id", "opened_at", *REASON_COLUMNS] == list(table(written[0])[0])
    assert ["2", "2"] == [table(path)[0]["servicelead_record"] for path in written]


def test_a_failed_write_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either the old or the new file is there, and no other."""
    (path,) = write_rejects(read_folder(folder), folder)
    before = path.read_bytes()
    (folder / "touches.csv").write_text(HEADER + "t9\n")

    def fail(descriptor: int) -> None:
        raise OSError(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=r"\d"):
        write_rejects(read_folder(folder), folder)
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


@pytest.mark.parametrize("source", ["rejected/touches.csv", "a link.csv", "touches.csv"])
def test_sources_are_never_replaced(folder: Path, source: str) -> None:
    """A file that the folder is read from is refused as a target, by whatever name, before anything is written."""
    write_rejects(read_folder(folder), folder)
    to = folder if source == "touches.csv" else None
    if source == "a link.csv":
        (folder / source).symlink_to(folder / "rejected" / "touches.csv")
    if to is None:
        with (folder / "servicelead.toml").open("a") as stream:
            stream.write(f'[[tables.touchpoints]]\nfile = "{source}"\n')
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    with pytest.raises(InvalidValueError, match=r"touches\.csv is one\..*--rejects-to"):
        write_rejects(read_folder(folder), folder, to=to)
    assert before == {path: path.read_bytes() for path in folder.rglob("*.csv")}


def test_one_target_in_the_way_stops_all(tmp_path: Path) -> None:
    """When the second of two files may not be written, the first is not written either."""
    (tmp_path / "servicelead.toml").write_text("as_of = 2024-12-31")
    (tmp_path / "accounts.tsv").write_text("account_id\tname\n\tx\n")
    (tmp_path / "leads.csv").write_text("lead_id,created_at,team\nl,never,sales\n")
    with pytest.raises(InvalidValueError, match=r"leads\.csv is one"):
        write_rejects(read_folder(tmp_path), tmp_path, to=tmp_path)
    assert ["accounts.tsv", "leads.csv", "servicelead.toml"] == sorted(path.name for path in tmp_path.iterdir())


def test_files_of_rows_that_are_mended_go(folder: Path) -> None:
    """What an earlier call wrote and nothing rejects any more is removed; any other file stays as it is."""
    (path,) = write_rejects(read_folder(folder), folder)
    kept = {path.with_name("mine.csv"): path.read_bytes(), path.with_name("note.txt"): b"a note"}
    for other, data in kept.items():
        other.write_bytes(data)
    (folder / "touches.csv").write_text(HEADER + ROWS[0])
    assert [] == write_rejects(read_folder(folder), folder)
    assert kept == {other: other.read_bytes() for other in path.parent.iterdir()}
    path.write_text("touchpoint_id,servicelead_record\n")
    assert [] == write_rejects(read_folder(folder), folder)
    assert path.exists()


def test_a_row_of_several_bad_cells_names_all_of_them(folder: Path) -> None:
    """Each bad column is named, and a reason that they share is said once."""
    (folder / "touches.csv").write_text(HEADER.replace("note", "sentiment_known_at") + "t1;a;x;sales;call;y\n")
    (path,) = write_rejects(read_folder(folder), folder)
    (row,) = table(path)
    assert ("occurred_at; sentiment_known_at", "not_a_time") == (row["servicelead_column"], row["servicelead_code"])


def test_a_file_that_is_read_stays(folder: Path) -> None:
    """A file of rejected rows that the folder is read from is no leftover."""
    (path,) = write_rejects(read_folder(folder), folder)
    path.write_text(path.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    (folder / "touches.csv").write_text(HEADER + ROWS[0])
    with (folder / "servicelead.toml").open("a") as stream:
        stream.write('[[tables.touchpoints]]\nfile = "rejected/touches.csv"\n')
    assert [] == write_rejects(read_folder(folder), folder)
    assert path.exists()
