"""What became of every row: counts per source, rejects with their reasons, findings with examples."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.tables.draft import DUPLICATE, KEPT, REJECTED, Draft
from servicelead.tables.rejects import CODES, Finding, Reject

__all__ = [
    "conflicting_ids",
    "counts_table",
    "findings_of",
    "findings_table",
    "reasons_table",
    "rejects_of",
    "rejects_table",
]

_EXAMPLES = 5


def rejects_of(drafts: Mapping[str, Sequence[Draft]]) -> tuple[Reject, ...]:
    """Return every refused row, in the order of tables, sources and records."""
    out: list[Reject] = []
    for title, group in drafts.items():
        for draft in group:
            out.extend(draft.source.rejects)
            out.extend(
                Reject(
                    file=draft.source.name,
                    table=title,
                    record=int(draft.records[row]),
                    column=column,
                    code=code,
                )
                for row, code, column in draft.refused()
            )
    return tuple(out)


def findings_of(drafts: Mapping[str, Sequence[Draft]]) -> tuple[Finding, ...]:
    """Return the remarks on rows, with the numbers of the first few."""
    return tuple(
        Finding(
            file=draft.source.name,
            table=title,
            code=code,
            n=int(np.count_nonzero(rows)),
            records=draft.records[np.flatnonzero(rows)[:_EXAMPLES]].tolist(),
        )
        for title, group in drafts.items()
        for draft in group
        for code, rows in sorted(draft.findings.items())
    )


def counts_table(drafts: Mapping[str, Sequence[Draft]], backend: str | None) -> ResultTable:
    """Return read = kept + rejected + duplicates, per source."""
    rows = [
        (
            draft.source.name,
            title,
            draft.n + len(draft.source.rejects),
            int(np.count_nonzero(draft.fate == KEPT)),
            int(np.count_nonzero(draft.fate == REJECTED)) + len(draft.source.rejects),
            int(np.count_nonzero(draft.fate == DUPLICATE)),
        )
        for title, group in drafts.items()
        for draft in group
    ]
    names = ("file", "table", "read", "kept", "rejected", "duplicates")
    return ResultTable(_columns(names, rows), backend=backend, title="Rows")


def rejects_table(rejects: Sequence[Reject], backend: str | None) -> ResultTable:
    """Return one row per refused row: where it was and why, never what it held."""
    names = ("file", "table", "record", "line", "column", "code", "rule", "remedy")
    rows = [
        (r.file, r.table, r.record, r.line, r.column, r.code, CODES[r.code].rule, CODES[r.code].remedy) for r in rejects
    ]
    return ResultTable(_columns(names, rows), backend=backend, title="Rejected rows")


def conflicting_ids(drafts: Mapping[str, Sequence[Draft]]) -> dict[str, int]:
    """Return for each table how many identifiers have rows that contradict one another."""
    counts = {title: int(np.sum([draft.conflicting_ids for draft in group])) for title, group in drafts.items()}
    return {title: n for title, n in counts.items() if n}


def reasons_table(rejects: Sequence[Reject], conflicting: Mapping[str, int], backend: str | None) -> ResultTable:
    """Return one row per table, column and code; identifiers are counted where their rows conflict."""
    names = ("table", "column", "code", "n_rows", "n_ids", "rule", "remedy")
    counts = Counter((r.table, r.column, r.code) for r in rejects)
    rows = [
        (table, column, code, n, conflicting.get(table) if code == "conflicting_id" else None,
         CODES[code].rule, CODES[code].remedy)
        for (table, column, code), n in counts.items()
    ]  # fmt: skip
    return ResultTable(_columns(names, rows), backend=backend, title="Reasons of rejected rows")


def findings_table(findings: Sequence[Finding], backend: str | None) -> ResultTable:
    """Return one row per source and remark."""
    names = ("file", "table", "code", "n", "first_records", "rule", "remedy")
    rows = []
    for f in findings:
        known = CODES.get(f.code)
        rule, remedy = (known.rule, known.remedy) if known else (f.says, "see the check of that name in your settings")
        examples = ", ".join(map(str, f.records)) + (", ..." if f.n > len(f.records) else "")
        rows.append((f.file, f.table, f.code, f.n, examples, rule, remedy))
    return ResultTable(_columns(names, rows), backend=backend, title="Findings")


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}
