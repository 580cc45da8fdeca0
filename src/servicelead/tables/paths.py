"""Aggregated paths ``a > b > c``: counts instead of journeys, no times."""

from typing import Any, NamedTuple

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING, Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import RawColumn, Texts, read_columns
from servicelead.columns.splitting import split_texts
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import InvalidValueError, MissingTimesError, UnknownNameError
from servicelead.kernels.segments import concatenate_ranges
from servicelead.tables.base import frozen_array
from servicelead.tables.conversion import exact_minor_units
from servicelead.tables.opportunities import LOST, WON

__all__ = ["PathJourneys", "Paths", "read_paths"]


@frozen(eq=False)
class Paths:
    """The steps of aggregated paths: a channel each, and nothing else."""

    channel: Codes
    labels: Vocabulary
    backend: str | None = None

    def __len__(self) -> int:
        return len(self.channel)

    def codes(self, name: str) -> Codes:
        """Return the channel of each step; aggregated paths know nothing else."""
        self._only_channel(name)
        return self.channel

    def vocabulary(self, name: str) -> Vocabulary:
        """Return the channels."""
        self._only_channel(name)
        return self.labels

    def followed_by(self, other: "Paths") -> tuple["Paths", int]:
        """Return these steps and then the other's, and the row at which the other's begin."""
        labels = Vocabulary(sorted({*self.labels.labels.tolist(), *other.labels.labels.tolist()}))
        parts = [labels.codes_of(paths.labels.labels.tolist())[paths.channel] for paths in (self, other)]
        return Paths(frozen_array(np.concatenate(parts)), labels, self.backend), len(self)

    @staticmethod
    def _only_channel(name: str) -> None:
        if name != "channel":
            raise MissingTimesError(f"aggregated paths have channels but no {name}; build journeys from touches")


class PathJourneys(NamedTuple):
    """The columns of `Journeys`, read from paths."""

    offsets: IntArray
    rows: IntArray
    outcome: Array
    weight: IntArray
    value: FloatArray
    minor_units: IntArray | None
    account: Codes
    opportunity: IntArray
    touched: BoolArray
    touches: Paths


def read_paths(
    frame: Any,
    *,
    path: str,
    conversions: str,
    value: str | None,
    nonconversions: str | None,
    separator: str,
    currency: str | None,
) -> PathJourneys:
    """Return converted and unconverted journeys of each row that has any, in row order."""
    raw, backend = read_columns(frame)
    wanted = [name for name in (path, conversions, value, nonconversions) if name is not None]
    absent = [name for name in wanted if name not in raw]
    if absent:
        raise UnknownNameError(f"no column {', '.join(absent)}; the table has {', '.join(raw)}")
    if not separator:
        raise InvalidValueError("Journeys.from_paths separator must not be empty")
    offsets, channel, vocabulary = _steps(raw[path], separator)
    won = _counts(raw[conversions], conversions)
    lost = _counts(raw[nonconversions], nonconversions) if nonconversions else np.zeros_like(won)
    totals = _values(raw[value], value, currency) if value else None
    _refuse_value_without_conversions(totals, won, value)

    # Converted and unconverted journeys of a row share its steps.
    row = np.repeat(np.arange(len(won)), 2)
    weight = np.column_stack([won, lost]).ravel()
    outcome = np.tile(np.array([WON, LOST], dtype=np.int8), len(won))
    kept = weight > 0
    row, weight, outcome = row[kept], weight[kept], outcome[kept]
    counts = np.diff(offsets)[row]
    is_won = outcome == WON
    minor, major = None, np.zeros(len(row))
    if totals is not None:
        if currency is None:
            major = np.where(is_won, totals[row], 0.0)
        else:
            minor = np.where(is_won, totals[row], 0)
            major = minor / 10.0 ** currency_exponent(currency)
    elif currency is not None:
        minor = np.zeros(len(row), dtype=np.int64)
    return PathJourneys(
        offsets=frozen_array(np.append(0, np.cumsum(counts)).astype(np.int64)),
        rows=frozen_array(concatenate_ranges(offsets[:-1][row], counts)),
        outcome=frozen_array(outcome),
        weight=frozen_array(weight),
        value=frozen_array(major),
        minor_units=None if minor is None else frozen_array(minor),
        account=frozen_array(np.arange(len(row), dtype=np.int32)),
        opportunity=frozen_array(np.full(len(row), -1, dtype=np.int64)),
        touched=counts > 0,
        touches=Paths(frozen_array(channel), vocabulary, backend),
    )


def _steps(column: RawColumn, separator: str) -> tuple[IntArray, Codes, Vocabulary]:
    """Return offsets and channels of each row's steps; a row without a path is a journey without touches."""
    if not isinstance(column, Texts):
        codes, texts = parse.labels(column)
        column = Texts(np.append(texts, np.array([None], dtype=object))[codes])
    offsets, codes, labels = split_texts(column, separator)
    blank = np.array([not label.strip() for label in labels.tolist()], dtype=bool)
    if blank.any():
        row = int(np.searchsorted(offsets, np.argmax(blank[codes]), side="right"))
        raise InvalidValueError(f"path, row {row}, has a step without a channel; name it, or correct the separator")
    vocabulary = Vocabulary(sorted(labels.tolist()))
    return offsets, vocabulary.codes_of(labels.tolist())[codes], vocabulary


def _counts(column: RawColumn, name: str) -> IntArray:
    values, _ = parse.numbers(column)
    bad = ~((values >= 0) & (values == np.floor(values)) & (values < 2.0**53))
    if bad.any():
        raise InvalidValueError(
            f"{name}, row {int(np.flatnonzero(bad)[0]) + 1}, must be a whole number of at least 0, "
            "got a fraction, a negative number, text or nothing; correct the count"
        )
    return values.astype(np.int64)


def _values(column: RawColumn, name: str, currency: str | None) -> Array:
    amounts = parse.amounts(column)
    values = amounts.as_float()
    bad = np.zeros(len(values), dtype=bool)
    for problem in amounts.problems.values():
        bad |= problem
    if currency is not None:
        exponent = currency_exponent(currency)
        rows = np.flatnonzero(amounts.present() & ~bad)
        out = np.zeros(len(values), dtype=np.int64)
        out[rows], rounded = exact_minor_units(amounts, rows, exponent)
        unheld = rows[rounded | (out[rows] == MISSING)]
        if len(unheld):
            raise InvalidValueError(
                f"{name}, row {int(unheld[0]) + 1}, has more decimals or digits than {currency} can hold; "
                "leave currency= out to treat values as measures"
            )
        values = out
    else:
        bad |= np.isinf(values)
        values = np.where(np.isnan(values), 0.0, values)
    if bad.any():
        raise InvalidValueError(
            f"{name}, row {int(np.flatnonzero(bad)[0]) + 1}, must be a finite number; correct the cell"
        )
    return values


def _refuse_value_without_conversions(totals: Array | None, won: IntArray, name: str | None) -> None:
    if totals is not None:
        bad = (totals != 0) & (won == 0)
        if bad.any():
            raise InvalidValueError(
                f"{name}, row {int(np.flatnonzero(bad)[0]) + 1}, has a value but no conversions; correct the count"
            )
