from datetime import date, timedelta
from typing import Any

import pytest

from propensity.two_futures import DAY
from servicelead.exceptions import InvalidValueError
from servicelead.propensity import SnapshotBuilder, Snapshots
from servicelead.tables import Business
from tables.samples import business

PAID = {"amount": "9", "period": "month"}


def subscribers(**more: Any) -> Business:
    """Return a business, known to the end of June 2026, of two old customers and one who left long ago."""
    left = {"subscription_id": "c", "account_id": "c", "started_at": "2024-01-01", "ended_at": "2024-03-01"}
    old = [{"subscription_id": name, "account_id": name, "started_at": "2024-01-01"} for name in "ab"]
    return business(subscriptions=[row | PAID for row in [*old, left]], **more)


def months(snapshots: Snapshots) -> list[str]:
    """Return the months of the cutoffs."""
    return sorted({f"{moment:%Y-%m}" for moment in snapshots.table.to_dict()["cutoff"]})


def test_by_default_there_are_the_twelve_latest_whose_label_is_known() -> None:
    """Ninety days before the end of June is 2 April: the twelve end with April; a gap of two days more, with March."""
    found = months(SnapshotBuilder().build(subscribers()))
    assert [12, "2025-05", "2026-04"] == [len(found), found[0], found[-1]]
    found = months(SnapshotBuilder(gap=timedelta(days=2)).build(subscribers()))
    assert [12, "2025-04", "2026-03"] == [len(found), found[0], found[-1]]


def test_a_window_that_ends_with_what_is_known_is_over() -> None:
    """Thirty days from 1 June end with June itself, so that June is the last cutoff."""
    assert "2026-06" == months(SnapshotBuilder(horizon=timedelta(days=30)).build(subscribers()))[-1]


@pytest.mark.parametrize(("gap", "horizon"), [(0, 40), (10, 30)])
@pytest.mark.parametrize(("late", "n_rows"), [(0, 2), (1, 0)])
def test_a_microsecond_too_late_is_no_row(gap: int, horizon: int, late: int, n_rows: int) -> None:
    """Gap and horizon must both be over to the microsecond; the active accounts of other cutoffs are counted."""
    given = subscribers()
    builder = SnapshotBuilder(gap=timedelta(days=gap), horizon=timedelta(days=horizon))
    found = builder.build(given, cutoffs=[given.as_of + 1 - 40 * DAY + late])
    assert [n_rows, 2 - n_rows] == [len(found), found.dropped.row(reason="label_window_not_over")["n_rows"]]


def test_every_pair_is_a_row_or_counted_once() -> None:
    """Of three accounts at two cutoffs one had left, and one cutoff is too late: 2 rows, 2 not over, 1 not active."""
    given = subscribers()
    found = SnapshotBuilder().build(given, cutoffs=[date(2026, 3, 1), date(2026, 6, 1)])
    assert 2 == len(found)
    assert {"label_window_not_over": 2, "not_active": 1} == {
        row["reason"]: row["n_rows"] for row in found.dropped.rows()
    }


def test_a_calendar_without_labels_goes_on_to_as_of() -> None:
    """To score, no label need be known: the last cutoff is the moment after all that is known."""
    builder = SnapshotBuilder(since=date(2026, 5, 1))
    assert ["2026-05", "2026-06", "2026-07"] == months(builder.build(subscribers(), labelled=False))


def test_the_moment_after_as_of_is_the_last_one() -> None:
    """All is known just before the microsecond after as_of, and nothing tells what was known before the next."""
    given = subscribers()
    assert 2 == len(SnapshotBuilder().build(given, cutoffs=[given.as_of + 1], labelled=False))
    with pytest.raises(InvalidValueError, match="cutoffs must not lie after"):
        SnapshotBuilder().build(given, cutoffs=[given.as_of + 2], labelled=False)


def test_a_day_begins_in_the_zone_of_the_business() -> None:
    """Midnight of 1 March in New York is five in the morning, UTC."""
    found = SnapshotBuilder().build(subscribers(zone="America/New_York"), cutoffs=[date(2026, 3, 1)])
    assert {"2026-03-01T05:00"} == {f"{moment:%Y-%m-%dT%H:%M}" for moment in found.table.to_dict()["cutoff"]}


@pytest.mark.parametrize(
    ("every", "expected"),
    [("year", ["2025-02", "2026-02"]), ("quarter", ["2025-02", "2025-05", "2025-08", "2025-11", "2026-02"])],
)
def test_years_and_quarters_are_fiscal(every: Any, expected: list[str]) -> None:
    """Where the year begins in February, so do the years, and quarters begin every three months from then."""
    builder = SnapshotBuilder(every=every, since=date(2025, 1, 1), until=date(2026, 3, 31))
    assert expected == months(builder.build(subscribers(fiscal_year_start=2)))
