"""Journeys: a ragged array of placements over the touch table, one journey per opportunity."""

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np
from attrs import evolve, field, frozen

from servicelead._typing import MISSING, Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.exceptions import MissingTimesError
from servicelead.kernels.segments import concatenate_ranges, segment_ids, segment_sums
from servicelead.tables.base import frozen_array, major_units
from servicelead.tables.business import Business
from servicelead.tables.joining import join
from servicelead.tables.journey_dimensions import of_journeys, of_placements
from servicelead.tables.milestones import milestones_of
from servicelead.tables.opportunities import LOST, OPEN, WON
from servicelead.tables.paths import Paths, read_paths
from servicelead.tables.sentiment import at_least_as_happy, by_sentiment
from servicelead.tables.touches import TouchTable
from servicelead.tables.windows import JourneyWindow, find_windows

__all__ = ["UNATTRIBUTED_REASONS", "Journeys"]

T = TypeVar("T")

#: Why a journey's value is unattributed, by `Journeys.unattributed_reason`; the first is "it is attributed".
UNATTRIBUTED_REASONS = ("", "account_without_touches", "no_touches_in_window", "only_negative_touches")
_ATTRIBUTED, _NO_TOUCHES, _NONE_IN_WINDOW, _ONLY_NEGATIVE = range(4)


