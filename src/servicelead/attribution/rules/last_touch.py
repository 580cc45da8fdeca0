"""All credit to the last touch, or the last that was not direct."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from attrs import field, frozen

from servicelead._fields import kind_of, refuse
from servicelead.attribution.results.credit import Block, Pick
from servicelead.attribution.results.strategy import Rule
from servicelead.kernels.segments import segment_ids
from servicelead.tables.journeys import Journeys

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["LastNonDirect", "LastTouch"]


@frozen(kw_only=True)
class LastTouch(Rule):
    """Give the whole value to the last touch of the journey.

    ``share_i = 1 if i = n else 0``

    It answers "what closed it?" and is blind to everything before; most tools default to it.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> paths = {"path": ["event > call"], "won": [1], "value": [10.0]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    >>> attribute(journeys, LastTouch()).share.tolist()
    [0.0, 1.0]
    """

    def credit(self, journeys: Journeys, block: Block) -> Pick:
        """Return the last placement of each journey."""
        del journeys
        filled = np.diff(block.offsets) > 0
        return Pick(np.where(filled, block.offsets[1:] - 1, -1))

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        n = int(journeys.lengths[journey])
        return [*["not the last touch"] * (n - 1), "last touch: all the credit"][max(0, 1 - n) :]


def _labels(value: Iterable[str]) -> tuple[str, ...]:
    """Return distinct labels in order; what is no collection of them is left for the validator to refuse."""
    given: Any = value
    if isinstance(given, str) or not isinstance(given, Iterable):
        return cast("tuple[str, ...]", given)
    labels = tuple(given)
    return tuple(sorted(set(labels))) if all(isinstance(label, str) for label in labels) else labels


def _collection(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    if not isinstance(value, tuple) or not all(isinstance(label, str) for label in value):
        refuse(instance, attribute, "a collection of channels", kind_of(value), "write e.g. {'direct'}")


@frozen(kw_only=True)
class LastNonDirect(Rule):
    """Give the whole value to the last touch whose channel is not ignored; to the last touch where all are.

    Attributes
    ----------
    ignore
        Channels that say little about who won the deal, such as direct visits.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> paths = {"path": ["event > direct", "direct > direct"], "won": [1, 1], "value": [10.0, 10.0]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    >>> attribute(journeys, LastNonDirect(ignore={"direct"})).share.tolist()
    [1.0, 0.0, 0.0, 1.0]
    """

    ignore: tuple[str, ...] = field(default=("direct",), converter=_labels, validator=_collection)

    def credit(self, journeys: Journeys, block: Block) -> Pick:
        """Return the last placement of each journey that is not ignored."""
        vocabulary = journeys.vocabulary("channel")
        ignored = np.isin(journeys.codes("channel")[block.placements], vocabulary.codes_of(self.ignore))
        last = np.where(np.diff(block.offsets) > 0, block.offsets[1:] - 1, -1)
        counted = np.flatnonzero(~ignored)
        # Placements come in order, so the last one written for a journey is its last.
        last[segment_ids(block.offsets)[counted]] = counted + block.first
        return Pick(last)

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        block = Block.of(journeys, journey, journey + 1)
        begin, end = block.first, block.last
        chosen = int(self.credit(journeys, block).positions[0])
        channels = journeys.vocabulary("channel").decode(journeys.codes("channel")[begin:end])
        return [self._reason(channel, is_chosen=begin + i == chosen) for i, channel in enumerate(channels.tolist())]

    def _reason(self, channel: str, *, is_chosen: bool) -> str:
        ignored = channel in self.ignore
        if is_chosen:
            which = "last touch, as every channel is ignored" if ignored else "last touch whose channel is not ignored"
            return f"{which}: all the credit"
        return f"ignored channel {channel}" if ignored else "not the last touch whose channel is not ignored"
