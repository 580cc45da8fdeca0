from datetime import UTC, date, datetime, timedelta
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
    "wrong", [{"due_at": "2026-03-06"}, {"due_at": DUE, "followed_up_at": 3}, {"due_at": DUE, "zone": ""}]
)
def test_what_is_no_moment_is_refused(wrong: Any) -> None:
    """With a typed error that names the field."""
    with pytest.raises(InvalidValueError, match="FollowUpPromise"):
        FollowUpPromise(**wrong)


def test_a_moment_no_clock_showed_is_refused() -> None:
    """Paris skipped half past two on 29 March."""
    skipped = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 - read in the zone
    with pytest.raises(InvalidValueError, match=r"FollowUpPromise\.due_at"):
        FollowUpPromise(due_at=skipped, zone="Europe/Paris").state(DUE)
