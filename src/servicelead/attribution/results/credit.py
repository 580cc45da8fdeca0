"""How a model states its credit for a block of journeys, cheaply enough that totals never write it all down."""

from typing import NamedTuple, Protocol

from attrs import frozen

from servicelead._typing import FloatArray, IntArray
from servicelead.tables.journeys import Journeys

__all__ = ["Block", "Credit", "Equal", "GivenShares", "Pick", "Shares", "weightless"]


class Block(NamedTuple):
    """Some consecutive journeys: numbers ``[start, stop)`` and their placements ``[first, last)``."""

    start: int
    stop: int
    first: int
    last: int
    offsets: IntArray

    @classmethod
    def of(cls, journeys: Journeys, start: int, stop: int) -> "Block":
        """Return the block of journeys ``[start, stop)``."""
        offsets = journeys.offsets[start : stop + 1]
        return cls(start, stop, int(offsets[0]), int(offsets[-1]), offsets)

    @property
    def placements(self) -> slice:
        """The placements of the block."""
        return slice(self.first, self.last)

    @property
    def journeys(self) -> slice:
        """The journeys of the block."""
        return slice(self.start, self.stop)


class Equal(NamedTuple):
    """Every placement of a journey has the same share."""


class Pick(NamedTuple):
    """One placement of each journey has it all: its position, -1 where a journey has no placement."""

    positions: IntArray


class Shares(NamedTuple):
    """A share per placement of the block."""

    shares: FloatArray


class Credit(Protocol):
    """A model's credit, block by block."""

    def credit(self, journeys: Journeys, block: Block) -> Equal | Pick | Shares:
        """Return the shares of one block; each journey's add up to 1."""
        ...

    def integer_weights(self, journeys: Journeys, block: Block) -> IntArray | None:
        """Return exact relative weights where shares are rational, for splitting money; None where they are not."""
        ...

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return, for each placement of one journey, why it has its share."""
        ...


@frozen(eq=False)
class GivenShares:
    """Shares already worked out, one per placement."""

    shares: FloatArray
    words: str = "share of the model"

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return the block's slice."""
        del journeys
        return Shares(self.shares[block.placements])

    def integer_weights(self, journeys: Journeys, block: Block) -> None:
        """Return None: these shares need not be rational."""

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return the same words for every placement."""
        return [self.words] * int(journeys.lengths[journey])


def weightless(n: int) -> tuple[str, ...]:
    """Return the warning that so many journeys had touches of no weight; none for no journey."""
    return (f"journeys whose weights are all 0, shared equally over their touches: {n:,}",) if n else ()
