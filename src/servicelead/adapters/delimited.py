"""Read a delimited file (CSV) so that every physical line is accounted for.

Two readers, one promise. Arrow's reader is fast and is believed only where the lines add up: each record then takes
exactly one line that is not empty, so kept + rejected + header = filled lines, counted independently. Wherever they
do not (quoted line breaks, a forgotten quote, NUL, other encodings) the file is read again with the standard
library's csv, one record at a time, which is about five times slower and loses nothing either.
"""

import codecs
import csv
import itertools
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from servicelead._typing import IntArray
from servicelead.adapters.raw import LineCount, RawReject, RawTable
from servicelead.adapters.records import Record, read_blocks, read_records
from servicelead.adapters.survey import Survey, find_delimiter, find_encoding, survey_lines
from servicelead.exceptions import IngestError

__all__ = ["read_delimited"]

_MARK = "servicelead-mark"
_TAIL = 1 << 16
_BATCH = 1 << 16

# A lone surrogate stands for undecodable bytes (as in `surrogateescape`, which cannot do UTF-16).
codecs.register_error(_MARK, lambda error: ("\udcff", error.end if isinstance(error, UnicodeDecodeError) else 0))


def read_delimited(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> RawTable:
    """Read a delimited text file into text columns, refusing broken records and keeping the rest.

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
    if delimiter is None:
        delimiter = find_delimiter(_first_line(path, codec))
    header = _read_header(path, codec, delimiter)
    raw = None
    if codec == "utf-8-sig":
        survey = survey_lines(path)
        if survey.is_plain and _last_record_closes(path, delimiter):
            raw = _read_fast(path, delimiter, header, survey)
    if raw is None:
        raw = _read_carefully(path, codec, delimiter, header)
    if raw.rejects and not len(raw.records) and {reject.code for reject in raw.rejects} == {"undecodable"}:
        raise _not_decodable(path, codec)
    return raw


def _lines(path: Path, codec: str) -> Iterator[str]:
    # newline="" keeps each line's own ending and splits at LF, CR and CR LF, as our count does.
    with path.open(encoding=codec, errors=_MARK, newline="") as stream:
        for line in stream:
            yield line.removeprefix("\ufeff")  # a mark that a declared encoding did not consume
            break
        yield from stream


def _first_line(path: Path, codec: str) -> str:
    return next((line for line in _lines(path, codec) if line.strip("\r\n")), "")


def _read_header(path: Path, codec: str, delimiter: str) -> list[str]:
    """Return the column names: stripped, distinct, an empty one called by its position."""
    record = next((record for record in read_records(_lines(path, codec), delimiter) if record.cells), None)
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
        f"{path.name}: the bytes must be text in {codec.removesuffix('-sig')}; got none that are. Declare the file's "
        'encoding in servicelead.toml, e.g. encoding = "latin-1", or export it again as UTF-8',
        file=path.name,
        reason="undecodable",
    )


def _last_record_closes(path: Path, delimiter: str) -> bool:
    """Whether the last line with text leaves no quote open: the one open quote that counting lines cannot see."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read().rstrip(b"\r\n")
    begins = max(tail.rfind(b"\n"), tail.rfind(b"\r")) + 1
    if not begins and size > _TAIL:
        return False
    line = tail[begins:].decode(errors=_MARK)
    return all(record.code is None for record in read_records([line], delimiter))


def _read_fast(path: Path, delimiter: str, header: list[str], survey: Survey) -> RawTable | None:
    """Read with Arrow; None unless header + kept + rejected = filled lines."""
    broken: list[Any] = []

    def skip(row: Any) -> str:
        broken.append(row)
        return "skip"

    try:
        batches = list(
            arrow_csv.open_csv(
                path,
                # Numbers of broken rows are known to a single thread only, which is no slower on text.
                read_options=arrow_csv.ReadOptions(use_threads=False, column_names=header),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(header, pa.string()), null_values=[""], strings_can_be_null=True
                ),
            )
        )
    except pa.ArrowInvalid:  # such as a record longer than a block
        return None
    rows = pa.Table.from_batches(batches, _schema(header)).slice(1)  # the header came as a row
    if 1 + rows.num_rows + len(broken) != survey.n_filled:
        return None
    n_blank = survey.n_lines - survey.n_filled
    numbers = np.array([row.number - 1 for row in broken], dtype=np.int64)
    records = np.arange(1, survey.n_filled, dtype=np.int64)
    if broken:
        records = np.delete(records, numbers - 1)
    rejects = tuple(
        RawReject(
            record=int(number),
            line=None if n_blank else int(number) + 1,
            code="wrong_column_count",
            cells=tuple(next(csv.reader([row.text], delimiter=delimiter))),
        )
        for number, row in zip(numbers, broken, strict=True)
    )
    return RawTable(
        name=path.name,
        rows=rows,
        records=_frozen(records),
        lines=None if n_blank else _frozen(records + 1),
        rejects=rejects,
        count=LineCount(physical=survey.n_lines, header=1, blank=n_blank, kept=rows.num_rows, rejected=len(broken)),
    )


