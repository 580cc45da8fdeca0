"""Values that belong to one outcome alone, such as the value of a deal that was closed."""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.uncertainty import Rate

__all__ = ["find_purest"]

#: How much rarer than in all rows the other outcome must be for a value to count as belonging to one outcome alone.
_RARER = 20.0


def find_purest(
    column: FloatArray, n_categories: int, outcome: BoolArray, group: IntArray, confidence: float
) -> Rate | None:
    """Return how many groups had one outcome only where a value was there; None where no value is so telling.

    The other outcome must surely be at least twenty times as rare there as in all rows, for as many values as were
    looked at. Of several such values the one that most groups have is told.
    """
    level = 1.0 - (1.0 - confidence) / (2 * (n_categories + 1))
    found = []
    for rows in _value_sets(column, n_categories):
        for hit in (outcome, ~outcome):
            bound = 1.0 - (1.0 - float(np.mean(hit))) / _RARER
            if rows.all() or not rows.any() or np.mean(hit[rows]) <= bound:
                continue
            there, missed = np.unique(group[rows]), np.unique(group[rows & ~hit])
            rate = Rate(len(there) - len(missed), len(there))
            if rate.exceeds(bound) >= level:
                found.append(rate)
    return max(found, key=lambda rate: rate.trials, default=None)


def _value_sets(column: FloatArray, n_categories: int) -> Iterator[BoolArray]:
    """Yield the rows where there is a value at all (of numbers: another than 0), then those of each category."""
    filled = ~np.isnan(column)
    yield filled if n_categories else filled & (column != 0)
    for category in range(n_categories):
        yield column == category