@frozen(kw_only=True, eq=False)
class Journeys:
    """The touches before every opportunity's close, as a ragged array.

    A **placement** is a touch inside one journey's window; overlapping windows place one touch more than once.

    A simplified implementation::

        class Journeys:
            def __init__(self, journeys):              # a list of lists of touch rows
                self.offsets = [0, *itertools.accumulate(map(len, journeys))]
                self.rows = [row for journey in journeys for row in journey]
            def journey(self, j):
                return self.rows[self.offsets[j] : self.offsets[j + 1]]

    Journeys are ordered by (account, end, opportunity id), placements within one by (time, touchpoint id).
    Columns of placements are gathered from the touch table on first use.

    Attributes
    ----------
    offsets : int64 (n + 1,)
        Journey `j` holds placements ``[offsets[j], offsets[j + 1])``.
    rows : int64 (p,)
        Touch row of each placement.
    outcome : int8 (n,)
        0 won, 1 lost, 2 open.
    weight : int64 (n,)
        1 for an opportunity; conversions or non-conversions of an aggregated path.
    value : float64 (n,)
        Total value in major units; 0 unless won.
    minor_units : int64 (n,) or None
        The same, exact; None without a currency.
    account : int32 (n,)
        The independent unit of intervals: account code, or the row-journey of an aggregated path.
    began_at : int64 (n,) or None
        The instant after which its window begins; None for aggregated paths.
    ended_at : int64 (n,) or None
        The close (its deadline) or as_of; None for aggregated paths.
    opportunity : int64 (n,)
        Row in ``business.opportunities``; -1 where the account has none yet.
    unattributed_reason : int8 (n,)
        Position in `UNATTRIBUTED_REASONS`.
    business, window
        Where they came from; None for aggregated paths.
    population : bool (accounts,) or None
        Accounts these journeys speak for (whose touches count as cost); None for all.
    """

    WON, LOST, OPEN = WON, LOST, OPEN

    offsets: IntArray = field(repr=False)
    rows: IntArray = field(repr=False)
    outcome: Array = field(repr=False)
    weight: IntArray = field(repr=False)
    value: FloatArray = field(repr=False)
    minor_units: IntArray | None = field(repr=False)
    currency: str | None
    account: Codes = field(repr=False)
    began_at: IntArray | None = field(repr=False)
    ended_at: IntArray | None = field(repr=False)
    opportunity: IntArray = field(repr=False)
    unattributed_reason: Array = field(repr=False)
    touches: TouchTable | Paths = field(repr=False)
    business: Business | None = field(default=None, repr=False)
    window: JourneyWindow | None = None
    population: BoolArray | None = field(default=None, repr=False)

    @classmethod
    def from_business(cls, business: Business, window: JourneyWindow | None = None) -> Self:
        """Build the journeys of every opportunity, won, lost and open; by default they read 90 days back.

        Examples
        --------
        >>> from servicelead.datasets import simulate_business
        >>> Journeys.from_business(simulate_business(n_accounts=50, seed=1).business).currency
        'USD'
        """
        window = window or JourneyWindow()
        touches, deals = business.touches, business.opportunities
        found = find_windows(touches, deals, window, business.as_of)
        counts = found.last - found.first
        won = found.outcome == WON
        amount = np.append(deals.amount, MISSING if business.currency else np.nan)[found.opportunity]
        per_account = np.diff(touches.account_offsets)
        reason = np.where(counts > 0, _ATTRIBUTED, np.where(per_account[found.account], _NONE_IN_WINDOW, _NO_TOUCHES))
        minor = None
        value = np.nan_to_num(major_units(amount, business.currency))
        if business.currency:
            minor = frozen_array(np.where(won & (amount != MISSING), amount, 0))
        return cls(
            offsets=frozen_array(np.append(0, np.cumsum(counts))),
            rows=frozen_array(concatenate_ranges(found.first, counts)),
            weight=frozen_array(np.ones(len(counts), dtype=np.int64)),
            value=frozen_array(np.where(won, value, 0.0)),
            minor_units=minor,
            currency=business.currency,
            unattributed_reason=frozen_array(reason.astype(np.int8)),
            touches=touches,
            business=business,
            window=window,
            **found.columns(),
        )

    @classmethod
    def from_paths(
        cls,
        frame: Any,
        *,
        path: str,
        conversions: str,
        value: str | None = None,
        nonconversions: str | None = None,
        separator: str = " > ",
        currency: str | None = None,
    ) -> Self:
        """Build journeys from aggregated paths ``a > b > c`` with their conversions, value and non-conversions.

        A row with c conversions of total value v and z non-conversions is a converted journey of weight c (value
        v in total) and an unconverted one of weight z. Each is one independent unit. There are no times.

        Raises
        ------
        InvalidValueError
            For a count that is fractional, negative or missing, naming the row.
        UnknownNameError
            When a column is missing.

        Examples
        --------
        >>> journeys = Journeys.from_paths(
        ...     {"path": ["call > email", "email"], "won": [2, 0], "lost": [1, 3]},
        ...     path="path", conversions="won", nonconversions="lost",
        ... )
        >>> journeys.weight.tolist(), journeys.lengths.tolist()
        ([2, 1, 3], [2, 2, 1])
        """
        given = read_paths(
            frame,
            path=path,
            conversions=conversions,
            value=value,
            nonconversions=nonconversions,
            separator=separator,
            currency=currency,
        )
        columns = given._asdict()
        reason = np.where(columns.pop("touched"), _ATTRIBUTED, _NO_TOUCHES).astype(np.int8)
        columns |= {"began_at": None, "ended_at": None, "unattributed_reason": frozen_array(reason)}
        return cls(**columns, currency=currency)

    @property
    def n(self) -> int:
        """Number of journeys."""
        return len(self.offsets) - 1

    def __len__(self) -> int:
        return self.n

    @property
    def n_placements(self) -> int:
        """Number of placements."""
        return len(self.rows)

    @cached_property
    def lengths(self) -> IntArray:
        """Number of placements of each journey."""
        return frozen_array(np.diff(self.offsets))

    @cached_property
    def is_won(self) -> BoolArray:
        """Which journeys were won."""
        return frozen_array(self.outcome == WON)

    @cached_property
    def amounts(self) -> FloatArray:
        """Conversions and value of each journey, float64 (n, 2): what its shares are multiplied by."""
        return frozen_array(np.stack([np.where(self.is_won, self.weight, 0).astype(np.float64), self.value], axis=1))

    @cached_property
    def _memo(self) -> dict[Hashable, Any]:
        return {}

    def once(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what a pure function of these journeys gives, worked out at the first call with its key."""
        if key not in self._memo:
            self._memo[key] = work_out()
        result: T = self._memo[key]
        return result

    @cached_property
    def ids(self) -> Codes:
        """Journey of each placement."""
        return frozen_array(segment_ids(self.offsets))

    @property
    def backend(self) -> str | None:
        """Data frame library results are handed out in."""
        return self.touches.backend

    @cached_property
    def times(self) -> IntArray:
        """Instant of each placement; `MissingTimesError` for aggregated paths."""
        return frozen_array(self._table("times").occurred_at[self.rows])

    @cached_property
    def ages(self) -> IntArray:
        """Microseconds from each placement to the end of its journey."""
        times = self.times
        return frozen_array(np.repeat(self.ends(), self.lengths) - times)

    def begins(self) -> IntArray:
        """Return the instant after which each journey's window begins; `MissingTimesError` for aggregated paths."""
        if self.began_at is None:
            raise MissingTimesError("aggregated paths have no windows; build the journeys with Journeys.from_business")
        return self.began_at

    def ends(self) -> IntArray:
        """Return the instant at which each journey ends; `MissingTimesError` for aggregated paths."""
        if self.ended_at is None:
            raise MissingTimesError("aggregated paths have no ends; build the journeys with Journeys.from_business")
        return self.ended_at

    def _table(self, what: str) -> TouchTable:
        if isinstance(self.touches, TouchTable):
            return self.touches
        raise MissingTimesError(
            f"aggregated paths have no {what}; build the journeys from touches and opportunities "
            "(Journeys.from_business) to use a model that needs them"
        )

    def codes(self, name: str) -> Codes:
        """Return the code of each placement in a dimension.

        Dimensions: channel, team, group, campaign, lead, touch_month (of the touch); account, opportunity, month
        (of the journey). Aggregated paths have channel only.

        Raises
        ------
        UnknownNameError
            For another name.
        """
        return self._dimension(name)[0]

    def vocabulary(self, name: str) -> Vocabulary:
        """Return the labels of a dimension."""
        return self._dimension(name)[1]

    def _dimension(self, name: str) -> tuple[Codes, Vocabulary]:
        return self.once(("dimension", name), lambda: of_placements(self, name))

    def journey_codes(self, name: str) -> tuple[Codes, Vocabulary]:
        """Return the code of each journey in a dimension of journeys: account, opportunity or month of close."""
        return of_journeys(self, name)

    def require_business(self, what: str) -> Business:
        """Return the business behind the journeys; `MissingTimesError` for aggregated paths, which have no `what`."""
        if self.business is None:
            raise MissingTimesError(f"aggregated paths have no {what}; build the journeys with Journeys.from_business")
        return self.business

    def opportunity_ids(self) -> Array:
        """Return the opportunity id of each journey; None where the account has none yet."""
        codes, vocabulary = self.journey_codes("opportunity")
        return vocabulary.decode(codes)

    def milestones(self) -> tuple[IntArray, IntArray]:
        """Return when each journey's lead and opportunity were created, `MISSING` where it has none.

        The lead is the opportunity's own, else the account's earliest lead created in the window.

        Raises
        ------
        MissingTimesError
            For aggregated paths.
        """
        return self.once("milestones", lambda: milestones_of(self))

    def select(self, mask: Any) -> Self:
        """Return the journeys of a mask or of positions, over the same touches."""
        chosen = np.arange(self.n)[mask]
        counts = self.lengths[chosen]
        columns: dict[str, Any] = {name: frozen_array(values[chosen]) for name, values in self.per_journey().items()}
        return evolve(
            self,
            offsets=frozen_array(np.append(0, np.cumsum(counts))),
            rows=frozen_array(self.rows[concatenate_ranges(self.offsets[:-1][chosen], counts)]),
            **columns,
        )

    def of_accounts(self, accounts: Any) -> Self:
        """Return the journeys of some accounts: a mask over the account vocabulary.

        Parts of disjoint accounts, attributed apart, add up again.
        """
        population = np.asarray(accounts, dtype=bool)
        chosen = self.select(population[self.account])
        return evolve(chosen, population=frozen_array(population & self.speaks_for(np.arange(len(population)))))

    def speaks_for(self, accounts: Array) -> BoolArray:
        """Return which accounts these journeys speak for."""
        if self.population is None:
            return np.ones(len(accounts), dtype=bool)
        return np.append(self.population, np.zeros(1, dtype=bool))[accounts]

    def won(self) -> Self:
        """Return the won journeys."""
        return self.select(self.is_won)

    def per_journey(self) -> dict[str, Any]:
        """Return the columns that have one entry per journey."""
        names = (
            "outcome",
            "weight",
            "value",
            "minor_units",
            "account",
            "began_at",
            "ended_at",
            "opportunity",
            "unattributed_reason",
        )
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def joined(self, other: "Journeys") -> tuple["Journeys", IntArray]:
        """Return the journeys of both parts, and which placement of ``[self, other]`` each of theirs is.

        Raises
        ------
        IncompatibleError
            When the parts share accounts, or differ in currency, window, zone or as_of.
        """
        return join(self, other)

    def __add__(self, other: object) -> "Journeys":
        return join(self, other)[0] if isinstance(other, Journeys) else NotImplemented

    def drop_negative(self, below: float = 0.0) -> Self:
        """Return the journeys without touches whose sentiment is below a bound.

        Positions are counted afterwards; a won journey this empties is unattributed for that reason.

        Raises
        ------
        InvalidValueError
            For a bound that is no finite number.
        MissingTimesError
            For aggregated paths, which have no sentiment.
        """
        keep = at_least_as_happy(self._table("sentiment"), below)[self.rows]
        counts = segment_sums(keep.astype(np.int64), self.offsets)
        reason = np.where((counts == 0) & (self.lengths > 0), np.int8(_ONLY_NEGATIVE), self.unattributed_reason)
        offsets = frozen_array(np.append(0, np.cumsum(counts)))
        return evolve(
            self, offsets=offsets, rows=frozen_array(self.rows[keep]), unattributed_reason=frozen_array(reason)
        )

    def split_by_sentiment(self) -> Self:
        """Return the journeys with each channel's negative touches as a channel of their own; twice is once."""
        return evolve(self, touches=by_sentiment(self.require_business("sentiment").touches))

    @cached_property
    def outside_windows(self) -> int:
        """Number of touches that none of these journeys places, those dropped for their sentiment among them."""
        placed = np.zeros(len(self.touches), dtype=bool)
        placed[self.rows] = True
        return int(len(placed) - np.count_nonzero(placed))
