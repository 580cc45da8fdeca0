from datetime import timedelta
from typing import Literal

import numpy as np
import pytest

from report.businesses import business_of, empty_business
from servicelead import Journeys, JourneyWindow
from servicelead.datasets import simulate_business
from servicelead.report.places import TouchPlaces, touch_places
from servicelead.tables import Business


@pytest.fixture(scope="module")
def business() -> Business:
    """Return a simulated business."""
    return simulate_business(n_accounts=150, seed=5).business


@pytest.mark.parametrize("open_as", ["censored", "lost"])
@pytest.mark.parametrize("days", [5, 90])
def test_places_against_a_slow_count(business: Business, days: int, open_as: Literal["censored", "lost"]) -> None:
    """Each touch is looked for in every deal's window, one by one; the three numbers add up to all touches."""
    lookback = timedelta(days=days)
    microseconds = lookback // timedelta(microseconds=1)
    touches, deals = business.touches, business.opportunities
    rows = list(zip(deals.account_id.tolist(), deals.closed_at.tolist(), deals.outcome.tolist(), strict=True))
    last_close = dict.fromkeys(touches.account_id.tolist(), 0)
    for account, closed, outcome in rows:
        if outcome != Journeys.OPEN:
            last_close[account] = max(last_close.get(account, 0), closed)
    with_open = {account for account, _, outcome in rows if outcome == Journeys.OPEN}
    won = other = 0
    for account, at in zip(touches.account_id.tolist(), touches.occurred_at.tolist(), strict=True):
        found = set()
        for of_account, closed, outcome in rows:
            end = business.as_of if outcome == Journeys.OPEN else closed
            if of_account == account and end - microseconds < at <= end:
                found.add(outcome)
        recent = business.as_of - microseconds < at <= business.as_of
        if account >= 0 and account not in with_open and recent and at > last_close[account]:
            found.add(Journeys.OPEN)
        won += Journeys.WON in found
        other += bool(found) and Journeys.WON not in found
    places = touch_places(Journeys.from_business(business, JourneyWindow(lookback=lookback, open_as=open_as)))
    assert TouchPlaces(won=won, lost_or_open=other, nowhere=len(touches) - won - other) == places
    assert min(won, other, places.nowhere) > 0


def test_a_touch_of_two_won_deals_counts_once() -> None:
    """Overlapping windows place a touch twice; it is one touch all the same."""
    business = business_of(
        opportunities={
            "opportunity_id": ["o1", "o2", "o3"],
            "account_id": ["a0", "a0", "a0"],
            "created_at": ["2026-03-02T00:00:00Z"] * 3,
            "closed_at": ["2026-03-10", "2026-03-11", "2026-03-12"],
            "outcome": ["won", "won", "lost"],
            "amount": ["1.00", "1.00", ""],
        }
    )
    journeys = Journeys.from_business(business)
    assert 12 == np.count_nonzero(business.touches.account_id[journeys.rows] == 0)
    assert TouchPlaces(won=4, lost_or_open=0, nowhere=4) == touch_places(journeys)


def test_nothing_is_nowhere() -> None:
    """Without touches every number is zero."""
    assert TouchPlaces(won=0, lost_or_open=0, nowhere=0) == touch_places(Journeys.from_business(empty_business()))
