"""Where the lines of a file went, piece by piece."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from servicelead._typing import IntArray
from servicelead.adapters.raw import RawReject, RawTable
from servicelead.adapters.records import Record
from servicelead.adapters.stretches import Piece
from servicelead.tables.source import LineCount

__all__ = ["Tally"]

_PACK = 3 << 23  # bytes of rows made one array: allocators give many small ones an eighth too much


class _Run(NamedTuple):
    """Kept rows of one piece: where it begins, and per row what a piece says, or None where each line is one."""

    record: int
    line: int
    n: int
    places: IntArray | None
    begins: IntArray | None
    spans: IntArray | None


class Tally:
    """Counts the lines of each kind, and remembers where every row and every refused record came from.

    Rows of which each line is one cost nothing until the end.
    """

    def __init__(self) -> None:
        self._line = self._record = 1  # the next of each
        self._header = self._blank = self._kept = self._rejected = 0
        self._rows: list[Any] = []
        self._n_packed = self._n_bytes = 0  # how many of them are large; bytes of the others
        self._runs: list[_Run] = []
        self._rejects: list[RawReject] = []

    def cast(self, schema: Any) -> None:
        """Bring the rows so far to other types."""
        self._rows = [rows.cast(schema) for rows in self._rows]

    def pass_header(self, record: Record) -> None:
        """Count the lines of the header, or of a blank one before it."""
        self._line += record.n_lines
        if record.cells:
            self._header = record.n_lines
        else:
            self._blank += 1

    def add(self, piece: Piece) -> None:
        """Count the next lines."""
        n_rows = piece.rows.num_rows
        broken = [broken.place for broken in piece.broken]
        places = np.delete(np.arange(piece.n_records), broken) if broken else None
        spans = None if piece.spans is None else _of(piece.spans, places)
        if n_rows:
            begins = None if piece.begins is None else _of(piece.begins, places)
            self._keep(piece.rows)
            self._runs.append(_Run(self._record, self._line, n_rows, places, begins, spans))
        n_filled = piece.n_records if piece.spans is None else int(piece.spans.sum())
        n_kept = n_rows if spans is None else int(spans.sum())
        self._kept += n_kept
        self._rejected += n_filled - n_kept
        self._blank += piece.n_lines - n_filled
        for reject in piece.broken:
            begin = reject.place if piece.begins is None else int(piece.begins[reject.place])
            self._rejects.append(
                RawReject(
                    record=self._record + reject.place, line=self._line + begin, code=reject.code, cells=reject.cells
                )
            )
        self._record += piece.n_records
        self._line += piece.n_lines

    def _keep(self, rows: Any) -> None:
        self._rows.append(rows)
        self._n_bytes += rows.nbytes
        if self._n_bytes >= _PACK:
            self._rows[self._n_packed :] = [pa.concat_tables(self._rows[self._n_packed :]).combine_chunks()]
            self._n_packed, self._n_bytes = len(self._rows), 0

    def table(self, name: str, schema: Any, n_lines: int) -> RawTable:
        """Return all rows, `n_lines` being the lines of the file as counted on their own."""
        n = sum(run.n for run in self._runs)
        records, lines = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
        spans = np.ones(n, dtype=np.int64) if any(run.spans is not None for run in self._runs) else None
        begin = 0
        for run in self._runs:
            here = slice(begin, begin + run.n)
            places = np.arange(run.n) if run.places is None else run.places
            records[here] = run.record + places
            lines[here] = run.line + (places if run.begins is None else run.begins)
            if spans is not None and run.spans is not None:
                spans[here] = run.spans
            begin += run.n
        for values in (records, lines, spans):
            if values is not None:
                values.setflags(write=False)
        return RawTable(
            name=name,
            rows=pa.concat_tables(self._rows) if self._rows else schema.empty_table(),
            records=records,
            lines=lines,
            n_lines=spans,
            rejects=tuple(self._rejects),
            count=LineCount(
                file=name,
                physical=n_lines,
                header=self._header,
                blank=self._blank,
                kept=self._kept,
                rejected=self._rejected,
            ),
        )


def _of(values: IntArray, places: IntArray | None) -> IntArray:
    return values if places is None else values[places]
