"""Aggregated paths ``a > b > c``: counts instead of journeys, no times."""

from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from attrs import frozen

from servicelead._typing import Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import RawColumn, read_columns
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import InvalidValueError, MissingTimesError, UnknownNameError
from servicelead.kernels.segments import concatenate_ranges
from servicelead.tables.base import frozen_array
from servicelead.tables.minor_units import minor_units
from servicelead.tables.opportunities import LOST, WON

__all__ = ["PathJourneys", "Paths", "read_paths", "split_paths"]


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
    codes, texts = parse.labels(raw[path])
    won = _counts(raw[conversions], conversions)
    lost = _counts(raw[nonconversions], nonconversions) if nonconversions else np.zeros(len(codes), dtype=np.int64)
    totals = _values(raw[value], value, currency) if value else None
    offsets, channel, vocabulary = _steps(codes, texts.tolist(), separator)
    _refuse_value_without_conversions(totals, won, value)

    # Converted and unconverted journeys of a row share its steps.
    row = np.repeat(np.arange(len(codes)), 2)
    weight = np.column_stack([won, lost]).ravel()
    outcome = np.tile(np.array([WON, LOST], dtype=np.int8), len(codes))
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


def _steps(codes: Codes, texts: list[str], separator: str) -> tuple[IntArray, Codes, Vocabulary]:
    """Split each distinct path once; a row without a path is a journey without touches."""
    flat, ends = split_paths(texts, separator)
    vocabulary = Vocabulary(sorted(set(flat)))
    steps = vocabulary.codes_of(flat)
    blank = [code for code, label in enumerate(vocabulary.labels.tolist()) if not label.strip()]
    unnamed = np.isin(codes, np.searchsorted(ends, np.flatnonzero(np.isin(steps, blank)), side="right"))
    if unnamed.any():
        row = int(np.flatnonzero(unnamed)[0]) + 1
        raise InvalidValueError(f"path, row {row}, has a step without a channel; name it, or correct the separator")
    counts = np.append(np.diff(ends, prepend=0), 0)[codes]
    starts = np.append(np.append(0, ends)[:-1], 0)[codes]
    return np.append(0, np.cumsum(counts)), steps[concatenate_ranges(starts, counts)], vocabulary


def split_paths(texts: list[str], separator: str) -> tuple[list[str], IntArray]:
    """Return the steps of all paths in one list, and where each path's end.

    Millions of small lists cost more than the splitting, so all paths are split as one text, with a mark between
    them; where mark or separator cannot be told from the paths' own characters, each is split by itself.
    """
    mark = "\0"
    joined = f"{separator}{mark}{separator}".join(texts)
    if texts and joined.count(mark) == len(texts) - 1:
        steps = joined.split(separator)
        marks = np.flatnonzero(np.fromiter(map(mark.__eq__, steps), dtype=bool, count=len(steps)))
        if len(marks) == len(texts) - 1:
            ends = np.append(marks, len(steps)) - np.arange(len(texts))
            return [step for step in steps if step != mark], ends
    apart = [text.split(separator) for text in texts]
    return list(chain.from_iterable(apart)), np.cumsum(np.fromiter(map(len, apart), dtype=np.int64, count=len(apart)))


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
    for rows in amounts.problems.values():
        bad |= rows
    if currency is not None:
        exponent = currency_exponent(currency)
        out = np.zeros(len(values), dtype=np.int64)
        for row in np.flatnonzero(amounts.present() & ~bad).tolist():
            units, rounded = minor_units(amounts.decimal(row) or Decimal(0), exponent)
            if units is None or rounded:
                raise InvalidValueError(
                    f"{name}, row {row + 1}, has more decimals or digits than {currency} can hold; "
                    "leave currency= out to treat values as measures"
                )
            out[row] = units
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
