"""A folder of exports and a ``servicelead.toml`` become a business."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from servicelead.adapters._libraries import require_libraries
from servicelead.adapters.config import CONFIG_NAME, TABLES, Config, SourceConfig, load_config
from servicelead.adapters.folder import Folder, require_folder
from servicelead.adapters.likeness import require_columns
from servicelead.adapters.raw import RawTable
from servicelead.exceptions import ConfigError, IngestError
from servicelead.tables import Business, Finding, Reject, Source

__all__ = ["FolderContents", "QueryCount", "read_folder", "read_sources"]

#: A column every view has in checks, and only there: the record's number.
_RECORD = "_record"
_RATES = "exchange_rates"
_FIRST = 5


@attrs.frozen(kw_only=True)
class QueryCount:
    """How many accepted rows of each file went into a query, and how many came out.

    Attributes
    ----------
    source
        The query, as rejects name it.
    files
        Accepted rows of each file that the query names.
    n_rows
        Rows it returned.
    """

    source: str
    files: Mapping[str, int]
    n_rows: int

    @classmethod
    def of(cls, raw: RawTable, files: Iterable[RawTable]) -> "QueryCount":
        """Count the rows of a query and of its files."""
        return cls(source=raw.name, files={file.name: file.rows.num_rows for file in files}, n_rows=raw.rows.num_rows)


@attrs.frozen(kw_only=True, eq=False)
class FolderContents:
    """What a folder holds, before the tables give it meaning.

    Attributes
    ----------
    path
        The folder.
    config
        What ``servicelead.toml`` says.
    tables
        Sources of each canonical table found: text columns under their canonical names.
    findings
        What the configuration's checks found.
    queries
        Rows that went into each query, and came out.
    stated
        What the configuration says of each source, by table and the source's name; none of a file that it does not
        name.
    files
        Every file read, as it is, with the count of its lines.
    originals
        The rows behind each source, by the source's name, before columns were mapped.
    unused_files
        Files that no table, query or check reads.
    """

    path: Path
    config: Config
    tables: Mapping[str, list[Source]] = attrs.field(repr=False)
    findings: tuple[Finding, ...] = attrs.field(repr=False)
    queries: tuple[QueryCount, ...] = attrs.field(default=(), repr=False)
    stated: Mapping[tuple[str, str], SourceConfig] = attrs.field(factory=dict, repr=False)
    files: Mapping[str, RawTable] = attrs.field(repr=False)
    originals: Mapping[str, RawTable] = attrs.field(repr=False)
    unused_files: tuple[str, ...] = ()

    def business(self) -> Business:
        """Return the business in the folder; errors are those of `read_folder`."""
        tables: dict[str, Any] = dict(self.tables)
        from servicelead.adapters.column_types import require_types  # noqa: PLC0415 - heavy, loaded on first use

        for table, sources in self.tables.items():
            for source in sources:
                stated = self.stated.get((table, source.name))
                require_columns(stated, table, source.name, source.frame.column_names)
                require_types(table, source.name, source.frame.schema)
        return Business.from_frames(
            **{name: sources for name, sources in tables.items() if name != _RATES},
            exchange_rates=tables.get(_RATES),
            as_of=self.config.as_of,
            zone=self.config.zone,
            currency=self.config.currency,
            fiscal_year_start=self.config.fiscal_year_start,
            extra_findings=self.findings,
        )


def read_folder(path: str | Path, config: str | Path | Config | None = None) -> Business:
    """Read a folder of CSV or Parquet files as a business.

    Parameters
    ----------
    path
        A folder with a file per table: ``touchpoints.csv``, ``opportunities.parquet`` and so on, or any others that
        the configuration maps.
    config
        A ``servicelead.toml``, by default the one in the folder, or a configuration made in code.

    Returns
    -------
    Business
        Accepted rows in canonical tables. Refused rows and findings are counted in ``rejects``, ``findings`` and
        ``counts``.

    Raises
    ------
    IngestError
        When the folder, a file or a required column is missing or cannot be read at all. Rows that cannot be read
        are refused one by one instead.
    ConfigError
        When ``servicelead.toml`` is missing, or says something that cannot be done.
    MissingDependencyError
        When duckdb or pyarrow is not installed.
    """
    return read_sources(path, config).business()


def read_sources(path: str | Path, config: str | Path | Config | None = None) -> FolderContents:
    """Read the files of a folder under canonical column names, parsing no cell.

    Raises
    ------
    IngestError, ConfigError, MissingDependencyError
        As `read_folder`.
    """
    require_libraries()
    from servicelead.adapters.mapping import map_columns  # noqa: PLC0415 - heavy, loaded on first use

    path = Path(path)
    require_folder(path)
    if not isinstance(config, Config):
        config = load_config(path / CONFIG_NAME if config is None else _stated(Path(config)))
    folder = Folder(path, config.files)
    tables: dict[str, list[Source]] = {}
    originals: dict[str, RawTable] = {}
    stated: dict[tuple[str, str], SourceConfig] = {}
    queries: list[QueryCount] = []
    for table in TABLES:
        for number, source in enumerate(_sources_of(table, config, folder), 1):
            raw = _read_raw(table, number, source, folder, config)
            if originals.setdefault(raw.name, raw).rows is not raw.rows:
                raise ConfigError(
                    f"{CONFIG_NAME} [tables.{table}]: sources are told apart by name; got {raw.name!r} twice. Give "
                    'one of them another: name = "..."'
                )
            rows = map_columns(raw.rows, source, table=table, where=f"{raw.name} ([tables.{table}])")
            tables.setdefault(table, []).append(_with_places(rows, raw, table, source, folder))
            if table in config.tables:
                stated[table, raw.name] = source
            if source.query is not None:
                queries.append(QueryCount.of(raw, _files_of(source, folder)))
    if not tables:
        raise IngestError(
            f"{path.name}: a folder must hold a file of at least one table ({', '.join(TABLES)}); got "
            f'{", ".join(folder.unused) or "no files"}. Rename a file, or map it:\n[tables.touchpoints]\nfile = "..."',
            file=path.name,
            reason="no_tables",
        )
    findings = tuple(_findings(config, folder))
    return FolderContents(
        path=path,
        config=config,
        tables=tables,
        findings=findings,
        queries=tuple(queries),
        stated=stated,
        files=folder.used,
        originals={**folder.used, **originals},
        unused_files=folder.unused,
    )


def _stated(config: Path) -> Path:
    """Return the path of a configuration that somebody named; a missing one is then no reason to write one."""
    if not config.is_file():
        raise ConfigError(
            f"{config.name}: must be a configuration file; there is no such file. Check the path, or leave it out to "
            f"read the folder's own {CONFIG_NAME}",
            file=config.name,
            reason="no_config",
        )
    return config


def _sources_of(table: str, config: Config, folder: Folder) -> Iterator[SourceConfig]:
    """Yield the sources of a table with their files resolved: those configured, else the file called like it."""
    where = f"[tables.{table}]"
    if table not in config.tables:
        if (default := folder.named(table)) is not None:
            yield SourceConfig(file=default)
        return
    for source in config.tables[table]:
        if source.query is not None:
            yield source
        elif (file := source.file or folder.named(table)) is not None:
            yield attrs.evolve(source, file=folder.find(file, where))
        else:
            raise ConfigError(
                f"{CONFIG_NAME} {where}: needs a file or a query, as the folder has no {table}.csv or "
                f'{table}.parquet; got neither. Add file = "..."',
                reason="no_file",
            )


def _read_raw(table: str, number: int, source: SourceConfig, folder: Folder, config: Config) -> RawTable:
    """Return the rows of a source before its columns are mapped."""
    if source.file is not None:
        raw = folder.read(source.file)
        return attrs.evolve(raw, name=source.name or raw.name)
    from servicelead.adapters.queries import run_query  # noqa: PLC0415 - heavy, loaded on first use

    query = source.query or ""
    views = {name: folder.view(name).rows for name in folder.named_in(query)}
    where = f"{CONFIG_NAME} [tables.{table}]"
    if source.name or len(config.tables[table]) > 1:
        where += f" source {source.name or number}"
    rows = run_query(query, views, zone=config.zone or "UTC", where=where, known=folder.views)
    return RawTable.of_whole_table(source.name or f"{table} query {number}", rows)


def _files_of(source: SourceConfig, folder: Folder) -> list[RawTable]:
    """Return the files whose rows a source is made of: of a query, those it names."""
    if source.file is not None:
        return [folder.read(source.file)]
    return [folder.view(name) for name in folder.named_in(source.query or "")]


def _with_places(rows: Any, raw: RawTable, table: str, source: SourceConfig, folder: Folder) -> Source:
    """Return the rows with the records and lines they come from, and what was refused while their files were read."""
    is_query, files = source.query is not None, _files_of(source, folder)
    return Source(
        frame=rows,
        name=raw.name,
        records=raw.records,
        lines=raw.lines,
        n_lines=raw.n_lines,
        rejects=[
            Reject(
                file=file.name if is_query else raw.name,
                table=table,
                record=reject.record,
                code=reject.code,
                line=reject.line,
            )
            for file in files
            for reject in file.rejects
        ],
        line_counts=[file.count for file in files if file.count is not None],
        is_query=is_query,
    )


def _findings(config: Config, folder: Folder) -> Iterator[Finding]:
    """Run the checks of the configuration, each over the accepted raw rows."""
    from servicelead.adapters.queries import run_query  # noqa: PLC0415 - heavy, loaded on first use

    for check in config.checks.values():
        names = folder.named_in(check.query)
        views = {name: _with_records(folder.view(name)) for name in names}
        where = f"{CONFIG_NAME} [checks.{check.name}]"
        rows = run_query(check.query, views, zone=config.zone or "UTC", where=where, known=folder.views)
        found = rows.column(_RECORD).slice(0, _FIRST).to_pylist() if _RECORD in rows.column_names else []
        records: Any = tuple(record for record in found if isinstance(record, int))
        yield Finding(
            file=", ".join(folder.view(name).name for name in names),
            table=check.table,
            code=check.name,
            n=rows.num_rows,
            records=records,
            says=check.says,
        )


def _with_records(raw: RawTable) -> Any:
    return raw.rows.append_column(_RECORD, [raw.records])
