"""Credit by weights of the caller's: per label, or per placement."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen

from servicelead._fields import at_least, is_number, kind_of, read_only, refuse, text, word
from servicelead._typing import FloatArray, IntArray
from servicelead.attribution.results.credit import Block, GivenShares, Shares, weightless
from servicelead.attribution.results.result import Attribution
from servicelead.attribution.results.strategy import Ready, Rule
from servicelead.attribution.results.totals import blocks
from servicelead.attribution.rules._fractions import integer_ratio
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.segments import segment_sums
from servicelead.kernels.shares import normalised_shares
from servicelead.tables.base import frozen_array
from servicelead.tables.journeys import Journeys

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["Custom", "Weighted"]


def _weights(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    rule, remedy = "a mapping of label to a finite weight of at least 0", "correct the weights"
    if not isinstance(value, Mapping):
        refuse(instance, attribute, rule, kind_of(value), remedy)
    for weight in value.values():
        if not is_number(weight) or weight < 0:
            refuse(instance, attribute, rule, "a weight below 0" if is_number(weight) else kind_of(weight), remedy)


def _callable(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    if not callable(value):
        refuse(instance, attribute, "a function of Journeys", kind_of(value), "pass it without calling it")


@frozen(kw_only=True)
class Weighted(Rule):
    """Share the value in proportion to a weight per label.

    ``share_i ∝ weights[label_i]``; a journey whose weights are all 0 is shared equally and counted in ``warnings``.

    Attributes
    ----------
    by
        Dimension of the labels: channel, team, group or campaign.
    weights
        Weight of each label, at least 0; labels not named weigh ``other``.
    other
        Weight of labels that are not named.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> paths = {"path": ["event > call"], "won": [1], "value": [10.0]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    >>> attribute(journeys, Weighted(weights={"event": 1, "call": 3})).value.tolist()
    [2.5, 7.5]
    """

    by: str = field(default="channel", validator=word("channel", "team", "group", "campaign"))
    weights: Mapping[str, float] = field(converter=read_only, validator=_weights, hash=False)
    other: float = field(default=0.0, validator=at_least(0))

    def attribute(self, journeys: Journeys) -> Attribution:
        """Return the credit of every placement.

        Raises
        ------
        MissingTimesError
            When the labels are not channels and the journeys are aggregated paths.
        """
        n_fallback = 0
        for block in blocks(journeys):
            heavy = segment_sums((self._weigh(journeys, block) > 0).astype(np.int64), block.offsets)
            n_fallback += int(np.count_nonzero((heavy == 0) & (np.diff(block.offsets) > 0)))
        return evolve(super().attribute(journeys), warnings=weightless(n_fallback))

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return each placement's weight over the sum of its journey's."""
        return Shares(normalised_shares(self._weigh(journeys, block), block.offsets)[0])

    def integer_weights(self, journeys: Journeys, block: Block) -> IntArray | None:
        """Return whole numbers in the exact ratio of the weights as written."""
        ratio = integer_ratio(self._table(journeys))
        return None if ratio is None else np.array(ratio, dtype=np.int64)[journeys.codes(self.by)[block.placements]]

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return the same words for every touch of one journey."""
        return [f"in proportion to the weight of its {self.by}"] * int(journeys.lengths[journey])

    def _table(self, journeys: Journeys) -> list[float]:
        """Return the weight of every label, and, last, of a touch without one (whose code is -1)."""
        labels = journeys.vocabulary(self.by).labels.tolist()
        return [float(weight) for weight in (*(self.weights.get(label, self.other) for label in labels), self.other)]

    def _weigh(self, journeys: Journeys, block: Block) -> FloatArray:
        return np.array(self._table(journeys))[journeys.codes(self.by)[block.placements]]


@frozen(kw_only=True)
class Custom(Ready):
    """Share the value in proportion to weights that a function of yours gives.

    ``share_i ∝ weigh(journeys)_i``; a journey whose weights are all 0 is shared equally and counted in ``warnings``.

    Attributes
    ----------
    weigh
        Takes the `Journeys`, returns one finite weight of at least 0 per placement: float64 (p,).
    name
        What to call it in results.

    Examples
    --------
    >>> import numpy as np
    >>> from servicelead import Journeys, attribute
    >>> paths = {"path": ["event > call > call"], "won": [1], "value": [9.0]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", value="value")
    >>> rising = Custom(weigh=lambda j: np.arange(j.n_placements) - np.repeat(j.offsets[:-1], j.lengths))
    >>> attribute(journeys, rising).value.tolist()
    [0.0, 3.0, 6.0]
    """

    weigh: Callable[[Journeys], Any] = field(validator=_callable)
    name: str = field(default="custom", validator=text())

    def attribute(self, journeys: Journeys) -> Attribution:
        """Return the credit of every placement; `InvalidValueError` when the weights are not as they should be."""
        given = self.weigh(journeys)
        try:
            weights = np.array(given, dtype=np.float64)
        except (TypeError, ValueError):
            raise InvalidValueError("Custom.weigh must return numbers, one per placement; got something else") from None
        if weights.shape != (journeys.n_placements,):
            raise InvalidValueError(
                f"Custom.weigh must return one weight per placement ({journeys.n_placements}), "
                f"got an array of shape {weights.shape}"
            )
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise InvalidValueError("Custom.weigh must return finite weights of at least 0; got others among them")
        shares, n_fallback = normalised_shares(weights, journeys.offsets)
        source = GivenShares(frozen_array(shares), f"in proportion to the weight that {self.name} gives it")
        return Attribution(journeys=journeys, strategy=self, source=source, warnings=weightless(n_fallback))
