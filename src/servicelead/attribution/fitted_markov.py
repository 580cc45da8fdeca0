"""A fitted Markov chain: what it learned, and the credit that follows from it."""

from collections.abc import Collection
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._typing import BoolArray, FloatArray
from servicelead.attribution.backing_off import conversion_chances, last_labels
from servicelead.attribution.chain import Chain
from servicelead.attribution.credit import Block, Shares, weightless
from servicelead.attribution.labelling import labels_of_placements
from servicelead.attribution.removal import losses
from servicelead.attribution.result import Attribution
from servicelead.attribution.summary import Summary
from servicelead.attribution.totals import blocks
from servicelead.attribution.worth import Worth
from servicelead.columns.table import ResultTable
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import UndefinedRateError, UnknownNameError
from servicelead.kernels.shares import normalised_shares
from servicelead.tables.journeys import Journeys

__all__ = ["FittedMarkovChain"]

_BITS = 40


@frozen(kw_only=True)
class FittedMarkovChain:
    """A `MarkovChain` fitted to journeys: ready to give credit, and to say what it learned.

    It shares out credit and does not measure effect: what it learned is association.

    Attributes
    ----------
    strategy, summary
        What it was fitted by and to.
    effects : float64 (n_labels,)
        Removal effect of each of the summary's labels; NaN where nothing converted.
    residual_bound
        Proven bound on the error of the removal effects; 0 where the chain was eliminated.
    chain, known
        The states and flows that the summary stands for, and what each state is worth.
    """

    strategy: Any
    summary: Summary = field(repr=False)
    effects: FloatArray = field(eq=False, repr=False)
    residual_bound: float = field(eq=False, repr=False)
    chain: Chain = field(eq=False, repr=False)
    known: Worth = field(eq=False, repr=False)

    @property
    def conversion_probability(self) -> float:
        """Probability that a journey converts: the observed conversion rate of those fitted, in [0, 1].

        Raises
        ------
        UndefinedRateError
            When there was no journey to fit.
        """
        if not len(self.summary.keys):
            raise UndefinedRateError("FittedMarkovChain: no journey, no conversion rate; fit won and lost journeys")
        conversions, others = self.chain.exits.sum(axis=0)
        return float(conversions / (conversions + others))

    def conversion_probability_of(self, journeys: Journeys) -> FloatArray:
        """Return the probability that each journey, ended as it did, was won: float64 (n,), above 0 and below 1.

        It is the rate at which journeys that ended after the same last labels were won; seldom ones lean on the rate
        after fewer labels, as the chances in `choose_order` do.
        """
        return conversion_chances(self.summary, last_labels(journeys, self.summary, self.strategy.order))

    @property
    def n_states(self) -> int:
        """Number of states, the start among them."""
        return self.chain.n_states

    @cached_property
    def removal_effect(self) -> ResultTable:
        """What each label's removal takes away, largest first.

        Columns: the label; ``removal_effect`` (a part of all conversions, or of their value; NaN where there are none);
        ``channel_share`` (or ``team_share``: its part of the sum of positive effects, which is *not* its share of touch
        credit; NaN where there is none); ``drag``, minus a negative effect times the converted value, in major units:
        shown beside credit, never netted from it.
        """
        positive = np.maximum(self.effects, 0.0)
        whole_effect = float(np.sum(positive))
        share = positive / whole_effect if whole_effect > 0 else np.full(len(positive), np.nan)
        value = float(np.sum(self.chain.value))
        if self.summary.currency is not None:
            value /= 10.0 ** currency_exponent(self.summary.currency)
        names = self.summary.dimensions
        columns: dict[str, Any] = {
            name: np.array([label[i] for label in self.summary.labels], dtype=object) for i, name in enumerate(names)
        }
        columns |= {"removal_effect": self.effects, f"{names[-1]}_share": share}
        columns["drag"] = np.nan_to_num(np.maximum(-self.effects, 0.0)) * value
        return ResultTable(columns).take(np.argsort(-self.effects, kind="stable"))

    def effect_of(self, **labels: str | Collection[str]) -> float:
        """Return the removal effect of several labels taken away together.

        Parameters
        ----------
        **labels
            Labels of a dimension of the chain: ``channel=["ad", "call"]``, ``team="services"``. Of several dimensions,
            touches that fit all are removed.

        Returns
        -------
        float
            A part of all conversions, or of their value.

        Raises
        ------
        UnknownNameError
            For a dimension the chain does not remember, or a label it has not met.
        UndefinedRateError
            When nothing converted, so that there is nothing to take a part of.

        Examples
        --------
        >>> from servicelead import Journeys
        >>> from servicelead.attribution import MarkovChain
        >>> paths = {"path": ["ad > call", "call", "mail", "ad"], "won": [2, 1, 1, 0], "lost": [0, 1, 0, 2]}
        >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", nonconversions="lost")
        >>> MarkovChain().fit(journeys).effect_of(channel=["ad", "mail"])
        0.625
        """
        if not self.known.total:
            raise UndefinedRateError("FittedMarkovChain.effect_of: nothing converted, so nothing can be lost")
        gone = self._labels(labels)
        if not gone.any():
            return 0.0
        return float(losses(self.chain, [gone], self.strategy.removal, self.known)[0][0])

    def _labels(self, wanted: Any) -> BoolArray:
        gone = np.full(len(self.summary.labels), bool(wanted))
        for name, given in wanted.items():
            names = {given} if isinstance(given, str) else set(given)
            if name not in self.summary.dimensions:
                raise UnknownNameError(
                    f"the chain does not remember {name!r}; fit MarkovChain(by=...) with it, e.g. "
                    'by=("team", "channel")'
                )
            own = [label[self.summary.dimensions.index(name)] for label in self.summary.labels]
            if not names <= set(own):
                raise UnknownNameError(f"no such {name} in the journeys fitted; see removal_effect for what there is")
            gone &= np.array([label in names for label in own], dtype=np.bool_)
        return gone

    def attribute(self, journeys: Journeys) -> Attribution:
        """Return the credit of every placement.

        Raises
        ------
        MissingTimesError
            When the chain remembers teams and the journeys are aggregated paths.
        """
        n = 0
        for block in blocks(journeys):
            n += normalised_shares(self._weigh(journeys, block.placements), block.offsets)[1]
        return Attribution(journeys=journeys, strategy=self, source=self, warnings=weightless(n))

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return each placement's weight over the sum of its journey's."""
        return Shares(normalised_shares(self._weigh(journeys, block.placements), block.offsets)[0])

    def integer_weights(self, journeys: Journeys, block: Block) -> None:
        """Return None: effects are not rational."""

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return the removal effect that each touch of one journey weighs."""
        weights = self._weigh(journeys, Block.of(journeys, journey, journey + 1).placements)
        if not weights.any():
            return ["no removal effect above 0: equal parts"] * len(weights)
        what = " and ".join(self.summary.dimensions)
        return [f"in proportion to the removal effect of its {what}, {weight:.4f}" for weight in weights.tolist()]

    @cached_property
    def _weights(self) -> FloatArray:
        """What each label weighs: its effect to 40 binary digits, so that the last ones do not decide over a cent."""
        digits, exponent = np.frexp(np.maximum(np.nan_to_num(self.effects), 0.0))
        rounded: FloatArray = np.ldexp(np.rint(digits * 2.0**_BITS), exponent - _BITS)
        return rounded

    def _weigh(self, journeys: Journeys, placements: slice) -> FloatArray:
        """Return the weight of some placements; a label that the chain was not fitted to weighs nothing."""
        codes, labels = labels_of_placements(journeys, self.summary.dimensions)
        known = dict(zip(self.summary.labels, self._weights.tolist(), strict=True))
        return np.array([known.get(label, 0.0) for label in labels] or [0.0])[codes[placements]]
