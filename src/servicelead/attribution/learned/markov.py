"""Markov attribution: what would be lost without a channel, if journeys were a chain of steps."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from servicelead._fields import as_int, kind_of, refuse, whole, word
from servicelead.attribution.learned.chain import Chain
from servicelead.attribution.learned.fitted_markov import FittedMarkovChain
from servicelead.attribution.learned.labelling import labels_of_placements
from servicelead.attribution.learned.removal import Removal
from servicelead.attribution.learned.summary import Learned, Summary, require_summary, sums, window_parameters
from servicelead.attribution.learned.worth import EXACT, ROUGH, Solution
from servicelead.attribution.results.arguments import require_journeys
from servicelead.exceptions import ConvergenceError, InvalidValueError, SolveError
from servicelead.kernels.transitions import transition_counts
from servicelead.tables.base import frozen_array
from servicelead.tables.journeys import Journeys

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["MarkovChain"]

_DIMENSIONS = ("team", "channel")


def _names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Collection) else value


def _dimensions(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
    got = kind_of(value) if not isinstance(value, tuple) else "" if value else "none"
    for name in value if isinstance(value, tuple) else ():
        if not isinstance(name, str):
            got = kind_of(name)
        elif name not in _DIMENSIONS:
            got = "another name"
    if not got and len(set(value)) < len(value):
        got = "one twice"
    if got:
        refuse(instance, attribute, "channel, team, or both", got, 'write e.g. by=("team", "channel")')


@frozen(kw_only=True)
class MarkovChain(Learned):
    r"""Share the value by what each channel's removal would take from the chance to convert.

    A journey, won or lost, is read as a walk between states - the last `order` channels, fewer at the start - that
    ends in conversion or not; journeys without touches and open ones are left out. With P the probability of
    conversion, which for a fitted chain is the observed conversion rate at any order, the removal effect of c is

    .. math:: e_c = 1 - P(\text{without } c) / P

    and a touch weighs ``max(e_c, 0)`` of its channel, repeats included. Nothing is simulated: chains of up to 2,000
    states are solved by elimination to about 1e-12, larger ones by iteration to a proven error of 1e-10. Journeys whose
    weights are all 0 are shared equally and counted in ``warnings``. So are placements, in won journeys, of a channel
    that the chain was not fitted to: with no effect known, it weighs 0, whatever it did.

    The model shares out credit. It reads association as effect: that journeys through c convert more often
    does not say that c made them.

    Attributes
    ----------
    order
        How many channels a state remembers, at least 1; see `choose_order`.
    removal
        What becomes of a visit to a removed channel. ``to_null``: it ends without conversion, so that effects lie in
        [0, 1], except by value where some value is negative. ``redistribute``: whoever went there goes where others
        went from the same state; who could go nowhere else goes on as from there. Effects may then be negative: see
        ``drag`` in `FittedMarkovChain.removal_effect`.
    by
        What a state remembers of a touch: ``channel``, ``team``, or ``("team", "channel")``, which tells the email of
        one team from that of another and lets whole teams be removed.
    measure
        What removal takes away: ``conversions``, or their ``value``, where a conversion in a state pays the mean value
        of those that convert from it.

    Notes
    -----
    Assumed: the next step depends on the state and on nothing else, and all accounts walk one chain. Absorbing chains:
    Kemeny and Snell, Finite Markov Chains (1960), chapter 3; removal effects: Anderl, Becker, von Wangenheim and
    Schumann, "Mapping the customer journey", International Journal of Research in Marketing 33 (2016).

    Examples
    --------
    >>> from servicelead import Journeys
    >>> paths = {"path": ["ad > call", "call", "ad"], "won": [2, 1, 0], "lost": [0, 1, 2]}
    >>> journeys = Journeys.from_paths(paths, path="path", conversions="won", nonconversions="lost")
    >>> chain = MarkovChain().fit(journeys)
    >>> chain.conversion_probability
    0.5
    >>> print(chain.removal_effect)
    channel  removal_effect  channel_share    drag
    call             1.0000         0.6667  0.0000
    ad               0.5000         0.3333  0.0000
    """

    order: int = field(default=1, converter=as_int, validator=whole(1))
    removal: Removal = field(default="to_null", validator=word("to_null", "redistribute"))
    by: tuple[str, ...] = field(default="channel", converter=_names, validator=_dimensions)
    measure: str = field(default="conversions", validator=word("conversions", "value"))

    def fit(self, journeys: Journeys) -> FittedMarkovChain:
        """Return the chain of the won and lost journeys that have touches."""
        return self.solve(self.summarize(journeys))

    def summarize(self, journeys: Journeys) -> Summary:
        """Return how often each step follows each state, and the value of each end.

        Raises
        ------
        MissingTimesError
            When states are to remember teams and the journeys are aggregated paths.
        SolveError
            When a sum does not fit into 64 bits.
        """
        require_journeys("MarkovChain.summarize()", journeys)
        used = (journeys.outcome != journeys.OPEN) & (journeys.lengths > 0) & (journeys.weight > 0)
        chosen = journeys if used.all() else journeys.select(used)
        codes, labels = labels_of_placements(chosen, self.by)
        is_won = chosen.is_won
        try:
            rows, counts, last = transition_counts(
                codes, chosen.offsets, is_won, chosen.weight, order=self.order, n_labels=len(labels)
            )
        except OverflowError:
            raise SolveError(
                "MarkovChain.summarize: a count does not fit into 64 bits; scale the path counts down"
            ) from None
        amounts = chosen.value if chosen.minor_units is None else chosen.minor_units
        won = np.flatnonzero(is_won)
        return Summary.of(
            kind="markov",
            parameters={"order": self.order, **window_parameters(journeys)},
            dimensions=self.by,
            labels=labels,
            currency=journeys.currency,
            keys=frozen_array(rows),
            counts={"n": frozen_array(counts)},
            values={"value": frozen_array(sums("value", last[won], amounts[won], len(rows)))},
        )

    def refit(self, journeys: Journeys, rng: np.random.Generator) -> FittedMarkovChain:  # noqa: ARG002 - draws nothing
        """Return the chain of journeys that were drawn again: of more than 300 states, iterated to 1e-6 of the whole.

        A replicate differs from the next in its second digit, and there are a hundred.
        """
        summary = self.summarize(journeys)
        chain = self._chain(summary)
        try:
            return FittedMarkovChain.of(self, summary, Solution(chain=chain, accuracy=ROUGH))
        except ConvergenceError:
            return FittedMarkovChain.of(self, summary, Solution(chain=chain, accuracy=EXACT))

    def solve(self, summary: Summary) -> FittedMarkovChain:
        """Return the chain that a summary determines.

        Raises
        ------
        IncompatibleError
            When the summary is another model's, or of other parameters.
        SolveError
            When no journeys can have given it: a state is a dead end, or a closed loop. When its counts or values add
            up to more than 64 bits.
        ConvergenceError
            When a large chain hardly ever ends, so that iteration does not come close enough.
        """
        return FittedMarkovChain.of(self, summary, Solution(chain=self._chain(summary), accuracy=EXACT))

    def _chain(self, summary: Summary) -> Chain:
        require_summary("MarkovChain.solve()", summary)
        summary.require("markov", self.by, order=self.order)
        named = {"n"} == summary.counts.keys() and {"value"} == summary.values.keys()
        if not named or summary.keys.shape[1] != self.order + 1:
            raise InvalidValueError("Summary must count n and value of histories and what follows; use summarize()")
        return Chain.from_summary(summary)
