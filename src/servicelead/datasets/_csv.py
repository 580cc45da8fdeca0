"""Tables to CSV files: UTF-8, a header row, ISO dates, instants in UTC with a ``Z``, nothing where missing."""

import csv
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

import numpy as np

from servicelead._typing import Array

_BATCH = 50_000
_FLAGS = {True: "true", False: "false"}


def write_table(path: Path, table: Mapping[str, Array]) -> None:
    """Write one table; whoever reads the file sees the old one or the whole new one."""
    write_atomically(path, lambda file: _write_rows(file, table))


def write_atomically(path: Path, write: Callable[[TextIO], object]) -> None:
    """Write a text file beside its destination, then move it there."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write_rows(file: TextIO, table: Mapping[str, Array]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table)
    size = len(next(iter(table.values())))
    for start in range(0, size, _BATCH):
        columns = [_texts(column[start : start + _BATCH]) for column in table.values()]
        writer.writerows(zip(*columns, strict=True))


def _texts(column: Array) -> list[object]:
    """Return the cells as csv.writer takes them; None becomes an empty cell."""
    texts: Array = column
    if column.dtype == "datetime64[D]":
        texts = np.where(np.isnat(column), "", np.datetime_as_string(column))
    elif column.dtype.kind == "M":
        # Simulated moments are whole seconds.
        texts = np.where(np.isnat(column), "", np.datetime_as_string(column, unit="s", timezone="UTC"))
    elif column.dtype.kind in "bO":
        return [_FLAGS.get(cell, cell) for cell in column.tolist()]
    elif column.dtype.kind == "f":
        return [_number(number) for number in column.tolist()]
    cells: list[object] = texts.tolist()
    return cells


def _number(number: float) -> float | int | None:
    if math.isnan(number):
        return None
    return int(number) if number.is_integer() else number
