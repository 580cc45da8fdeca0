"""Lay a table out in so many columns of a terminal: the least needed columns go first, then long text wraps."""

import textwrap
from collections.abc import Iterable, Sequence

from attrs import field, frozen

__all__ = ["Column", "column_widths", "fit", "plain_lines"]

_GAP = 2


def _texts(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(cells)


@frozen(kw_only=True)
class Column:
    """One column as text.

    Attributes
    ----------
    title, cells
        What to show.
    right
        Whether to set it flush right, as numbers are.
    wraps
        Whether long text may go on in the next line.
    floor
        Width below which wrapping is no help.
    rank
        0 always stays; of the others the highest goes first where there is no room.
    """

    title: str
    cells: tuple[str, ...] = field(converter=_texts)
    right: bool = False
    wraps: bool = False
    floor: int = 12
    rank: int = 0

    @property
    def natural(self) -> int:
        """Width at which nothing wraps."""
        return max(len(text) for text in (self.title, *self.cells))

    @property
    def least(self) -> int:
        """Width below which it cannot go."""
        return min(self.natural, self.floor) if self.wraps else self.natural


def fit(columns: Sequence[Column], width: int) -> list[Column]:
    """Return the columns there is room for."""
    shown = list(columns)
    while sum(c.least for c in shown) + _GAP * (len(shown) - 1) > width and any(c.rank for c in shown):
        shown.remove(max(shown, key=lambda column: column.rank))
    return shown


def column_widths(columns: Sequence[Column], width: int) -> list[int]:
    """Return the width of each column: what is too much is taken from the widest that wraps, a character at a time."""
    widths = [column.natural for column in columns]
    for _ in range(sum(widths) + _GAP * (len(widths) - 1) - width):
        wider = [i for i, column in enumerate(columns) if widths[i] > column.least]
        if not wider:
            break
        widths[max(wider, key=widths.__getitem__)] -= 1
    return widths


def plain_lines(columns: Sequence[Column], width: int) -> list[str]:
    r"""Return a table as lines of plain text.

    Examples
    --------
    >>> team = Column(title="team", cells=["sales", "services"])
    >>> value = Column(title="value", cells=["120", "1,300"], right=True)
    >>> print(*plain_lines([team, value], 80), sep="\n")
    team      value
    sales       120
    services  1,300
    """
    widths = column_widths(columns, width)
    rows = [[column.title for column in columns], *map(list, zip(*(c.cells for c in columns), strict=True))]
    lines = []
    for row in rows:
        wrapped = [textwrap.wrap(cell, size) or [""] for cell, size in zip(row, widths, strict=True)]
        for i in range(max(map(len, wrapped))):
            parts = [lines_of[i] if i < len(lines_of) else "" for lines_of in wrapped]
            padded = [
                part.rjust(size) if column.right else part.ljust(size)
                for part, size, column in zip(parts, widths, columns, strict=True)
            ]
            lines.append((" " * _GAP).join(padded).rstrip())
    return lines
