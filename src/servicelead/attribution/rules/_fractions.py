"""Shares a person writes as decimals, as the exact fractions they mean."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from servicelead._fields import between

__all__ = ["integer_ratio", "share"]

_LARGEST = 1 << 20  # keeps weights of journeys of a million touches far below 2^61


#: A field that is a share: a number from 0 to 1.
share = between(0, 1)


def integer_ratio(shares: Sequence[float]) -> tuple[int, ...] | None:
    """Return whole numbers in the exact ratio of the shares as written; None where they would be too large.

    >>> integer_ratio([0.4, 0.2, 0.4])
    (2, 1, 2)
    """
    exact = [Fraction(repr(float(value))) for value in shares]
    common = lcm(*(value.denominator for value in exact))
    numbers = tuple(int(value * common) for value in exact)
    return numbers if max(common, *numbers) <= _LARGEST else None
