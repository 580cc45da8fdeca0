"""A folder of files becomes the sources of a business."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from servicelead.adapters import Config, FolderContents, _libraries, delimited, read_folder, read_sources
from servicelead.adapters.folder import Folder
from servicelead.exceptions import ConfigError, IngestError, MissingDependencyError

AS_OF = "as_of = 2024-12-31\n"
TOUCHES = "touchpoint_id,account_id,occurred_at,team,channel\n"


def write(where: Path, config: str = "", **files: str) -> Path:
    """Write a folder of CSV files and its configuration."""
    (where / "servicelead.toml").write_text(AS_OF + config)
    for name, text in files.items():
        (where / f"{name}.csv").write_text(text)
    return where


def rows(contents: FolderContents, table: str) -> list[dict[str, object]]:
    """Return the rows of every source of a table."""
    return [row for source in contents.tables[table] for row in source.frame.to_pylist()]


def test_files_called_like_tables_need_no_configuration(tmp_path: Path) -> None:
    """CSV, TSV and Parquet files with canonical names are found; others are named as unused."""
    write(tmp_path, touchpoints=TOUCHES + "t1,a,2024-01-01T10:00:00Z,sales,call\n", notes="x\n1\n")
    (tmp_path / "accounts.tsv").write_text("account_id\tname\na\tA, B\n")
    parquet.write_table(pa.table({"lead_id": ["l"], "created_at": [dt.date(2024, 1, 1)]}), tmp_path / "leads.parquet")
    contents = read_sources(tmp_path)
    assert ["accounts", "leads", "touchpoints"] == list(contents.tables)
    assert [{"account_id": "a", "name": "A, B"}] == rows(contents, "accounts")
    assert [{"lead_id": "l", "created_at": dt.date(2024, 1, 1)}] == rows(contents, "leads")
    assert ("notes.csv",) == contents.unused_files


def test_a_business_is_read(tmp_path: Path) -> None:
    """The accepted rows arrive; the refused are counted with their file, record and line."""
    write(tmp_path, touchpoints=TOUCHES + "t1,a,2024-01-01T10:00:00Z,sales,call\nt2,a\nt3,a,never,sales,call\n")
    business = read_folder(tmp_path)
    assert 1 == len(business.touches)
    assert [("touchpoints.csv", 3, 1, 2)] == [
        (row["file"], row["read"], row["kept"], row["rejected"]) for row in business.counts.rows()
    ]
    assert [("touchpoints.csv", 2, 3, "wrong_column_count"), ("touchpoints.csv", 3, 4, "not_a_time")] == [
        (reject.file, reject.record, reject.line, reject.code) for reject in business.reject_list
    ]


def test_one_table_may_have_several_sources(tmp_path: Path) -> None:
    """Sources of one table are mapped each in its own way, and queries read accepted rows only."""
    config = """
    [files.calls]
    file = "phone calls.csv"
    delimiter = ";"
    [[tables.touchpoints]]
    file = "visits.csv"
    columns = { touchpoint_id = "id" }
    constants = { team = "services" }
    [[tables.touchpoints]]
    query = "SELECT id AS touchpoint_id, 'sales' AS team FROM calls"
    """
    write(tmp_path, config, visits="id\nv1\n")
    (tmp_path / "phone calls.csv").write_text("id;n\nc1;1\nbroken\nc2;2\n")
    contents = read_sources(tmp_path)
    expected = [
        {"touchpoint_id": "v1", "team": "services"},
        {"touchpoint_id": "c1", "team": "sales"},
        {"touchpoint_id": "c2", "team": "sales"},
    ]
    assert expected == rows(contents, "touchpoints")
    visits, calls = contents.tables["touchpoints"]
    assert ("visits.csv", "touchpoints query 2") == (visits.name, calls.name)
    assert [("phone calls.csv", 2, "wrong_column_count")] == [(r.file, r.record, r.code) for r in calls.rejects]


def test_checks_find_rows_by_record(tmp_path: Path) -> None:
    """A check sees record numbers, names its files, and counts every row it returns."""
    config = """
    [checks.short]
    table = "accounts"
    query = "SELECT _record FROM accounts WHERE length(name) < 2 ORDER BY 1"
    says = "names have two letters"
    [checks.none]
    table = "accounts"
    query = "SELECT 1 FROM accounts WHERE false"
    says = "nothing"
    """
    contents = read_sources(write(tmp_path, config, accounts="account_id,name\na,A\nb\nc,C\nd,Dora\n"))
    short, none = contents.findings
    assert ("accounts.csv", "accounts", "short", 2, (1, 3), "names have two letters") == (
        short.file, short.table, short.code, short.n, short.records, short.says,
    )  # fmt: skip
    assert (0, ()) == (none.n, none.records)


def test_record_numbers_are_seen_by_checks_only(tmp_path: Path) -> None:
    """A table's query gets the columns of the file, no more."""
    config = '[tables.accounts]\nquery = "SELECT * FROM accounts"\n'
    assert [{"account_id": "a"}] == rows(read_sources(write(tmp_path, config, accounts="account_id\na\n")), "accounts")


