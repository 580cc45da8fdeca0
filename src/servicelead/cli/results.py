"""Write a table of results to a file: CSV that no spreadsheet takes for formulas, Parquet, or JSON without NaN."""

import csv
import io
import json
import math
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from servicelead._files import replacing
from servicelead._typing import Array
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError

__all__ = ["output_file", "refuse_to_replace_input", "write_result"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_INPUTS = frozenset({".csv", ".parquet"})


def output_file(text: str) -> Path:
    """Return the path of a file to write, whose suffix says the format."""
    path = Path(text)
    if path.suffix.lower() not in _WRITERS:
        raise ArgumentTypeError(f"must end in {', '.join(_WRITERS)}; got {path.suffix or 'no suffix'!r}")
    if path.is_dir():
        raise ArgumentTypeError(f"must be a file; {text!r} is a folder")
    if not path.parent.is_dir():
        raise ArgumentTypeError(f"must lie in a folder that exists; make {str(path.parent)!r} first")
    return path


def refuse_to_replace_input(out: Path | None, folder: Path) -> None:
    """Refuse to write a result over a table of the folder that is read.

    Raises
    ------
    InvalidValueError
        When the file is already there among the tables.
    """
    if out is None or out.suffix.lower() not in _INPUTS or not out.exists():
        return
    if folder.resolve() in out.resolve().parents:
        raise InvalidValueError(
            f"--out: a result never replaces a table of the folder it comes from; {out.name} is already there. "
            "Choose another name or folder, or remove the file"
        )


def write_result(table: ResultTable, path: Path) -> None:
    """Write a table in the format its suffix names; after a crash the old or the new file is there, whole.

    CSV is UTF-8; a text that starts as a formula would (``= + - @`` tab, carriage return) gets an apostrophe before
    it, numbers never do; missing is empty. JSON is a list of one object per row; missing, NaN and infinite are null.
    Instants are UTC.
    """
    content = _WRITERS[path.suffix.lower()](table)
    with replacing(path, binary=True) as stream:
        stream.write(content)


def _as_csv(table: ResultTable) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # its line ends are CR LF; with others it leaves a carriage return unquoted
    writer.writerow(map(_inert, table.names))
    columns = [map(_inert, _plain(table[name])) for name in table.names]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8", "backslashreplace")


def _as_json(table: ResultTable) -> bytes:
    columns = [_plain(table[name]) for name in table.names]
    rows = [dict(zip(table.names, row, strict=True)) for row in zip(*columns, strict=True)]
    return (json.dumps(rows, allow_nan=False, indent=1) + "\n").encode("utf-8")


def _as_parquet(table: ResultTable) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - heavy, loaded on first use
    from pyarrow import parquet  # noqa: PLC0415 - the same

    columns = {name: pa.array(table[name], **_parquet_type(table[name], pa)) for name in table.names}
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def _parquet_type(column: Array, pa: Any) -> dict[str, Any]:
    """Labels are text even where all are missing; instants know that they are UTC."""
    if column.dtype.kind == "O":
        return {"type": pa.string()}
    if column.dtype.kind == "M":
        return {"type": pa.timestamp("us", tz="UTC")}
    return {"from_pandas": column.dtype.kind == "f"}  # NaN is missing


_WRITERS: dict[str, Callable[[ResultTable], bytes]] = {".csv": _as_csv, ".parquet": _as_parquet, ".json": _as_json}


def _plain(column: Array) -> list[Any]:
    """Return a column in the types JSON has."""
    if column.dtype.kind == "M":
        texts = np.datetime_as_string(column, timezone="UTC").tolist()
        return [None if missing else text for text, missing in zip(texts, np.isnat(column).tolist(), strict=True)]
    if column.dtype.kind == "f":
        return [x if math.isfinite(x) else None for x in column.tolist()]
    values: list[Any] = column.tolist()
    return values


def _inert(cell: Any) -> Any:
    """Return a cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
