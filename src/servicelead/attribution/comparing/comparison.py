"""Several models on the same journeys, side by side: where they agree, where they do not, and on which deals."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._fields import kind_of, read_only
from servicelead._typing import Array, FloatArray, IntArray
from servicelead.attribution.results.arguments import require_journeys
from servicelead.attribution.results.dimensions import DIMENSIONS
from servicelead.attribution.results.ground import ground
from servicelead.attribution.results.result import Attribution
from servicelead.attribution.results.strategy import Attributor, Strategy, attribute, require_strategy
from servicelead.attribution.results.totals import credit_by_label
from servicelead.attribution.results.wholes import shares_of_credited, shares_of_sum
from servicelead.attribution.rules.last_touch import LastTouch
from servicelead.columns.table import ResultTable
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.segments import segment_sums
from servicelead.tables.journeys import Journeys

__all__ = ["Comparison", "compare", "named"]

#: What the tables below call their own columns, so that no model may.
_TAKEN = frozenset({*DIMENSIONS, "model", "largest_move", "from_last_touch"})


@frozen(kw_only=True, eq=False)
class Comparison:
    r"""What several models make of the same journeys.

    Shares are of touch credit: what `Attribution.by` totals. The **distance** of two models over the labels of a
    dimension is half the sum of the absolute differences of their shares,

    .. math:: d(s, t) = \tfrac12 \sum_c |s_c - t_c|

    the part of the credit that would have to move from one label to another; 0 where they agree, 1 where they have
    no label in common.

    Attributes
    ----------
    journeys
        What was attributed.
    attributions
        Each model's credit, by its name.
    last_touch
        That of `LastTouch`, whether or not it is among the models: the usual starting point.

    Notes
    -----
    Models differ in how they share out credit; none of them measures effect, and agreement is no proof of any.
    """

    journeys: Journeys
    attributions: Mapping[str, Attribution] = field(converter=read_only)
    last_touch: Attribution = field(repr=False)

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models, in the order given."""
        return tuple(self.attributions)

    def by(self, *dimensions: str, of: str = "value", segmentation: Segmentation | None = None) -> ResultTable:
        """Return each model's share of credit beside the others', by a dimension or several crossed.

        Parameters
        ----------
        *dimensions
            As for `Attribution.by`; ``channel`` by default.
        of
            What is shared out: ``value`` or ``conversions``.
        segmentation
            For ``segment``.

        Returns
        -------
        ResultTable
            The labels, and a column of shares per model, each adding up to 1; ordered by the mean share. NaN where
            nothing was won, or value that adds up to 0. By account, opportunity, month and segment models cannot
            differ: each gives all of a deal to its touches.

        Raises
        ------
        UnknownNameError, InvalidValueError, MissingTimesError
            As `Attribution.by`.
        """
        labels, shares = self._shares(dimensions, of, segmentation)
        return self._table({**labels, **dict(zip(self.models, shares[1:], strict=True))})

    def ranks(self, *dimensions: str, of: str = "value", segmentation: Segmentation | None = None) -> ResultTable:
        """Return where each model ranks each label, 1 for the largest share; labels that tie share the better rank.

        Parameters
        ----------
        *dimensions, of, segmentation
            As for `by`.

        Returns
        -------
        ResultTable
            The labels, a column of ranks per model, and ``largest_move``: the worst rank less the best.
        """
        labels, shares = self._shares(dimensions, of, segmentation)
        ranks = np.array([_ranks(row) for row in shares[1:]])
        columns = {**labels, **dict(zip(self.models, ranks, strict=True))}
        return self._table({**columns, "largest_move": ranks.max(axis=0) - ranks.min(axis=0)})

    def distances(self, *dimensions: str, of: str = "value", segmentation: Segmentation | None = None) -> ResultTable:
        """Return how far apart any two models are, and how far each is from last touch.

        Parameters
        ----------
        *dimensions, of, segmentation
            As for `by`: the labels over which shares are compared.

        Returns
        -------
        ResultTable
            ``model``, ``from_last_touch``, and a column of distances, from 0 to 1, per model; NaN where nothing is
            credited, or value that adds up to 0. Above 1 only where values are negative.
        """
        _, shares = self._shares(dimensions, of, segmentation)
        apart = np.abs(shares[1:, None] - shares[None]).sum(axis=2) / 2
        if not shares.shape[1]:  # no touches, no credit
            apart[:] = np.nan
        columns = {"model": np.array(self.models, dtype=object), "from_last_touch": apart[:, 0]}
        return self._table({**columns, **dict(zip(self.models, apart[:, 1:].T, strict=True))})

    def deals(self) -> ResultTable:
        """Return how far models disagree on each won deal, the most money at stake first.

        Two models disagree on a deal by half the sum of the absolute differences of its touches' shares: the part of
        the deal they credit to different touches. Several disagree by the mean over all pairs.

        Returns
        -------
        ResultTable
            ``opportunity, account, n_touches, value``; ``disagreement``, from 0 to 1; ``one`` and ``other``, the two
            models furthest apart (those named first where several tie); and ``at_stake``, disagreement times the size
            of the value. Deals on which all agree are at the end, with a disagreement of 0, and the first two models;
            won deals without touches are left out.

        Raises
        ------
        MissingTimesError
            On aggregated paths, which have no opportunities.
        """
        journeys = self.journeys
        journeys.require_business("deals")
        pairs = list(combinations(range(len(self.models)), 2))
        shares = [self.attributions[name].share for name in self.models]
        furthest, pair, mean = np.full(journeys.n, -1.0), np.zeros(journeys.n, dtype=np.int64), np.zeros(journeys.n)
        for number, (one, other) in enumerate(pairs):
            apart = segment_sums(np.abs(shares[one] - shares[other]), journeys.offsets) / 2
            pair[apart > furthest] = number
            furthest = np.maximum(furthest, apart)
            mean += apart / len(pairs)
        rows = np.flatnonzero(journeys.is_won & (journeys.lengths > 0))
        stake = mean[rows] * np.abs(journeys.value[rows])
        order = np.lexsort((rows, -mean[rows], -stake))
        rows, stake = rows[order], stake[order]
        names = np.array(self.models, dtype=object)
        chosen = np.array(pairs, dtype=np.int64)[pair[rows]]
        columns: dict[str, Array] = {}
        for name in ("opportunity", "account"):
            codes, vocabulary = journeys.journey_codes(name)
            columns[name] = vocabulary.decode(codes[rows])
        columns |= {"n_touches": journeys.lengths[rows], "value": journeys.value[rows], "disagreement": mean[rows]}
        return self._table({**columns, "one": names[chosen[:, 0]], "other": names[chosen[:, 1]], "at_stake": stake})

    def _shares(
        self, dimensions: Sequence[str], of: str, segmentation: Segmentation | None
    ) -> tuple[dict[str, Array], FloatArray]:
        """Return the labels that have touches, and the share each is given by last touch and then by each model."""
        if of not in {"value", "conversions"}:
            raise InvalidValueError("Comparison: of= must be value or conversions; choose one of these words")
        journeys = self.journeys
        table, counts, _ = ground(journeys, dimensions or ("channel",), segmentation)
        amounts = journeys.amounts[:, [int(of == "value")]]
        totals = np.stack(
            [
                credit_by_label(journeys, credit.source, table.codes, table.n, amounts)[:, 0]
                for credit in (self.last_touch, *self.attributions.values())
            ]
        )
        shares = shares_of_credited(journeys, totals) if of == "value" else shares_of_sum(totals)
        order = np.lexsort((np.arange(table.n), -shares[1:].mean(axis=0)))
        order = order[counts["n_placements"][order] > 0]
        return {name: labels[order] for name, labels in table.labels().items()}, shares[:, order]

    def _table(self, columns: Mapping[str, Array]) -> ResultTable:
        return ResultTable(columns, backend=self.journeys.backend)

    def __str__(self) -> str:
        dimension = "channel" if self.journeys.business is None else "team"
        far = self.distances(dimension)
        return f"Share of credit by {dimension}\n{self.by(dimension)}\n\nDistance by {dimension}\n{far}"


