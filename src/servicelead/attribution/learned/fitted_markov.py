"""A fitted Markov chain: what it learned, and the credit that follows from it."""

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, Self

import numpy as np
from attrs import evolve, field, frozen

from servicelead._fields import kind_of
from servicelead._typing import BoolArray, FloatArray
from servicelead.attribution.learned.backing_off import conversion_chances, last_labels
from servicelead.attribution.learned.chain import Chain
from servicelead.attribution.learned.labelling import in_words, labels_of_placements, unmet
from servicelead.attribution.learned.removal import losses
from servicelead.attribution.learned.summary import Summary
from servicelead.attribution.learned.worth import Solution
from servicelead.attribution.results.arguments import require_journeys
from servicelead.attribution.results.credit import Block, Shares, weightless
from servicelead.attribution.results.result import Attribution
from servicelead.attribution.results.totals import blocks
from servicelead.columns.table import ResultTable
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import InvalidValueError, UndefinedRateError, UnknownNameError
from servicelead.kernels.shares import normalised_shares
from servicelead.tables.base import frozen_array
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
    solution
        The states and flows that the summary stands for, and what follows from them whatever is measured.
    total
        All conversions of the journeys fitted, or all their value (minor units, or plain measures), by the strategy's
        measure.
    """

    strategy: Any
    summary: Summary = field(repr=False)
    effects: FloatArray = field(eq=False, repr=False)
    residual_bound: float = field(eq=False, repr=False)
    solution: Solution = field(eq=False, repr=False)
    total: float = field(eq=False, repr=False)

    @classmethod
    def of(cls, strategy: Any, summary: Summary, solution: Solution) -> Self:
        """Return the chain with every label's removal effect; as `MarkovChain.solve` does."""
        total = solution.total(strategy.measure)
        effects, bound = np.full(len(summary.labels), np.nan), 0.0
        if total:
            each = np.eye(len(summary.labels), dtype=np.bool_)
            effects, bound = losses(solution, list(each), strategy.removal, strategy.measure)
        return cls(
            strategy=strategy,
            summary=summary,
            effects=frozen_array(effects),
            residual_bound=bound,
            solution=solution,
            total=total,
        )

    def paying(self, measure: str) -> Self:
        """Return the chain of the same journeys whose removals take away another measure.

        The same as to fit it, and much faster: where journeys go does not depend on what they pay.

        Parameters
        ----------
        measure
            ``conversions`` or ``value``, as in `MarkovChain`.

        Returns
        -------
        FittedMarkovChain
            Its effects are NaN where the measure adds up to 0.

        Raises
        ------
        InvalidValueError
            For another measure.
        ConvergenceError
            As from a fit.

        Examples
        --------
        >>> from servicelead import Journeys
        >>> from servicelead.attribution import MarkovChain
        >>> paths = {"path": ["ad > call", "call", "ad"], "won": [2, 1, 0], "lost": [0, 1, 2], "value": [10, 30, 0]}
        >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", nonconversions="lost", value="value")
        >>> chain = MarkovChain().fit(journeys)
        >>> print(chain.removal_effect)
        channel  removal_effect  channel_share    drag
        call             1.0000         0.6667  0.0000
        ad               0.5000         0.3333  0.0000
        >>> chain.paying("value").effects.tolist() == MarkovChain(measure="value").fit(journeys).effects.tolist()
        True
        """
        return type(self).of(evolve(self.strategy, measure=measure), self.summary, self.solution)

    @property
    def chain(self) -> Chain:
        """The states and flows that the summary stands for."""
        return self.solution.chain

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

        Raises
        ------
        InvalidValueError
            For what is not journeys.
        MissingTimesError
            As `attribute`.
        """
        require_journeys("FittedMarkovChain.conversion_probability_of()", journeys)
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
        shown beside credit, never netted from it. It is value that such touches would cost if the chain were the cause:
        0 where an effect is not negative, and where the converted value is not above 0, as a part of a debt is no loss.
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
        columns["drag"] = np.where(self.effects < 0, -self.effects, 0.0) * max(0.0, value)
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
            When nothing converted, or (by value) what was won is worth 0, so that there is nothing to take a part of.
        InvalidValueError
            For what is neither a label nor several.

        Examples
        --------
        >>> from servicelead import Journeys
        >>> from servicelead.attribution import MarkovChain
        >>> paths = {"path": ["ad > call", "call", "mail", "ad"], "won": [2, 1, 1, 0], "lost": [0, 1, 0, 2]}
        >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", nonconversions="lost")
        >>> MarkovChain().fit(journeys).effect_of(channel=["ad", "mail"])
        0.625
        """
        if not self.total:
            why = "nothing converted, so nothing can be lost; fit journeys of which some were won"
            if self.strategy.measure == "value":
                why = 'the value won is 0, so none can be lost; give values, or fit MarkovChain(measure="conversions")'
            raise UndefinedRateError(f"FittedMarkovChain.effect_of: {why}")
        gone = self._labels(labels)
        if not gone.any():
            return 0.0
        return float(losses(self.solution, [gone], self.strategy.removal, self.strategy.measure)[0][0])

    def _labels(self, wanted: Any) -> BoolArray:
        gone = np.full(len(self.summary.labels), bool(wanted))
        for name, given in wanted.items():
            names = [given] if isinstance(given, str) else given
            if not isinstance(names, Collection) or not all(isinstance(label, str) for label in names):
                raise InvalidValueError(
                    f"FittedMarkovChain.effect_of: {name} must be a label or several; got {kind_of(given)}; write "
                    f'{name}=["one", "another"]'
                )
            if name not in self.summary.dimensions:
                raise UnknownNameError(
                    f"the chain does not remember {name!r}; fit MarkovChain(by=...) with it, e.g. "
                    'by=("team", "channel")'
                )
            own = [label[self.summary.dimensions.index(name)] for label in self.summary.labels]
            if not set(names) <= set(own):
                raise UnknownNameError(f"no such {name} in the journeys fitted; see removal_effect for what there is")
            gone &= np.array([label in names for label in own], dtype=np.bool_)
        return gone

    def attribute(self, journeys: Journeys) -> Attribution:
        """Return the credit of every placement.

        Raises
        ------
        InvalidValueError
            For what is not journeys.
        MissingTimesError
            When the chain remembers teams and the journeys are aggregated paths.
        """
        require_journeys("FittedMarkovChain.attribute()", journeys)
        n = 0
        for block in blocks(journeys):
            n += normalised_shares(self._weigh(journeys, block.placements), block.offsets)[1]
        warnings = (*weightless(n), *unmet(journeys, self.summary.dimensions, self.summary.labels))
        return Attribution(journeys=journeys, strategy=self, source=self, warnings=warnings)

    def credit(self, journeys: Journeys, block: Block) -> Shares:
        """Return each placement's weight over the sum of its journey's."""
        return Shares(normalised_shares(self._weigh(journeys, block.placements), block.offsets)[0])

    def integer_weights(self, journeys: Journeys, block: Block) -> None:
        """Return None: effects are not rational."""

    def reasons(self, journeys: Journeys, journey: int) -> list[str]:
        """Return the removal effect that each touch of one journey weighs."""
        placements = Block.of(journeys, journey, journey + 1).placements
        weights = self._weigh(journeys, placements)
        if not weights.any():
            return ["no removal effect above 0: equal parts"] * len(weights)
        codes, labels = labels_of_placements(journeys, self.summary.dimensions)
        known = dict(zip(self.summary.labels, self.effects.tolist(), strict=True))
        effects = [known.get(labels[code]) for code in codes[placements].tolist()]
        what = " and ".join(self.summary.dimensions)
        return [f"in proportion to the removal effect of its {what}, {in_words(effect)}" for effect in effects]

    def numbers_of(self, other: "FittedMarkovChain") -> FloatArray:
        """Return another chain's removal effects of this one's labels, 0 where it has none: float64 (n_labels,)."""
        effects = dict(zip(other.summary.labels, np.nan_to_num(other.effects).tolist(), strict=True))
        return np.array([effects.get(label, 0.0) for label in self.summary.labels])

    def at_ends(self, lower: FloatArray, upper: FloatArray) -> Iterator["FittedMarkovChain"]:
        """Yield the chain with each effect at one end of its interval and all others at the other end.

        Only where effects may be below 0, and credit is whatever is not: who is above it by little, or alone, decides.
        """
        if self.strategy.removal == "to_null":
            return
        for label in range(len(self.effects)):
            for own, others in ((lower, upper), (upper, lower)):
                effects = others.copy()
                effects[label] = own[label]
                yield evolve(self, effects=frozen_array(effects))

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
