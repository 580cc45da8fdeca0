"""Tables to CSV files: UTF-8, a header row, ISO dates, instants in UTC with a ``Z``, nothing where missing."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

from servicelead._files import replacing
from servicelead._typing import Array

_BATCH = 50_000
_FLAGS = {True: "true", False: "false"}


def write_table(path: Path, table: Mapping[str, Array]) -> None:
    """Write one table; whoever reads the file sees the old one or the whole new one."""
    with replacing(path) as file:
        _write_rows(file, table)


def _write_rows(file: IO[str], table: Mapping[str, Array]) -> None:
    writer = csv.writer(file)
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
