"""Run the SQL of a configuration over the rows already read, and over nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from servicelead.exceptions import ConfigError

__all__ = ["run_query"]

# One thread and insertion order: a row's number is then the same every time the query runs.
_SETTINGS = (
    "SET python_enable_replacements = false",
    "SET preserve_insertion_order = true",
    "SET threads = 1",
)
#: These errors speak of the SQL only; others may quote a cell.
_ABOUT_SQL = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.PermissionException)


def run_query(
    query: str, tables: Mapping[str, Any], *, zone: str, where: str, known: Iterable[str] | None = None
) -> Any:
    """Return the rows of a query as a ``pyarrow.Table``.

    The database is in memory, cannot open files or the network, cannot change its settings, and runs a single
    SELECT: a configuration from elsewhere can read the folder's tables and nothing more.

    Parameters
    ----------
    query
        One SELECT statement in DuckDB's SQL.
    tables
        The ``pyarrow.Table`` of each name the query may use.
    zone
        Time zone of moments written without an offset.
    where
        What the query belongs to, for messages.
    known
        All names that could have been in `tables`, for messages.

    Raises
    ------
    ConfigError
        When the query is not one SELECT, names something unknown, or fails.

    Examples
    --------
    >>> import pyarrow as pa
    >>> tickets = pa.table({"id": ["a", "b"]})
    >>> run_query("SELECT count(*) AS n FROM tickets", {"tickets": tickets}, zone="UTC", where="example").to_pylist()
    [{'n': 2}]
    """
    with duckdb.connect(":memory:", config={"enable_external_access": "false"}) as connection:
        # Setting it, even to false, fails in a notebook without ipywidgets, where it is off anyway.
        if connection.sql("SELECT current_setting('enable_progress_bar')").fetchall() != [(False,)]:
            connection.execute("SET enable_progress_bar = false")
        for setting in _SETTINGS:
            connection.execute(setting)
        for name, rows in tables.items():
            connection.register(name, rows)
        try:
            connection.execute(f"SET TimeZone = '{zone}'")
            connection.execute("SET lock_configuration = true")
            _require_select(connection, query, where)
            return connection.sql(query).to_arrow_table()
        except duckdb.Error as error:
            raise _refused(error, tables if known is None else known, where) from None


def _require_select(connection: Any, query: str, where: str) -> None:
    statements = connection.extract_statements(query)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise ConfigError(
            f"{where}: query must be one SELECT statement; got {len(statements)} statements or another kind. Keep the "
            "SELECT only",
            reason="not_a_select",
        )


def _refused(error: duckdb.Error, names: Iterable[str], where: str) -> ConfigError:
    if isinstance(error, _ABOUT_SQL):
        got = str(error).splitlines()[0]
    else:
        got = f"{type(error).__name__} (a value did not fit; its text is not shown)"
    return ConfigError(
        f"{where}: the query must run over the accepted rows, whose delimited columns are all text; got {got}. "
        f"Correct the SQL (TRY_CAST turns what does not fit into a missing value); its tables are {', '.join(names)}",
        reason="query_failed",
    )
