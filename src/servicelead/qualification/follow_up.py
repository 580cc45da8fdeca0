"""A promise to get back to a customer: kept in time, kept late, broken, or still open."""

from enum import StrEnum

from attrs import field, frozen
from attrs.validators import optional

from servicelead._fields import Moment, moment, text
from servicelead._typing import MISSING
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.zones import Zone
from servicelead.exceptions import InvalidValueError

__all__ = ["FollowUpPromise", "PromiseState"]


class PromiseState(StrEnum):
    """What became of a promised follow-up by a moment."""

    IN_TIME = "in_time"
    LATE = "late"
    BROKEN = "broken"
    OPEN = "open"
    NO_DUE_DATE = "no_due_date"


@frozen(kw_only=True)
class FollowUpPromise:
    """One promise to follow up.

    Attributes
    ----------
    due_at
        Moment by which it was promised; a date means the last microsecond of that day. None: no moment was named.
    followed_up_at
        Moment at which it happened, so far as known.
    zone
        Time zone in which dates and naive datetimes are read.

    Raises
    ------
    InvalidValueError
        For what is no moment, or a moment that the zone's clocks never showed.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> promise = FollowUpPromise(due_at=date(2026, 3, 6), followed_up_at=datetime(2026, 3, 7, 9, tzinfo=UTC))
    >>> [str(promise.state(date(2026, 3, day))) for day in (5, 6, 7)]
    ['open', 'open', 'late']
    """

    due_at: Moment | None = field(validator=optional(moment()))
    followed_up_at: Moment | None = field(default=None, validator=optional(moment()))
    zone: str = field(default="UTC", validator=text())

    def state(self, as_of: Moment) -> PromiseState:
        """Return what had become of it by a moment.

        In time: followed up at or before it was due. Late: after it. Broken: due before `as_of` and not followed up.
        Open: due at or after `as_of`. A follow-up after `as_of` has not happened yet.

        Parameters
        ----------
        as_of
            Moment at which it is looked at; a date means the last microsecond of that day.

        Returns
        -------
        PromiseState
            ``no_due_date`` where none was named: then nothing can be said.

        Raises
        ------
        InvalidValueError
            For a moment that cannot be read.
        """
        now = self._instant("as_of", as_of, deadline=True)
        due = self._instant("due_at", self.due_at, deadline=True)
        done = self._instant("followed_up_at", self.followed_up_at, deadline=False)
        if due == MISSING:
            return PromiseState.NO_DUE_DATE
        if done != MISSING and done <= now:
            return PromiseState.IN_TIME if done <= due else PromiseState.LATE
        return PromiseState.BROKEN if due < now else PromiseState.OPEN

    def _instant(self, name: str, value: Moment | None, *, deadline: bool) -> int:
        if value is None:
            return MISSING
        instants, _ = parse.instants(read_columns({name: [value]})[0][name], Zone(self.zone), deadline=deadline)
        if instants[0] == MISSING:
            raise InvalidValueError(
                f"FollowUpPromise.{name} must be a moment that the clocks of its zone showed; got "
                f"{type(value).__name__}; give an aware datetime or a date"
            )
        return int(instants[0])
