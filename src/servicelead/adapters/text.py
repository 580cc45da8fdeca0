"""The bytes of a delimited file as UTF-8, a few megabytes at a time, cut only where a line ends."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from servicelead.adapters.line_ends import count_lines

__all__ = ["TextBlocks", "decode"]

_MARK = "servicelead-mark"
_BLOCK = 1 << 22
_STEP = 1 << 13  # bytes split into lines at once

# A lone surrogate stands for undecodable bytes (as in `surrogateescape`, which cannot do UTF-16).
codecs.register_error(_MARK, lambda error: ("\udcff", error.end if isinstance(error, UnicodeDecodeError) else 0))


class TextBlocks:
    """The part of a file that has been loaded and not yet passed; places are counted in bytes of UTF-8.

    Text in another encoding is brought to UTF-8; what cannot be decoded stays invalid, so that it is found again.

    Attributes
    ----------
    at
        Place up to which the file has been passed: the beginning of a record.
    n_lines
        Physical lines loaded so far, counted on their own; a line ends at LF, CR or CR LF.
    """

    def __init__(self, path: Path, codec: str) -> None:
        self.at = 0
        self.n_lines = 0
        self._data = b""
        self._begin = 0  # the place of the first byte of `_data`
        self._is_whole = False
        self._source = _utf8(path, codec)

    def until(self, end: int) -> bytes:
        """Return what lies before a place."""
        return self._data[self.at - self._begin : end - self._begin]

    def end(self) -> int:
        """Return the place after the last line known to be whole, loading until there is one; `at` at the very end."""
        while self._end - self.at < _BLOCK and self._load():
            pass
        while (cut := self.cut(self._end)) is None and self._load():
            pass
        return self._end if cut is None else cut

    def cut(self, place: int) -> int | None:
        """Return the end of the last line that ends between `at` and a place; None if none does."""
        return self._cut(self.at, place)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines that follow, each with its own end, loading as needed, wherever `at` moves meanwhile."""
        begin, step = self.at, _STEP
        while True:
            end = self._cut(begin, min(begin + step, self._end))
            if end is None:
                step *= 2
                if begin + step < self._end or self._load():
                    continue
                end = self._end
            yield from self._data[begin - self._begin : end - self._begin].splitlines(keepends=True)
            begin, step = end, _STEP
            if end == self._end and not self._load():
                return

    @property
    def _end(self) -> int:
        return self._begin + len(self._data)

    def _cut(self, begin: int, end: int) -> int | None:
        if end <= begin:
            return None
        if self._is_whole and end == self._end:
            return end
        begin, end = begin - self._begin, end - self._begin
        # A CR in the last place may be half of a CR LF.
        last = max(self._data.rfind(b"\n", begin, end), self._data.rfind(b"\r", begin, end - 1))
        return None if last < 0 else self._begin + last + 1

    def _load(self) -> bool:
        """Load another block in place of what has been passed; whether there was one."""
        block = next(self._source, None)
        if block is None:
            self.n_lines += not self._is_whole and self._data[-1:] not in {b"", b"\n", b"\r"}
            self._is_whole = True
            return False
        # Of a CR LF cut in two, the CR was counted with the block before; what is after the last end is no line yet.
        self.n_lines += count_lines(block) - (block[-1] not in b"\r\n")
        self.n_lines -= self._data.endswith(b"\r") and block.startswith(b"\n")
        self._data = self._data[self.at - self._begin :] + block
        self._begin = self.at
        return True


def decode(line: bytes, codec: str) -> str:
    """Return the text of a line, with a mark for what is no text."""
    return line.decode(errors=_MARK if codec == "utf-8-sig" else "surrogatepass")


def _utf8(path: Path, codec: str) -> Iterator[bytes]:
    with path.open("rb") as stream:
        if codec == "utf-8-sig":
            if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                stream.seek(0)
            while block := stream.read(_BLOCK):
                yield block
            return
        decoder = codecs.getincrementaldecoder(codec)(errors=_MARK)
        is_first = True
        while True:
            block = stream.read(_BLOCK)
            text = decoder.decode(block, not block)
            if is_first and text:
                text, is_first = text.removeprefix("\ufeff"), False  # a mark that a declared encoding did not consume
            if text:
                yield text.encode(errors="surrogatepass")
            if not block:
                return
