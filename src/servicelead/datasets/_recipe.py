"""What a simulation starts from: its size, calendar and scenario, and one random stream per part.

A stream is found by its name, so a part added later leaves the numbers of every other part as they were.
"""

import datetime as dt
import zlib
from functools import cached_property
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servicelead._typing import Array, FloatArray, IntArray, ObjectArray
from servicelead.datasets._scenario import Scenario

SECOND = 1_000_000
DAY = 86_400 * SECOND
WEEK = 7 * DAY
#: Weeks between two measurements of an account, and the length of one burst of engagement.
PERIOD_WEEKS = 13

# From eight to six, every day.
_OFFICE_OPENS, _OFFICE_SECONDS = 8 * 3600, 10 * 3600
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True)
class Recipe:
    """Size, calendar, seed and scenario of one simulated business.

    Weeks count from ``start`` (00:00 in the zone), and the last one ends at ``end``, the midnight after ``as_of``.
    """

    n_accounts: int
    seed: int
    scenario: Scenario
    weeks: int
    as_of: dt.date
    zone: str

    @cached_property
    def end(self) -> int:
        """Microseconds of the midnight after ``as_of``: everything simulated happens before it."""
        day_after = self.as_of + dt.timedelta(days=1)
        midnight = dt.datetime.combine(day_after, dt.time(), tzinfo=ZoneInfo(self.zone))
        return (midnight - _EPOCH) // dt.timedelta(microseconds=1)

    @cached_property
    def start(self) -> int:
        """Microseconds at which the first week begins."""
        return self.end - self.weeks * WEEK

    @property
    def last_day(self) -> int:
        """``as_of`` as days since 1970."""
        return (self.as_of - _EPOCH.date()).days

    @property
    def periods(self) -> int:
        """Number of 13-week periods, the last perhaps cut short."""
        return -(-self.weeks // PERIOD_WEEKS)

    def day_of(self, moment: IntArray) -> IntArray:
        """Return the zone's calendar day of each moment, as days since 1970."""
        return self.last_day + 1 + (moment - self.end) // DAY

    def noon_of(self, day: IntArray) -> IntArray:
        """Return the middle of each of the zone's calendar days."""
        return self.end + (day - self.last_day) * DAY - DAY // 2

    @property
    def first_day(self) -> int:
        """First day of the first week, as days since 1970."""
        return self.last_day + 1 - 7 * self.weeks

    def stream(self, *names: str) -> np.random.Generator:
        """Return the random stream of one named part."""
        key = tuple(zlib.crc32(name.encode()) for name in names)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))

    def moments(self, week: IntArray, draw: FloatArray) -> IntArray:
        """Return the moment within the office hours of each week that a number of [0, 1) stands for, to the second."""
        day, second = np.divmod((draw * (7 * _OFFICE_SECONDS)).astype(np.int64), _OFFICE_SECONDS)
        moment: IntArray = self.start + week * WEEK + day * DAY + (_OFFICE_OPENS + second) * SECOND
        return moment


def numbered(prefix: str, numbers: IntArray, *, base: int = 10, width: int = 8) -> ObjectArray:
    """Return labels such as ``A00000042``: a prefix and a number of fixed width, wider only where it must be."""
    highest = int(numbers.max(initial=0))
    if numbers.size > highest + 1:
        # Rows that repeat a number share its label.
        return numbered(prefix, np.arange(highest + 1), base=base, width=width)[numbers]
    width = max(width, len(str(highest))) if base == 10 else width
    digits = np.array([ord(digit) for digit in "0123456789abcdef"], dtype=np.uint32)
    text = np.empty((numbers.size, len(prefix) + width), dtype=np.uint32)
    text[:, : len(prefix)] = [ord(letter) for letter in prefix]
    rest = numbers
    for column in range(len(prefix) + width - 1, len(prefix) - 1, -1):
        rest, digit = np.divmod(rest, base)
        text[:, column] = digits[digit]
    return text.view(np.dtype((np.str_, text.shape[1]))).ravel().astype(object)


def named(labels: tuple[str, ...], codes: Array) -> ObjectArray:
    """Return the label of each code; -1 is no label."""
    return np.array([*labels, None], dtype=object)[codes]


def instants(microseconds: IntArray) -> Array:
    """Return moments as ``datetime64[us]``; the smallest integer is NaT."""
    return microseconds.astype(np.int64).view("datetime64[us]")


def whole_seconds(microseconds: Array) -> IntArray:
    """Return moments rounded down to the second."""
    return microseconds.astype(np.int64) // SECOND * SECOND