def test_lines_of_records_are_counted_whole(tmp_path: Path) -> None:
    """A row of several lines that the tables refuse, or that repeats another, moves all of its lines."""
    cell = '"a\ncall"'
    write(
        tmp_path,
        touchpoints=TOUCHES
        + f"t1,a,2024-01-01T10:00:00Z,sales,{cell}\n"
        + f"t1,a,2024-01-01T10:00:00Z,sales,{cell}\n"
        + f"t2,a,never,sales,{cell}\n\nt3,a,never,sales,call\nt4\n",
    )
    business = read_folder(tmp_path)
    kinds = ("physical", "header", "blank", "kept", "rejected", "duplicates")
    assert [(10, 1, 1, 2, 4, 2)] == [tuple(row[kind] for kind in kinds) for row in business.lines.rows()]
    assert {(3, 6), (4, 9), (5, 10)} == {(reject.record, reject.line) for reject in business.reject_list}


def test_exchange_rates_are_read(tmp_path: Path) -> None:
    """Rates convert amounts; a broken rate is an error, as it belongs to no row of the business."""
    config = 'currency = "EUR"\n'
    opportunities = (
        "opportunity_id,account_id,created_at,closed_at,outcome,amount,currency\n"
        "o,a,2024-01-01,2024-02-01,won,10.00,USD\n"
    )
    write(tmp_path, config, opportunities=opportunities, exchange_rates="date,from,to,rate\n2024-01-01,USD,EUR,0.5\n")
    assert [500] == read_folder(tmp_path).opportunities.amount.tolist()
    write(tmp_path, config, exchange_rates="date,from,to,rate\n2024-01-01,USD,EUR\n2024-01-01,USD,EUR,0.5\n")
    with pytest.raises(IngestError, match=r"exchange_rates\.csv record 1: every exchange rate must be readable"):
        read_folder(tmp_path)
    write(tmp_path, config, exchange_rates="date,from,to,rate\n2024-01-01,USD,EUR,0.5\n2024-01-02,USD,EUR,customer\n")
    with pytest.raises(IngestError) as caught:
        read_folder(tmp_path)
    assert ("exchange_rates.csv", 2, "rate", "not_a_number") == (
        caught.value.file, caught.value.record, caught.value.column, caught.value.reason
    )  # fmt: skip
    assert "customer" not in str(caught.value)


def test_a_configuration_may_be_made_in_code_or_lie_elsewhere(tmp_path: Path) -> None:
    """The folder's own configuration is read only when no other is given."""
    write(tmp_path, "broken", accounts="account_id\na\n")
    assert read_sources(tmp_path, Config(as_of=dt.date(2024, 1, 1))).config.as_of == dt.date(2024, 1, 1)
    other = tmp_path / "other.toml"
    other.write_text("as_of = 2023-01-01")
    assert read_sources(tmp_path, other).config.as_of == dt.date(2023, 1, 1)


def test_names_are_found_in_any_case_and_as_whole_words(tmp_path: Path) -> None:
    """A query names a file by a word of its own; `log` is not named by `catalog`."""
    write(tmp_path, **dict.fromkeys(["tickets", "ticket", "a-b", "log"], "a\n1\n"))
    found = Folder(tmp_path, {}).named_in('SELECT * FROM Tickets, "a-b" WHERE catalog = 1')
    assert ["a-b", "tickets"] == found


def test_queries_read_only_the_files_they_name(tmp_path: Path) -> None:
    """A file that nothing names cannot break the reading."""
    config = '[tables.accounts]\nquery = "SELECT a AS account_id FROM people"\n'
    contents = read_sources(write(tmp_path, config, people="a\n1\n", broken=""))
    assert ("broken.csv",) == contents.unused_files
    assert ["people.csv"] == list(contents.files)


