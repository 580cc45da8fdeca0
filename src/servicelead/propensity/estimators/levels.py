"""A feature cut into a few levels: ranges of about equally many rows, or categories; whatever is left is the last."""

import itertools
from collections.abc import Sequence

import numpy as np
from attrs import frozen

from servicelead._typing import FloatArray, IntArray

__all__ = ["Levels", "quantile_cuts"]


def quantile_cuts(values: FloatArray, n_levels: int) -> tuple[float, ...]:
    """Return values of the column that cut it into at most `n_levels` ranges ``(-inf, c], (c, d], ... (z, inf)``.

    The ranges hold about equally many rows; a value that fills several is one cut. Missing values are left out.
    """
    present = values[~np.isnan(values)]
    if not len(present):
        return ()
    cuts = np.unique(np.quantile(present, np.arange(1, n_levels) / n_levels, method="inverted_cdf"))
    return tuple(cuts[cuts < present.max()].tolist())


@frozen(kw_only=True)
class Levels:
    """How one column of an encoded frame falls into levels; the last is for missing and unseen values.

    Attributes
    ----------
    cuts
        Of numbers: the ends of all ranges but the last, each within its range.
    categories
        Of categories: the known ones that are a level of their own, by their code, in the order of levels.
    """

    cuts: tuple[float, ...] = ()
    categories: tuple[int, ...] | None = None

    @classmethod
    def of_numbers(cls, values: FloatArray, n_levels: int) -> "Levels":
        """Cut numbers into ranges of about equally many rows."""
        return cls(cuts=quantile_cuts(values, n_levels))

    @classmethod
    def of_categories(cls, values: FloatArray, n_categories: int, fewest: int = 0) -> "Levels":
        """Give each category with at least so many rows a level, the others the last one."""
        counts = np.bincount(values[~np.isnan(values)].astype(np.int64), minlength=n_categories)
        return cls(categories=tuple(np.flatnonzero(counts >= fewest).tolist()))

    def __len__(self) -> int:
        return (len(self.cuts) + 1 if self.categories is None else len(self.categories)) + 1

    def of(self, values: FloatArray) -> IntArray:
        """Return the level of each value, from 0."""
        last = len(self) - 1
        if self.categories is None:
            return np.where(np.isnan(values), last, np.searchsorted(self.cuts, values, side="left"))
        place = np.full(max(self.categories, default=0) + 2, last)
        place[list(self.categories)] = np.arange(last)
        known = np.where(np.isnan(values), len(place) - 1, values).astype(np.int64)
        return place[np.minimum(known, len(place) - 1)]

    def words(self, labels: Sequence[str] | None) -> list[str]:
        """Return each level in words, `labels` being those of the categories."""
        if self.categories is not None and labels:
            return [*(labels[category] for category in self.categories), "other or missing"]
        ends = [f"{cut:,.6g}" for cut in self.cuts]
        ranges = [f"above {low}, up to {high}" for low, high in itertools.pairwise(ends)]
        return [f"up to {ends[0]}", *ranges, f"above {ends[-1]}", "missing"] if ends else ["any", "missing"]
