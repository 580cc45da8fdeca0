"""Credit to the touches at a deal's milestones: first touch, lead, opportunity, close."""

from fractions import Fraction

import numpy as np
from attrs import astuple, field, fields, frozen

from servicelead._typing import MISSING, IntArray
from servicelead.attribution.results.credit import Block, Shares
from servicelead.attribution.results.strategy import Rule
from servicelead.attribution.rules._fractions import integer_ratio, share
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.shares import milestone_shares, milestone_weights
from servicelead.kernels.windows import bisect_ranges
from servicelead.tables.journeys import Journeys

__all__ = ["FullPath", "WShaped"]

_WORDS = {
    "first": "first touch",
    "lead": "last touch at or before the lead was created",
    "opportunity": "last touch at or before the opportunity was created",
    "close": "last touch before the close",
}


@frozen(kw_only=True)
class _Milestones(Rule):
    """What the milestone rules share; their fields are the milestones, in order, with their shares."""

    def __attrs_post_init__(self) -> None:
        if sum(Fraction(repr(float(value))) for value in astuple(self)) > 1:
            raise InvalidValueError(
                f"{type(self).__name__}: the milestones' shares must add up to at most 1; lower one of them"
            )

    @property
    def rest(self) -> float:
        """Share of the touches at no milestone, together."""
        return float(1 - sum((Fraction(repr(float(value))) for value in astuple(self)), Fraction(0)))

    def check(self, journeys: Journeys) -> None:
        """Raise when the journeys have no times."""
        _ = journeys.times

    def marks(self, journeys: Journeys, block: Block) -> IntArray:
        """Return the position of each milestone's touch in each journey, -1 where it has none."""
        offsets = block.offsets
        filled = np.diff(offsets) > 0
        lead, opportunity = (times[block.journeys] for times in journeys.milestones())
        places = {
            "first": np.where(filled, offsets[:-1], -1),
            "lead": _last_at_or_before(journeys.times, offsets, lead),
            "opportunity": _last_at_or_before(journeys.times, offsets, opportunity),
            "close": np.where(filled, offsets[1:] - 1, -1),
        }
        return np.stack([places[a.name] for a in fields(type(self))])

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return the shares by milestone."""
        weights = np.array(astuple(self), dtype=np.float64)
        return Shares(milestone_shares(block.offsets, self.marks(journeys, block), weights, self.rest))

    def integer_weights(self, journeys: Journeys, block: Block) -> IntArray | None:
        """Return whole numbers in the exact ratio of the shares."""
        ratio = integer_ratio([*astuple(self), self.rest])
        if ratio is None:
            return None
        weights = np.array(ratio[:-1], dtype=np.int64)
        return milestone_weights(block.offsets, self.marks(journeys, block), weights, ratio[-1])

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        block = Block.of(journeys, journey, journey + 1)
        begin, end = block.first, block.last
        marks = self.marks(journeys, block)[:, 0].tolist()
        words: list[list[str]] = [[] for _ in range(end - begin)]
        for attribute, position, value in zip(fields(type(self)), marks, astuple(self), strict=True):
            if position >= 0:
                words[position - begin].append(f"{_WORDS[attribute.name]} ({100 * value:g}%)")
        return [" and ".join(found) if found else "at no milestone: a part of the rest" for found in words]


def _last_at_or_before(times: IntArray, offsets: IntArray, instants: IntArray) -> IntArray:
    place = bisect_ranges(times, offsets[:-1], offsets[1:], instants, side="right") - 1
    return np.where((instants != MISSING) & (place >= offsets[:-1]), place, -1)


@frozen(kw_only=True)
class WShaped(_Milestones):
    """Share the value between the first touch, the lead's and the opportunity's creation, and the rest (the "W").

    The first touch has ``first``; the last touch at or before the lead's creation ``lead``; the last at or before the
    opportunity's creation ``opportunity``; the other touches share what remains to 1 equally. Milestones on one touch
    add. Absent milestones, and the rest where there are no other touches, are dropped and what remains is divided by
    its sum. The lead is the opportunity's own, else the account's earliest lead created in the window.

    Attributes
    ----------
    first, lead, opportunity
        Shares of the milestones, from 0 to 1, together at most 1.

    Raises
    ------
    MissingTimesError
        On aggregated paths, which have no milestones.
    """

    first: float = field(default=0.3, validator=share)
    lead: float = field(default=0.3, validator=share)
    opportunity: float = field(default=0.3, validator=share)


@frozen(kw_only=True)
class FullPath(_Milestones):
    """Share the value between first touch, lead, opportunity, last touch, and the rest (the "full path").

    `WShaped` with the last touch before the close as the fourth milestone: ``close`` is its share. Milestones on one
    touch add, absent ones are dropped and what remains is divided by its sum, as there.

    Attributes
    ----------
    first, lead, opportunity, close
        Shares of the milestones, from 0 to 1, together at most 1.

    Raises
    ------
    MissingTimesError
        On aggregated paths, which have no milestones.
    """

    first: float = field(default=0.225, validator=share)
    lead: float = field(default=0.225, validator=share)
    opportunity: float = field(default=0.225, validator=share)
    close: float = field(default=0.225, validator=share)
