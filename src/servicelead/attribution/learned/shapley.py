"""Credit by Shapley values: what each channel adds to the others, averaged over every order they could come in."""

from functools import partial
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._fields import as_int, whole, word
from servicelead._typing import Array, Codes, FloatArray, IntArray
from servicelead.attribution.learned.fitted_shapley import FittedShapley, RateShapley
from servicelead.attribution.learned.summary import Learned, Summary, require_summary, sums, window_parameters
from servicelead.attribution.results.arguments import require_journeys
from servicelead.columns.table import ResultTable
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import InvalidValueError, SolveError
from servicelead.kernels.coalitions import coalitions_of, distinct_coalitions, members_of
from servicelead.kernels.games import (
    Rated,
    drawn_rates,
    equal_splits,
    rates,
    sampled_rate_values,
    shapley_values,
    totals_within,
)
from servicelead.tables.journeys import Journeys

__all__ = ["Shapley"]

_KIND = "shapley"
_EXACT = 20  # labels whose coalitions are all looked at


@frozen(kw_only=True)
class Shapley(Learned):
    r"""Share the value by what each channel adds to coalitions of the others.

    Of the closed journeys that have touches, a coalition S of channels has those whose channels all lie in S. It is
    worth, by game,

    - ``sum``: :math:`v(S)`, the value won in them. The Shapley value is then each journey's value split equally over
      its *distinct* channels: a closed form, for any number of channels;
    - ``rate``: :math:`v(S)`, the rate at which they were won, 0 where there are none. Exact to 20 channels; with more,
      estimated from `n_samples` random orders and given with its standard error. It may be negative.

    The values of all channels add up to the worth of all of them together. A touch's share of its journey is, by game,

    - ``sum``: equal parts for the journey's distinct channels, and for the touches of each;
    - ``rate``: in proportion to :math:`\max(\phi_c, 0)` over its distinct channels, and equal parts for the touches of
      each; a channel that the fit has not seen weighs 0 like one whose value is not above it, and a journey in which
      all do is shared equally over its touches. Both are counted in ``warnings``: such journeys, and the placements of
      such channels in won journeys.

    Attributes
    ----------
    game
        What a coalition is worth: ``sum`` or ``rate``.
    by
        Whose values: ``channel`` or ``team``.
    n_samples
        Orders drawn where the rate game has more than 20 players, at least 2.
    seed
        Of the draw, at least 0.

    Notes
    -----
    Shapley, "A value for n-person games", 1953. The game is about which channels *occur together with* wins: it
    shares out credit and does not measure effect. The sum game reads won journeys only; lost ones count in ``rate``.
    Intervals of the rate game fit it anew on resampled accounts and draw each coalition's rate as well, as if it had
    two more journeys, won at the common rate. Beyond 20 channels a fit takes tenths of a second and such intervals,
    which fit a hundred times, 10 to 50 seconds; ``by(..., intervals=False)`` does without, and an attribution by
    ``fit(journeys)`` has intervals that take the fit as given.

    Examples
    --------
    >>> from servicelead import Journeys, attribute
    >>> journeys = Journeys.from_paths(
    ...     {"path": ["ad > call > ad", "call"], "won": [2, 1], "lost": [2, 3], "value": [60.0, 10.0]},
    ...     path="path", conversions="won", nonconversions="lost", value="value",
    ... )
    >>> attribute(journeys, Shapley()).value.tolist()
    [15.0, 30.0, 15.0, 0.0, 0.0, 0.0, 10.0, 0.0]
    >>> print(Shapley(game="rate").fit(journeys).values)
    channel   value  standard_error
    call     0.3125          0.0000
    ad       0.0625          0.0000
    """

    game: str = field(default="sum", validator=word("sum", "rate"))
    by: str = field(default="channel", validator=word("channel", "team"))
    n_samples: int = field(default=1000, converter=as_int, validator=whole(2))
    seed: int = field(default=0, converter=as_int, validator=whole(0))

    @property
    def learns_credit(self) -> bool:
        """Whether credit depends on what was fitted: in the sum game each journey's is its own."""
        return self.game == "rate"

    def fit(self, journeys: Journeys) -> FittedShapley:
        """Return the values of these journeys, ready to give credit."""
        return self.solve(self.summarize(journeys))

    def summarize(self, journeys: Journeys) -> Summary:
        """Return what was won and closed with each distinct set of channels; summaries of disjoint accounts add.

        Both games are solved from the same summary.

        Raises
        ------
        SolveError
            When a sum does not fit into 64 bits.
        """
        require_journeys("Shapley.summarize()", journeys)
        closed = (journeys.outcome != journeys.OPEN) & (journeys.lengths > 0)
        vocabulary = journeys.vocabulary(self.by)
        packed = coalitions_of(journeys.codes(self.by), journeys.offsets, len(vocabulary))
        distinct, which = distinct_coalitions(packed[closed])
        amounts = {
            "won": np.where(journeys.is_won, journeys.weight, 0),
            "closed": journeys.weight,
            "value": journeys.value if journeys.minor_units is None else journeys.minor_units,
        }
        # As many rows as there are sets, not journeys.
        totals = {name: sums(name, which, amount[closed], len(distinct)) for name, amount in amounts.items()}
        return Summary.of(
            kind=_KIND,
            parameters=window_parameters(journeys),
            dimensions=(self.by,),
            labels=[(label,) for label in vocabulary.labels.tolist()],
            currency=journeys.currency,
            keys=_padded(*members_of(distinct)),
            counts={name: totals[name] for name in ("won", "closed")},
            values={"value": totals["value"]},
        )

    def solve(self, summary: Summary) -> FittedShapley:
        """Return the values that a summary determines.

        Raises
        ------
        IncompatibleError
            When the summary is of another kind of model, or of teams instead of channels.
        SolveError
            When no journeys can have given it, or its counts or values add up to more than 64 bits.
        """
        return self._solve(summary, rates)

    def refit(self, journeys: Journeys, rng: np.random.Generator) -> FittedShapley:
        """Return values that might have been found on other journeys like these, which were drawn again.

        In a coalition with hardly a journey, drawing its journeys again shows hardly anything of how sure its rate is:
        of three that were lost, all are lost in every draw. So each coalition's rate is drawn as well (`drawn_rates`).
        """
        return self._solve(self.summarize(journeys), partial(drawn_rates, rng=rng))

    def _solve(self, summary: Summary, rated: Rated) -> FittedShapley:
        require_summary("Shapley.solve()", summary)
        summary.require(_KIND, (self.by,))
        if {"won", "closed"} != summary.counts.keys() or {"value"} != summary.values.keys():
            raise InvalidValueError("Summary must count won, closed and value of sets of labels; use summarize()")
        if not _are_sets(summary.keys) or (summary.counts["won"] > summary.counts["closed"]).any():
            raise SolveError("Summary has a row that is no set of labels, or more won than closed; summarize journeys")
        if summary.values["value"][summary.counts["won"] == 0].any():
            raise SolveError("Summary has value where nothing was won; summarize journeys")
        labels = [label for (label,) in summary.labels]
        return self._solve_sums(summary, labels) if self.game == "sum" else self._solve_rates(summary, labels, rated)

    def _solve_sums(self, summary: Summary, labels: list[str]) -> FittedShapley:
        offsets, members = _ragged(summary.keys)
        value = equal_splits(offsets, members, summary.values["value"], len(labels))
        conversions = equal_splits(offsets, members, summary.counts["won"], len(labels))
        if summary.currency is not None:
            value /= 10.0 ** currency_exponent(summary.currency)
        return FittedShapley(
            strategy=self, values=self._table(labels, {"value": value, "conversions": conversions}), weights={}
        )

    def _solve_rates(self, summary: Summary, labels: list[str], rated: Rated) -> FittedShapley:
        offsets, members = _ragged(summary.keys)
        counts = [summary.counts[name] for name in ("won", "closed")]
        if len(labels) > _EXACT:
            value, error = sampled_rate_values(
                offsets, members, *counts, n_labels=len(labels), n_samples=self.n_samples, seed=self.seed, rated=rated
            )
            return FittedShapley(strategy=self, **self._credited(labels, value, error))
        packed = np.zeros(len(summary.keys), dtype=np.int64)
        np.add.at(packed, np.repeat(np.arange(len(packed)), np.diff(offsets)), np.int64(1) << members)
        won, closed = (totals_within(packed, count, len(labels)) for count in counts)
        value = shapley_values(rated(won, closed))
        return RateShapley(
            strategy=self,
            **self._credited(labels, value, np.zeros(len(labels))),
            labels=tuple(labels),
            won=won,
            closed=closed,
        )

    def _credited(self, labels: list[str], value: FloatArray, error: FloatArray) -> dict[str, Any]:
        weights = dict(zip(labels, np.maximum(value, 0.0).tolist(), strict=True))
        return {"values": self._table(labels, {"value": value, "standard_error": error}), "weights": weights}

    def _table(self, labels: list[str], columns: dict[str, Array]) -> ResultTable:
        order = np.argsort(-columns["value"], kind="stable")
        names = np.array(labels, dtype=object)[order]
        return ResultTable({self.by: names, **{name: column[order] for name, column in columns.items()}})


def _padded(offsets: IntArray, labels: Codes) -> Codes:
    """Return each coalition's labels as a row, filled with -1 on the right."""
    sizes = np.diff(offsets)
    rows = np.full((len(sizes), int(sizes.max(initial=0))), -1, dtype=np.int32)
    rows[np.arange(rows.shape[1]) < sizes[:, None]] = labels
    return rows


def _are_sets(keys: Codes) -> bool:
    """Return whether all rows are different labels, at least one, filled with -1."""
    ordered = np.sort(keys, axis=1)
    before, after = ordered[:, :-1], ordered[:, 1:]
    return bool(((after > before) | (after == -1)).all() and (keys >= -1).all() and (keys >= 0).any(axis=1).all())


def _ragged(rows: Codes) -> tuple[IntArray, Codes]:
    """Return rows filled with -1 on the right as offsets and labels."""
    filled = rows >= 0
    return np.append(0, np.cumsum(np.count_nonzero(filled, axis=1))), rows[filled]
