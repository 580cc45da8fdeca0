"""Cutoffs: the moments at which accounts are looked at. They come from a calendar, never from outcomes."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, TypeAlias

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import MISSING, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.exceptions import InvalidValueError
from servicelead.tables import Business

__all__ = ["Every", "calendar_cutoffs", "given_cutoffs"]

Every: TypeAlias = Literal["month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_N_DEFAULT = 12


def calendar_cutoffs(
    business: Business, every: Every, since: date | None, until: date | None, label_reach: int
) -> IntArray:
    """Return the beginnings of months, quarters or years in the business's zone and fiscal year.

    Parameters
    ----------
    since, until
        First and last day a cutoff may fall on; without `until` the last is the latest whose label is known, without
        `since` there are the twelve up to it.
    label_reach
        Microseconds from a cutoff to the end of its label's window.

    Raises
    ------
    InvalidValueError
        When `since`, or every cutoff up to `until`, lies after the business's `as_of`.
    """
    size, shift = _MONTHS[every], business.fiscal_year_start - 1 if every != "month" else 0
    latest = business.as_of + 1 - label_reach if until is None else _first_instant(business, until)
    month = int(business.zone.months(np.array([latest]))[0])
    last = (month - shift) // size
    if since is None:
        first = last - _N_DEFAULT + 1
    else:
        first = (int(business.zone.months(np.array([_first_instant(business, since)]))[0]) - shift) // size
    months = np.arange(first, last + 1, dtype=np.int64) * size + shift
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    cutoffs = business.zone.day_start(days)
    inside = cutoffs <= latest
    if since is not None:
        begin = _first_instant(business, since)
        _refuse_later(business, np.array([begin]), "since")
        inside &= cutoffs >= begin
    _refuse_later(business, cutoffs[inside], "until")
    return cutoffs[inside & (cutoffs <= business.as_of + 1)]


def _refuse_later(business: Business, instants: IntArray, setting: str) -> None:
    if len(instants) and (instants > business.as_of + 1).all():
        raise InvalidValueError(
            f"SnapshotBuilder.{setting} must leave cutoffs that do not lie after the business's as_of; got only later "
            "ones; take an earlier day, or a later extract"
        )


def given_cutoffs(business: Business, cutoffs: Iterable[Any]) -> IntArray:
    """Return moments as UTC microseconds, ascending and each once; a date is 00:00 in the business's zone.

    Raises
    ------
    InvalidValueError
        For what is no list, or holds what is no moment, or lies more than a microsecond after the business's `as_of`.
    """
    if isinstance(cutoffs, str | date) or not isinstance(cutoffs, Iterable):
        raise InvalidValueError(
            f"SnapshotBuilder.build: cutoffs must be a list of moments; got {kind_of(cutoffs)}; put it in brackets"
        )
    moments = parse.instants(read_columns({"cutoff": list(cutoffs)})[0]["cutoff"], business.zone)[0]
    if (moments == MISSING).any():
        raise InvalidValueError(
            "SnapshotBuilder.build: cutoffs must be moments: dates, datetimes or UTC microseconds; "
            f"got {int(np.sum(moments == MISSING))} that are none; write e.g. date(2026, 6, 1)"
        )
    if (moments > business.as_of + 1).any():
        raise InvalidValueError(
            "SnapshotBuilder.build: cutoffs must not lie after the business's as_of; got "
            f"{int(np.sum(moments > business.as_of + 1))} that do; take earlier ones, or a later extract"
        )
    return np.unique(moments)


def _first_instant(business: Business, day: date) -> int:
    since_1970 = day.toordinal() - date(1970, 1, 1).toordinal()
    return int(business.zone.day_start(np.array([since_1970], dtype=np.int64))[0])
