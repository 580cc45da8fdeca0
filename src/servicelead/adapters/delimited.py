"""Read a delimited file (CSV) so that every physical line is accounted for.

Arrow reads it, a few megabytes at a time, and is believed where the lines add up (`stretches`). A stretch where they
do not (a forgotten quote, NUL, undecodable bytes) is cut in pieces until the trouble is confined to a few lines;
those are read with the standard library's csv, one record at a time.
"""

from array import array
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from servicelead.adapters.raw import RawTable
from servicelead.adapters.records import Record, read_records
from servicelead.adapters.stretches import Broken, Piece, StretchReader
from servicelead.adapters.survey import find_delimiter, find_encoding
from servicelead.adapters.tally import Tally
from servicelead.adapters.text import TextBlocks, decode
from servicelead.adapters.toml_text import toml_key
from servicelead.exceptions import IngestError

__all__ = ["read_delimited"]

_FEW = 1 << 17  # bytes in doubt that are soon read one record at a time
_PARTS = 8  # pieces that a stretch in doubt is cut into
_SAMPLE, _REPEATS = 1 << 12, 4  # a column is a dictionary if among so many rows it says everything so many times


def read_delimited(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> RawTable:
    """Read a delimited text file into text columns, refusing broken records and keeping the rest.

    Memory beyond the columns does not grow with the file. A column whose labels repeat is a dictionary.

    Parameters
    ----------
    path
        The file.
    delimiter
        One character; found among comma, semicolon, tab and bar by the header line if None.
    encoding
        A codec of Python; if None, that of the byte-order mark, else UTF-8.

    Returns
    -------
    RawTable
        Rows as text with empty cells missing, refused records, and where every physical line went.

    Raises
    ------
    IngestError
        When the file is empty, is not text in its encoding, or has no usable header.
    """
    codec = find_encoding(path, encoding)
    text = TextBlocks(path, codec)
    if delimiter is None:
        delimiter = find_delimiter(next((line for line in _lines(text, codec) if line.strip("\r\n")), ""))
    reader = _Reader(text, codec, delimiter)
    raw = reader.read(_names(path, codec, reader.pass_header()), path.name)
    if raw.rejects and not len(raw.records) and {reject.code for reject in raw.rejects} == {"undecodable"}:
        raise _not_decodable(path, codec)
    return raw


def _names(path: Path, codec: str, record: Record | None) -> list[str]:
    """Return the column names: stripped, distinct, an empty one called by its position."""
    if record is None:
        raise IngestError(
            f"{path.name}: a table needs a header line; got an empty file. Write the column names as its first line, "
            "or remove the file",
            file=path.name,
            reason="empty_file",
        )
    if record.code == "undecodable":
        raise _not_decodable(path, codec)
    if record.code is not None:
        raise IngestError(
            f"{path.name}: the header must be one whole record of column names; got {record.code}. Correct its first "
            "line",
            file=path.name,
            reason=record.code,
        )
    names = [name.strip() or f"column_{position}" for position, name in enumerate(record.cells, 1)]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise IngestError(
            f"{path.name}: column names must differ; got {', '.join(map(repr, repeated))} more than once. Rename or "
            "remove one of them in the header",
            file=path.name,
            column=repeated[0],
            reason="duplicate_column",
        )
    return names


def _not_decodable(path: Path, codec: str) -> IngestError:
    return IngestError(
        f"{path.name}: the bytes must be text in {codec.removesuffix('-sig')}; got none that are. Export it again as "
        "UTF-8, or declare its encoding in servicelead.toml, e.g.:\n"
        f'[files.{toml_key(path.stem)}]\nencoding = "cp1252"',
        file=path.name,
        reason="undecodable",
    )


def _lines(text: TextBlocks, codec: str) -> Iterator[str]:
    return (decode(line, codec) for line in text.lines())


class _Reader:
    """Reads a text stretch by stretch, the troubled ones record by record."""

    def __init__(self, text: TextBlocks, codec: str, delimiter: str) -> None:
        self._text = text
        self._codec = codec
        self._delimiter = delimiter
        self._tally = Tally()
        self._knows_repeated = False

    def pass_header(self) -> Record | None:
        """Return the first record that is not blank."""
        for record in self._records(None):
            self._tally.pass_header(record)
            if record.cells:
                return record
        return None

    def read(self, header: list[str], name: str) -> RawTable:
        """Read all that follows the header."""
        self._header = header
        self._stretches = StretchReader(header, self._delimiter)
        while (end := self._text.end()) > self._text.at:
            self._read_until(end)
        return self._tally.table(name, self._stretches.schema, self._text.n_lines)

    def _read_until(self, end: int) -> None:
        """Read whole lines up to a place, or beyond it where the last record goes on."""
        found = self._stretches.read(self._text.until(end))
        if found is not None:
            piece, n_bytes = found
            self._add(piece)
            self._text.at += n_bytes
        elif end - self._text.at > _FEW:
            self._read_parts(end)
        else:
            self._add(self._read_carefully(end))

    def _read_parts(self, end: int) -> None:
        """Read part by part what could not be read at once."""
        begin = self._text.at
        for part in range(1, _PARTS):
            cut = self._text.cut(begin + (end - begin) * part // _PARTS)
            if cut is not None:
                self._read_until(cut)
        if self._text.at == begin:  # one line
            self._add(self._read_carefully(end))
        elif self._text.at < end:
            self._read_until(end)

    def _read_carefully(self, end: int) -> Piece:
        """Read record by record, resuming after every broken one."""
        schema = self._stretches.schema
        kept: list[list[str]] = []
        broken: list[Broken] = []
        begins, spans = array("q"), array("q")
        line = 0
        for record in self._records(len(schema)):
            if record.code is not None:
                broken.append(Broken(len(begins), record.code, tuple(record.cells)))
            elif record.cells:
                kept.append(record.cells)
            if record.cells:
                begins.append(line)
                spans.append(record.n_lines)
            line += record.n_lines
            if self._text.at >= end:
                break
        columns = zip(*kept, strict=True) if kept else [()] * len(schema)
        rows = pa.table([pa.array([cell or None for cell in column], pa.string()) for column in columns], schema.names)
        return Piece(
            rows=rows.cast(schema),
            n_records=len(begins),
            n_lines=line,
            begins=np.array(begins, dtype=np.int64),
            spans=np.array(spans, dtype=np.int64),
            broken=tuple(broken),
        )

    def _records(self, width: int | None) -> Iterator[Record]:
        """Yield records from here on; each has been passed when it comes."""
        lengths: deque[int] = deque()

        def lines() -> Iterator[str]:
            for line in self._text.lines():
                lengths.append(len(line))
                yield decode(line, self._codec)

        for record in read_records(lines(), self._delimiter, width):
            self._text.at += lengths.popleft()
            for _ in range(1, record.n_lines):
                self._text.at += lengths.popleft()
            yield record

    def _add(self, piece: Piece) -> None:
        self._tally.add(piece)
        if not self._knows_repeated and piece.rows.num_rows >= _SAMPLE:
            self._knows_repeated = True
            self._stretches.read_repeated([name for name in self._header if _repeats(piece.rows.column(name))])
            self._tally.cast(self._stretches.schema)


def _repeats(column: Any) -> bool:
    return int(pc.count_distinct(column).as_py()) * _REPEATS <= len(column)
