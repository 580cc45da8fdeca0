from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from report.businesses import business_of
from report.pages import read
from servicelead.attribution import MarkovChain
from servicelead.datasets import simulate_business
from servicelead.domain import Team
from servicelead.report import render_report
from servicelead.report.drag import Drag, Drags, negative_drags
from servicelead.report.words import Amounts
from servicelead.tables import Business, Journeys


def angry_business(n_lost: int = 12, n_won: int = 12, n_open: int = 0) -> Business:
    """Return accounts that spoke to sales and then called support; those that did not win their deal were angry."""
    n_angry = n_lost + n_open
    n = n_angry + n_won
    accounts = [f"a{i:02}" for i in range(n)]
    touchpoints: dict[str, Any] = {
        "touchpoint_id": [f"{kind}{i}" for i in range(n) for kind in "st"],
        "account_id": [account for account in accounts for _ in "st"],
        "occurred_at": [f"2026-03-0{1 + k}T09:00:00Z" for _ in accounts for k in range(2)],
        "team": ["sales", "services"] * n,
        "channel": ["call", "case"] * n,
        "sentiment": [value for i in range(n) for value in (None, -0.8 if i < n_angry else 0.5)],
    }
    opportunities = {
        "opportunity_id": [f"o{i}" for i in range(n)],
        "account_id": accounts,
        "created_at": ["2026-03-02T00:00:00Z"] * n,
        "closed_at": ["2026-03-10"] * n_lost + [None] * n_open + ["2026-03-10"] * n_won,
        "outcome": ["lost"] * n_lost + ["open"] * n_open + ["won"] * n_won,
        "amount": ["1200.00"] * n,
    }
    return business_of(touchpoints=touchpoints, opportunities=opportunities)


def drags_of(business: Business) -> Drags:
    """Return the drags of a business that has negative touches."""
    drags = negative_drags(Journeys.from_business(business))
    assert drags is not None
    return drags


def test_angry_touches_before_lost_deals_have_drag() -> None:
    """Its value is the model's, its interval that of accounts drawn again; touches before closed deals are counted."""
    business = angry_business(n_open=3)
    (drag,) = drags_of(business).kinds
    split = Journeys.from_business(business).split_by_sentiment()
    table = MarkovChain(removal="redistribute").fit(split).removal_effect
    assert (drag.label, drag.team, drag.n_touches_before_closes) == ("case (negative)", Team.SERVICES, 12)
    assert drag.value == table.row(channel="case (negative)")["drag"] > 0
    assert drag.lower is not None
    assert drag.upper is not None
    assert 0 < drag.lower < drag.value < drag.upper


def test_one_account_has_no_interval() -> None:
    """A single unit says nothing of how accounts vary."""
    business = one_account()
    (drag,) = drags_of(business).kinds
    assert (drag.value, drag.lower, drag.upper, drag.n_touches_before_closes) == (0.0, None, None, 1)
    assert "None found; but one account says nothing of how drag varies." in read(render_report(business)).text


def one_account() -> Business:
    """Return one account that was angry before a deal it won, and lost the next after a happier call."""
    return business_of(
        touchpoints={
            "touchpoint_id": ["t0", "t1"],
            "account_id": ["a0"] * 2,
            "occurred_at": ["2026-03-01T09:00:00Z", "2026-03-15T09:00:00Z"],
            "team": ["services"] * 2,
            "channel": ["case"] * 2,
            "sentiment": [-1.0, 1.0],
        },
        opportunities={
            "opportunity_id": ["o0", "o1"],
            "account_id": ["a0"] * 2,
            "created_at": ["2026-03-02T00:00:00Z", "2026-03-12T00:00:00Z"],
            "closed_at": ["2026-03-10", "2026-03-20"],
            "outcome": ["won", "lost"],
            "amount": ["100.00"] * 2,
        },
    )


@pytest.mark.parametrize(
    ("business", "why"),
    [
        (angry_business(n_won=0), "no deal with touches in its window was won"),
        (angry_business(n_lost=0, n_won=2, n_open=2), "no unhappy touch lies in the window of a closed deal"),
    ],
)
def test_where_nothing_can_be_compared_it_says_why(business: Business, why: str) -> None:
    """Without losses, wins or unhappy touches before them there is neither a drag nor its absence."""
    assert Drags(unknown_because=why) == drags_of(business)
    assert f"That cannot be told: {why}, so drag is unknown." in read(render_report(business)).text


def test_without_losses_nothing_can_be_compared() -> None:
    """Where all deals were won, unhappy touches cannot have gone with losses."""
    won = happy_business(outcomes=("won", "won"))
    assert "no deal with touches in its window was lost" == drags_of(won).unknown_because


