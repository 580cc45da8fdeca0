"""Shared vocabularies: one code per account, lead, contact and opportunity, whichever table names it."""

from collections.abc import Mapping, Sequence

import numpy as np

from servicelead._typing import Codes, ObjectArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.tables.draft import KEPT, Draft
from servicelead.tables.schema import Kind, specs

__all__ = ["ENTITY_TABLES", "encode_entities", "resolve_merges", "unite"]

#: The table whose rows each kind of identifier names.
ENTITY_TABLES = {"account": "accounts", "contact": "contacts", "lead": "leads", "opportunity": "opportunities"}


def unite(parts: Sequence[tuple[Codes, ObjectArray]]) -> tuple[list[Codes], Vocabulary]:
    """Return codes of several columns in one shared vocabulary, sorted so that row order does not matter.

    Only labels some row uses are kept. Each part is its codes and its own labels.
    """
    used = [_used(codes, len(labels)) for codes, labels in parts]
    seen: dict[str, None] = {}
    for (_, labels), rows in zip(parts, used, strict=True):
        seen.update(dict.fromkeys(labels[rows].tolist()))
    vocabulary = Vocabulary(sorted(seen))
    out = []
    for (codes, labels), rows in zip(parts, used, strict=True):
        table = np.full(len(labels) + 1, -1, dtype=np.int32)
        table[np.flatnonzero(rows)] = vocabulary.codes_of(labels[rows].tolist())
        out.append(table[codes])
    return out, vocabulary


def _used(codes: Codes, n: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    used = np.zeros(n + 1, dtype=bool)
    used[codes] = True
    return used[:n]


def encode_entities(drafts: Sequence[Draft]) -> dict[str, Vocabulary]:
    """Give every identifier its shared code; codes replace texts in the drafts' columns."""
    vocabularies = {}
    for entity in ENTITY_TABLES:
        places = [
            (draft, name)
            for draft in drafts
            for name, spec in specs(draft.table).items()
            if spec.kind in {Kind.KEY, Kind.REFERENCE} and spec.entity == entity and name in draft.texts
        ]
        codes, vocabularies[entity] = unite([draft.texts.pop(name) for draft, name in places])
        for (draft, name), values in zip(places, codes, strict=True):
            draft.columns[name] = values
    return vocabularies


def resolve_merges(drafts: Mapping[str, Sequence[Draft]], vocabularies: Mapping[str, Vocabulary]) -> None:
    """Point every reference to a merged account, contact or lead at the survivor; cycles are rejected."""
    for entity, table in ENTITY_TABLES.items():
        own = [draft for draft in drafts.get(table, ()) if "merged_into" in draft.columns]
        if not own:
            continue
        n = len(vocabularies[entity])
        for draft in own:  # a row merged into itself is not merged
            itself = draft.columns["merged_into"] == draft.columns[f"{entity}_id"]
            draft.columns["merged_into"] = np.where(itself, np.int32(-1), draft.columns["merged_into"])
        merged = _agreed(drafts[table], "merged_into", f"{entity}_id", n)
        survivor = np.where(merged >= 0, merged, np.arange(n, dtype=np.int32))
        step = survivor
        for _ in range(max(n, 1).bit_length() + 1):  # pointer jumping doubles the length walked each time
            step = step[step]
        # Who has reached a survivor points at one that points at itself; the rest are in, or lead into, a cycle.
        lost = survivor[step] != step
        for draft in own:
            in_cycle = (draft.columns["merged_into"] >= 0) & np.append(lost, False)[draft.columns[f"{entity}_id"]]
            draft.reject(in_cycle & (draft.fate == KEPT), "merge_cycle", "merged_into")
        final = np.where(lost, np.arange(n, dtype=np.int32), step)
        final = np.append(final, np.int32(-1))
        for group in drafts.values():
            for draft in group:
                for name, spec in specs(draft.table).items():
                    if spec.kind is Kind.REFERENCE and spec.entity == entity and name in draft.columns:
                        draft.columns[name] = final[draft.columns[name]]


def _agreed(drafts: Sequence[Draft], name: str, identifier: str, n: int) -> Codes:
    """Return what all kept rows of each identifier say in a column; -1 where they contradict, or say nothing."""
    low, high = np.full(n, np.iinfo(np.int32).max, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    for draft in drafts:
        rows = draft.fate == KEPT
        values = draft.columns.get(name, np.full(draft.n, -1, dtype=np.int32))[rows]
        np.minimum.at(low, draft.columns[identifier][rows], values)
        np.maximum.at(high, draft.columns[identifier][rows], values)
    return np.where(low == high, high, np.int32(-1))
