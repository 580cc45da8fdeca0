"""Equal credit to every touch."""

from attrs import frozen

from servicelead.attribution.results.credit import Block, Equal
from servicelead.attribution.results.strategy import Rule
from servicelead.tables.journeys import Journeys

__all__ = ["Linear"]


@frozen(kw_only=True)
class Linear(Rule):
    """Share the value equally over all touches; each repeat of a channel counts.

    ``share_i = 1 / n``

    It rewards volume: who touches most is credited most.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> paths = {"path": ["event > call"], "won": [1], "value": [10.0]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    >>> attribute(journeys, Linear()).value.tolist()
    [5.0, 5.0]
    """

    def credit(self, journeys: Journeys, block: Block) -> Equal:
        """Return equal shares."""
        del journeys, block
        return Equal()

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        n = int(journeys.lengths[journey])
        return [f"one of {n} touches, equal parts"] * n
