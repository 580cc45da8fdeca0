"""Look at a delimited file before reading it: its encoding, its delimiter, and its lines counted independently."""

import codecs
import csv
from pathlib import Path

import attrs
import numpy as np

from servicelead.exceptions import IngestError

__all__ = ["DELIMITERS", "Survey", "find_delimiter", "find_encoding", "survey_lines"]

#: Delimiters looked for where none is declared; the earlier wins a tie.
DELIMITERS = (",", ";", "\t", "|")

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 1 << 16
_BLOCK = 1 << 20
_LF, _CR = 10, 13


@attrs.frozen(kw_only=True)
class Survey:
    """What one pass over the bytes of a file in UTF-8 (or another superset of ASCII) tells.

    Attributes
    ----------
    n_lines
        Physical lines; a line ends at LF, CR or CR LF.
    n_filled
        Lines that are not empty.
    is_plain
        Whether the bytes are valid UTF-8 without NUL.
    """

    n_lines: int
    n_filled: int
    is_plain: bool


def find_encoding(path: Path, declared: str | None) -> str:
    """Return the codec to read a file with: as declared, by its byte-order mark, else UTF-8."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if declared is not None:
        # The "-sig" codec drops a byte-order mark where there is one.
        return "utf-8-sig" if codecs.lookup(declared).name == "utf-8" else declared
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    if head.count(0) * 5 > len(head):
        raise IngestError(
            f"{path.name}: a delimited file must be text; got mostly NUL bytes without a byte-order mark. If it is "
            'UTF-16, say so in servicelead.toml (encoding = "utf-16-le"), else export it again as UTF-8',
            file=path.name,
            reason="not_text",
        )
    return "utf-8-sig"


def find_delimiter(header: str) -> str:
    """Return the delimiter that splits a header line into most cells, a comma where none does.

    Examples
    --------
    >>> find_delimiter('"name, first";email;phone')
    ';'
    """
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))


def survey_lines(path: Path) -> Survey:
    """Count the lines of a file in blocks of bytes, whatever is between them."""
    n_lines = n_filled = 0
    is_plain = True
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    previous = _LF  # before the first byte a line begins
    with path.open("rb") as stream:
        if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            stream.seek(0)
        while block := stream.read(_BLOCK):
            codes = np.frombuffer(block, np.uint8)
            is_break = codes == _LF
            n_lines += int(np.count_nonzero(is_break))
            if _CR in block or previous == _CR:
                is_return = codes == _CR
                is_pair = is_break & np.concatenate(([previous == _CR], is_return[:-1]))
                n_lines += int(np.count_nonzero(is_return)) - int(np.count_nonzero(is_pair))
                is_break |= is_return
            begins = ~is_break
            begins[1:] &= is_break[:-1]
            begins[0] &= previous in (_LF, _CR)
            n_filled += int(np.count_nonzero(begins))
            is_plain = is_plain and 0 not in block and _decodes(decoder, block)
            previous = block[-1]
    is_plain = is_plain and _decodes(decoder, b"", final=True)
    return Survey(n_lines=n_lines + (previous not in (_LF, _CR)), n_filled=n_filled, is_plain=is_plain)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    """Whether the next block is valid; blocks of ASCII need no decoding unless a character was cut before them."""
    if block.isascii() and not final and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True
