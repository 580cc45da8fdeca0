"""``servicelead.toml``: which file or query gives which table, and what their columns are called.

::

    as_of = 2024-12-31            # required: nothing after it is read
    zone = "UTC"                  # of dates and of times without an offset
    currency = "USD"
    fiscal_year_start = 1

    [files.tickets]               # how to read a file; queries know it as `tickets`
    file = "tickets-2024.csv"     # default: tickets.csv, .tsv or .parquet
    delimiter = ";"
    encoding = "latin-1"

    [tables.touchpoints]          # or several [[tables.touchpoints]]
    file = "tickets-2024.csv"     # or query = "SELECT ...", DuckDB SQL over the accepted raw rows
    columns = { touchpoint_id = "Ticket ID" }
    constants = { team = "services" }
    values = { channel = { phone = "support_call" } }
    formats = { occurred_at = "%d/%m/%Y %H:%M" }
    decimal = ","                 # of amounts and other numbers; thousands = "." likewise

    [checks.ticket_before_signup] # a rule of your own: each row returned is one finding
    table = "touchpoints"
    query = "SELECT ..."
    says = "a ticket is dated on or after its account's signup"

    [qualification]               # points and thresholds of leads: see `lead_scoring`
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from servicelead.adapters.formats import is_format
from servicelead.adapters.lead_scoring import QualificationConfig, qualification_config
from servicelead.adapters.sections import (
    CONFIG_NAME,
    FORMAT,
    INSIDE,
    Section,
    is_currency,
    is_delimiter,
    is_encoding,
    is_inside,
    is_zone,
)
from servicelead.adapters.suggestions import did_you_mean
from servicelead.adapters.toml_text import toml_key, toml_text
from servicelead.adapters.words import require_moments, require_words
from servicelead.exceptions import ConfigError

__all__ = ["CONFIG_NAME", "TABLES", "CheckConfig", "Config", "FileConfig", "SourceConfig", "load_config"]

#: The canonical tables, in the order they are read.
TABLES = (
    "accounts", "account_history", "contacts", "leads", "stage_history", "touchpoints", "opportunities",
    "opportunity_stage_history", "activities", "subscriptions", "payments", "usage", "self_help_events", "cases",
    "spend", "exchange_rates",
)  # fmt: skip

_Scalar = str | int | float | bool | dt.date | dt.datetime


@attrs.frozen(kw_only=True)
class FileConfig:
    """How to read one file, and the name queries know it by.

    Attributes
    ----------
    name
        Name of its view in queries.
    file
        Path inside the folder; None for ``name`` with a known suffix.
    delimiter, encoding
        As declared; None to find them out.
    """

    name: str
    file: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


@attrs.frozen(kw_only=True)
class SourceConfig:
    """Where rows of one table come from: a file or a query, and how its columns become canonical.

    Attributes
    ----------
    file, query
        At most one of the two; with neither, the file called like the table.
    name
        What rejects call the source; by default the file's name.
    columns
        Source column of each canonical one.
    constants
        One value for all rows of a canonical column.
    values
        Per canonical column, the canonical label of each label of the source; others stay as they are.
    formats
        Per canonical column of times, the pattern by which the source writes them, such as ``%d/%m/%Y``.
    decimal, thousands
        Marks in the numbers of the source; None for a point, and for nothing.
    """

    file: str | None = None
    query: str | None = None
    name: str | None = None
    columns: Mapping[str, str] = MappingProxyType({})
    constants: Mapping[str, _Scalar] = MappingProxyType({})
    values: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    formats: Mapping[str, str] = MappingProxyType({})
    decimal: str | None = None
    thousands: str | None = None


@attrs.frozen(kw_only=True)
class CheckConfig:
    """A data-quality rule in SQL: every row the query returns is one finding.

    Attributes
    ----------
    name
        Its code among the findings.
    table
        The table it is about.
    query
        DuckDB SQL over the accepted raw rows; each file has a further column ``_record`` here, and a result column
        of that name gives the record numbers shown.
    says
        The rule in words.
    """

    name: str
    table: str
    query: str
    says: str


@attrs.frozen(kw_only=True)
class Config:
    """All that ``servicelead.toml`` says.

    Attributes
    ----------
    as_of
        Nothing after it is read: a date (its last microsecond counts) or a moment.
    zone, currency, fiscal_year_start
        Of the business; without a zone, dates are read in UTC and moments need an offset.
    tables
        Sources of each configured table.
    files, checks
        By name.
    qualification
        How leads are scored and qualified; None where nothing says.
    """

    as_of: dt.date | dt.datetime
    zone: str | None = None
    currency: str | None = None
    fiscal_year_start: int = 1
    tables: Mapping[str, tuple[SourceConfig, ...]] = MappingProxyType({})
    files: Mapping[str, FileConfig] = MappingProxyType({})
    checks: Mapping[str, CheckConfig] = MappingProxyType({})
    qualification: QualificationConfig | None = None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Config":
        """Return the configuration a parsed TOML document states.

        Raises
        ------
        ConfigError
            When a key is unknown or missing, or a value breaks its rule.

        Examples
        --------
        >>> import datetime as dt
        >>> Config.from_mapping({"as_of": dt.date(2024, 12, 31), "zone": "UTC"}).as_of
        datetime.date(2024, 12, 31)
        """
        section = Section("", mapping, [a.name for a in attrs.fields(cls)])
        as_of = section.get("as_of", dt.date, "a TOML date or date-time, without quotes")
        if as_of is None:
            raise ConfigError(
                f"{CONFIG_NAME}: as_of is required, as nothing after it is read and it cannot be guessed; got none. "
                "Add the day the data were exported as the first line, e.g. as_of = 2024-12-31"
            )
        month = section.get("fiscal_year_start", int, "a month from 1 to 12", lambda value: 1 <= value <= 12)
        return cls(
            as_of=as_of,
            zone=section.get("zone", str, 'a time zone such as "Europe/Ljubljana"', is_zone),
            currency=section.get("currency", str, 'an ISO 4217 code such as "USD"', is_currency),
            fiscal_year_start=month or 1,
            files=_named(section, "files", _file),
            tables=_tables(section),
            checks=_named(section, "checks", _check),
            qualification=qualification_config(mapping["qualification"]) if "qualification" in mapping else None,
        )


def load_config(path: Path) -> Config:
    """Read a configuration file.

    Raises
    ------
    ConfigError
        When the file is missing, is not TOML, or says something that cannot be done.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path.name}: a folder of tables needs this file with at least as_of; got none. Create it with the line "
            "as_of = 2024-12-31 (the day the data were exported)",
            file=path.name,
            reason="no_config",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        position = f" ({error})" if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise ConfigError(
            f"{path.name}: must be TOML in UTF-8; got something else{position}. Correct that line; text goes in quotes",
            file=path.name,
            reason="not_toml",
        ) from None
    return Config.from_mapping(document)


