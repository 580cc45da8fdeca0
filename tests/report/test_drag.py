from typing import Any

import pytest

from report.businesses import business_of
from report.pages import read
from servicelead.attribution import MarkovChain
from servicelead.datasets import simulate_business
from servicelead.domain import Team
from servicelead.report import render_report
from servicelead.report.drag import negative_drags
from servicelead.tables import Business, Journeys


def angry_business(n_lost: int = 12, n_won: int = 12) -> Business:
    """Return accounts that spoke to sales and then called support; those that were left angry lost their deal."""
    n = n_lost + n_won
    accounts = [f"a{i:02}" for i in range(n)]
    touchpoints: dict[str, Any] = {
        "touchpoint_id": [f"{kind}{i}" for i in range(n) for kind in "st"],
        "account_id": [account for account in accounts for _ in "st"],
        "occurred_at": [f"2026-03-0{1 + k}T09:00:00Z" for _ in accounts for k in range(2)],
        "team": ["sales", "services"] * n,
        "channel": ["call", "case"] * n,
        "sentiment": [value for i in range(n) for value in (None, -0.8 if i < n_lost else 0.5)],
    }
    opportunities = {
        "opportunity_id": [f"o{i}" for i in range(n)],
        "account_id": accounts,
        "created_at": ["2026-03-02T00:00:00Z"] * n,
        "closed_at": ["2026-03-10"] * n,
        "outcome": ["lost"] * n_lost + ["won"] * n_won,
        "amount": ["100.00"] * n,
    }
    return business_of(touchpoints=touchpoints, opportunities=opportunities)


def test_angry_touches_before_lost_deals_have_drag() -> None:
    """Its value is the model's, its interval that of accounts drawn again; touches in windows are counted."""
    journeys = Journeys.from_business(angry_business())
    (drag,) = negative_drags(journeys)
    table = MarkovChain(removal="redistribute").fit(journeys.split_by_sentiment()).removal_effect
    assert (drag.label, drag.team, drag.n_touches) == ("case (negative)", Team.SERVICES, 12)
    assert drag.value == table.row(channel="case (negative)")["drag"] > 0
    assert drag.lower is not None
    assert drag.upper is not None
    assert 0 < drag.lower < drag.value < drag.upper


def test_one_account_has_no_interval() -> None:
    """A single unit says nothing of how accounts vary."""
    (drag,) = negative_drags(Journeys.from_business(angry_business(n_lost=1, n_won=0)))
    assert (drag.value, drag.lower, drag.upper) == (0.0, None, None)


def test_without_sentiment_there_is_no_section() -> None:
    """Where nobody asked how touches left the customer, the page says nothing of drag."""
    business = business_of()
    assert negative_drags(Journeys.from_business(business)) == ()
    assert 'id="drag"' not in render_report(business)


def test_the_largest_comes_first() -> None:
    """Kinds of negative touch are ordered by drag, and none is below nothing."""
    drags = negative_drags(Journeys.from_business(simulate_business(300, seed=2, scenario="strong_negatives").business))
    values = [drag.value for drag in drags]
    assert values == sorted(values, reverse=True)
    assert min(values) >= 0
    assert all(drag.lower is not None and drag.upper is not None for drag in drags)


@pytest.mark.parametrize(("n_lost", "words"), [(12, "Most with case (negative): drag of USD"), (0, "No: no kind of")])
def test_the_page_says_what_drag_is_and_is_not(n_lost: int, words: str) -> None:
    """The answer comes first, then that it need not be a cause; the figure is defined."""
    business = angry_business(n_lost=n_lost) if n_lost else happy_business()
    text = read(render_report(business)).text
    assert words in text
    assert "It goes with losses; it need not cause them." in text
    assert "Value won × (rate of winning in a chain" in text


def happy_business() -> Business:
    """Return accounts of which those left angry won, and the others lost."""
    return business_of(
        touchpoints={
            "touchpoint_id": ["t0", "t1"],
            "account_id": ["a0", "a1"],
            "occurred_at": ["2026-03-01T09:00:00Z"] * 2,
            "team": ["services"] * 2,
            "channel": ["case"] * 2,
            "sentiment": [-1.0, 1.0],
        },
        opportunities={
            "opportunity_id": ["o0", "o1"],
            "account_id": ["a0", "a1"],
            "created_at": ["2026-03-02T00:00:00Z"] * 2,
            "closed_at": ["2026-03-10"] * 2,
            "outcome": ["won", "lost"],
            "amount": ["100.00"] * 2,
        },
    )
