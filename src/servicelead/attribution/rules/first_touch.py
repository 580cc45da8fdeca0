"""All credit to the first touch."""

import numpy as np
from attrs import frozen

from servicelead.attribution.results.credit import Block, Pick
from servicelead.attribution.results.strategy import Rule
from servicelead.tables.journeys import Journeys

__all__ = ["FirstTouch"]


@frozen(kw_only=True)
class FirstTouch(Rule):
    """Give the whole value to the first touch of the journey.

    ``share_i = 1 if i = 1 else 0``

    It answers "what opened the door?" and is blind to everything after.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> paths = {"path": ["event > call"], "won": [1], "value": [10.0]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    >>> attribute(journeys, FirstTouch()).share.tolist()
    [1.0, 0.0]
    """

    def credit(self, journeys: Journeys, block: Block) -> Pick:
        """Return the first placement of each journey."""
        del journeys
        filled = np.diff(block.offsets) > 0
        return Pick(np.where(filled, block.offsets[:-1], -1))

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        n = int(journeys.lengths[journey])
        return ["first touch: all the credit", *["not the first touch"] * (n - 1)][:n]