def _read_carefully(path: Path, codec: str, delimiter: str, header: list[str]) -> RawTable:
    """Read with the standard library's csv, resuming after every broken record."""
    tally = _Tally()
    lines = _lines(path, codec)
    tally.pass_header(read_records(lines, delimiter))
    schema = _schema(header)
    batches = []
    rows = itertools.chain.from_iterable(tally.accepted(read_blocks(lines, delimiter, len(header))))
    while block := list(itertools.islice(rows, _BATCH)):
        columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*block, strict=True)]
        batches.append(pa.record_batch(columns, schema=schema))
    return RawTable(
        name=path.name,
        rows=pa.Table.from_batches(batches, schema),
        records=_frozen(np.array(tally.records, dtype=np.int64)),
        lines=_frozen(np.array(tally.lines, dtype=np.int64)),
        rejects=tuple(tally.rejects),
        count=tally.count(),
    )


class _Tally:
    """Where the careful reader is, and where the lines so far went."""

    def __init__(self) -> None:
        self.line = self.record = 1  # the next of each
        self.header = self.blank = self.kept = self.rejected = 0
        self.records, self.lines = array("q"), array("q")
        self.rejects: list[RawReject] = []

    def pass_header(self, records: Iterable[Record]) -> None:
        """Count the lines of the header and the blank ones before it."""
        for record in records:
            self.line += record.n_lines
            if record.cells:
                self.header = record.n_lines
                return
            self.blank += 1

    def accepted(self, source: Iterable[list[list[str]] | Record]) -> Iterator[list[list[str]]]:
        """Yield the cells of sound records, some at a time, and keep the broken ones."""
        for piece in source:
            if not isinstance(piece, Record):
                self._keep(len(piece), 1)
                yield piece
            elif not piece.cells:
                self.blank += 1
                self.line += 1
            elif piece.code is None:
                self._keep(1, piece.n_lines)
                yield [piece.cells]
            else:
                self.rejects.append(
                    RawReject(record=self.record, line=self.line, code=piece.code, cells=tuple(piece.cells))
                )
                self.rejected += piece.n_lines
                self.record += 1
                self.line += piece.n_lines

    def _keep(self, n_records: int, n_lines: int) -> None:
        """Keep the next records, of so many lines each."""
        self.records.extend(range(self.record, self.record + n_records))
        self.lines.extend(range(self.line, self.line + n_records * n_lines, n_lines))
        self.kept += n_records * n_lines
        self.record += n_records
        self.line += n_records * n_lines

    def count(self) -> LineCount:
        """Return the lines of each kind."""
        return LineCount(
            physical=self.line - 1, header=self.header, blank=self.blank, kept=self.kept, rejected=self.rejected
        )


def _schema(header: list[str]) -> Any:
    return pa.schema([(name, pa.string()) for name in header])


def _frozen(values: IntArray) -> IntArray:
    values.setflags(write=False)
    return values
