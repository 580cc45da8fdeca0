"""Split physical lines into records so that a broken record costs one line, never the rest of the file."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = ["Record", "read_records"]

#: Undecodable bytes arrive as lone surrogates, which no text can hold.
_SURROGATE = re.compile("[\ud800-\udfff]")


class Record(NamedTuple):
    """One record: its cells, how many physical lines it takes, and why it is refused (None if it is not)."""

    cells: list[str]
    n_lines: int
    code: str | None


class _Lines(Iterator[str]):
    """An iterator of lines that remembers the record being read, so that its later lines can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.ended = False

    def __next__(self) -> str:
        try:
            line = self._again.popleft() if self._again else next(self._source)
        except StopIteration:
            self.ended = True
            raise
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Keep the first line taken; the others are read again."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def read_records(lines: Iterable[str], delimiter: str, width: int | None = None) -> Iterator[Record]:
    r"""Yield every record of a delimited text; a blank line is a record without cells.

    A record is broken if its quote is still open at the end of the text, if it takes several lines and has text
    after a closing quote, if it has not `width` cells (unless that is None), or if it holds a NUL or an undecodable
    byte. Of a record of several lines whose quotes or width are wrong only the first line is refused, and reading
    goes on with the next: a forgotten quote then costs one line. Each line is read at most a few times, as an open
    quote ends at the next line with an odd run of quotes.

    Examples
    --------
    >>> for record in read_records(['1,"2\n', '3,4\n', '\n', '5\n'], ",", width=2):
    ...     print(record)
    Record(cells=['1', '"2'], n_lines=1, code='unclosed_quote')
    Record(cells=['3', '4'], n_lines=1, code=None)
    Record(cells=[], n_lines=1, code=None)
    Record(cells=['5'], n_lines=1, code='wrong_column_count')
    """
    return _records(_Lines(lines), delimiter, width)


def _records(source: _Lines, delimiter: str, width: int | None) -> Iterator[Record]:
    reader = csv.reader(source, delimiter=delimiter)
    taken = source.taken
    while True:
        taken.clear()
        source.ended = False
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell beyond csv.field_size_limit(), which is the process's to set, not ours
            code: str | None = "record_too_long" if len(taken) == 1 else "unclosed_quote"
        else:
            code = _code(cells, source, delimiter, width)
        if code in ("unclosed_quote", "record_too_long"):
            source.give_back()
            cells = taken[0].rstrip("\r\n").split(delimiter)
        yield Record(cells, len(taken), code)


def _code(cells: list[str], source: _Lines, delimiter: str, width: int | None) -> str | None:
    """Return why a record is broken."""
    taken = source.taken
    is_wide = width is not None and len(cells) not in (0, width)
    if source.ended or (len(taken) > 1 and (is_wide or not _is_strict(taken, delimiter))):
        return "unclosed_quote"
    for line in taken:
        if "\0" in line:
            return "nul_byte"
        if not line.isascii() and _SURROGATE.search(line):
            return "undecodable"
    return "wrong_column_count" if is_wide else None


def _is_strict(lines: list[str], delimiter: str) -> bool:
    """Whether every closing quote is followed by a delimiter or the end of the line."""
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
