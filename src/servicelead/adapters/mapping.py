"""Give the columns of a source their canonical names and words."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from servicelead.adapters import formats
from servicelead.adapters.config import CONFIG_NAME, SourceConfig
from servicelead.adapters.raw import OWN_PREFIX
from servicelead.adapters.suggestions import near, slip_of
from servicelead.adapters.words import kinds_of
from servicelead.exceptions import ConfigError
from servicelead.tables.schema import Kind

__all__ = ["map_columns"]


def map_columns(rows: Any, source: SourceConfig, *, table: str, where: str) -> Any:
    """Return the rows of a table with mapped columns first, then constants, then all others under their own names.

    Then words of the source become ours, and moments and numbers that it writes in its own way are brought to the
    form the tables read; one that is not written as stated becomes a text that the tables reject.

    A column mapped to a canonical name is no longer there under its own; one whose name a mapped or constant column
    takes is left out, and so are columns that `write_rejects` added.

    Raises
    ------
    ConfigError
        When a mapped column does not exist; the message names the nearest ones and the line that would mend it. When
        a mapped or constant column is one slip of the hand from a canonical one that is absent. When a format is
        stated for a column that is no text.
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
    _refuse_slips(source, columns, table, where)
    for canonical, labels in source.values.items():
        if canonical not in columns:
            raise _no_column(canonical, list(columns), where, "values = { %s = { ... } }")
        columns[canonical] = _rewritten(columns[canonical], partial(_ours, labels))
    _read_as_written(columns, source, table, where)
    return pa.table(columns)


def _refuse_slips(source: SourceConfig, columns: Mapping[str, Any], table: str, where: str) -> None:
    """Refuse targets that are probably canonical columns misspelt: they would be attributes, and the column empty."""
    kinds = kinds_of(table)
    absent = [name for name in kinds if name not in columns]
    for key, targets in (("columns", source.columns), ("constants", source.constants)):
        for target in targets:
            if target not in kinds and (meant := slip_of(target, absent)):
                raise ConfigError(
                    f"{where}: {key} must name columns of {table}, or attributes that are not taken for one; got "
                    f"{target!r}; did you mean {meant!r}? Correct the name, or call the attribute something else",
                    column=target,
                    reason="unknown_column",
                )


def _constant(value: str | float | bool | dt.date, n_rows: int) -> Any:  # noqa: FBT001 - a flag is one of the scalars
    # A dictionary of one label: five million rows of a team's name cost four bytes each.
    if isinstance(value, str):
        labels = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, dtype=np.int32)), pa.array([value]))
        return pa.chunked_array([labels])
    return pa.repeat(pa.scalar(value), n_rows)


def _ours(labels: Mapping[str, str], label: str) -> str:
    return labels.get(label, label)


def _rewritten(column: Any, rewrite: Callable[[str], str]) -> Any:
    """Replace each distinct label by another; what is missing stays."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if not column.num_chunks:
        return column
    column = column.unify_dictionaries()
    labels = [rewrite(label) for label in column.chunk(0).dictionary.to_pylist()]
    # Labels that become one are one: a dictionary names nothing twice.
    place = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    numbers = pa.array([place[label] for label in labels], pa.int32())
    dictionary = pa.array(list(place), pa.string())
    return pa.chunked_array(
        [pa.DictionaryArray.from_arrays(numbers.take(chunk.indices), dictionary) for chunk in column.chunks]
    )


def _read_as_written(columns: dict[str, Any], source: SourceConfig, table: str, where: str) -> None:
    """Bring moments and numbers that the source writes in its own way to the form the tables read."""
    kinds = kinds_of(table)
    for canonical, form in source.formats.items():
        if canonical not in columns:
            raise _no_column(canonical, list(columns), where, f"formats = {{ %s = '{form}' }}")
        if not _is_text(columns[canonical]):
            raise ConfigError(
                f"{where}: formats.{canonical} must be of a column of text; got one of {columns[canonical].type}. "
                "Remove it: the column is read as it is",
                column=canonical,
                reason="not_text",
            )
        columns[canonical] = _rewritten(columns[canonical], formats.moments(form))
    if source.decimal is not None or source.thousands is not None:
        convert = formats.numbers(source.decimal or ".", source.thousands)
        for name, column in columns.items():
            if kinds.get(name) in {Kind.AMOUNT, Kind.NUMBER} and _is_text(column):
                columns[name] = _rewritten(column, convert)


def _is_text(column: Any) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _no_column(name: str, present: list[str], where: str, line: str) -> ConfigError:
    likely = near(name, present)
    advice = f"nearest: {', '.join(map(repr, likely))}" if likely else f"it has {', '.join(map(repr, present))}"
    mended = line.replace("%s", f'"{likely[0]}"' if likely else '"..."')
    return ConfigError(
        f"{where}: there is no column {name!r}; {advice}. Write in {CONFIG_NAME}: {mended}",
        column=name,
        reason="missing_column",
    )
