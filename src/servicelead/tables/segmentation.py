"""Segments evaluated on columns: which account was in which segment, when."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from servicelead._typing import Array, BoolArray, Codes, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain.conditions import AllOf, AnyOf, ColumnRule, Condition, Interval, Members, Not
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError, SegmentationError, UnknownNameError
from servicelead.kernels.windows import bisect_ranges
from servicelead.tables.base import Table, major_units
from servicelead.tables.business import Business
from servicelead.tables.schema import Kind, specs

__all__ = ["Values", "attribute_at", "holds", "segment_codes", "segments_at"]


class Values(NamedTuple):
    """An attribute's value per row (float64, or labels) and where it is missing."""

    values: Array
    missing: BoolArray


def attribute_at(business: Business, name: str, accounts: Codes, instants: IntArray) -> Values:
    """Return an attribute of accounts as it was known at given instants.

    The latest state at or before the instant in ``account_history`` counts. An attribute that has no history is read
    from ``accounts``, where it is taken to be constant.

    Raises
    ------
    UnknownNameError
        When neither table has it.
    """
    history = business.account_history
    if name in history.attributes:
        given = _values(history, name)
        known = np.flatnonzero(~given.missing)
        n_accounts = len(history.vocabularies["account_id"])
        bounds = np.searchsorted(history.account_id[known], np.arange(n_accounts + 1))
        starts, stops = bounds[accounts], bounds[accounts + 1]
        place = bisect_ranges(history.valid_from[known], starts, stops, instants, side="right") - 1
        absent = place < starts
        if not len(known):
            return Values(np.full(len(accounts), np.nan), np.ones(len(accounts), dtype=bool))
        return Values(given.values[known[np.where(absent, 0, place)]], absent)
    columns = specs(type(business.accounts))
    if name in business.accounts.attributes or (
        name in columns and columns[name].kind in {Kind.NUMBER, Kind.LABEL, Kind.AMOUNT}
    ):
        given = _values(business.accounts, name)
        place = business.accounts.row_of("account_id")[accounts]
        if not len(business.accounts):
            return Values(np.full(len(accounts), np.nan), np.ones(len(accounts), dtype=bool))
        return Values(given.values[place], (place < 0) | given.missing[place])
    raise UnknownNameError(
        f"no account attribute {name!r}; account_history has {', '.join(history.attributes) or 'none'}, "
        f"accounts {', '.join([*business.accounts.attributes, 'name', 'industry', 'seats'])}"
    )


def _values(table: Table, name: str) -> Values:
    column: Any = table.attributes[name] if name in table.attributes else getattr(table, name)
    if name in table.vocabularies:
        return Values(table.vocabularies[name].decode(column), column < 0)
    numbers = major_units(column, table.currency)
    return Values(numbers, np.isnan(numbers))


def segments_at(business: Business, segmentation: Segmentation, accounts: Codes, instants: IntArray) -> Codes:
    """Return the segment of each account at each instant, by position; -1 where no segment holds it.

    Raises
    ------
    SegmentationError
        When two segments hold the same account.
    """
    columns = {name: attribute_at(business, name, accounts, instants) for name in segmentation.attributes}
    out = np.full(len(accounts), -1, dtype=np.int32)
    for position, segment in enumerate(segmentation.segments):
        inside = holds(segment.condition, columns)
        twice = inside & (out >= 0)
        if twice.any():
            other = segmentation.segments[int(out[np.flatnonzero(twice)[0]])]
            raise SegmentationError(
                f"segmentation {segmentation.name!r}: {int(np.count_nonzero(twice))} accounts are in both "
                f"{other.name!r} and {segment.name!r}; change a bound so that segments share none"
            )
        out[inside] = position
    return out


def segment_codes(journeys: Any, segmentation: object) -> tuple[Codes, Vocabulary]:
    """Return the segment of each journey's account as of its close, and the segments' names."""
    if not isinstance(segmentation, Segmentation):
        raise InvalidValueError(
            'by("segment") needs segmentation=Segmentation(name=..., segments=[...]), '
            f"got {type(segmentation).__name__}"
        )
    business = journeys.business
    if business is None:
        raise InvalidValueError("aggregated paths have no accounts and so no segments; build journeys from touches")
    codes = segments_at(business, segmentation, journeys.account, journeys.ended_at)
    return codes, Vocabulary([segment.name for segment in segmentation.segments])


def holds(condition: Condition, columns: Mapping[str, Values]) -> BoolArray:
    """Return where a condition is known to hold, given the columns it reads by name."""
    return _evaluate(condition, columns)[0]


def _evaluate(condition: Condition, columns: Mapping[str, Values]) -> tuple[BoolArray, BoolArray]:
    """Return where a condition is known to hold and where it is known not to (three-valued logic)."""
    if isinstance(condition, AllOf | AnyOf):
        parts = [_evaluate(part, columns) for part in condition.conditions]
        every, some = np.logical_and.reduce, np.logical_or.reduce
        hold, fail = [part[0] for part in parts], [part[1] for part in parts]
        return (every(hold), some(fail)) if isinstance(condition, AllOf) else (some(hold), every(fail))
    if isinstance(condition, Not):
        holds, fails = _evaluate(condition.condition, columns)
        return fails, holds
    missing = np.logical_or.reduce([columns[name].missing for name in condition.attributes])
    inside = _leaf(condition, columns, missing)
    return inside & ~missing, ~inside & ~missing


def _leaf(condition: Interval | Members | ColumnRule, columns: Mapping[str, Values], missing: BoolArray) -> BoolArray:
    if isinstance(condition, ColumnRule):
        known = np.flatnonzero(~missing)
        inside = np.zeros(len(missing), dtype=bool)
        inside[known] = condition.mask({name: columns[name].values[known] for name in condition.attributes})
        return inside
    values = columns[condition.attribute].values
    if isinstance(condition, Members):
        wanted = {float(v) if isinstance(v, Decimal) else v for v in condition.values}
        return np.array([value in wanted for value in values.tolist()], dtype=bool)
    if values.dtype.kind != "f":
        raise InvalidValueError(
            f"attribute {condition.attribute!r} is text, and an interval needs numbers; "
            "convert the column, or list its values with Segment.of"
        )
    return _between(values, condition)


def _between(values: Array, interval: Interval) -> BoolArray:
    inside = np.ones(len(values), dtype=bool)
    if interval.lower is not None:
        lower = float(interval.lower)
        inside &= values >= lower if interval.lower_closed else values > lower
    if interval.upper is not None:
        upper = float(interval.upper)
        inside &= values <= upper if interval.upper_closed else values < upper
    return inside
