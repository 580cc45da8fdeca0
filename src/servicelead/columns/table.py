"""The small table every result is given in: named read-only columns, printed, escaped and handed out."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from html import escape
from typing import Any

import numpy as np

from servicelead._typing import Array
from servicelead.exceptions import InvalidValueError, MissingDependencyError, UnknownNameError

__all__ = ["ResultTable", "significant"]

_PREVIEW_ROWS = 60
_LIBRARIES = ("pandas", "polars", "pyarrow", "modin", "cudf")


class ResultTable:
    """Named columns of equal length, read-only.

    Parameters
    ----------
    columns
        Name to one-dimensional array; datetime64 is UTC. Arrays are copied only when they are writeable.
    backend
        The data frame library results are handed out in (``"pandas"``, ``"polars"``, ``"pyarrow"``): that of
        the input where it is known.
    title
        What the table shows, printed above it.
    digits
        Significant digits of each number in print, for columns whose rows are figures of several units; by default the
        numbers of a column share their decimals.

    Examples
    --------
    >>> table = ResultTable({"channel": ["call", "email"], "value": [12.5, 3.0]})
    >>> table["value"].tolist()
    [12.5, 3.0]
    >>> table.rows()[0]
    {'channel': 'call', 'value': 12.5}
    >>> print(table)
    channel  value
    call     12.50
    email     3.00
    """

    __slots__ = ("_columns", "backend", "digits", "title")

    def __init__(
        self,
        columns: Mapping[str, Any],
        *,
        backend: str | None = None,
        title: str | None = None,
        digits: int | None = None,
    ) -> None:
        frozen: dict[str, Array] = {}
        for name, values in columns.items():
            array = np.asarray(values)
            if array.ndim != 1:
                raise InvalidValueError(f"ResultTable.{name} must be one-dimensional, got {array.ndim} dimensions")
            if array.dtype.kind == "U":
                array = array.astype(object)
            if array.flags.writeable:
                array = array.copy()
                array.flags.writeable = False
            frozen[name] = array
        lengths = {len(array) for array in frozen.values()}
        if len(lengths) > 1:
            raise InvalidValueError("ResultTable columns must be of equal length; check what was put together")
        self._columns = frozen
        self.backend = backend
        self.title = title
        self.digits = digits

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __getitem__(self, name: str) -> Array:
        try:
            return self._columns[name]
        except KeyError:
            raise UnknownNameError(f"no column {name!r}; columns: {', '.join(self._columns)}") from None

    def rows(self) -> list[dict[str, Any]]:
        """Return one dict per row, in Python's own types; moments are aware datetimes."""
        lists = list(self.to_dict().values())
        return [dict(zip(self._columns, values, strict=True)) for values in zip(*lists, strict=True)]

    def row(self, **where: Any) -> dict[str, Any]:
        """Return the one row whose columns equal `where`; `UnknownNameError` when there is not exactly one."""
        fits = np.ones(len(self), dtype=bool)
        for name, value in where.items():
            fits &= np.array([cell == value for cell in self[name].tolist()], dtype=bool)
        if np.count_nonzero(fits) != 1:
            raise UnknownNameError(f"{np.count_nonzero(fits)} rows fit {', '.join(where)}; name exactly one")
        return self.take(fits).rows()[0]

    def to_dict(self) -> dict[str, list[Any]]:
        """Return each column as a list; moments are aware datetimes."""
        return {name: _values(array) for name, array in self._columns.items()}

    def take(self, rows: Any) -> "ResultTable":
        """Return the table of the chosen rows (positions, slice or mask)."""
        taken = {name: array[rows] for name, array in self._columns.items()}
        return ResultTable(taken, backend=self.backend, title=self.title, digits=self.digits)

    def head(self, n: int) -> "ResultTable":
        """Return the first `n` rows."""
        return self.take(slice(0, n))

    def to_frame(self, backend: str | None = None) -> Any:
        """Return a data frame of `backend`, else of the input's library, else of the first one installed.

        Raises
        ------
        InvalidValueError
            When `backend` is no library of data frames.
        MissingDependencyError
            When the library is not installed.
        """
        import narwhals as nw  # noqa: PLC0415 - heavy, loaded on first use

        wanted = backend or self.backend
        if wanted and wanted not in _LIBRARIES:
            raise InvalidValueError(f"ResultTable.to_frame backend must be one of {', '.join(_LIBRARIES)}")
        columns = {
            name: array.copy() if array.dtype.kind in "iuf" else array.tolist() for name, array in self._columns.items()
        }
        moments = [name for name, array in self._columns.items() if array.dtype.kind == "M"]
        for name in (wanted,) if wanted else _LIBRARIES[:3]:
            try:
                frame = nw.from_dict(columns, backend=name)  # type: ignore[arg-type]  # any library
            except ImportError:
                continue
            moment = nw.col(*moments).cast(nw.Datetime("us")).dt.replace_time_zone("UTC")
            return (frame.with_columns(moment) if moments else frame).to_native()
        raise MissingDependencyError(
            f"ResultTable.to_frame needs {wanted or 'pandas, polars or pyarrow'}; install it, or use .to_dict()"
        )

    def _cells(self, limit: int) -> list[list[str]]:
        return [_texts(array[:limit], self.digits) for array in self._columns.values()]

    def __str__(self) -> str:
        shown = self._cells(_PREVIEW_ROWS)
        widths = [max([len(n), *map(len, cells)]) for n, cells in zip(self.names, shown, strict=True)]
        right = [array.dtype.kind in "iufb" for array in self._columns.values()]
        lines = [_line(self.names, widths, [False] * len(widths))]
        lines += [_line(row, widths, right) for row in zip(*shown, strict=True)]
        if len(self) > _PREVIEW_ROWS:
            lines.append(f"... {len(self) - _PREVIEW_ROWS} more rows")
        return "\n".join([self.title, *lines] if self.title else lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in zip(*self._cells(_PREVIEW_ROWS), strict=True)
        )
        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        more = f"<p>{len(self) - _PREVIEW_ROWS} more rows</p>" if len(self) > _PREVIEW_ROWS else ""
        table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f'<div style="overflow-x: auto">{table}{more}</div>'


