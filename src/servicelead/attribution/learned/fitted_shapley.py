"""Shapley values found, and the credit that follows from them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._fields import read_only
from servicelead._typing import FloatArray, IntArray
from servicelead.attribution.learned.labelling import in_words, unmet
from servicelead.attribution.results.arguments import require_journeys
from servicelead.attribution.results.credit import Block, Shares
from servicelead.attribution.results.result import Attribution
from servicelead.attribution.results.totals import blocks
from servicelead.columns.table import ResultTable
from servicelead.kernels.coalitions import coalitions_of, repeats_within, split_weights
from servicelead.kernels.segments import segment_sums
from servicelead.kernels.shares import normalised_shares
from servicelead.tables.base import frozen_array
from servicelead.tables.journeys import Journeys

__all__ = ["FittedShapley", "RateShapley"]


@frozen(kw_only=True)
class FittedShapley:
    """The Shapley values of some journeys, ready to give credit to these or others.

    Attributes
    ----------
    strategy
        The `Shapley` that was fitted.
    values
        One row per channel (or team), largest first. Of the sum game: ``value`` in major units and ``conversions``,
        the same game played for wins. Of the rate game: ``value``, in conversions per closed journey, and its
        ``standard_error``, 0 where it is exact. Each column of values adds up to the worth of all channels together.
    weights
        What a channel weighs in a journey of the rate game: its value, or 0 where that is negative. Empty for the
        sum game, whose credit needs no fit; so attributions of parts that were fitted apart add up there.

    Notes
    -----
    In the sum game, the credit of a channel's touches adds up to its Shapley value, so ``attribution.by("channel")``
    gives the values with intervals. In the rate game it does not: values are of all journeys, credit of the won ones.
    """

    strategy: Any
    values: ResultTable = field(eq=False, repr=False)
    weights: Mapping[str, float] = field(converter=read_only, repr=False, hash=False)

    def attribute(self, journeys: Journeys) -> Attribution:
        """Return the credit of every placement.

        Raises
        ------
        InvalidValueError
            For what is not journeys.
        MissingTimesError
            For values by team, when the journeys are aggregated paths.
        """
        require_journeys("FittedShapley.attribute()", journeys)
        return Attribution(journeys=journeys, strategy=self, source=self, warnings=self._warnings(journeys))

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return each placement's part of its channel's part of the journey."""
        repeats, n_distinct = self._repeats(journeys, block)
        if self.strategy.game == "sum":
            return Shares(1.0 / (np.repeat(n_distinct, np.diff(block.offsets)) * repeats))
        weights = self._weigh(journeys, block) / repeats
        return Shares(normalised_shares(weights, block.offsets)[0])

    def integer_weights(self, journeys: Journeys, block: Block) -> IntArray | None:
        """Return exact weights of the sum game; None for the rate game, whose values are no fractions."""
        if self.strategy.game == "sum":
            return split_weights(*self._repeats(journeys, block), block.offsets)
        return None

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return why each touch of one journey has its share."""
        block, by = Block.of(journeys, journey, journey + 1), self.strategy.by
        repeats, n_distinct = self._repeats(journeys, block)
        whys = [f"one of {n_distinct[0]} {by}s, equal parts"] * len(repeats)
        if self.strategy.game == "rate":
            if not self._weigh(journeys, block).any():
                return ["no value above 0: equal parts"] * len(repeats)
            worth = dict(zip(self.values[by].tolist(), self.values["value"].tolist(), strict=True))
            labels = journeys.vocabulary(by).decode(journeys.codes(by)[block.placements]).tolist()
            whys = [f"in proportion to the Shapley value of its {by}, {in_words(worth.get(label))}" for label in labels]
        return [
            why if n == 1 else f"{why}, over its {n} touches" for why, n in zip(whys, repeats.tolist(), strict=True)
        ]

    def _repeats(self, journeys: Journeys, block: Block) -> tuple[IntArray, IntArray]:
        by = self.strategy.by
        return repeats_within(journeys.codes(by)[block.placements], block.offsets, len(journeys.vocabulary(by)))

    def _weigh(self, journeys: Journeys, block: Block) -> FloatArray:
        by = self.strategy.by
        table = np.array([self.weights.get(label, 0.0) for label in journeys.vocabulary(by).labels.tolist()])
        return table[journeys.codes(by)[block.placements]]

    def _warnings(self, journeys: Journeys) -> tuple[str, ...]:
        if self.strategy.game == "sum":
            return ()
        n = 0
        for block in blocks(journeys):
            heavy = segment_sums((self._weigh(journeys, block) > 0).astype(np.int64), block.offsets)
            n += int(np.count_nonzero((heavy == 0) & (np.diff(block.offsets) > 0)))
        by = self.strategy.by
        hollow = f"journeys in which no {by} has a value above 0, shared equally over their touches: {n:,}"
        return (*((hollow,) if n else ()), *unmet(journeys, (by,), ((label,) for label in self.weights)))


@frozen(kw_only=True)
class RateShapley(FittedShapley):
    """The Shapley values of the rate game, exact, with the rate of every coalition.

    Attributes
    ----------
    labels
        The channels (or teams), in the order of the bits below.
    won, closed : int64 (2^n,)
        What was won and closed in journeys whose channels all lie in each coalition; bit ``i`` of the position says
        whether channel ``i`` belongs.
    """

    labels: tuple[str, ...] = field(repr=False)
    won: IntArray = field(converter=frozen_array, eq=False, repr=False)
    closed: IntArray = field(converter=frozen_array, eq=False, repr=False)

    def conversion_probability_of(self, journeys: Journeys) -> FloatArray:
        r"""Return the probability that each journey is won, from the channels it has.

        .. math:: p = \frac{w(S) + r}{n(S) + 1}

        with w(S) of n(S) journeys won whose channels all lie in those of this one, S, and r the rate of all: as if one
        more journey had been seen, won at the common rate. Channels the fit has not seen are passed over.

        Returns
        -------
        float64 (n,)
            0 for all where nothing was closed.

        Raises
        ------
        InvalidValueError
            For what is not journeys.
        MissingTimesError
            As `attribute`.
        """
        require_journeys("RateShapley.conversion_probability_of()", journeys)
        by, n = self.strategy.by, len(self.labels)
        place = {label: bit for bit, label in enumerate(self.labels)}
        bits = np.array([place.get(label, n) for label in journeys.vocabulary(by).labels.tolist()], dtype=np.int32)
        packed = coalitions_of(bits[journeys.codes(by)], journeys.offsets, n + 1)[:, 0]
        coalition = (packed & np.uint64((1 << n) - 1)).astype(np.int64)
        rate = float(self.won[-1]) / max(int(self.closed[-1]), 1)
        return (self.won[coalition] + rate) / (self.closed[coalition] + 1.0)
