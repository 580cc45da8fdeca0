"""How long each account or subscription was seen to last, and whether it had ended by then."""

from typing import Any, Literal, Self

import numpy as np
from attrs import Attribute, evolve, field, frozen

from servicelead._fields import kind_of, refuse, text
from servicelead._typing import MISSING, Array, BoolArray, FloatArray, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.zones import DAY
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.segments import segment_ids, segment_sums
from servicelead.tables.base import frozen_array, major_units
from servicelead.tables.business import Business
from servicelead.tables.movements import spans_of_subscriptions

__all__ = ["Lifetimes"]


def _as_numbers(values: Any) -> Any:
    """Return a column of numbers as float64; anything else as it is, for the validator to refuse."""
    try:
        array = np.asarray(values)
        is_mixed = array.dtype.kind == "O"  # numbers and missing ones; text is not read as numbers
        if array.ndim != 1 or array.dtype.kind not in "iufbO" or (is_mixed and _has_text(array)):
            return values
        return frozen_array(array.astype(np.float64))
    except (TypeError, ValueError):
        return values


def _has_text(array: Array) -> bool:
    return any(isinstance(value, str) for value in array.tolist())


def _as_optional(values: Any) -> Any:
    return None if values is None else _as_numbers(values)


def _as_codes(values: Any) -> Any:
    """Return a column of labels as codes from 0; what has no label gets -1."""
    if values is None:
        return None
    array = np.asarray(values)
    if array.dtype.kind in "iu" and array.ndim == 1:
        return frozen_array(np.unique(array, return_inverse=True)[1].astype(np.int64))
    try:
        return frozen_array(parse.labels(read_columns({"accounts": values})[0]["accounts"])[0].astype(np.int64))
    except (TypeError, ValueError):
        return values


