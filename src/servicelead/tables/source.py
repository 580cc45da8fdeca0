"""One place rows came from."""

from collections.abc import Sequence
from typing import Any

from attrs import field, frozen

from servicelead._typing import IntArray
from servicelead.tables.rejects import Reject

__all__ = ["Source"]


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
    """

    frame: Any = field(repr=False)
    name: str = ""
    records: IntArray | None = field(default=None, repr=False)
    rejects: Sequence[Reject] = field(default=(), repr=False)
