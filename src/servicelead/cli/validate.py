"""Check a folder: what was read of each file, what is odd about it, which rows were rejected, why, and the remedy."""

from argparse import Namespace
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from servicelead.adapters.config import Config
from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_folder
from servicelead.cli.figures import count, counts, labels, row_count
from servicelead.cli.layout import Column
from servicelead.cli.mapped_words import print_words
from servicelead.tables import Business, Reject
from servicelead.tables.rejects import code as code_of

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "check a folder and say what is wrong with which rows"
_EXAMPLES = 5
_NO_DATA = {".html", ".md"}  # a report or a note beside the tables is nothing forgotten


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument("--strict", action="store_true", help="exit with 1 when rows were rejected")
    parser.add_argument(
        "--rejects-to", metavar="DIR", type=Path, help="where to write rejected rows (default: FOLDER/rejected)"
    )


def run(arguments: Namespace) -> int:
    """Print the findings and rejects of a folder, and write the rejected rows."""
    folder: Path = arguments.folder.resolve()
    with console.working(f"reading {arguments.folder}"):
        from servicelead.adapters import read_sources, write_rejects  # noqa: PLC0415 - heavy

        contents = read_sources(folder, arguments.config)
        business = contents.business()
    _print_counts(business)
    _print_findings(business, contents.config)
    _print_rejects(business.reject_list, contents.config)
    if unused := [name for name in contents.unused_files if Path(name).suffix.lower() not in _NO_DATA]:
        console.heading("Files that no table uses")
        console.line(", ".join(unused))
        console.line("Rename a file after its table, or map it in servicelead.toml, if it should be read.")
    console.line()
    read, rejected = (row_count(business, what) for what in ("read", "rejected"))
    if not rejected:
        console.line(f"No row was rejected: all {count(read, 'row')} are kept or duplicates.")
        return 0
    with console.working("writing rejected rows"):
        written = write_rejects(business, contents, to=arguments.rejects_to)
    target = arguments.rejects_to or arguments.folder / "rejected"
    console.line(
        f"{rejected:,} of {count(read, 'row')} rejected; written with reasons to {target}: "
        f"{', '.join(path.name for path in written)}. Copy a file out of there (to corrected/, say), correct its "
        "cells and name it as a further source of its table, or go on without these rows."
    )
    return 1 if arguments.strict else 0


def _print_counts(business: Business) -> None:
    table = business.counts
    console.heading("Rows")
    columns = [labels("file", table["file"])]
    if any(Path(row["file"]).stem != row["table"] for row in table.rows()):
        columns.append(labels("table", table["table"]))
    columns += [counts(name, table[name]) for name in ("read", "kept", "rejected", "duplicates")]
    totals = [
        "all" if i == 0 else f"{row_count(business, column.title):,}" if column.right else ""
        for i, column in enumerate(columns)
    ]
    console.table(
        [
            Column(title=column.title, cells=[*column.cells, total], right=column.right, wraps=column.wraps)
            for column, total in zip(columns, totals, strict=True)
        ]
    )


def _print_findings(business: Business, config: Config) -> None:
    rows = business.findings.rows()
    if not rows:
        return
    console.heading("Findings: rows that are kept, and odd")
    for row in rows:
        records = f": records {row['first_records']}" if row["first_records"] else ""
        console.line(f"{count(row['n'], 'row')} {row['code']} in {row['file']} ({row['table']}){records}", indent=2)
        console.line(f"rule: {row['rule']}", indent=6)
        console.line(f"what to do: {row['remedy']}", indent=6)
        print_words(config, row["table"], row["code"])


def _print_rejects(rejects: Sequence[Reject], config: Config) -> None:
    if not rejects:
        return
    console.heading("Rejects: rows that are left out")
    groups: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for reject in rejects:
        groups[reject.file, reject.table, reject.column, reject.code].append(reject.record)
    for (file, table, column, code), records in groups.items():
        place = f"{file}, column {column}" if column else file
        examples = ", ".join(map(str, records[:_EXAMPLES])) + (", ..." if len(records) > _EXAMPLES else "")
        console.line(f"{count(len(records), 'row')} {code} in {place} ({table}): records {examples}", indent=2)
        console.line(f"rule: {code_of(code).rule}", indent=6)
        console.line(f"what to do: {code_of(code).remedy}", indent=6)
        print_words(config, table, code, column)