@pytest.mark.parametrize(
    ("config", "files", "words"),
    [
        ('[tables.leads]\nfile = "lead.csv"', ["leads2"], ["no file 'lead.csv'", "leads2.csv"]),
        ("[tables.leads]", ["accounts"], ["[tables.leads]: needs a file or a query"]),
        ("[files.leads]", ["accounts"], ["[files.leads]: no file"]),
        ('[files.a]\nfile = "accounts.csv"\n[files.accounts]', ["accounts"], ["accounts.csv is declared twice"]),
        (
            '[[tables.accounts]]\nfile = "accounts.csv"\n[[tables.accounts]]\nfile = "b.csv"\nname = "accounts.csv"',
            ["accounts", "b"],
            ["got 'accounts.csv' twice"],
        ),
        (
            '[tables.leads]\nquery = "SELECT * FROM lead"',
            ["leads2", "notes"],
            ["[tables.leads]: the query must run", "Table with name lead", "its tables are leads2, notes"],
        ),
        (
            '[[tables.leads]]\nfile = "leads2.csv"\n[[tables.leads]]\nquery = "SELECT * FROM lead"',
            ["leads2"],
            ["[tables.leads] source 2: the query must run"],
        ),
        (
            '[tables.leads]\nname = "mine"\nquery = "SELECT * FROM lead"',
            ["leads2"],
            ["[tables.leads] source mine: the query must run"],
        ),
        ("", ["lead"], ["a file of at least one table", "got lead.csv", '\n[tables.touchpoints]\nfile = "..."']),
        ("", [], ["a file of at least one table", "got no files"]),
    ],
)
def test_mistakes_are_named(tmp_path: Path, config: str, files: list[str], words: list[str]) -> None:
    """What is not in the folder is said, with what is."""
    write(tmp_path, config, **dict.fromkeys(files, "account_id\na\n"))
    with pytest.raises(IngestError) as caught:
        read_sources(tmp_path)
    for word in words:
        assert word in str(caught.value)


def test_two_files_of_one_name_are_ambiguous(tmp_path: Path) -> None:
    """Which of two files gives a table is said by the configuration, never guessed."""
    write(tmp_path, accounts="account_id\na\n")
    parquet.write_table(pa.table({"account_id": ["b"]}), tmp_path / "accounts.parquet")
    with pytest.raises(ConfigError, match=r"accounts\.csv and accounts\.parquet"):
        read_sources(tmp_path)
    write(tmp_path, '[tables.accounts]\nfile = "accounts.parquet"')
    assert [{"account_id": "b"}] == rows(read_sources(tmp_path), "accounts")


def test_a_missing_folder_and_configuration_are_named(tmp_path: Path) -> None:
    """The folder is missed first, then its configuration."""
    with pytest.raises(IngestError, match="no such folder") as caught:
        read_sources(tmp_path / "none")
    assert caught.value.reason == "no_folder"
    with pytest.raises(ConfigError, match="as_of = 2024-12-31"):
        read_sources(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PAR1 no more", b"a,b\n1,2\n"])
def test_broken_parquet_is_an_ingest_error(tmp_path: Path, content: bytes) -> None:
    """A file that is not Parquet is refused by name."""
    (write(tmp_path) / "accounts.parquet").write_bytes(content)
    with pytest.raises(IngestError, match=r"accounts\.parquet: a \.parquet file must be whole") as caught:
        read_sources(tmp_path)
    assert caught.value.reason == "not_parquet"


def test_parquet_may_not_name_a_column_twice(tmp_path: Path) -> None:
    """Two columns of one name cannot be told apart."""
    rows = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["account_id", "account_id"])
    parquet.write_table(rows, write(tmp_path) / "accounts.parquet")
    with pytest.raises(IngestError, match="name no column twice"):
        read_sources(tmp_path)


def test_files_that_cannot_be_opened_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the operating system refuses is an ingest error with the file's name."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(delimited, "read_delimited", refuse)
    with pytest.raises(IngestError, match=r"accounts\.csv: must be readable; got PermissionError"):
        read_sources(write(tmp_path, accounts="account_id\na\n"))


def test_missing_libraries_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without duckdb or pyarrow the error names the extra to install."""
    monkeypatch.setattr(_libraries, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r"servicelead\[cli\]"):
        read_folder("anywhere")


def test_names_of_files_may_differ_in_case(tmp_path: Path) -> None:
    """`Accounts.CSV` gives the accounts; two files that differ in case only are ambiguous."""
    (write(tmp_path) / "Accounts.CSV").write_text("account_id\na\n")
    assert [{"account_id": "a"}] == rows(read_sources(tmp_path), "accounts")
    write(tmp_path, ACCOUNTS="account_id\nb\n")
    lines = r'\n\[tables\.accounts\]\nfile = "ACCOUNTS\.csv"$'
    with pytest.raises(ConfigError, match=rf"got ACCOUNTS\.csv and Accounts\.CSV.*{lines}"):
        read_sources(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """Who gives a file is told to give its folder, and who names a missing configuration that it is not there."""
    write(tmp_path, accounts="account_id\na\n")
    with pytest.raises(IngestError, match="it is a file: give its folder"):
        read_sources(tmp_path / "accounts.csv")
    with pytest.raises(ConfigError, match=r"other\.toml: .* there is no such file"):
        read_sources(tmp_path, tmp_path / "other.toml")
