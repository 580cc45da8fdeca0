"""Refused rows as columns: millions of them cost arrays, and an object only where somebody looks."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, overload

import numpy as np
from attrs import field, frozen

from servicelead._typing import Codes, IntArray
from servicelead.tables.rejects import Reject

__all__ = ["Reason", "RejectGroup", "Rejects"]


class Reason(NamedTuple):
    """Where rows of one kind were refused, and why."""

    file: str
    table: str
    column: str
    code: str


@frozen(kw_only=True)
class RejectGroup:
    """Rows of one source refused for one reason.

    Attributes
    ----------
    file, table, column, code
        As in `Reject`.
    n
        Number of rows.
    records
        Record numbers of the first few.
    lines
        Physical lines on which these begin; None where unknown.
    """

    file: str
    table: str
    column: str
    code: str
    n: int
    records: tuple[int, ...]
    lines: tuple[int | None, ...]


@frozen(eq=False)
class Rejects(Sequence[Reject]):
    """A sequence of `Reject`, kept as columns: one for each bad cell, or for the row where no cell is at fault.

    A row with several bad cells has several; ``n_rows`` counts it once. Every item is made when it is asked for.

    A simplified implementation::

        class Rejects:
            def __init__(self, reasons, reason, records, lines): ...
            def __getitem__(self, i):
                file, table, column, code = self.reasons[self.reason[i]]
                return Reject(file, table, self.records[i], column, code, self.lines[i] or None)

    Attributes
    ----------
    reasons
        The distinct places and codes there are.
    reason
        Position in `reasons` of each item, shape (n,).
    records
        Record number of each item, shape (n,).
    lines
        Physical line of each item, 0 where unknown, shape (n,).
    """

    reasons: tuple[Reason, ...] = field(default=(), repr=False)
    reason: Codes = field(factory=lambda: np.empty(0, dtype=np.int32), repr=False)
    records: IntArray = field(factory=lambda: np.empty(0, dtype=np.int64), repr=False)
    lines: IntArray = field(factory=lambda: np.empty(0, dtype=np.int64), repr=False)

    @classmethod
    def of(cls, rejects: Sequence[Reject]) -> "Rejects":
        """Return rejects as columns; those that already are stay as they are."""
        if isinstance(rejects, Rejects):
            return rejects
        places: dict[Reason, int] = {}
        reason = [places.setdefault(Reason(r.file, r.table, r.column, r.code), len(places)) for r in rejects]
        return cls(
            tuple(places),
            np.array(reason, dtype=np.int32),
            np.array([r.record for r in rejects], dtype=np.int64),
            np.array([r.line or 0 for r in rejects], dtype=np.int64),
        )

    @classmethod
    def concatenated(cls, parts: Iterable["Rejects"]) -> "Rejects":
        """Return the items of all parts, one part after the other."""
        filled = [part for part in parts if len(part)]
        places: dict[Reason, int] = {}
        positions = [[places.setdefault(reason, len(places)) for reason in part.reasons] for part in filled]
        if not filled:
            return cls()
        moved = [np.array(table, dtype=np.int32)[part.reason] for table, part in zip(positions, filled, strict=True)]
        return cls(
            tuple(places),
            np.concatenate(moved),
            np.concatenate([part.records for part in filled]),
            np.concatenate([part.lines for part in filled]),
        )

    def __len__(self) -> int:
        return len(self.reason)

    def __repr__(self) -> str:
        return f"Rejects({len(self):,} of {self.n_rows:,} rows)"

    @overload
    def __getitem__(self, index: int) -> Reject: ...
    @overload
    def __getitem__(self, index: slice) -> "Rejects": ...
    def __getitem__(self, index: int | slice) -> "Reject | Rejects":
        if isinstance(index, slice):
            return Rejects(self.reasons, self.reason[index], self.records[index], self.lines[index])
        where = self.reasons[self.reason[index]]
        return Reject(**where._asdict(), record=int(self.records[index]), line=int(self.lines[index]) or None)

    def __add__(self, other: Sequence[Reject]) -> "Rejects":
        return Rejects.concatenated([self, Rejects.of(other)])

    @property
    def n_rows(self) -> int:
        """Number of refused rows; one with several bad cells counts once."""
        if not len(self):
            return 0
        tables: dict[tuple[str, str], int] = {}
        codes = [tables.setdefault((reason.file, reason.table), len(tables)) for reason in self.reasons]
        table = np.array(codes, dtype=np.int32)[self.reason]
        order = np.lexsort((self.records, table))
        table, records = table[order], self.records[order]
        return 1 + int(np.count_nonzero((table[1:] != table[:-1]) | (records[1:] != records[:-1])))

    def groups(self, examples: int = 5) -> tuple[RejectGroup, ...]:
        """Return how many rows were refused where and why, with the first few of each."""
        out = []
        for code, n in enumerate(np.bincount(self.reason, minlength=len(self.reasons)).tolist()):
            if n:
                first = np.flatnonzero(self.reason == code)[:examples]
                out.append(
                    RejectGroup(
                        **self.reasons[code]._asdict(),
                        n=n,
                        records=tuple(self.records[first].tolist()),
                        lines=tuple(line or None for line in self.lines[first].tolist()),
                    )
                )
        return tuple(out)
