"""Check a folder: what was read of each file, what is odd about it, which rows were rejected, why, and the remedy."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from servicelead.adapters.files import FolderContents
from servicelead.adapters.remedies import rule_and_remedy
from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_folder
from servicelead.cli.figures import count, counts, labels, row_count
from servicelead.cli.layout import Column
from servicelead.cli.mapped_columns import print_columns
from servicelead.cli.mapped_words import print_words
from servicelead.cli.reading import remark_on_lines
from servicelead.columns import ResultTable
from servicelead.tables import Business, Finding
from servicelead.tables.rejected_rows import Rejects

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
    _print_lines(business)
    _print_queries(contents)
    print_columns(contents)
    _print_findings(business, contents)
    _print_rejects(business.reject_list, contents)
    if unused := [name for name in contents.unused_files if Path(name).suffix.lower() not in _NO_DATA]:
        console.heading("Files that no table uses")
        console.line(", ".join(unused))
        console.line("Rename a file after its table, or map it in servicelead.toml, if it should be read.")
    console.line()
    read, rejected = (row_count(business, what) for what in ("read", "rejected"))
    with console.working("writing rejected rows"):
        written = write_rejects(business, contents, to=arguments.rejects_to)
    if not rejected:
        console.line(f"No row was rejected: all {count(read, 'row')} are kept or duplicates.")
        return 0
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
    _print_with_totals(columns, table)


def _print_lines(business: Business) -> None:
    table = business.lines
    if not len(table["file"]):
        return
    console.heading("Lines of delimited files")
    kinds = ("physical", "header", "blank", "kept", "rejected", "duplicates")
    _print_with_totals([labels("file", table["file"]), *(counts(kind, table[kind]) for kind in kinds)], table)
    remark_on_lines(business)


def _print_with_totals(columns: Sequence[Column], table: ResultTable) -> None:
    totals = [
        "all" if place == 0 else f"{np.sum(table[column.title]):,}" if column.right else ""
        for place, column in enumerate(columns)
    ]
    console.table(
        [
            Column(title=column.title, cells=[*column.cells, total], right=column.right, wraps=column.wraps)
            for column, total in zip(columns, totals, strict=True)
        ]
    )


def _print_queries(contents: FolderContents) -> None:
    if not contents.queries:
        return
    console.heading("Queries")
    for query in contents.queries:
        read = " and ".join(f"{count(n, 'row')} of {file}" for file, n in query.files.items()) or "no rows"
        console.line(f"{query.source}: {read} went in, {count(query.n_rows, 'row')} came out", indent=2)


def _print_findings(business: Business, contents: FolderContents) -> None:
    if not business.finding_list:
        return
    console.heading("Findings: rows that are kept, and odd")
    for finding, row in zip(business.finding_list, business.findings.rows(), strict=True):
        place = f"{finding.file}, column {finding.column}" if finding.column else finding.file
        examples = _examples(finding.n, finding.records, _lines_of(finding, contents))
        told = f": {examples}" if finding.records else ""
        console.line(f"{count(finding.n, 'row')} {finding.code} in {place} ({finding.table}){told}", indent=2)
        console.line(f"rule: {row['rule']}", indent=6)
        console.line(f"what to do: {row['remedy']}", indent=6)
        print_words(contents, finding.table, finding.file, finding.code, finding.column)


def _print_rejects(rejects: Rejects, contents: FolderContents) -> None:
    if not len(rejects):
        return
    console.heading("Rejects: rows that are left out, each under all of its reasons")
    for group in rejects.groups(_EXAMPLES):
        place = f"{group.file}, column {group.column}" if group.column else group.file
        examples = _examples(group.n, group.records, [line for line in group.lines if line is not None])
        console.line(f"{count(group.n, 'row')} {group.code} in {place} ({group.table}): {examples}", indent=2)
        rule, remedy = rule_and_remedy(group.code, group.column, contents.stated.get((group.table, group.file)))
        console.line(f"rule: {rule}", indent=6)
        console.line(f"what to do: {remedy}", indent=6)
        print_words(contents, group.table, group.file, group.code, group.column)


def _lines_of(finding: Finding, contents: FolderContents) -> Sequence[int]:
    """Return the lines of the records shown; none for a query or a typed file, or where a check names no such row."""
    original = contents.originals.get(finding.file)
    if original is None or original.lines is None:
        return ()
    lines: list[int] = original.lines[np.isin(original.records, finding.records)].tolist()
    return lines


def _examples(n: int, records: Sequence[int], lines: Sequence[int]) -> str:
    """Return the first few of `n` rows by record and, where there are lines, by line."""
    more = ", ..." if n > len(records) else ""
    told = f"records {', '.join(map(str, records))}{more}"
    return f"{told} (lines {', '.join(map(str, lines))}{more})" if lines else told
