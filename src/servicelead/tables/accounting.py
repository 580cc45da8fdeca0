"""What became of every row: counts per source, rejects with their reasons, findings with examples."""

from collections.abc import Mapping, Sequence

import numpy as np

from servicelead._typing import Array, IntArray, ObjectArray
from servicelead.columns.table import ResultTable
from servicelead.tables.draft import DUPLICATE, KEPT, REJECTED, Draft
from servicelead.tables.rejected_rows import Reason, Rejects
from servicelead.tables.rejects import CODES, Finding

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


def rejects_of(drafts: Mapping[str, Sequence[Draft]]) -> Rejects:
    """Return every refused row, in the order of tables, sources and records; its bad cells one after the other."""
    parts = []
    for group in drafts.values():
        for draft in group:
            parts += [Rejects.of(draft.source.rejects), _refused_by_the_table(draft)]
    return Rejects.concatenated(parts)


def _refused_by_the_table(draft: Draft) -> Rejects:
    if not draft.refusals:
        return Rejects()
    rows = np.concatenate([rows for *_, rows in draft.refusals])
    reason = np.repeat(np.arange(len(draft.refusals), dtype=np.int32), [len(rows) for *_, rows in draft.refusals])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    return Rejects(
        tuple(Reason(draft.source.name, draft.table.title, column, code) for code, column, _ in draft.refusals),
        reason[order],
        draft.records[rows],
        np.zeros(len(rows), dtype=np.int64) if draft.source.lines is None else np.asarray(draft.source.lines)[rows],
    )


def findings_of(drafts: Mapping[str, Sequence[Draft]]) -> tuple[Finding, ...]:
    """Return the remarks on rows, with the numbers of the first few."""
    return tuple(
        Finding(
            file=draft.source.name,
            table=title,
            column=column,
            code=code,
            n=int(np.count_nonzero(rows)),
            records=draft.records[np.flatnonzero(rows)[:_EXAMPLES]].tolist(),
        )
        for title, group in drafts.items()
        for draft in group
        for (code, column), rows in sorted(draft.findings.items())
    )


def counts_table(drafts: Mapping[str, Sequence[Draft]], backend: str | None) -> ResultTable:
    """Return read = kept + rejected + duplicates, per source."""
    rows = []
    for title, group in drafts.items():
        for draft in group:
            unread = Rejects.of(draft.source.rejects).n_rows
            kept, rejected, duplicates = (
                int(np.count_nonzero(draft.fate == fate)) for fate in (KEPT, REJECTED, DUPLICATE)
            )
            rows.append((draft.source.name, title, draft.n + unread, kept, rejected + unread, duplicates))
    names = ("file", "table", "read", "kept", "rejected", "duplicates")
    return ResultTable(_columns(names, rows), backend=backend, title="Rows")


def rejects_table(rejects: Rejects, backend: str | None) -> ResultTable:
    """Return one row per bad cell: where it was and why, never what it held."""

    def told(words: Sequence[str]) -> ObjectArray:
        return np.array(words, dtype=object)[rejects.reason] if len(rejects) else np.empty(0, dtype=object)

    files, tables, columns, codes = zip(*rejects.reasons, strict=True) if rejects.reasons else ((), (), (), ())
    return ResultTable(
        {
            "file": told(files),
            "table": told(tables),
            "record": rejects.records,
            "line": _known(rejects.lines),
            "column": told(columns),
            "code": told(codes),
            "rule": told([CODES[code].rule for code in codes]),
            "remedy": told([CODES[code].remedy for code in codes]),
        },
        backend=backend,
        title="Rejected rows",
    )


def _known(lines: IntArray) -> Array:
    """Return line numbers; None where there is none."""
    if len(lines) and lines.all():
        return lines
    out = np.full(len(lines), None, dtype=object)
    out[lines > 0] = lines[lines > 0]
    return out


def conflicting_ids(drafts: Mapping[str, Sequence[Draft]]) -> dict[str, int]:
    """Return for each table how many identifiers have rows that contradict one another."""
    counts = {title: int(np.sum([draft.conflicting_ids for draft in group])) for title, group in drafts.items()}
    return {title: n for title, n in counts.items() if n}


def reasons_table(rejects: Rejects, conflicting: Mapping[str, int], backend: str | None) -> ResultTable:
    """Return one row per table, column and code; identifiers are counted where their rows conflict."""
    names = ("table", "column", "code", "n_rows", "n_ids", "rule", "remedy")
    counts: dict[tuple[str, str, str], int] = {}
    for group in rejects.groups():
        key = (group.table, group.column, group.code)
        counts[key] = counts.get(key, 0) + group.n
    rows = [
        (table, column, code, n, conflicting.get(table) if code == "conflicting_id" else None,
         CODES[code].rule, CODES[code].remedy)
        for (table, column, code), n in counts.items()
    ]  # fmt: skip
    return ResultTable(_columns(names, rows), backend=backend, title="Reasons of rejected rows")


def findings_table(findings: Sequence[Finding], backend: str | None) -> ResultTable:
    """Return one row per source and remark."""
    names = ("file", "table", "column", "code", "n", "first_records", "rule", "remedy")
    rows = []
    for f in findings:
        known = CODES.get(f.code)
        rule, remedy = (known.rule, known.remedy) if known else (f.says, "see the check of that name in your settings")
        examples = ", ".join(map(str, f.records)) + (", ..." if f.n > len(f.records) else "")
        rows.append((f.file, f.table, f.column, f.code, f.n, examples, rule, remedy))
    return ResultTable(_columns(names, rows), backend=backend, title="Findings")


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}
