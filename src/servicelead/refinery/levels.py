"""The levels of an attribute: its labels, or the quarters of its numbers."""

from collections.abc import Iterator

import numpy as np

from servicelead._typing import Array, BoolArray

__all__ = ["levels_of"]

MISSING_LEVEL = "(unknown)"


def levels_of(values: Array, missing: BoolArray) -> Iterator[tuple[str, BoolArray]]:
    """Yield each level that occurs and which rows have it; together they are every row once.

    Labels come in order of their text, quarters ascending, what is missing last. Quarters are cut at the quartiles,
    each from its lower edge on; where numbers repeat there are fewer.

    Examples
    --------
    >>> values, missing = np.array([1.0, 2.0, 3.0, 4.0, np.nan]), np.array([False] * 4 + [True])
    >>> [(name, int(has.sum())) for name, has in levels_of(values, missing)]
    [('below 1.75', 1), ('1.75 to 2.5', 1), ('2.5 to 3.25', 1), ('from 3.25', 1), ('(unknown)', 1)]
    """
    if values.dtype.kind == "f":
        yield from _quarters(values, missing)
    else:
        for label in sorted({str(value) for value in values[~missing].tolist()}):
            yield label, np.array([str(value) == label for value in values.tolist()], dtype=bool) & ~missing
    if missing.any():
        yield MISSING_LEVEL, missing


def _quarters(values: Array, missing: BoolArray) -> Iterator[tuple[str, BoolArray]]:
    known = values[~missing]
    if not len(known):
        return
    cuts = np.unique(np.quantile(known, (0.25, 0.5, 0.75)))
    cuts = cuts[cuts > known.min()]
    place = np.where(missing, -1, np.searchsorted(cuts, values, side="right"))
    for quarter in range(len(cuts) + 1):
        has = place == quarter
        if not has.any():
            continue
        low, high = (f"{cuts[at]:,.6g}" if 0 <= at < len(cuts) else "" for at in (quarter - 1, quarter))
        name = f"{low} to {high}" if low and high else f"from {low}" if low else f"below {high}" if high else "any"
        yield name, has