def compare(
    journeys: Journeys, strategies: Mapping[str, Strategy | Attributor] | Sequence[Strategy | Attributor]
) -> Comparison:
    """Attribute the same journeys by several models and set the results side by side.

    Parameters
    ----------
    journeys
        From `Journeys.from_business` or `Journeys.from_paths`.
    strategies
        At least two: a mapping of name to strategy, or a sequence, whose names are those of their classes
        (``FirstTouch()`` is ``first_touch``). Learned models are fitted on these journeys.

    Returns
    -------
    Comparison

    Raises
    ------
    InvalidValueError
        For fewer than two models, two of one name, or a name that is not text or that the tables use themselves.
    MissingTimesError
        When one needs times and the journeys are aggregated paths.

    Examples
    --------
    >>> from servicelead.attribution import FirstTouch, Linear
    >>> journeys = Journeys.from_paths(
    ...     {"path": ["call > email", "email"], "won": [2, 1], "value": [80.0, 20.0]},
    ...     path="path", conversions="won", value="value",
    ... )
    >>> comparison = compare(journeys, [FirstTouch(), Linear()])
    >>> print(comparison.by("channel"))
    channel  first_touch  linear
    call          0.8000  0.4000
    email         0.2000  0.6000
    >>> print(comparison.distances("channel"))
    model        from_last_touch  first_touch  linear
    first_touch           0.8000       0.0000  0.4000
    linear                0.4000       0.4000  0.0000
    """
    require_journeys("compare()", journeys)
    chosen = named(strategies)
    if len(chosen) < 2:
        raise InvalidValueError(f"compare() needs at least two strategies, got {len(chosen)}; name another")
    if taken := sorted(_TAKEN & chosen.keys()):
        raise InvalidValueError(f"compare() has columns of its own called {', '.join(taken)}; name the strategy anew")
    return Comparison(
        journeys=journeys,
        attributions={name: attribute(journeys, strategy) for name, strategy in chosen.items()},
        last_touch=attribute(journeys, LastTouch()),
    )


