"""What became of every physical line of the files that rows came from."""

from collections.abc import Mapping, Sequence

import numpy as np

from servicelead._typing import Array, IntArray
from servicelead.columns.table import ResultTable
from servicelead.tables.draft import DUPLICATE, REJECTED, Draft

__all__ = ["lines_table"]

_NAMES = ("file", "physical", "header", "blank", "kept", "rejected", "duplicates")


def lines_table(drafts: Mapping[str, Sequence[Draft]], backend: str | None) -> ResultTable:
    """Return physical = header + blank + kept + rejected + duplicates, in lines, once per delimited file.

    Lines of records that the tables refused, or that repeat others, are counted as such and no longer as kept. A
    file that several tables read keeps a line as long as one of them does. What a query makes of lines is its own.
    """
    every = [draft for group in drafts.values() for draft in group]
    files = {count.file: count for draft in every for count in draft.source.line_counts}
    rows = []
    for file, count in files.items():
        fate, lines = _fates(
            [d for d in every if not d.source.is_query and file in {own.file for own in d.source.line_counts}]
        )
        rejected, duplicates = (int(lines[fate == kind].sum()) for kind in (REJECTED, DUPLICATE))
        kept = count.kept - rejected - duplicates
        rows.append((file, count.physical, count.header, count.blank, kept, count.rejected + rejected, duplicates))
    columns = {name: np.array([row[i] for row in rows], dtype=np.int64) for i, name in enumerate(_NAMES) if i}
    return ResultTable({"file": [row[0] for row in rows], **columns}, backend=backend, title="Lines")


def _fates(readers: Sequence[Draft]) -> tuple[Array, IntArray]:
    """Return the fate of each record of a file, the best that any table gave it, and the lines it takes."""
    if not readers:
        return np.empty(0, dtype=np.int8), np.empty(0, dtype=np.int64)
    fate = np.concatenate([draft.fate for draft in readers])
    lines = np.concatenate([_n_lines(draft) for draft in readers])
    if len(readers) > 1:
        records = np.concatenate([draft.records for draft in readers])
        order = np.lexsort((fate, records))  # of one record the kept comes first, then the rejected
        best = order[np.append(True, records[order][1:] != records[order][:-1])[: len(order)]]
        fate, lines = fate[best], lines[best]
    return fate, lines


def _n_lines(draft: Draft) -> IntArray:
    given = draft.source.n_lines
    return np.ones(draft.n, dtype=np.int64) if given is None else np.asarray(given)
