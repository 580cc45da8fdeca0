"""What all tables share: read-only columns, the vocabularies that decode them, and a way out to a frame."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from attrs import evolve, field, frozen

from servicelead._fields import read_only
from servicelead._typing import MISSING, Array, Codes, IntArray, ObjectArray
from servicelead.columns.frames import Texts
from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import UnknownNameError
from servicelead.tables.schema import Kind, specs

__all__ = ["RowIds", "Table"]


@frozen(eq=False)
class RowIds:
    """Identifiers of rows that nothing refers to: left where they came from and read only when asked for.

    Five million identifiers are most of an event log's bytes and are wanted a handful at a time (ties,
    explanations), so a table keeps the source's own columns and the place of each of its rows in them.

    A simplified implementation::

        class RowIds:
            def __init__(self, sources, rows): self.all, self.rows = sum(sources, []), rows
            def read(self, rows): return [self.all[self.rows[r]] for r in rows]
    """

    sources: tuple[Texts, ...] = field(repr=False)
    rows: IntArray = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, rows: Any = slice(None)) -> ObjectArray:
        """Return the identifiers of some rows of the table, all by default."""
        wanted = self.rows[rows]
        if len(self.sources) == 1:
            return self.sources[0].read(wanted)
        out = np.empty(len(wanted), dtype=object)
        begin = 0
        for source in self.sources:
            here = (wanted >= begin) & (wanted < begin + len(source))
            out[here] = source.read(wanted[here] - begin)
            begin += len(source)
        return out

    def take(self, rows: Any) -> "RowIds":
        """Return the identifiers of some rows, as rows of their own."""
        return RowIds(self.sources, self.rows[rows])

    def followed_by(self, other: "RowIds") -> "RowIds":
        """Return these rows and then the other's."""
        begin = sum(map(len, self.sources))
        return RowIds((*self.sources, *other.sources), np.concatenate([self.rows, other.rows + begin]))


@frozen(kw_only=True, eq=False)
class Table:
    """A canonical table: one read-only array per column, checked once when it was built.

    Identifiers and labels are int32 codes of the column's `Vocabulary` (-1 missing), moments int64 UTC
    microseconds (`MISSING`), amounts int64 minor units of the business's currency (`MISSING`; float64 and NaN
    without a currency), other numbers float64 (NaN), flags int8 (-1). A column that no source had is all
    missing. Extra columns are in `attributes`: float64, or codes with a vocabulary of their own.

    Attributes
    ----------
    n_rows
        Number of rows.
    vocabularies
        The vocabulary of each coded column, by column name.
    attributes
        Columns beyond the canonical ones, by name.
    currency
        ISO 4217 code the amounts are in; None for plain measures.
    backend
        Data frame library of the input, in which the table is handed out; None for objects and mappings.
    """

    title: ClassVar[str]
    order: ClassVar[tuple[str, ...]] = ()
    rate_dates: ClassVar[tuple[str, ...]] = ()
    #: Columns of which a source must have at least one.
    one_of: ClassVar[tuple[str, ...]] = ()

    n_rows: int
    vocabularies: Mapping[str, Vocabulary] = field(repr=False, converter=read_only)
    attributes: Mapping[str, Array] = field(repr=False, converter=read_only)
    currency: str | None = None
    backend: str | None = None

    def __len__(self) -> int:
        return self.n_rows

    def codes(self, name: str) -> Codes:
        """Return the codes of a labelled column or attribute."""
        values: Any = self.attributes[name] if name in self.attributes else getattr(self, name, None)
        if values is None or name not in self.vocabularies:
            raise UnknownNameError(f"{self.title} has no labels called {name!r}; it has {', '.join(self.vocabularies)}")
        return values  # type: ignore[no-any-return]  # every column is an array

    def vocabulary(self, name: str) -> Vocabulary:
        """Return the labels of a column or attribute."""
        self.codes(name)
        return self.vocabularies[name]

    def row_of(self, key: str) -> IntArray:
        """Return the row of each identifier by its code in a key column, int64; -1 for none and, last, for no code."""
        row = np.full(len(self.vocabulary(key)) + 1, -1, dtype=np.int64)
        row[self.codes(key)] = np.arange(self.n_rows)
        return row

    def take(self, rows: Any) -> Self:
        """Return the table of some rows (positions, slice or mask), in the order given."""
        places = np.arange(self.n_rows)[rows]
        changes: dict[str, Any] = {name: _taken(getattr(self, name), places) for name in specs(type(self))}
        attributes = {name: frozen_array(values[places]) for name, values in self.attributes.items()}
        return evolve(self, n_rows=len(places), attributes=attributes, **changes)

    def columns(self) -> dict[str, Array]:
        """Return every column, decoded to labels, datetimes, truth values and major units."""
        out: dict[str, Array] = {}
        for name, spec in specs(type(self)).items():
            values = getattr(self, name)
            if isinstance(values, RowIds):
                out[name] = values.read()
            elif name in self.vocabularies:
                out[name] = self.vocabularies[name].decode(values)
            elif spec.kind.is_time:
                out[name] = np.where(values == MISSING, np.datetime64("NaT", "us"), values.astype("datetime64[us]"))
            elif spec.kind is Kind.AMOUNT:
                out[name] = major_units(values, self.currency)
            elif spec.kind is Kind.FLAG:
                out[name] = np.array([False, True, None], dtype=object)[values]
            else:
                out[name] = values
        for name, values in self.attributes.items():
            out[name] = self.vocabularies[name].decode(values) if name in self.vocabularies else values
        return out

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the decoded table in a data frame library: by default that of the input, where it is known."""
        return ResultTable(self.columns(), backend=self.backend).to_frame(backend)


def frozen_array(values: Array) -> Array:
    """Return the array, read-only."""
    values.flags.writeable = False
    return values


def _taken(values: Any, rows: Any) -> Any:
    return values.take(rows) if isinstance(values, RowIds) else frozen_array(values[rows])


def major_units(values: Array, currency: str | None) -> Array:
    """Return float64 major units of a column of amounts, NaN where missing."""
    if values.dtype.kind == "f":
        return values
    scale = 10.0 ** currency_exponent(currency) if currency else 1.0
    return np.where(values == MISSING, np.nan, values / scale)