def named(
    strategies: Mapping[str, Strategy | Attributor] | Sequence[Strategy | Attributor],
) -> dict[str, Strategy | Attributor]:
    """Return strategies by name: as given, or the class's in lower case.

    >>> list(named([LastTouch()]))
    ['last_touch']

    Raises
    ------
    InvalidValueError
        When two have one name, a name is not text, or what is given is no strategy but its class or name.
    """
    given: Any = strategies  # untyped code may pass anything
    if isinstance(given, Mapping):
        for name in given:
            if not isinstance(name, str) or not name.strip():
                raise InvalidValueError(f"strategies must be named by text that is not blank; got {kind_of(name)}")
        for strategy in given.values():
            require_strategy("a model", strategy)
        return dict(given)
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InvalidValueError(
            f"strategies must be a mapping of name to strategy or a sequence; got {kind_of(given)}; write [a, b]"
        )
    chosen: dict[str, Strategy | Attributor] = {}
    for strategy in given:
        require_strategy("a model", strategy)
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(strategy).__name__).lower()
        if name in chosen:
            raise InvalidValueError(
                f"two strategies are called {name}; give a mapping of different names to strategies"
            )
        chosen[name] = strategy
    return chosen


def _ranks(shares: FloatArray) -> IntArray:
    """Return 1 for the largest; those that tie share the better rank."""
    ordered = np.sort(-shares)
    return np.searchsorted(ordered, -shares, side="left") + 1
