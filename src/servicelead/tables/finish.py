"""Drafts to finished tables: kept rows only, labels in one vocabulary per column, sorted, read-only."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from servicelead._typing import MISSING, Array, IntArray
from servicelead.columns.frames import Texts
from servicelead.columns.vocabulary import Vocabulary
from servicelead.kernels.ordering import order_events
from servicelead.tables.base import RowIds, Table, frozen_array
from servicelead.tables.draft import KEPT, Draft
from servicelead.tables.entities import unite
from servicelead.tables.schema import Kind, Spec, specs

__all__ = ["finish", "sort_order"]


def finish(
    table: type[Table],
    drafts: Sequence[Draft],
    entities: Mapping[str, Vocabulary],
    currency: str | None,
    backend: str | None,
) -> Table:
    """Return the finished table of its drafts; an empty one when there are none."""
    kept = [np.flatnonzero(draft.fate == KEPT) for draft in drafts]
    n = int(np.sum([len(rows) for rows in kept], dtype=np.int64))
    vocabularies: dict[str, Vocabulary] = {}
    columns: dict[str, Any] = {}
    for name, spec in specs(table).items():
        if spec.kind is Kind.ROW_ID:
            columns[name] = _row_ids(drafts, kept)
        elif spec.kind is Kind.LABEL:
            columns[name], vocabularies[name] = _labels([draft.texts.get(name) for draft in drafts], kept)
        else:
            columns[name] = _column(spec, drafts, kept, currency)
            if spec.kind is Kind.CHOICE:
                vocabularies[name] = Vocabulary(spec.choices)
            elif spec.kind in {Kind.KEY, Kind.REFERENCE}:
                vocabularies[name] = entities[spec.entity]
    attributes = _attributes(drafts, kept, vocabularies)
    order = sort_order(table, columns, attributes, n)
    if order is not None:
        columns = _ordered(columns, order, {name for draft in drafts for name in (*draft.columns, *draft.texts)})
        attributes = {k: v[order] for k, v in attributes.items()}
    for name, values in columns.items():
        if not isinstance(values, RowIds):
            columns[name] = frozen_array(values)
    attributes = {name: frozen_array(values) for name, values in attributes.items()}
    return table(
        n_rows=n, vocabularies=vocabularies, attributes=attributes, currency=currency, backend=backend, **columns
    )


def _ordered(columns: Mapping[str, Any], order: IntArray, held: set[str]) -> dict[str, Any]:
    """Return the columns in order; one that no source held is as missing in any order, and left as it is."""
    return {
        name: values.take(order) if isinstance(values, RowIds) else values[order] if name in held else values
        for name, values in columns.items()
    }


def _row_ids(drafts: Sequence[Draft], kept: Sequence[IntArray]) -> RowIds:
    none = np.empty(0, dtype=object)
    ids = RowIds((), np.empty(0, dtype=np.int64))
    for draft, rows in zip(drafts, kept, strict=True):
        ids = ids.followed_by(RowIds((draft.row_ids if draft.row_ids is not None else Texts(none),), rows))
    return ids


def _labels(parts: Sequence[Any], kept: Sequence[IntArray]) -> tuple[Array, Vocabulary]:
    filled = [
        (part[0][rows], part[1]) if part is not None else (np.full(len(rows), -1, dtype=np.int32), np.empty(0, object))
        for part, rows in zip(parts, kept, strict=True)
    ]
    codes, vocabulary = unite(filled)
    return _joined(codes, np.int32), vocabulary


def _column(spec: Spec, drafts: Sequence[Draft], kept: Sequence[IntArray], currency: str | None) -> Array:
    blank: float
    dtype: np.dtype[Any]
    if spec.kind.is_time or (spec.kind is Kind.AMOUNT and currency is not None):
        blank, dtype = MISSING, np.dtype(np.int64)
    elif spec.kind in {Kind.AMOUNT, Kind.NUMBER}:
        blank, dtype = np.nan, np.dtype(np.float64)
    elif spec.kind in {Kind.KEY, Kind.REFERENCE}:
        blank, dtype = -1, np.dtype(np.int32)
    else:
        blank, dtype = -1, np.dtype(np.int8)
    if not any(spec.name in draft.columns for draft in drafts):  # one cell stands for all: nothing to hold
        return np.broadcast_to(np.array(blank, dtype=dtype), int(np.sum([len(rows) for rows in kept], dtype=np.int64)))
    parts = [
        draft.columns[spec.name][rows] if spec.name in draft.columns else np.full(len(rows), blank, dtype=dtype)
        for draft, rows in zip(drafts, kept, strict=True)
    ]
    return _joined(parts, dtype)


def _joined(parts: Sequence[Array], dtype: Any) -> Array:
    if len(parts) == 1:
        return parts[0].astype(dtype, copy=False)
    return np.concatenate([np.empty(0, dtype=dtype), *parts]).astype(dtype, copy=False)


def _attributes(
    drafts: Sequence[Draft], kept: Sequence[IntArray], vocabularies: dict[str, Vocabulary]
) -> dict[str, Array]:
    out: dict[str, Array] = {}
    for name in dict.fromkeys(name for draft in drafts for name in draft.attributes):
        parts = [draft.attributes.get(name) for draft in drafts]
        if all(part is None or not isinstance(part, tuple) for part in parts):
            out[name] = _joined(
                [
                    np.full(len(rows), np.nan) if part is None else part[rows]
                    for part, rows in zip(parts, kept, strict=True)
                ],
                np.float64,
            )
        else:
            out[name], vocabularies[name] = _labels(parts, kept)
    return out


def sort_order(
    table: type[Table], columns: Mapping[str, Any], attributes: Mapping[str, Array], n: int
) -> IntArray | None:
    """Return the order of the rows by the table's sort columns; None where they already are.

    Rows without an identifier that share a place are ordered by all else they say, so that the order in which
    they arrived leaves no trace.
    """
    if n < 2 or not table.order:
        return None
    keys = [columns[name] for name in table.order]
    if any(spec.kind is Kind.KEY for spec in specs(table).values()):
        return np.lexsort(keys[::-1])
    group, moment, *_ = keys
    if isinstance(keys[-1], RowIds):
        return order_events(group, moment, keys[-1].read)
    rest = [values for name, values in (*columns.items(), *attributes.items()) if name not in table.order[:2]]
    return order_events(group, moment, lambda rows: _ranks([values[rows] for values in rest], len(rows)))


def _ranks(columns: Sequence[Array], n: int) -> IntArray:
    ranks = np.arange(n)
    if columns:
        ranks[np.lexsort(columns[::-1])] = np.arange(n)
    return ranks
