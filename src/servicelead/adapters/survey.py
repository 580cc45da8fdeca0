"""Look at a delimited file before reading it: its encoding and its delimiter."""

import codecs
import csv
from pathlib import Path

from servicelead.adapters.toml_text import toml_key
from servicelead.exceptions import IngestError

__all__ = ["DELIMITERS", "find_delimiter", "find_encoding"]

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
            f"{path.name}: a delimited file must be text; got mostly NUL bytes without a byte-order mark. Export it "
            f"again as UTF-8 or, if it is UTF-16, say so in servicelead.toml:\n[files.{toml_key(path.stem)}]\n"
            'encoding = "utf-16-le"',
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