def _column(rule: str, remedy: str, *, above: float = -np.inf, at_least: float = -np.inf) -> Any:
    """Require finite numbers in a range, as many as there are durations."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, np.ndarray):
            refuse(instance, attribute, f"one-dimensional, {rule}", kind_of(value), remedy)
        if len(value) != len(instance.durations):
            refuse(instance, attribute, "as long as durations", f"{len(value)} rows", "give one for each row")
        wrong = ~(np.isfinite(value) & (value > above) & (value >= at_least))
        if wrong.any():
            refuse(instance, attribute, rule, _rows(wrong), remedy)

    return check


def _rows(wrong: Array) -> str:
    n, first = int(np.count_nonzero(wrong)), int(np.argmax(wrong)) + 1
    return f"{n} rows that break the rule, the first is row {first}"


@frozen(kw_only=True, eq=False)
class Lifetimes:
    """How long each row was seen to last, and whether it had ended by then; all times count from its own start.

    A row that had not ended is *censored*: it lasted at least that long. One that came under observation late (records
    begin at some date, and its start lies before) is known only because it lasted until then, and counts among those
    at risk from that time on.

    Attributes
    ----------
    durations
        Time from the start to the event or to the end of observation, at least 0; of equal times events come first.
    events
        Whether it ended: True or 1, else False or 0.
    entry
        Time from the start at which it came under observation: 0, from the start, or less than the duration. None: all
        from the start.
    weights
        What each row stands for when survival is weighted, such as revenue, above 0; None where there is nothing.
    accounts
        The account of each row, as labels or codes: rows of one account are not independent. None: each row on its own.
        Kept as codes from 0.
    rows
        Row of each lifetime in the business's subscriptions, for an account the first that began; None for arrays.
    unit
        What one unit of time is.

    Raises
    ------
    InvalidValueError
        Columns of different lengths; a number missing or out of range; an event other than 0 and 1.

    Examples
    --------
    >>> lifetimes = Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0], unit="months")
    >>> len(lifetimes), lifetimes.n_events
    (6, 3)
    """

    durations: FloatArray = field(
        repr=False,
        converter=_as_numbers,
        validator=_column("numbers of at least 0", "check starts and ends", at_least=0),
    )
    events: BoolArray = field(
        repr=False, converter=_as_numbers, validator=_column("0 or 1", "say 1 for ended", at_least=0)
    )
    entry: FloatArray | None = field(
        default=None,
        repr=False,
        converter=_as_optional,
        validator=_column("numbers of at least 0", "say 0 where seen from the start", at_least=0),
    )
    weights: FloatArray | None = field(
        default=None,
        repr=False,
        converter=_as_optional,
        validator=_column("numbers above 0", "leave rows out that weigh nothing", above=0),
    )
    accounts: IntArray | None = field(
        default=None,
        repr=False,
        converter=_as_codes,
        validator=_column("labels", "name every row's account", at_least=0),
    )
    rows: IntArray | None = field(default=None, repr=False)
    unit: str = field(default="days", validator=text())

    def __attrs_post_init__(self) -> None:
        other = (self.events != 0) & (self.events != 1)
        if other.any():
            raise InvalidValueError(f"Lifetimes.events must be 0 or 1; got {_rows(other)}; say 1 for ended")
        object.__setattr__(self, "events", frozen_array(self.events.astype(bool)))
        if self.entry is not None and (late := (self.entry > 0) & (self.entry >= self.durations)).any():
            raise InvalidValueError(
                f"Lifetimes.entry must be 0 or before the duration; got {_rows(late)}; leave out what had ended before "
                "it was observed"
            )

    @classmethod
    def from_subscriptions(cls, business: Business, of: Literal["accounts", "subscriptions"] = "accounts") -> Self:
        """Return the lifetimes of a business's paying accounts, or of its paid subscriptions, in whole days.

        An account lasts from its first paid subscription until it first has none: that is its churn, whether or not it
        comes back, and its weight is what it paid at its start. A subscription lasts from its start to its end. What
        ends on the day it starts is an event at 0, and what has not ended at ``as_of`` is censored there. Days are
        those of the business's calendar. Weights are major units a year, discounts deducted.

        Parameters
        ----------
        business
            The tables, with a currency. Subscriptions without a price, and those that start after ``as_of``, are left
            out.
        of
            ``"accounts"`` or ``"subscriptions"``; the latter keep the account of each.

        Raises
        ------
        NoCurrencyError
            When the business has no currency.
        InvalidValueError
            For another word, a number of periods that is not whole, or a discount that is no number.

        Examples
        --------
        >>> from datetime import date
        >>> business = Business.from_frames(
        ...     subscriptions={
        ...         "subscription_id": ["1", "2", "3"], "account_id": ["a", "a", "a"],
        ...         "started_at": ["2026-01-01", "2026-01-11", "2026-03-01"],
        ...         "ended_at": ["2026-01-11", "2026-01-21", ""],
        ...         "amount": ["10.00", "12.00", "12.00"], "period": ["month"] * 3,
        ...     },
        ...     as_of=date(2026, 3, 31), currency="USD",
        ... )
        >>> accounts = Lifetimes.from_subscriptions(business)
        >>> accounts.durations.tolist(), accounts.events.tolist(), accounts.weights.tolist()
        ([20.0], [True], [120.0])
        >>> Lifetimes.from_subscriptions(business, "subscriptions").durations.tolist()
        [10.0, 10.0, 30.0]
        """
        if of not in ("accounts", "subscriptions"):
            raise InvalidValueError(
                f"Lifetimes.from_subscriptions: of must be accounts or subscriptions; got {kind_of(of)}; choose one"
            )
        table, as_of = business.subscriptions, business.as_of
        # Here even what ends where it starts has lasted, for a moment.
        empty = table.ended_at == table.started_at
        spans = spans_of_subscriptions(evolve(table, ended_at=frozen_array(table.ended_at + empty)), as_of)
        account, row, annual, started = spans.account, spans.row, spans.annual, spans.started
        ended = np.where(table.ended_at[row] == MISSING, as_of + 1, np.minimum(table.ended_at[row], as_of + 1))
        if of == "accounts":
            order = np.lexsort((row, started, account))
            account, row, annual, started, ended = (x[order] for x in (account, row, annual, started, ended))
            first, ended, annual = _first_stays(account, started, ended, annual)
            account, row, started = account[first], row[first], started[first]
        gone = ended <= as_of
        last = np.where(gone, ended, as_of)
        days = business.zone.to_local(last) // DAY - business.zone.to_local(started) // DAY
        return cls(
            durations=days,
            events=gone,
            weights=major_units(annual, table.currency),
            accounts=account,
            rows=frozen_array(row),
        )

    def __len__(self) -> int:
        return len(self.durations)

    @property
    def n_events(self) -> int:
        """Number of rows that ended."""
        return int(np.count_nonzero(self.events))

    @property
    def n_units(self) -> int:
        """Number of independent units: accounts, or rows where there are none."""
        return len(self) if self.accounts is None else int(self.accounts.max(initial=-1)) + 1

    def take(self, rows: Any) -> "Lifetimes":
        """Return some of the rows (positions, slice or mask)."""
        columns: dict[str, Any] = {
            name: None if (values := getattr(self, name)) is None else values[rows]
            for name in ("durations", "events", "entry", "weights", "accounts", "rows")
        }
        return evolve(self, **columns)


def _first_stays(
    account: IntArray, started: IntArray, ended: IntArray, annual: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the first span of each account, when it first has none, and its amount at the start.

    Spans are ordered by account and start; one that begins where the others end prolongs them.
    """
    first = np.flatnonzero(np.diff(account, prepend=-1))
    offsets = np.append(first, len(account))
    owner = segment_ids(offsets)
    # By the rank of each moment, accounts fit one after another on one line: the furthest end so far never reaches
    # into the next account.
    moments, place = np.unique(np.concatenate([started, ended]), return_inverse=True)
    line = owner.astype(np.int64) * len(moments)
    begins, reach = line + place[: len(line)], np.maximum.accumulate(line + place[len(line) :])
    broken = np.append(False, begins[1:] > reach[:-1])[: len(line)]
    broken[first] = False
    n_broken = np.cumsum(broken)
    in_first = n_broken == n_broken[first][owner]
    until = moments[np.maximum.reduceat(np.where(in_first, reach - line, 0), first)] if len(first) else ended
    at_start = started == started[first][owner]
    return first, until, segment_sums(np.where(at_start, annual, 0), offsets)
