"""Local time of a zone and back, for whole columns at once."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from servicelead._typing import MISSING, BoolArray, IntArray
from servicelead.exceptions import InvalidValueError

__all__ = ["DAY", "FIRST", "LAST", "Zone"]

DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR = 31_556_952_000_000  # a mean Gregorian year in microseconds
#: The first and the last microsecond of the years 1 to 9999: what Python's datetimes hold.
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999


class Zone:
    """A time zone by its IANA name, with vectorised conversion.

    All instants are int64 UTC microseconds; local times are int64 microseconds as a wall clock shows them.
    `MISSING` stays `MISSING`.

    Raises
    ------
    InvalidValueError
        When the name is not a zone this machine knows.

    Examples
    --------
    >>> paris = Zone("Europe/Paris")
    >>> local = np.array(["2026-07-01T02:00:00"], dtype="datetime64[us]").astype(np.int64)
    >>> utc, ambiguous, nonexistent = paris.to_utc(local)
    >>> str(utc.astype("datetime64[us]")[0])
    '2026-07-01T00:00:00.000000'
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError, TypeError):
            raise InvalidValueError(
                "zone must be an IANA time zone name such as 'Europe/Paris', got an unknown name; "
                "if the name is right, install the tzdata package"
            ) from None
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def to_local(self, instants: IntArray) -> IntArray:
        """Return what a wall clock in the zone shows at each instant."""
        known = instants != MISSING
        if not known.any():
            return instants.copy()
        times, offsets = _transitions(self.name, int(instants[known].min()), int(instants[known].max()))
        local = instants + offsets[np.searchsorted(times, instants, side="right")]
        return np.where(known, local, MISSING)

    def to_utc(self, local: IntArray) -> tuple[IntArray, BoolArray, BoolArray]:
        """Return the instants of local times, and which of them were ambiguous or never shown by a clock.

        An ambiguous time (clocks went back) is read as its first occurrence; a time that clocks skipped is
        read with the offset from before the gap, as PEP 495 does for ``fold=0``.
        """
        known = local != MISSING
        if not known.any():
            nothing = np.zeros(len(local), dtype=bool)
            return local.copy(), nothing, nothing
        times, offsets = _transitions(self.name, int(local[known].min()), int(local[known].max()))
        if not len(times):
            nothing = np.zeros(len(local), dtype=bool)
            return np.where(known, local - offsets[0], MISSING), nothing, nothing
        before, after = offsets[:-1], offsets[1:]
        # On the wall clock a change occupies the stretch between its two readings of the same instant.
        starts, stops = times + np.minimum(before, after), times + np.maximum(before, after)
        period = np.searchsorted(stops, local, side="right")  # the offset that holds once the change is over
        inside = np.zeros(len(local), dtype=bool)
        change = np.minimum(period, len(times) - 1)
        inside = known & (period < len(times)) & (local >= starts[change])
        backwards = after[change] < before[change]
        # Within a change both kinds use the offset from before it: the first occurrence, or PEP 495's gap rule.
        utc = np.where(known, local - offsets[period], MISSING)
        return utc, inside & backwards, inside & ~backwards

    def day_start(self, days: IntArray) -> IntArray:
        """Return the instant at which each local day (whole days since 1970-01-01) begins."""
        known = days != MISSING
        return self.to_utc(np.where(known, np.where(known, days, 0) * DAY, MISSING))[0]

    def months(self, instants: IntArray) -> IntArray:
        """Return the calendar month of each instant in the zone, counted from January 1970."""
        local = self.to_local(instants)
        return local.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)


@lru_cache(maxsize=512)
def _changes_of_year(name: str, year: int) -> tuple[tuple[int, int], ...]:
    """Return (instant, offset after it) of every change of offset in about one year."""
    zone = ZoneInfo(name)

    def offset(at: int) -> int:
        at = min(max(at, FIRST + 2 * DAY), LAST - 2 * DAY)
        delta = (_EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset()
        return 0 if delta is None else delta // timedelta(microseconds=1)

    step, found = 7 * DAY, []
    # The stretch ends where the next year's begins, so no change is seen twice.
    begin, end = year * _YEAR, (year + 1) * _YEAR
    at = begin
    while at < end:
        stop = min(at + step, end)
        if offset(at) != offset(stop):
            low, high = at, stop
            while high - low > 1_000_000:
                middle = (low + high) // 2 // 1_000_000 * 1_000_000
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            found.append((high, offset(stop)))  # clocks change at whole seconds, and so do years here begin
        at = stop
    return tuple(found)


@lru_cache(maxsize=64)
def _years(name: str, first: int, last: int) -> tuple[IntArray, IntArray]:
    zone = ZoneInfo(name)
    start = _EPOCH + timedelta(microseconds=min(max(first * _YEAR, FIRST + 2 * DAY), LAST - 2 * DAY))
    delta = start.astimezone(zone).utcoffset()
    initial = 0 if delta is None else delta // timedelta(microseconds=1)
    changes = [change for year in range(first, last + 1) for change in _changes_of_year(name, year)]
    times = np.array([at for at, _ in changes], dtype=np.int64)
    offsets = np.array([initial, *(offset for _, offset in changes)], dtype=np.int64)
    return times, offsets


def _transitions(name: str, low: int, high: int) -> tuple[IntArray, IntArray]:
    """Return the changes of offset around [low, high], and the offsets before, between and after them.

    Outside 1900 to 2200 the nearest year's offset holds: such dates are typing errors, and walking thousands
    of years for them would cost seconds.
    """
    first = min(max((low - 2 * DAY) // _YEAR, -70), 230)
    last = min(max((high + 2 * DAY) // _YEAR, -70), 230)
    return _years(name, int(first), int(last))
