from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from servicelead.exceptions import InvalidValueError
from servicelead.qualification import FollowUpPromise, PromiseState

DUE = datetime(2026, 3, 6, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("followed_up_at", "as_of", "state"),
    [
        (DUE, DUE, "in_time"),
        (DUE - TICK, DUE + TICK, "in_time"),
        (DUE + TICK, DUE + TICK, "late"),
        (DUE + TICK, DUE, "open"),  # it has not happened yet
        (DUE + 2 * TICK, DUE + TICK, "broken"),  # late tomorrow, broken today
        (DUE - TICK, DUE - 2 * TICK, "open"),
        (None, DUE, "open"),
        (None, DUE + TICK, "broken"),
    ],
)
def test_each_state_to_the_microsecond(followed_up_at: datetime | None, as_of: datetime, state: str) -> None:
    """In time up to the due moment, broken from right after it."""
    assert PromiseState(state) is FollowUpPromise(due_at=DUE, followed_up_at=followed_up_at).state(as_of)


def test_a_date_is_due_until_its_last_microsecond_in_the_zone() -> None:
    """New York's 6 March ends at 05:00 UTC on the 7th."""
    last = datetime(2026, 3, 7, 5, tzinfo=UTC) - TICK
    in_time = FollowUpPromise(due_at=date(2026, 3, 6), followed_up_at=last, zone="America/New_York")
    late = FollowUpPromise(due_at=date(2026, 3, 6), followed_up_at=last + TICK, zone="America/New_York")
    later = date(2026, 3, 31)
    assert [PromiseState.IN_TIME, PromiseState.LATE] == [promise.state(later) for promise in (in_time, late)]
    assert PromiseState.LATE is FollowUpPromise(due_at=date(2026, 3, 6), followed_up_at=last).state(later)


def test_without_a_due_date_nothing_can_be_said() -> None:
    """Followed up or not."""
    assert PromiseState.NO_DUE_DATE is FollowUpPromise(due_at=None).state(DUE)
    assert PromiseState.NO_DUE_DATE is FollowUpPromise(due_at=None, followed_up_at=DUE).state(DUE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": "2026-03-06"},
        {"due_at": DUE, "followed_up_at": 3},
        {"due_at": DUE, "zone": ""},
        {"due_at": DUE, "zone": 1},
    ],
)
def test_what_is_no_moment_is_refused(wrong: Any) -> None:
    """With a typed error that names the field."""
    with pytest.raises(InvalidValueError, match="FollowUpPromise"):
        FollowUpPromise(**wrong)


def test_a_moment_no_clock_showed_is_refused() -> None:
    """Paris skipped half past two on 29 March."""
    skipped = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 - read in the zone
    wrong = "must be a moment that the clocks of its zone showed; got a time that they skipped"
    for name, moments in (("due_at", {}), ("followed_up_at", {"due_at": DUE})):
        with pytest.raises(InvalidValueError, match=rf"^FollowUpPromise\.{name} {wrong}"):
            FollowUpPromise(**moments, **{name: skipped}, zone="Europe/Paris")
    with pytest.raises(InvalidValueError, match=f"as_of {wrong}"):
        FollowUpPromise(due_at=DUE, zone="Europe/Paris").state(skipped)
    assert PromiseState.OPEN is FollowUpPromise(due_at=skipped).state(DUE)  # UTC never skips


def test_an_unknown_zone_is_refused_before_anything_is_read_in_it() -> None:
    """Also where no moment needs it."""
    for due in (None, DUE, date(2026, 3, 6)):
        with pytest.raises(InvalidValueError, match=r"^FollowUpPromise\.zone must be an IANA time zone name"):
            FollowUpPromise(due_at=due, zone="Europe/Atlantis")


def test_a_moment_outside_the_calendar_is_refused() -> None:
    """Half past midnight of the first day of year 1, east of Greenwich, lies in year 0."""
    first = datetime(1, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=5)))
    with pytest.raises(InvalidValueError, match=r"due_at .* outside the years 1 to 9999"):
        FollowUpPromise(due_at=first)


@pytest.mark.parametrize("as_of", [None, "soon"])
def test_a_state_needs_a_moment_to_be_looked_at(as_of: Any) -> None:
    """None is not now."""
    with pytest.raises(InvalidValueError, match=r"FollowUpPromise\.state: as_of must be a moment"):
        FollowUpPromise(due_at=DUE).state(as_of)
