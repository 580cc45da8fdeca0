"""A promise to get back to a customer: kept in time, kept late, broken, or still open."""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from attrs.validators import optional

from servicelead._fields import Moment, Validator, kind_of, moment, refuse, text
from servicelead._typing import MISSING
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.zones import Zone
from servicelead.exceptions import InvalidValueError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["FollowUpPromise", "PromiseState"]


class PromiseState(StrEnum):
    """What became of a promised follow-up by a moment."""

    IN_TIME = "in_time"
    LATE = "late"
    BROKEN = "broken"
    OPEN = "open"
    NO_DUE_DATE = "no_due_date"


_RULE = "a moment that the clocks of its zone showed"
_REMEDY = "give an aware datetime or a date"


def _read(value: object, zone: str, *, deadline: bool) -> tuple[int, str]:
    """Return a moment as UTC microseconds, and what is wrong with one that cannot be read."""
    instants, problems = parse.instants(read_columns({"at": [value]})[0]["at"], Zone(zone), deadline=deadline)
    if "nonexistent_time" in problems:
        wrong = "a time that they skipped when they went forward"
    else:
        wrong = "one outside the years 1 to 9999" if isinstance(value, date) else kind_of(value)
    return int(instants[0]), wrong


def _shown_in_zone(*, deadline: bool) -> Validator:
    """Require a moment that can be read in the zone of the object, which is checked before it."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        at, wrong = _read(value, instance.zone, deadline=deadline)
        if at == MISSING:
            refuse(instance, attribute, _RULE, wrong, _REMEDY)

    return check


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
        For an unknown zone, for what is no moment, or for a moment that the zone's clocks never showed.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> promise = FollowUpPromise(due_at=date(2026, 3, 6), followed_up_at=datetime(2026, 3, 7, 9, tzinfo=UTC))
    >>> [str(promise.state(date(2026, 3, day))) for day in (5, 6, 7)]
    ['open', 'open', 'late']
    """

    zone: str = field(default="UTC", validator=text())
    due_at: Moment | None = field(validator=optional([moment(), _shown_in_zone(deadline=True)]))
    followed_up_at: Moment | None = field(default=None, validator=optional([moment(), _shown_in_zone(deadline=False)]))

    @zone.validator
    def _is_known(self, attribute: "Attribute[Any]", value: str) -> None:
        try:
            Zone(value)
        except InvalidValueError:
            rule = "an IANA time zone name such as 'Europe/Paris'"
            refuse(self, attribute, rule, "an unknown name", "if the name is right, install the tzdata package")

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
        now, wrong = _read(as_of, self.zone, deadline=True)
        if now == MISSING:
            raise InvalidValueError(f"FollowUpPromise.state: as_of must be {_RULE}; got {wrong}; {_REMEDY}")
        if self.due_at is None:
            return PromiseState.NO_DUE_DATE
        due, _ = _read(self.due_at, self.zone, deadline=True)
        if self.followed_up_at is not None:
            done, _ = _read(self.followed_up_at, self.zone, deadline=False)
            if done <= now:
                return PromiseState.IN_TIME if done <= due else PromiseState.LATE
        return PromiseState.BROKEN if due < now else PromiseState.OPEN
