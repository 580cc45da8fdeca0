"""Two businesses of disjoint accounts as one: parts of a whole that were read apart."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from attrs import evolve, fields

from servicelead._typing import Array, Codes, IntArray
from servicelead.columns.parse import number_text
from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary
from servicelead.exceptions import IncompatibleError
from servicelead.tables.base import RowIds, Table, frozen_array
from servicelead.tables.business import Business
from servicelead.tables.finish import sort_order
from servicelead.tables.schema import Kind, specs

__all__ = ["Merged", "merge"]


class Merged(NamedTuple):
    """A merged business, and where the rows of each part went: touches and opportunities."""

    business: Business
    touches: tuple[IntArray, IntArray]
    opportunities: tuple[IntArray, IntArray]
    accounts: tuple[Codes, Codes]


def merge(first: Business, second: Business) -> Merged:
    """Return the business of both parts.

    Spend belongs to no account: parts that each hold the whole of it have it once.

    Raises
    ------
    IncompatibleError
        When zone, currency, as_of or fiscal year differ, or an account is in both.
    """
    for name in ("zone", "currency", "as_of", "fiscal_year_start"):
        if getattr(first, name) != getattr(second, name):
            raise IncompatibleError(f"two businesses with a different {name} cannot be added; build both with one")
    entities: dict[str, tuple[Vocabulary, Codes, Codes]] = {}
    for table in _tables(first):
        for name, spec in specs(type(getattr(first, table))).items():
            if spec.kind in {Kind.KEY, Kind.REFERENCE} and spec.entity not in entities:
                entities[spec.entity] = _united(
                    getattr(first, table).vocabularies[name], getattr(second, table).vocabularies[name]
                )
    accounts = entities["account"]
    if len(np.intersect1d(accounts[1][_seen(first)], accounts[2][_seen(second)])):
        raise IncompatibleError("the parts share accounts; split by account, so that each account is in one part")
    changes: dict[str, Any] = {}
    places: dict[str, tuple[IntArray, IntArray]] = {}
    for table in _tables(first):
        if table == "spend" and _say_the_same(first.spend, second.spend):
            continue
        changes[table], places[table] = _followed(getattr(first, table), getattr(second, table), entities)
    merged = evolve(
        first,
        **changes,
        reject_list=first.reject_list + second.reject_list,
        finding_list=first.finding_list + second.finding_list,
        counts=_stacked(first.counts, second.counts),
        lines=_stacked(first.lines, second.lines),
        conflicting_ids=dict(Counter(first.conflicting_ids) + Counter(second.conflicting_ids)),
    )
    return Merged(merged, places["touches"], places["opportunities"], (accounts[1], accounts[2]))


def _stacked(first: ResultTable, second: ResultTable) -> ResultTable:
    columns = {name: np.concatenate([first[name], second[name]]) for name in first.names}
    return ResultTable(columns, backend=first.backend, title=first.title)


def _say_the_same(first: Table, second: Table) -> bool:
    one, two = first.columns(), second.columns()
    return len(first) == len(second) > 0 and one.keys() == two.keys() and all(
        np.array_equal(one[name], two[name], equal_nan=one[name].dtype.kind == "f") for name in one
    )  # fmt: skip


def _tables(business: Business) -> list[str]:
    return [a.name for a in fields(Business) if isinstance(getattr(business, a.name), Table)]


def _seen(business: Business) -> Codes:
    """Return the accounts its rows belong to; a row merged into another belongs where that one does."""
    tables = [getattr(business, name) for name in _tables(business)]
    every = np.concatenate(
        [
            table.account_id[table.merged_into < 0] if hasattr(table, "merged_into") else table.account_id
            for table in tables
            if hasattr(table, "account_id")
        ]
    )
    return every[every >= 0]


def _united(first: Vocabulary, second: Vocabulary) -> tuple[Vocabulary, Codes, Codes]:
    """Return the union, sorted, and the new code of each old one (with a last entry for "no label")."""
    labels = Vocabulary(sorted({*first.labels.tolist(), *second.labels.tolist()}))
    codes = [np.append(labels.codes_of(part.labels.tolist()), np.int32(-1)) for part in (first, second)]
    return labels, codes[0], codes[1]


def _followed(
    first: Table, second: Table, entities: Mapping[str, tuple[Vocabulary, Codes, Codes]]
) -> tuple[Table, tuple[IntArray, IntArray]]:
    columns: dict[str, Any] = {}
    vocabularies = dict(first.vocabularies)
    for name, spec in specs(type(first)).items():
        one, two = getattr(first, name), getattr(second, name)
        if isinstance(one, RowIds):
            columns[name] = one.followed_by(two)
        elif spec.kind.is_coded:
            known = entities.get(spec.entity)
            labels, left, right = known or _united(first.vocabularies[name], second.vocabularies[name])
            vocabularies[name] = labels
            columns[name] = np.concatenate([left[one], right[two]]).astype(np.int32)
        else:
            columns[name] = np.concatenate([one, two])
    attributes = _attributes(first, second, vocabularies)
    n = len(first) + len(second)
    order = sort_order(type(first), columns, attributes, n)
    order = np.arange(n) if order is None else order
    columns = {k: v.take(order) if isinstance(v, RowIds) else frozen_array(v[order]) for k, v in columns.items()}
    attributes = {k: frozen_array(v[order]) for k, v in attributes.items()}
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    merged = evolve(first, n_rows=n, vocabularies=vocabularies, attributes=attributes, **columns)
    return merged, (place[: len(first)], place[len(first) :])


def _attributes(first: Table, second: Table, vocabularies: dict[str, Vocabulary]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in dict.fromkeys([*first.attributes, *second.attributes]):
        one, two = (part.attributes.get(name, np.full(len(part), np.nan)) for part in (first, second))
        if name in first.vocabularies or name in second.vocabularies:
            labels, left, right = _united(_labels(first, name), _labels(second, name))
            vocabularies[name] = labels
            out[name] = np.concatenate([left[_codes(first, name)], right[_codes(second, name)]]).astype(np.int32)
        else:
            out[name] = np.concatenate([one, two])
    return out


def _labels(table: Table, name: str) -> Vocabulary:
    if name in table.vocabularies:
        return table.vocabularies[name]
    values = table.attributes.get(name, np.empty(0))
    return Vocabulary([number_text(value) for value in np.unique(values[~np.isnan(values)]).tolist()])


def _codes(table: Table, name: str) -> Array:
    if name in table.vocabularies:
        return table.attributes[name]
    if name not in table.attributes:
        return np.full(len(table), -1, dtype=np.int64)
    vocabulary = _labels(table, name)
    values = table.attributes[name].tolist()
    return np.array([-1 if v != v else vocabulary.code(number_text(v)) for v in values], dtype=np.int64)  # noqa: PLR0124 - NaN
