"""Give the columns of a source their canonical names and words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from servicelead.adapters.config import CONFIG_NAME, SourceConfig
from servicelead.adapters.raw import OWN_PREFIX
from servicelead.adapters.suggestions import near
from servicelead.exceptions import ConfigError

__all__ = ["map_columns"]


def map_columns(rows: Any, source: SourceConfig, *, where: str) -> Any:
    """Return a table with mapped columns first, then constants, then all others under their own names.

    A column mapped to a canonical name is no longer there under its own; one whose name a mapped or constant column
    takes is left out, and so are columns that `write_rejects` added.

    Raises
    ------
    ConfigError
        When a mapped column does not exist; the message names the nearest ones and the line that would mend it.
    """
    present = rows.column_names
    columns = {}
    for canonical, own in source.columns.items():
        if own not in present:
            raise _no_column(own, present, where, f"columns = {{ {canonical} = %s }}")
        columns[canonical] = rows.column(own)
    for canonical, value in source.constants.items():
        columns[canonical] = _constant(value, rows.num_rows)
    used = {*source.columns.values(), *columns}
    for own in present:
        if own not in used and not own.startswith(OWN_PREFIX):
            columns[own] = rows.column(own)
    for canonical, labels in source.values.items():
        if canonical not in columns:
            raise _no_column(canonical, list(columns), where, "values = { %s = { ... } }")
        columns[canonical] = _relabel(columns[canonical], labels)
    return pa.table(columns)


def _constant(value: str | float | bool | dt.date, n_rows: int) -> Any:  # noqa: FBT001 - a flag is one of the scalars
    # A dictionary of one label: five million rows of a team's name cost four bytes each.
    if isinstance(value, str):
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, dtype=np.int32)), pa.array([value]))
    return pa.repeat(pa.scalar(value), n_rows)


def _relabel(column: Any, labels: Mapping[str, str]) -> Any:
    """Replace labels by others; what is not named, and what is missing, stays."""
    encoded = column.cast(pa.string()).dictionary_encode()
    chunks = [
        pa.DictionaryArray.from_arrays(
            chunk.indices, pa.array([labels.get(label, label) for label in chunk.dictionary.to_pylist()], pa.string())
        ).cast(pa.string())
        for chunk in (encoded.chunks if isinstance(encoded, pa.ChunkedArray) else [encoded])
    ]
    return pa.chunked_array(chunks, pa.string())


def _no_column(name: str, present: list[str], where: str, line: str) -> ConfigError:
    likely = near(name, present)
    advice = f"nearest: {', '.join(map(repr, likely))}" if likely else f"it has {', '.join(map(repr, present))}"
    mended = line.replace("%s", f'"{likely[0]}"' if likely else '"..."')
    return ConfigError(
        f"{where}: there is no column {name!r}; {advice}. Write in {CONFIG_NAME}: {mended}",
        column=name,
        reason="missing_column",
    )
