"""What reading one file gives: its accepted rows as text, its refused records, and a proof that nothing was lost."""

from typing import Any

import attrs
import numpy as np

from servicelead._typing import IntArray
from servicelead.tables.source import LineCount

__all__ = ["OWN_PREFIX", "RawReject", "RawTable"]

#: Columns that `write_rejects` adds begin so; a corrected file is read without them.
OWN_PREFIX = "servicelead_"


@attrs.frozen(kw_only=True)
class RawReject:
    """A record that could not be read, with its cells for whoever corrects it.

    Attributes
    ----------
    record
        Number of the record, from 1, the header not counted.
    line
        Physical line it begins on, from 1.
    code
        Why: ``wrong_column_count``, ``unclosed_quote``, ``record_too_long``, ``nul_byte`` or ``undecodable``.
    cells
        The cells as far as they could be told apart; left out of the representation, as they are the customer's.
    """

    record: int
    line: int
    code: str
    cells: tuple[str, ...] = attrs.field(repr=False)


@attrs.frozen(kw_only=True, eq=False)
class RawTable:
    """The rows of one file before they are given meaning.

    Attributes
    ----------
    rows
        Accepted rows, a ``pyarrow.Table``: all columns text from delimited files (an empty cell is missing; a column
        whose labels repeat is a dictionary), any type from Parquet.
    records
        Record number of each row, from 1, the header not counted; shape (n,).
    lines
        Physical line each row's record begins on, from 1, shape (n,); None for files that have no lines.
    n_lines
        Physical lines each row's record takes, shape (n,); None where each takes one.
    rejects
        Records that could not be read.
    count
        Where the physical lines went; None for files that have no lines.
    """

    name: str
    rows: Any = attrs.field(repr=False)
    records: IntArray = attrs.field(repr=False)
    lines: IntArray | None = attrs.field(default=None, repr=False)
    n_lines: IntArray | None = attrs.field(default=None, repr=False)
    rejects: tuple[RawReject, ...] = attrs.field(default=(), repr=False)
    count: LineCount | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in the order of the file."""
        return tuple(self.rows.column_names)

    def called(self, name: str) -> "RawTable":
        """Return the table of a file under another name."""
        count = None if self.count is None else attrs.evolve(self.count, file=name)
        return attrs.evolve(self, name=name, count=count)

    @classmethod
    def of_whole_table(cls, name: str, rows: Any) -> "RawTable":
        """Return the rows of a source that has no lines and refuses none, numbered from 1."""
        records = np.arange(1, rows.num_rows + 1, dtype=np.int64)
        records.setflags(write=False)
        return cls(name=name, rows=rows, records=records)