def _values(array: Array) -> list[Any]:
    """Return the cells in Python's own types; an instant without a zone would be read as somebody's local time."""
    cells: list[Any] = array.tolist() if array.dtype.kind != "M" else array.astype("datetime64[us]").tolist()
    if array.dtype.kind != "M":
        return cells
    return [None if at is None else at.replace(tzinfo=UTC) for at in cells]


def _line(cells: Any, widths: list[int], right: list[bool]) -> str:
    padded = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right, strict=True)]
    return "  ".join(padded).rstrip()


def significant(number: float, digits: int) -> str:
    """Return a number in so many significant digits, of which whole ones are never cut."""
    # A half less, for what rounds to one digit more would be written with an exponent.
    return f"{number:z,.0f}" if abs(number) >= 10**digits - 0.5 else f"{number:z.{digits}g}"


def _texts(array: Array, digits: int | None) -> list[str]:
    """Render one column: missing is empty, numbers share their decimals so that they can be compared by eye."""
    if array.dtype.kind == "f" and digits is not None:
        return ["" if np.isnan(x) else significant(x, digits) for x in array.tolist()]
    if array.dtype.kind == "f":
        finite = array[np.isfinite(array)]
        largest = float(np.abs(finite).max()) if len(finite) else 0.0
        decimals = 4 if largest <= 1.0 else 2
        return ["" if np.isnan(x) else f"{x:z,.{decimals}f}" for x in array.tolist()]
    if array.dtype.kind in "iu":
        return [f"{x:,}" for x in array.tolist()]
    return ["" if x is None else str(x) for x in array.tolist()]
