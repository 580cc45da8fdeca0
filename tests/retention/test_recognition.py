import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from retention.businesses import AS_OF, subscriptions
from servicelead.exceptions import InvalidValueError
from servicelead.retention import recognised_revenue

DAYS = st.integers(0, 500).map(lambda n: date(2023, 1, 1) + timedelta(days=n))


def earned(start: date, end: date, amount: int, months: int) -> dict[str, int]:
    """Return what a charge every so many months earns in each calendar month, one month after another."""
    found: dict[str, int] = {}
    for unit in range(100):
        year, month = divmod(start.year * 12 + start.month - 1 + unit, 12)
        begins = date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
        if begins >= end:
            break
        whole, rest = divmod(amount, months)
        label = begins.isoformat()[:7]
        found[label] = found.get(label, 0) + whole + (unit % months < rest)
    return found


@settings(max_examples=examples(40))
@given(DAYS, DAYS, st.integers(1, 10_000), st.sampled_from([("month", 1), ("quarter", 3), ("year", 12)]))
def test_revenue_is_earned_month_by_month(one: date, two: date, amount: int, period: tuple[str, int]) -> None:
    """Each month of service is earned where it begins, to its end and to as_of."""
    start, end = min(one, two), max(one, two)
    table = recognised_revenue(subscriptions([("a", str(start), str(end), f"{amount / 100:.2f}", period[0])]))
    expected = earned(start, min(end, AS_OF + timedelta(days=1)), amount, period[1])
    assert expected == {row["period"]: row["minor_units"] for row in table.rows()}


def test_weeks_are_earned_where_they_begin() -> None:
    """Five weeks from 3 June: four begin in June, one in July."""
    table = recognised_revenue(
        subscriptions([("a", "2024-06-03", "2024-07-08", "7.00", "week")], as_of=date(2024, 7, 31))
    )
    assert {"2024-06": 28.0, "2024-07": 7.0} == {row["period"]: row["value"] for row in table.rows()}


def test_parts_of_a_period_are_refused() -> None:
    """Half a period is said in months."""
    with pytest.raises(InvalidValueError, match="18 of period month"):
        recognised_revenue(subscriptions([("a", "2024-01-01", "", "7.00", "year")], period_count=[1.5]))
