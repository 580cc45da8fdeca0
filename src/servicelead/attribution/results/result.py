"""Credit: who is given how much of what was won, and how sure that is."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
from attrs import evolve, field, frozen

from servicelead._typing import FloatArray, IntArray
from servicelead.attribution.results.credit import Credit, GivenShares
from servicelead.attribution.results.dimensions import Cells
from servicelead.attribution.results.explanation import explain
from servicelead.attribution.results.ground import ground
from servicelead.attribution.results.intervals import Bounds, BoundsMethod, check_intervals, credit_bounds
from servicelead.attribution.results.refits import Again
from servicelead.attribution.results.totals import credit_by_label, minor_units_of, shares_of
from servicelead.attribution.results.unattributed import unattributed
from servicelead.attribution.results.wholes import credited_value, shares_of_credited
from servicelead.columns.table import ResultTable
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import IncompatibleError, InvalidValueError, NoCurrencyError
from servicelead.kernels.totals import exact_label_totals
from servicelead.tables.base import frozen_array
from servicelead.tables.journeys import Journeys
from servicelead.uncertainty import DEFAULT_CONFIDENCE

if TYPE_CHECKING:
    from servicelead.attribution.results.strategy import Strategy

__all__ = ["Attribution"]


@frozen(kw_only=True, eq=False)
class Attribution:
    """The credit one strategy gives to every placement of some journeys.

    Shares, value and minor units of single placements are worked out on first use; totals never need them.
    Attributions of disjoint accounts add: counts and minor units to the bit, float totals to 1e-12.

    Attributes
    ----------
    journeys
        What was attributed.
    strategy
        The recipe that did it, compared when attributions are added.
    source
        The credit, block by block.
    warnings
        What a reader should know of these numbers.
    fitted_by
        The strategy that learned its credit from these very journeys, whose fitting the intervals then count; None
        for a rule, and for a model fitted elsewhere, which is taken as it is.

    Notes
    -----
    Credit is a share of what was won, not the effect of a touch: most of the revenue might have come anyway.
    """

    journeys: Journeys
    strategy: Any
    source: Credit = field(repr=False)
    warnings: tuple[str, ...] = ()
    fitted_by: "Strategy | None" = field(default=None, repr=False)

    @classmethod
    def from_shares(cls, journeys: Journeys, shares: FloatArray, *, strategy: Any, words: str = "its share") -> Self:
        """Make an attribution of shares worked out elsewhere: float64 (p,), adding up to 1 in every journey.

        Raises
        ------
        InvalidValueError
            When there is not one finite share of at least 0 per placement, or a journey's do not add up to 1.
        """
        shares = np.array(shares, dtype=np.float64)
        if shares.shape != (journeys.n_placements,):
            raise InvalidValueError(
                f"Attribution.from_shares needs one share per placement ({journeys.n_placements}), "
                f"got an array of shape {shares.shape}"
            )
        if not (np.isfinite(shares).all() and (shares >= 0).all()):
            raise InvalidValueError("Attribution.from_shares needs finite shares of at least 0; got others among them")
        sums = np.bincount(journeys.ids, weights=shares, minlength=journeys.n)
        if (np.abs(sums - 1.0)[journeys.lengths > 0] > 1e-9).any():
            raise InvalidValueError("Attribution.from_shares: the shares of a journey must add up to 1; normalise them")
        return cls(journeys=journeys, strategy=strategy, source=GivenShares(frozen_array(shares), words))

    @cached_property
    def _kept(self) -> dict[str, FloatArray]:
        return {}

    @property
    def share(self) -> FloatArray:
        """Share of each placement in its journey, float64 (p,); a journey's add up to 1, won or not."""
        if "share" not in self._kept:
            self._kept["share"] = frozen_array(shares_of(self.journeys, self.source))
        return self._kept["share"]

    @cached_property
    def value(self) -> FloatArray:
        """Value credited to each placement in major units, float64 (p,); 0 in journeys that were not won."""
        return frozen_array(self.share * np.repeat(self.journeys.value, self.journeys.lengths))

    @cached_property
    def minor_units(self) -> IntArray:
        """Exact minor units credited to each placement, int64 (p,); each journey's add up to its value to the cent.

        By the largest remainder method, ties to the earliest touch, then touchpoint id.

        Raises
        ------
        NoCurrencyError
            When values have no currency.
        """
        if self.journeys.minor_units is None:
            raise NoCurrencyError(
                "Attribution.minor_units needs money, and these values have no currency; pass currency= when building "
                "the business or the journeys, or use .value"
            )
        return frozen_array(minor_units_of(self.journeys, self.source, self.journeys.minor_units))

    def by(
        self,
        *dimensions: str,
        intervals: bool = True,
        confidence: float = DEFAULT_CONFIDENCE,
        method: BoundsMethod = "log",
        segmentation: Segmentation | None = None,
        minor_units: bool = False,
    ) -> ResultTable:
        """Return totals by a dimension, or by several crossed, ordered by value.

        Parameters
        ----------
        *dimensions
            ``channel``, ``team``, ``group``, ``campaign``, ``lead``, ``account``, ``opportunity``, ``segment``,
            ``month`` (of the close), ``touch_month``. Aggregated paths have ``channel`` only.
        intervals
            Whether to add ``value_lower, value_upper, share_lower, share_upper``: intervals clustered by account; NaN
            with fewer than two accounts. Those of a model fitted on these journeys count the fitting too: it is fitted
            100 times more (at confidences above .98 as often as they need), on accounts drawn again, which is what
            takes the time.
        confidence
            Of the intervals, between 0 and 1.
        method
            ``"log"``: on the scale of logarithms and log-odds, with as many degrees of freedom as the accounts that
            the variance rests on, which holds its promise where a few large accounts make the total. ``"student"``:
            symmetric, with one degree less than there are accounts. For a model fitted on these journeys ``"log"`` lies
            between those ends and the percentiles of what it said each time, the nearer to the percentiles the more of
            the variance comes from fitting; ``"student"`` takes the standard deviation of what it said.
        segmentation
            For ``segment``: read as of the close.
        minor_units
            Whether to add the exact total in minor units.

        Returns
        -------
        ResultTable
            The labels (None where touches have none); ``n_touches`` (distinct touches in windows); ``n_placements``;
            ``conversions`` (sum of shares in won journeys); ``value`` (major units); ``share`` (of attributed value;
            NaN when that is 0); ``cost`` (of all touches in the analysis period, plus spend where all dimensions are
            channel, team or month; by month, where it arose; NaN by opportunity and segment) and
            ``roi = (value - cost) / cost``, NaN at no cost. Aggregated paths count a step as often as it was walked.

        Raises
        ------
        UnknownNameError
            For an unknown dimension.
        InvalidValueError
            For no dimension or one named twice, ``segment`` without a segmentation, a confidence out of bounds or an
            unknown method.
        MissingTimesError
            On aggregated paths, for a dimension other than ``channel``.
        NoCurrencyError
            For ``minor_units`` without a currency.
        """
        check_intervals(confidence, method)
        journeys = self.journeys
        table, counts, spent = ground(journeys, dimensions, segmentation)
        known = self._kept.get("share")
        totals = credit_by_label(journeys, self.source, table.codes, table.n, journeys.amounts, shares=known)
        value = totals[:, 1]
        columns: dict[str, Any] = {**table.labels(), **counts}
        columns |= {"conversions": totals[:, 0], "value": value}
        columns["share"] = shares_of_credited(journeys, value)
        if minor_units:
            columns["minor_units"] = exact_label_totals(table.codes, self.minor_units, table.n)
        if intervals:
            columns |= self._bounds(table, confidence, method)._asdict()
        columns["cost"] = spent
        columns["roi"] = np.divide(value - spent, spent, out=np.full(table.n, np.nan), where=spent > 0)
        order = np.lexsort((np.arange(table.n), -columns["n_placements"], -value))
        order = order[(columns["n_placements"][order] > 0) | (np.nan_to_num(spent)[order] > 0)]
        names = [
            *dimensions,
            "n_touches",
            "n_placements",
            "conversions",
            "value",
            "value_lower",
            "value_upper",
            "minor_units",
            "share",
            "share_lower",
            "share_upper",
            "cost",
            "roi",
        ]
        return ResultTable(
            {name: np.asarray(columns[name])[order] for name in names if name in columns}, backend=journeys.backend
        )

    def _bounds(self, table: Cells, confidence: float, method: BoundsMethod) -> Bounds:
        again = None
        if self.fitted_by is not None:
            again = Again.of(self.journeys, self.fitted_by, self.strategy, table, confidence)
        return credit_bounds(self.journeys, table, self.value, confidence=confidence, method=method, again=again)

    def explain(self, opportunity_id: str) -> ResultTable:
        """Return the touches of one opportunity: position, age, share, value and the reason in words.

        Raises
        ------
        UnknownNameError
            When there is no such opportunity.
        MissingTimesError
            On aggregated paths, which have no opportunities.
        """
        return explain(self.journeys, self.source, opportunity_id)

    @cached_property
    def unattributed(self) -> ResultTable:
        """Won value without touches to credit, by reason: ``reason, n, value`` (and ``minor_units``)."""
        return unattributed(self.journeys)

    @cached_property
    def attributed_value(self) -> float:
        """Won value that is credited to touches, in major units; with `unattributed` it adds up to all that was won."""
        return credited_value(self.journeys)

    def to_frame(self, backend: str | None = None) -> Any:
        """Return one row per placement - journey, labels, share and value - in a data frame library."""
        journeys = self.journeys
        columns: dict[str, Any] = {"journey": journeys.ids}
        names = ("opportunity", "account", "team", "channel") if journeys.business is not None else ("channel",)
        for name in names:
            columns[name] = journeys.vocabulary(name).decode(journeys.codes(name))
        if journeys.business is not None:
            columns["touchpoint_id"] = journeys.business.touches.touchpoint_id.read(journeys.rows)
            columns["occurred_at"] = journeys.times.astype("datetime64[us]")
        columns |= {"share": self.share, "value": self.value}
        if journeys.minor_units is not None:
            columns["minor_units"] = self.minor_units
        return ResultTable(columns, backend=journeys.backend).to_frame(backend)

    def __add__(self, other: object) -> "Attribution":
        if not isinstance(other, Attribution):
            return NotImplemented
        if self.strategy != other.strategy:
            _refuse_to_add(self, other)
        joined, take = self.journeys.joined(other.journeys)
        source = self.source
        given = [part.source for part in (self, other) if isinstance(part.source, GivenShares)]
        if given:
            source = GivenShares(frozen_array(np.concatenate([self.share, other.share])[take]), given[0].words)
        warnings = (*self.warnings, *other.warnings)
        return evolve(self, journeys=joined, source=source, warnings=warnings, fitted_by=None)

    def __radd__(self, other: object) -> "Attribution":
        return self if other == 0 else NotImplemented  # sum() begins with 0

    def __str__(self) -> str:
        dimension = "channel" if self.journeys.business is None else "team"
        title = f"{self.strategy!r}: {self.attributed_value:,.2f} {self.journeys.currency or ''}".rstrip()
        return f"{title} credited over {self.journeys.n_placements:,} placements\n{self._shown(dimension)}"

    def _shown(self, dimension: str) -> ResultTable:
        return self.by(dimension, intervals=self.fitted_by is None)  # printing should not fit a model 100 times

    def _repr_html_(self) -> str:
        dimension = "channel" if self.journeys.business is None else "team"
        table = self._shown(dimension)
        table.title = f"{type(self.strategy).__name__}: {self.attributed_value:,.2f} {self.journeys.currency or ''}"
        return table._repr_html_()


def _refuse_to_add(one: Attribution, other: Attribution) -> NoReturn:
    recipes = [credit.fitted_by or getattr(credit.strategy, "strategy", None) for credit in (one, other)]
    if recipes[0] is not None and recipes[0] == recipes[1]:
        raise IncompatibleError(
            f"attributions by two fits of {type(recipes[0]).__name__} cannot be added: each part was credited by what "
            "it taught alone; fit once (summaries add: model.solve(model.summarize(one) + model.summarize(other))) and "
            "attribute both parts with that"
        )
    raise IncompatibleError("attributions of two strategies cannot be added; attribute both parts with one")
