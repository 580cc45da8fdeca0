"""Lengths of time in words."""

from datetime import timedelta

__all__ = ["length_of"]

_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def length_of(time: timedelta) -> str:
    """Say a length of time in the largest unit that it is a whole number of, else in seconds.

    Examples
    --------
    >>> [length_of(timedelta(hours=hours)) for hours in (0.5, 1, 12, 24, 36, 336)]
    ['30 minutes', '1 hour', '12 hours', '1 day', '36 hours', '14 days']
    """
    for name, unit in _UNITS:
        if not time % unit:
            n = time // unit
            return f"{n:,} {name}" + ("" if n == 1 else "s")
    return f"{time.total_seconds():,.6g} seconds"
