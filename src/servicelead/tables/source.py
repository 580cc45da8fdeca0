"""One place rows came from."""

from collections.abc import Sequence
from typing import Any

from attrs import field, frozen

from servicelead._typing import IntArray
from servicelead.tables.rejects import Reject

__all__ = ["LineCount", "Source", "sources_of"]


@frozen(kw_only=True)
class LineCount:
    """How many physical lines of a delimited file went where; every line belongs to exactly one kind.

    Attributes
    ----------
    file
        The file, as rejects name it.
    physical
        Lines in the file, counted on their own; a line ends at LF, CR or CR LF.
    header, blank, kept, rejected
        Lines of the header, empty lines between records, lines of kept and of rejected records.

    Examples
    --------
    >>> LineCount(file="calls.csv", physical=5, header=1, blank=1, kept=2, rejected=1).reconciles
    True
    """

    file: str
    physical: int
    header: int
    blank: int
    kept: int
    rejected: int

    @property
    def reconciles(self) -> bool:
        """Whether header + blank + kept + rejected = physical."""
        return self.header + self.blank + self.kept + self.rejected == self.physical


@frozen(kw_only=True, eq=False)
class Source:
    """Rows for one table, and where they came from.

    Attributes
    ----------
    frame
        Any data frame narwhals reads, or a mapping of column name to array.
    name
        The file, as rejects and findings should name it.
    records
        Number of each row in the file, from 1, header not counted; 1 to n by default.
    rejects
        Rows refused while reading the file; they count as read and rejected.
    lines
        Physical line on which each row's record starts, from 1, shape (n,); None where there are no lines.
    n_lines
        Physical lines each row's record takes, shape (n,); one each by default.
    line_counts
        Where the lines of each delimited file behind the rows went: one where the rows are that file's kept
        records, one or more for a query.
    is_query
        Whether the rows are not records of one file: its line counts then tell only of the files it read.
    """

    frame: Any = field(repr=False)
    name: str = ""
    records: IntArray | None = field(default=None, repr=False)
    rejects: Sequence[Reject] = field(default=(), repr=False)
    lines: IntArray | None = field(default=None, repr=False)
    n_lines: IntArray | None = field(default=None, repr=False)
    line_counts: Sequence[LineCount] = field(default=(), repr=False)
    is_query: bool = False


def sources_of(given: Any) -> Sequence[Source]:
    """Return what was given for one table as sources: one or several of them, or a frame."""
    if isinstance(given, Source):
        return [given]
    if isinstance(given, list | tuple) and all(isinstance(item, Source) for item in given):
        return given
    return [Source(frame=given)]
