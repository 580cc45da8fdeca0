"""Read a stretch of a delimited text with Arrow, and believe it only where every line is accounted for."""

import csv
from collections.abc import Collection
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from servicelead._typing import IntArray
from servicelead.adapters.line_ends import Lines, RecordLines, count_lines
from servicelead.adapters.records import read_records

__all__ = ["Broken", "Piece", "StretchReader"]


@attrs.frozen
class Broken:
    """A refused record: its place among the records of a piece, from 0, why, and its cells."""

    place: int
    code: str
    cells: tuple[str, ...]


@attrs.frozen(kw_only=True, eq=False)
class Piece:
    """The records of some whole lines.

    Attributes
    ----------
    rows
        Cells of the kept records, a ``pyarrow.Table``.
    n_records, n_lines
        Records, broken ones included, and physical lines, blank ones included.
    begins, spans
        Per record its first line in the piece, from 0, and how many it takes; None where each line is a record.
    broken
        The records that are not among the rows.
    """

    rows: Any
    n_records: int
    n_lines: int
    begins: IntArray | None = None
    spans: IntArray | None = None
    broken: tuple[Broken, ...] = ()


class StretchReader:
    """Arrow's reader of stretches that begin with a record, and the proof that it took them for what they are.

    Arrow does not say which lines a record takes. Without a quote, each line that is not blank is a record. Where
    every quote opens a cell, closes one or is doubled inside, the lines that end outside quotes end the records.
    Anywhere else a stretch is believed if it has as many records as lines that are not blank and leaves no quote
    open: each record takes at least one such line, so each of them takes exactly one.

    Parameters
    ----------
    header
        Names of the columns.
    delimiter
        What separates cells.
    """

    def __init__(self, header: list[str], delimiter: str) -> None:
        self._header = header
        self._delimiter = delimiter
        self.read_repeated(())

    def read_repeated(self, names: Collection[str]) -> None:
        """Read some columns as dictionaries from now on: each distinct label once per stretch."""
        plain, repeated = pa.string(), pa.dictionary(pa.int32(), pa.string())
        self.schema = pa.schema([(name, repeated if name in names else plain) for name in self._header])
        self._convert = arrow_csv.ConvertOptions(column_types=self.schema, null_values=[""], strings_can_be_null=True)

    def read(self, stretch: bytes) -> tuple[Piece, int] | None:
        """Return the records of a stretch of whole lines and how many bytes they take; None where they are in doubt.

        Of a stretch that ends inside quotes only the records before that are read.
        """
        if b"\0" in stretch or not _is_text(stretch):
            return None
        if b'"' not in stretch:
            n_lines, read = count_lines(stretch), self._parse(stretch)
            if read is not None and read[0].num_rows + len(read[1]) == n_lines:
                return self._piece(*read, n_lines), len(stretch)
        lines = self._lines(stretch)
        if lines is None:
            return None
        read = self._parse(stretch[: lines.n_bytes]) if len(lines.begins) else (self.schema.empty_table(), [])
        if read is None or read[0].num_rows + len(read[1]) != len(lines.begins):
            return None
        # Of a broken record of several lines only the first is refused: that takes reading again.
        if any(lines.spans[place] > 1 for place, _ in read[1]):
            return None
        return self._piece(*read, lines.n_lines, lines), lines.n_bytes

    def _lines(self, stretch: bytes) -> RecordLines | None:
        """Return the lines of each record, as far as they can be told without reading."""
        lines = Lines(stretch)
        if b'"' not in stretch:
            return lines.each()
        if (outside := lines.outside_quotes(self._delimiter)) is not None:
            return outside
        each = lines.each()
        return each if len(each.starts) and self._closes(stretch[each.starts[-1] :]) else None

    def _parse(self, stretch: bytes) -> tuple[Any, list[tuple[int, str]]] | None:
        """Return the rows of a stretch, and place and text of each record with too few or too many cells."""
        broken: list[tuple[int, str]] = []

        def skip(row: Any) -> str:
            broken.append((row.number - 1, row.text))
            return "skip"

        try:
            rows = arrow_csv.read_csv(
                pa.py_buffer(stretch),
                # One thread, as only then are broken rows numbered, and one block.
                read_options=arrow_csv.ReadOptions(
                    use_threads=False, column_names=self._header, block_size=len(stretch) + 1
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=skip
                ),
                convert_options=self._convert,
            )
        except pa.ArrowInvalid:  # such as nothing but blank lines
            return None
        return rows, broken

    def _closes(self, line: bytes) -> bool:
        """Whether a line, the last one with text, leaves no quote open: what counting lines cannot see."""
        return all(record.code is None for record in read_records([line.decode()], self._delimiter))

    def _piece(self, rows: Any, broken: list[tuple[int, str]], n_lines: int, lines: RecordLines | None = None) -> Piece:
        n_records = rows.num_rows + len(broken)
        is_even = lines is None or n_records == n_lines
        return Piece(
            rows=rows,
            n_records=n_records,
            n_lines=n_lines,
            begins=None if lines is None or is_even else lines.begins,
            spans=None if lines is None or not np.any(lines.spans > 1) else lines.spans,
            broken=tuple(
                Broken(place, "wrong_column_count", tuple(next(csv.reader([text], delimiter=self._delimiter))))
                for place, text in broken
            ),
        )


def _is_text(stretch: bytes) -> bool:
    if stretch.isascii():
        return True
    try:
        stretch.decode()
    except UnicodeDecodeError:
        return False
    return True
