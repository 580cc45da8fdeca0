"""Splitting whole minor units by exact shares: the largest remainder method."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def split(total: int, shares: Sequence[Fraction]) -> list[int]:
    """Return whole parts that add up to ``total``, each less than one unit from its exact share.

    Every part is first rounded down; the units left over go to the largest remainders, the earliest first where
    remainders are equal. A negative total is split as the negation of its absolute value.
    """
    if total < 0:
        return [-part for part in split(-total, shares)]
    whole = sum(shares, Fraction(0))
    wanted = [total * share / whole for share in shares]
    parts = [floor(part) for part in wanted]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - wanted[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
