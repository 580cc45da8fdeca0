"""One table under construction: sources parsed column by column, each row's fate noted."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import define, field

from servicelead._typing import MISSING, Array, BoolArray, Codes, IntArray, ObjectArray
from servicelead.columns import parse
from servicelead.columns.frames import Numbers, RawColumn, Texts, read_columns
from servicelead.columns.zones import Zone
from servicelead.exceptions import IngestError, InvalidValueError, NaiveDatetimeError
from servicelead.tables.base import Table
from servicelead.tables.rejects import CODES, Severity
from servicelead.tables.schema import Kind, Spec, specs
from servicelead.tables.source import Source

__all__ = ["DUPLICATE", "KEPT", "REJECTED", "Draft", "parse_source", "settle_attributes"]

KEPT, REJECTED, DUPLICATE = 0, 1, 2


@define(eq=False)
class Draft:
    """One source of a table, parsed; rows keep the order of the source until the table is finished.

    Attributes
    ----------
    columns
        Parsed numbers, instants, choices and flags of canonical columns.
    texts
        Codes and distinct labels of canonical columns that hold text.
    amounts
        Amounts, before their currency is known.
    attributes
        Columns beyond the canonical ones: numbers, or codes and labels; text until all sources are known.
    fate
        Per row: kept, rejected or duplicate.
    refusals
        Code, column and rows of every reason for rejecting rows, in the order they were found.
    findings
        Rows per finding code and column.
    conflicting_ids
        Identifiers whose rows contradict one another, counted at the first source that has a row of theirs.
    unknown_yet
        Per column of instants at which something was learnt: the rows where that is after as_of.
    """

    table: type[Table]
    source: Source
    n: int
    backend: str | None
    records: IntArray
    fate: Array
    columns: dict[str, Array] = field(factory=dict)
    texts: dict[str, tuple[Codes, ObjectArray]] = field(factory=dict)
    amounts: dict[str, parse.Amounts] = field(factory=dict)
    row_ids: Texts | None = None
    attributes: dict[str, Array | tuple[Codes, ObjectArray]] = field(factory=dict)
    conflicting_ids: int = 0
    refusals: list[tuple[str, str, IntArray]] = field(factory=list)
    findings: dict[tuple[str, str], BoolArray] = field(factory=dict)
    unknown_yet: dict[str, BoolArray] = field(factory=dict)

    def reject(self, rows: BoolArray, code: str, column: str) -> None:
        """Reject the rows of a mask; a row is blamed for each bad cell, and for each cell by the first reason."""
        fresh = rows.copy()
        for _, earlier, blamed in self.refusals:
            if earlier == column:
                fresh[blamed] = False
        places = np.flatnonzero(fresh)
        if len(places):
            self.fate[places] = REJECTED
            self.refusals.append((code, column, places))

    def remark(self, rows: BoolArray, code: str, column: str) -> None:
        """Count rows under a finding; they are kept."""
        rows = rows & (self.fate == KEPT)
        if rows.any():
            found = self.findings.get((code, column), np.zeros(self.n, dtype=bool))
            self.findings[code, column] = found | rows

    def note(self, problems: parse.Problems, column: str) -> None:
        """Reject or remark on the rows of each problem, as its code says."""
        for code, rows in problems.items():
            if code not in CODES:
                continue  # a note to the builder, such as local_time
            if CODES[code].severity is Severity.REJECT:
                self.reject(rows, code, column)
            else:
                self.remark(rows, code, column)

    def missing(self, name: str) -> BoolArray:
        """Return which rows have nothing in a column."""
        if name in self.texts:
            return self.texts[name][0] < 0
        if name in self.amounts:
            return ~self.amounts[name].present()
        if name not in self.columns:
            return np.ones(self.n, dtype=bool)
        return _absent(self.columns[name])


def _absent(values: Array) -> BoolArray:
    if values.dtype.kind == "f":
        return np.isnan(values)
    absent: BoolArray = values == MISSING if values.dtype == np.int64 else values < 0
    return absent


def parse_source(
    table: type[Table], source: Source, zone: Zone, *, zone_named: bool, as_of: int, mapping: Mapping[str, str]
) -> Draft:
    """Return the draft of one source, its columns renamed by a mapping of canonical name to the source's own.

    Raises
    ------
    IngestError
        When a required column, or one the mapping names, is missing.
    InvalidValueError
        When the source has numbers of records or lines for more or fewer rows than there are.
    NaiveDatetimeError
        When a moment has no zone and none was named.
    """
    raw, backend = read_columns(source.frame)
    n = len(next(iter(raw.values()))) if raw else 0
    records = np.arange(1, n + 1, dtype=np.int64) if source.records is None else np.asarray(source.records)
    for name, numbers in (("records", records), ("lines", source.lines), ("n_lines", source.n_lines)):
        if numbers is not None and len(numbers) != n:
            raise InvalidValueError(
                f"Source.{name} must have a number for every row: got {len(numbers)} numbers for {n} rows"
            )
    raw = _renamed(table, source, raw, mapping)
    draft = Draft(table, source, n, backend, records, np.zeros(n, dtype=np.int8))
    columns = specs(table)
    _require(table, source, columns.values(), raw)
    for name, spec in columns.items():
        if name in raw:
            _parse_column(draft, spec, raw.pop(name), zone, zone_named=zone_named, as_of=as_of)
        if spec.required and spec.kind not in {Kind.ROW_ID, Kind.CHOICE}:
            draft.reject(draft.missing(name), "missing_value", name)
    for name, spec in columns.items():
        unknown = draft.unknown_yet.get(spec.known_at)
        if unknown is not None and name in draft.columns:
            draft.columns[name] = np.where(unknown, np.nan, draft.columns[name])
        elif unknown is not None and name in draft.texts:
            codes, labels = draft.texts[name]
            draft.texts[name] = np.where(unknown, np.int32(-1), codes), labels
    if any(spec.kind is Kind.AMOUNT for spec in columns.values()) and "currency" in raw:
        draft.texts["currency"] = parse.labels(raw.pop("currency"))
    draft.attributes = {name: _attribute(column) for name, column in raw.items()}
    return draft


def _require(table: type[Table], source: Source, columns: Iterable[Spec], raw: dict[str, RawColumn]) -> None:
    absent = [spec.name for spec in columns if spec.required and spec.name not in raw]
    if table.one_of and not any(name in raw for name in table.one_of):
        absent.append(" or ".join(table.one_of))
    if absent and raw:
        first = absent[0].partition(" ")[0]
        raise IngestError(
            f"{_place(table, source)} needs the column {', '.join(absent)}; it has {', '.join(raw)}; rename one, or "
            f'map it: columns={{"{table.title}": {{"{first}": "your column"}}}} (in a file\'s settings: '
            f'columns = {{ {first} = "your column" }})',
            file=source.name or None,
            column=first,
            reason="missing_column",
        )


def _renamed(
    table: type[Table], source: Source, raw: dict[str, RawColumn], mapping: Mapping[str, str]
) -> dict[str, RawColumn]:
    """Return the columns under their canonical names; a mapped column replaces one that had the name."""
    absent = [own for own in mapping.values() if own not in raw]
    if absent and raw:
        raise IngestError(
            f"{_place(table, source)} has no column {', '.join(absent)}, which columns= names; "
            f"it has {', '.join(raw)}; correct the name",
            file=source.name or None,
            column=absent[0],
            reason="missing_column",
        )
    mapped = {canonical: raw[own] for canonical, own in mapping.items() if raw}
    return {**mapped, **{name: c for name, c in raw.items() if name not in mapped and name not in mapping.values()}}


def _place(table: type[Table], source: Source) -> str:
    return f"{source.name} (table {table.title})" if source.name else f"table {table.title}"


def _parse_column(draft: Draft, spec: Spec, column: RawColumn, zone: Zone, *, zone_named: bool, as_of: int) -> None:
    name = spec.name
    if spec.kind.is_coded:
        draft.texts[name] = parse.labels(column)
    elif spec.kind is Kind.ROW_ID:
        draft.row_ids = _row_ids(column)
    elif spec.kind is Kind.AMOUNT:
        draft.amounts[name] = parse.amounts(column)
        draft.note(draft.amounts[name].problems, name)
        if spec.lower is not None:
            draft.reject(draft.amounts[name].as_float() < 0, "negative_number", name)
    elif spec.kind.is_time:
        _parse_times(draft, spec, column, zone, zone_named=zone_named, as_of=as_of)
    elif spec.kind is Kind.CHOICE:
        draft.columns[name], problems = parse.choices(column, spec.choices, spec.on_unknown)
        draft.note(problems, name)
        if spec.required:  # an unknown word is not a missing one: its own code says what becomes of the row
            draft.reject(parse.labels(column)[0] < 0, "missing_value", name)
    elif spec.kind is Kind.FLAG:
        draft.columns[name], problems = parse.flags(column)
        draft.note(problems, name)
    else:
        draft.columns[name], problems = parse.numbers(column)
        draft.note(problems, name)
        _bound(draft, spec, draft.columns[name])


def _parse_times(draft: Draft, spec: Spec, column: RawColumn, zone: Zone, *, zone_named: bool, as_of: int) -> None:
    values, problems = parse.instants(column, zone, deadline=spec.kind is Kind.DEADLINE)
    if "local_time" in problems and not zone_named:
        row = int(np.flatnonzero(problems["local_time"])[0])
        raise NaiveDatetimeError(
            f"{draft.table.title}.{spec.name} holds moments without a zone (first in record {draft.records[row]}); "
            'name the zone they are in: zone="Europe/Paris", say, or give them an offset'
        )
    draft.note({code: rows for code, rows in problems.items() if code != "date_only"}, spec.name)
    if spec.finding and "date_only" in problems:
        draft.remark(problems["date_only"], spec.finding, spec.name)
    after = (values != MISSING) & (values > as_of)
    if spec.observed:
        draft.reject(after, "after_as_of", spec.name)
    elif spec.learnt and after.any():
        values = np.where(after, MISSING, values)
        draft.unknown_yet[spec.name] = after
    draft.columns[spec.name] = values


def _bound(draft: Draft, spec: Spec, values: Array) -> None:
    if spec.lower is not None:
        draft.reject(values < spec.lower, "negative_number" if spec.lower == 0 else "out_of_range", spec.name)
    if spec.upper is not None:
        draft.reject(values > spec.upper, "out_of_range", spec.name)


def _row_ids(column: RawColumn) -> Texts:
    if not isinstance(column, Texts):
        codes, distinct = parse.labels(column)
        return Texts(np.append(distinct, np.array([None], dtype=object))[codes])
    # They are read as long as the table lives: the caller's own array may change meanwhile.
    return Texts(column.native.copy()) if column.backend == "numpy" else column


def _attribute(column: RawColumn) -> Array | tuple[Codes, ObjectArray]:
    return parse.numbers(column).values if isinstance(column, Numbers) else parse.labels(column)


def settle_attributes(drafts: Sequence[Draft]) -> None:
    """Read a text attribute as numbers where every source of the table has only numbers; else all of them as text.

    Files hold text alone, and a table cut into several files must read like the whole.
    """
    for name in dict.fromkeys(name for draft in drafts for name in draft.attributes):
        holders = [draft for draft in drafts if name in draft.attributes]
        given = [draft.attributes[name] for draft in holders]
        parsed = [values for values in map(_as_numbers, given) if values is not None]
        numeric = len(parsed) == len(given) and not all(np.isnan(values).all() for values in parsed)
        for place, draft in enumerate(holders):
            values = given[place]
            if numeric:
                draft.attributes[name] = parsed[place]
            elif not isinstance(values, tuple) and any(isinstance(other, tuple) for other in given):
                draft.attributes[name] = parse.labels(Numbers(values))


def _as_numbers(attribute: Array | tuple[Codes, ObjectArray]) -> Array | None:
    if not isinstance(attribute, tuple):
        return attribute
    codes, distinct = attribute
    values, problems = parse.numbers(Texts(distinct))
    used = np.bincount(codes[codes >= 0], minlength=len(distinct)) > 0
    if any((rows & used).any() for rows in problems.values()):
        return None
    return np.append(values, np.nan)[codes]
