"""Most credit to both ends of the journey."""

from fractions import Fraction

from attrs import field, frozen

from servicelead._typing import IntArray
from servicelead.attribution.results.credit import Block, Shares
from servicelead.attribution.results.strategy import Rule
from servicelead.attribution.rules._fractions import integer_ratio, share
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.shares import position_shares, position_weights
from servicelead.tables.journeys import Journeys

__all__ = ["PositionBased"]


@frozen(kw_only=True)
class PositionBased(Rule):
    """Share the value between the first touch, the last touch and those between them (the "U shape").

    The first has ``first``, the last ``last``, the others share ``1 - first - last`` equally. A single touch has it
    all; two touches share in the ratio ``first : last``.

    Attributes
    ----------
    first, last
        Shares of the ends, from 0 to 1, together at most 1.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> paths = {"path": ["event > call > demo > visit"], "won": [1], "value": [10.0]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    >>> attribute(journeys, PositionBased()).value.round(6).tolist()
    [4.0, 1.0, 1.0, 4.0]
    """

    first: float = field(default=0.4, validator=share)
    last: float = field(default=0.4, validator=share)

    def __attrs_post_init__(self) -> None:
        if Fraction(repr(float(self.first))) + Fraction(repr(float(self.last))) > 1:
            raise InvalidValueError("PositionBased.first and .last must add up to at most 1; lower one of them")

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return the shares by position."""
        del journeys
        return Shares(position_shares(block.offsets, self.first, self.last))

    def integer_weights(self, journeys: Journeys, block: Block) -> IntArray | None:
        """Return whole numbers in the exact ratio of the shares."""
        del journeys
        rest = Fraction(1) - Fraction(repr(float(self.first))) - Fraction(repr(float(self.last)))
        ratio = integer_ratio([self.first, self.last, float(rest)])
        if ratio is None:
            return None
        first, last, middle = ratio
        return position_weights(block.offsets, first, last, middle)

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        n = int(journeys.lengths[journey])
        if n <= 1:
            return ["the only touch: all the credit"] * n
        first, last = f"{100 * self.first:g}", f"{100 * self.last:g}"
        if n == 2:
            return [f"{end} of two touches, in the ratio {first} to {last}" for end in ("first", "last")]
        rest = f"{100 * (1 - self.first - self.last):g}%"
        middle = (
            f"the touch between first and last ({rest})"
            if n == 3
            else f"one of {n - 2} touches between first and last, which share {rest}"
        )
        return [f"first touch ({first}%)", *[middle] * (n - 2), f"last touch ({last}%)"]
