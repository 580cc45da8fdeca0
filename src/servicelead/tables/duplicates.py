"""Rows of one identifier: equal ones keep one, conflicting ones are all rejected."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING, Array, BoolArray, Codes, IntArray
from servicelead.tables.draft import DUPLICATE, KEPT, Draft
from servicelead.tables.entities import unite
from servicelead.tables.schema import Kind, specs

__all__ = ["collapse_stages", "settle_duplicates"]


def settle_duplicates(drafts: Sequence[Draft]) -> None:
    """Mark repeated identical rows as duplicates and reject conflicting ones, across all sources of a table."""
    identifier = next((s for d in drafts for s in specs(d.table).values() if s.kind in {Kind.KEY, Kind.ROW_ID}), None)
    if identifier is None:
        return
    codes = _row_id_codes(drafts, identifier.name) if identifier.kind is Kind.ROW_ID else _joined(
        [draft.columns.get(identifier.name, np.full(draft.n, -1, dtype=np.int32)) for draft in drafts]
    )  # fmt: skip
    candidates = np.where(_joined([draft.fate == KEPT for draft in drafts]), codes, -1)
    counts = np.bincount(candidates[candidates >= 0], minlength=1)
    rows = np.flatnonzero((candidates >= 0) & (counts[candidates] > 1))
    if not len(rows):
        return
    rows = rows[np.argsort(candidates[rows], kind="stable")]
    begins = np.append(True, candidates[rows][1:] != candidates[rows][:-1])
    group = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)[group]
    chosen = _Chosen(drafts, rows)
    differs = np.zeros(len(rows), dtype=bool)
    for values in chosen.contents():
        differs |= values != values[first]
    conflicting = (np.bincount(group, weights=differs) > 0)[group]
    for draft, mask in chosen.masks(conflicting & begins):
        draft.conflicting_ids += int(np.count_nonzero(mask))
    for draft, mask in chosen.masks(conflicting):
        draft.reject(mask, "conflicting_id", identifier.name)
    for draft, mask in chosen.masks(~conflicting & ~begins):
        draft.fate[mask] = DUPLICATE


def collapse_stages(drafts: Sequence[Draft]) -> None:
    """Keep the first of consecutive equal stages of an opportunity; the repeats count as duplicates."""
    rows = np.flatnonzero(_joined([draft.fate == KEPT for draft in drafts])) if drafts else np.empty(0, dtype=np.int64)
    if not len(rows):
        return
    chosen = _Chosen(drafts, rows)
    deal, entered, amount = (chosen.column(name) for name in ("opportunity_id", "entered_at", "amount"))
    stage = chosen.text([draft.texts.get("stage") for draft in drafts])
    order = np.lexsort((amount, stage, entered, deal))
    again = (deal[order][1:] == deal[order][:-1]) & (stage[order][1:] == stage[order][:-1])
    repeats = np.zeros(len(rows), dtype=bool)
    repeats[order[1:][again]] = True
    for draft, mask in chosen.masks(repeats):
        draft.fate[mask] = DUPLICATE


def _row_id_codes(drafts: Sequence[Draft], name: str) -> IntArray:
    """Return codes of the row identifiers, equal across sources; rows without one are rejected."""
    parts: list[Codes] = []
    position: dict[str, int] = {}
    for draft in drafts:
        if draft.row_ids is None:
            parts.append(np.full(draft.n, -1, dtype=np.int32))
            continue
        codes, labels = draft.row_ids.encode()
        draft.reject(codes < 0, "missing_value", name)
        if len(drafts) > 1:
            table = [position.setdefault(label, len(position)) for label in labels.tolist()]
            codes = np.array([*table, -1], dtype=np.int32)[codes]
        parts.append(codes)
    return _joined(parts)


def _joined(parts: Sequence[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


@frozen(eq=False)
class _Chosen:
    """Some rows of all sources of a table, numbered through, and their cells in comparable form."""

    drafts: Sequence[Draft]
    rows: IntArray

    def places(self) -> Iterator[tuple[Draft, IntArray, IntArray]]:
        """Yield each source with the chosen rows that are its own: their place among the chosen, and in the source."""
        begin = 0
        for draft in self.drafts:
            here = np.flatnonzero((self.rows >= begin) & (self.rows < begin + draft.n))
            yield draft, here, self.rows[here] - begin
            begin += draft.n

    def masks(self, wanted: BoolArray) -> Iterator[tuple[Draft, BoolArray]]:
        """Yield each source with a mask of its rows that are wanted."""
        for draft, here, own in self.places():
            mask = np.zeros(draft.n, dtype=bool)
            mask[own[wanted[here]]] = True
            yield draft, mask

    def contents(self) -> Iterator[Array]:
        """Yield every column of what the rows say; missing cells and absent columns are the same."""
        for name in dict.fromkeys(name for draft in self.drafts for name in draft.columns):
            yield self.column(name)
        for name in dict.fromkeys(name for draft in self.drafts for name in draft.texts):
            yield self.text([draft.texts.get(name) for draft in self.drafts])
        for name in dict.fromkeys(name for draft in self.drafts for name in draft.attributes):
            parts = [draft.attributes.get(name) for draft in self.drafts]
            yield self.text(parts) if any(isinstance(p, tuple) for p in parts) else self.numbers(parts)

    def column(self, name: str) -> Array:
        """Return a parsed column."""
        return self.numbers([draft.columns.get(name) for draft in self.drafts])

    def numbers(self, parts: Sequence[Any]) -> Array:
        """Return numbers of all sources; a missing one equals another missing one."""
        dtype = next((part.dtype for part in parts if part is not None), np.dtype(np.float64))
        blank = np.nan if dtype.kind == "f" else MISSING if dtype == np.int64 else -1
        out = np.full(len(self.rows), blank, dtype=dtype)
        for part, (_, here, own) in zip(parts, self.places(), strict=True):
            if part is not None:
                out[here] = part[own]
        return np.where(np.isnan(out), np.inf, out) if dtype.kind == "f" else out  # accepted numbers are finite

    def text(self, parts: Sequence[Any]) -> Array:
        """Return texts of all sources in codes of their own."""
        out = np.full(len(self.rows), -1, dtype=np.int32)
        given = [
            (here, part[0][own], part[1])
            for part, (_, here, own) in zip(parts, self.places(), strict=True)
            if part is not None
        ]
        codes, _ = unite([(part, labels) for _, part, labels in given])
        for (here, _, _), values in zip(given, codes, strict=True):
            out[here] = values
        return out