def _named(section: Section, key: str, build: Any) -> Mapping[str, Any]:
    part = section.part(key)
    return MappingProxyType({name: build(name, part) for name in part.content})


def _file(name: str, parent: Section) -> FileConfig:
    section = parent.part(name, ["file", "delimiter", "encoding"])
    return FileConfig(
        name=name,
        file=section.get("file", str, INSIDE, is_inside),
        delimiter=section.get("delimiter", str, 'one character of ASCII such as ";"', is_delimiter),
        encoding=section.get("encoding", str, 'a text encoding such as "latin-1"', is_encoding),
    )


def _check(name: str, parent: Section) -> CheckConfig:
    section = parent.part(name, ["table", "query", "says"])
    table = section.require("table", "the table it is about")
    _require_table(section.title, table)
    return CheckConfig(
        name=name,
        table=table,
        query=section.require("query", "SQL that returns one row per finding"),
        says=section.require("says", "the rule in words"),
    )


def _tables(section: Section) -> Mapping[str, tuple[SourceConfig, ...]]:
    part = section.part("tables")
    found = {}
    for table, content in part.content.items():
        _require_table(part.title, table)
        sources = content if isinstance(content, list) else [content]
        found[table] = tuple(_source(table, source) for source in sources)
    return MappingProxyType(found)


def _source(table: str, content: Any) -> SourceConfig:
    _refuse_keys_of_files(table, content)
    section = Section(f"tables.{table}", content, [a.name for a in attrs.fields(SourceConfig)])
    file = section.get("file", str, INSIDE, is_inside)
    query = section.get("query", str, "SQL", bool)
    if file is not None and query is not None:
        raise ConfigError(f"{section.title}: takes a file or a query; got both. Remove one of them", column="query")
    columns: Mapping[str, str] = section.mapping("columns", str, "the name of a source column in quotes")
    constants: Mapping[str, _Scalar] = section.mapping(
        "constants", (str, int, float, dt.date), "text, a number, a flag or a date"
    )
    if both := sorted(columns.keys() & constants.keys()):
        raise ConfigError(
            f"{section.title}: a column is mapped or constant; got {both[0]!r} as both. Remove it from one of columns "
            "and constants",
            column=both[0],
        )
    part = section.part("values")
    values = {column: part.mapping(column, str, "the canonical label in quotes") for column in part.content}
    require_words(table, section.title, constants, values)
    forms: Mapping[str, str] = section.mapping("formats", str, FORMAT, is_format)
    require_moments(table, section.title, forms)
    decimal = section.get("decimal", str, 'a point or a comma, such as ","', lambda mark: mark in {".", ","})
    thousands = section.get("thousands", str, 'one of ".", ",", "\'" and " "', lambda mark: mark in {*".,' "})
    if (decimal or ".") == thousands:
        raise ConfigError(
            f"{section.title}: decimal and thousands must be different marks; got {thousands!r} for both. State both",
            column="thousands",
        )
    return SourceConfig(
        file=file,
        query=query,
        name=section.get("name", str, "a name without slashes", lambda name: bool(name) and not set(name) & {*"/\\"}),
        columns=columns,
        constants=constants,
        values=MappingProxyType(values),
        formats=forms,
        decimal=decimal,
        thousands=thousands,
    )


def _refuse_keys_of_files(table: str, content: Any) -> None:
    """Refuse what is said of a file once, however many tables it gives, with the lines that say it."""
    for key in ("encoding", "delimiter"):
        if isinstance(content, Mapping) and key in content:
            file = str(content.get("file", ""))
            lines = [f"[files.{toml_key(Path(file).stem or table)}]"]
            lines += [f"file = {toml_text(file)}"] if file else []
            lines += [f"{key} = {toml_text(str(content[key]))}"]
            raise ConfigError(
                f"{CONFIG_NAME} [tables.{table}]: unknown key {key!r}, which is said of a file and not of a table. "
                + "\n".join(("Write instead:", *lines)),
                column=key,
                reason="unknown_key",
            )


def _require_table(title: str, table: str) -> None:
    if table not in TABLES:
        raise ConfigError(
            f"{title}: unknown table {table!r}{did_you_mean(table, TABLES)} Known tables: {', '.join(TABLES)}",
            column=table,
            reason="unknown_table",
        )