def test_none_found_says_what_it_could_be() -> None:
    """A drag of 0 whose interval reaches above it is not "no"."""
    little = Drag(label="case", team=None, n_touches_before_closes=3, value=0.0, lower=0.0, upper=0.0)
    most = evolve(little, label="call", upper=120.5)
    assert most == Drags(kinds=(little, most, evolve(little, upper=7.0))).could_be
    assert Drags(kinds=(little, evolve(little, upper=None))).could_be is None
    business = mixed_business()
    (drag,) = drags_of(business).kinds
    assert 0.0 == drag.value
    assert drag.upper
    amount = Amounts("USD").brief(drag.upper)
    assert f"None found; drag could be up to USD {amount} for case (negative)." in read(render_report(business)).text


def mixed_business() -> Business:
    """Return accounts that won and lost as often angry as not."""
    n = 8
    return happy_business(outcomes=("won", "won", "lost", "lost") * n, sentiments=(-1.0, 1.0) * 2 * n)


def test_amounts_are_written_alike() -> None:
    """The sentence and the table give one figure in one way."""
    business = angry_business()
    (drag,) = drags_of(business).kinds
    text = read(render_report(business)).text
    assert f"drag of USD {Amounts('USD').brief(drag.value)} (95% interval" in text
    assert f"case (negative) 12 {Amounts('USD').brief(drag.value)} " in text


def test_what_harmless_touches_show_is_said_beside_it() -> None:
    """The largest drag of a channel that left nobody unhappy tells a reader how much of a drag may be noise."""
    business = simulate_business(300, seed=2, scenario="strong_negatives").business
    drags = drags_of(business)
    split = Journeys.from_business(business).split_by_sentiment()
    rows = MarkovChain(removal="redistribute").fit(split).removal_effect.rows()
    others = {row["channel"]: row["drag"] for row in rows if not row["channel"].endswith("(negative)")}
    assert (max(others, key=lambda label: others[label]), max(others.values())) == (drags.other, drags.other_value)
    assert drags.other_value > drags.kinds[0].value > 0
    amount = (
        f"{Amounts(business.currency).brief(drags.other_value)}, no less than any unhappy kind. So much can be noise."
    )
    text = read(render_report(business)).text
    assert (
        f"of touches that left nobody unhappy, {drags.other} has the largest drag, {business.currency} {amount}" in text
    )
    assert "An escalated support case may cost a deal; but" in text


def test_no_drag_of_harmless_touches_is_said_too() -> None:
    """Where only the unhappy ones go with losses, the page says that the others do not."""
    business = angry_business()
    assert ("", 0.0) == (drags_of(business).other, drags_of(business).other_value)
    assert "Touches that left nobody unhappy show no drag at all." in read(render_report(business)).text


def test_without_sentiment_there_is_no_section() -> None:
    """Where nobody asked how touches left the customer, the page says nothing of drag."""
    business = business_of()
    assert negative_drags(Journeys.from_business(business)) is None
    assert 'id="drag"' not in render_report(business)


def test_the_largest_comes_first() -> None:
    """Kinds of negative touch are ordered by drag, and none is below nothing."""
    drags = drags_of(simulate_business(300, seed=2, scenario="strong_negatives").business).kinds
    values = [drag.value for drag in drags]
    assert values == sorted(values, reverse=True)
    assert min(values) >= 0
    assert all(drag.lower is not None and drag.upper is not None for drag in drags)


@pytest.mark.parametrize(
    ("n_lost", "words"), [(12, "Most with case (negative): drag of USD"), (0, "None found: no kind of")]
)
def test_the_page_says_what_drag_is_and_is_not(n_lost: int, words: str) -> None:
    """The answer comes first, then that it need not be a cause; the figure is defined."""
    business = angry_business(n_lost=n_lost) if n_lost else happy_business()
    text = read(render_report(business)).text
    assert words in text
    assert "It goes with losses; it need not cause them." in text
    assert "Value won × (rate of winning in a chain" in text


def happy_business(
    outcomes: Sequence[str] = ("won", "lost") * 2, sentiments: Sequence[float] = (-1.0, 1.0) * 2
) -> Business:
    """Return an account per outcome; by default those left angry won, and the others lost."""
    n = len(outcomes)
    accounts = [f"a{i:02}" for i in range(n)]
    return business_of(
        touchpoints={
            "touchpoint_id": [f"t{i}" for i in range(n)],
            "account_id": accounts,
            "occurred_at": ["2026-03-01T09:00:00Z"] * n,
            "team": ["services"] * n,
            "channel": ["case"] * n,
            "sentiment": list(sentiments)[:n],
        },
        opportunities={
            "opportunity_id": [f"o{i}" for i in range(n)],
            "account_id": accounts,
            "created_at": ["2026-03-02T00:00:00Z"] * n,
            "closed_at": ["2026-03-10"] * n,
            "outcome": list(outcomes),
            "amount": ["100.00"] * n,
        },
    )
