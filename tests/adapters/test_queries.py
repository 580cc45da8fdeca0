"""The SQL of a configuration: it sees the accepted rows and nothing else."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from servicelead.adapters.queries import run_query
from servicelead.exceptions import ConfigError

TICKETS = pa.table({"id": ["t1", "t2", "t3"], "score": ["1", "secret", None]})


def run(query: str, zone: str = "UTC") -> Any:
    """Run a query over three tickets."""
    return run_query(query, {"tickets": TICKETS, "odd name.x": TICKETS}, zone=zone, where="[tables.leads]")


def test_queries_see_the_views_under_their_names() -> None:
    """Views have the names of files, whatever characters they hold."""
    rows = run('SELECT id, TRY_CAST(score AS INTEGER) AS score FROM tickets JOIN "odd name.x" AS o USING (id, score)')
    assert [{"id": "t1", "score": 1}, {"id": "t2", "score": None}] == rows.to_pylist()


def test_rows_keep_their_order() -> None:
    """A query without ORDER BY returns the rows in the file's order, so that record numbers stay."""
    many = pa.table({"n": [str(n) for n in range(300_000)]})
    rows = run_query("SELECT n FROM many WHERE n NOT LIKE '%7'", {"many": many}, zone="UTC", where="")
    assert [n for n in many.column("n").to_pylist() if not n.endswith("7")] == rows.column("n").to_pylist()


def test_local_times_are_of_the_zone() -> None:
    """A moment without an offset is one of the business's zone."""
    rows = run("SELECT epoch(TIMESTAMPTZ '2024-07-01 12:00:00') AS t", zone="Europe/Ljubljana")
    assert [{"t": 1719828000.0}] == rows.to_pylist()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY tickets TO '{folder}/out.csv'",
        "ATTACH '{folder}/out.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "CREATE TABLE x AS SELECT 1",
        "EXPLAIN SELECT 1",
        "SELECT 1; SELECT 2",
        "",
        "SELECT * FROM TICKETS_OF_PYTHON",
    ],
)
def test_a_query_reads_no_file_and_changes_nothing(tmp_path: Path, query: str) -> None:
    """Files, settings, extensions and the caller's Python variables are out of reach."""
    TICKETS_OF_PYTHON = TICKETS  # noqa: F841, N806 - a variable DuckDB would otherwise find by its name
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with pytest.raises(ConfigError):
        run(query.format(file=secret, folder=tmp_path))
    assert [secret] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM tickets", '"nope" not found'),
        ("SELECT * FROM ticket", "its tables are tickets, odd name.x"),
    ],
)
def test_mistakes_in_the_sql_are_shown(query: str, words: str) -> None:
    """What the database says of the SQL itself is passed on, with the place in the configuration."""
    with pytest.raises(ConfigError, match=r"\[tables.leads\]: the query must run") as caught:
        run(query)
    assert words in str(caught.value)


def test_cells_are_never_shown() -> None:
    """A value that does not fit fails the query without being quoted."""
    with pytest.raises(ConfigError, match="TRY_CAST") as caught:
        run("SELECT CAST(score AS INTEGER) FROM tickets")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
