"""Months, quarters and years of a business: where each begins, in its zone and fiscal year."""

from typing import Literal, TypeAlias, get_args

import numpy as np
from attrs import field, frozen

from servicelead._fields import kind_of
from servicelead._typing import IntArray
from servicelead.columns.zones import Zone
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.kernels.binning import bins

__all__ = ["Grain", "Periods"]

Grain: TypeAlias = Literal["month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@frozen(kw_only=True, eq=False)
class Periods:
    """Consecutive periods, oldest first; period p covers ``[boundaries[p], boundaries[p + 1])``.

    Attributes
    ----------
    grain
        ``"month"``, ``"quarter"`` or ``"year"``.
    labels
        ``2024-12``, ``2024-Q4``, ``2024``; of a fiscal year that begins in another month than January ``FY2025-Q2`` and
        ``FY2025``, named for the year in which it ends.
    boundaries
        UTC microseconds, one more than there are periods.
    """

    grain: Grain
    labels: tuple[str, ...]
    boundaries: IntArray = field(repr=False)

    @classmethod
    def spanning(
        cls, first: int, as_of: int, *, grain: str, zone: Zone, fiscal_year_start: int, whole: bool
    ) -> "Periods":
        """Return the periods from that of one instant to the last that is over at another, or to that instant itself.

        Parameters
        ----------
        first, as_of
            UTC microseconds; `as_of` is inside.
        grain, zone, fiscal_year_start
            What periods there are.
        whole
            Whether a period that is not over at `as_of` is left out; else it ends there.
        """
        if grain not in get_args(Grain):
            raise InvalidValueError(
                f"grain must be one of {', '.join(get_args(Grain))}; got {kind_of(grain)}; choose one of these words"
            )
        size, shift = _MONTHS[grain], fiscal_year_start - 1 if grain != "month" else 0
        ends = zone.months(np.array([min(first, as_of + 1), as_of + 1], dtype=np.int64))
        low, high = ((ends - shift) // size).tolist()
        months = np.arange(low, high + 1, dtype=np.int64) * size + shift
        days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        boundaries = zone.day_start(days)
        if not whole and boundaries[-1] <= as_of:
            boundaries, months = np.append(boundaries, as_of + 1), np.append(months, months[-1] + size)
        boundaries.flags.writeable = False
        labels = tuple(_label(grain, int(month), shift) for month in months[:-1].tolist())
        return cls(grain=grain, labels=labels, boundaries=boundaries)  # type: ignore[arg-type]  # it was checked

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def closes(self) -> IntArray:
        """The last microsecond of each period."""
        return self.boundaries[1:] - 1

    def of(self, instants: IntArray) -> IntArray:
        """Return the period of each instant; -1 before the first, the number of periods after the last."""
        return bins(instants, self.boundaries)

    def position(self, label: str) -> int:
        """Return the place of a period.

        Raises
        ------
        UnknownNameError
            When it is not one of them.
        """
        if label not in self.labels:
            reach = f"from {self.labels[0]} to {self.labels[-1]}" if self.labels else "none"
            raise UnknownNameError(f"no such {self.grain} in the ledger; it has {reach}, written like these")
        return self.labels.index(label)

    def is_to_come(self, label: str) -> bool:
        """Whether a label is written like these and sorts after the last: it is not yet observable."""
        like = bool(self.labels) and len(label) == len(self.labels[-1])
        return like and label[:-1].strip("FYQ0123456789-") == "" and label > self.labels[-1]


def _label(grain: str, month: int, shift: int) -> str:
    year, place = 1970 + month // 12, month % 12
    if grain == "month":
        return f"{year:04d}-{place + 1:02d}"
    fiscal = f"FY{year + (place >= shift):04d}" if shift else f"{year:04d}"
    return fiscal if grain == "year" else f"{fiscal}-Q{(place - shift) % 12 // 3 + 1}"
