from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.exceptions import InvalidValueError
from servicelead.refinery import new_and_existing
from servicelead.refinery.deal_costs import costs_of_deals
from servicelead.uncertainty import Rate
from tables.samples import at, business, deal, touch

MONTH = timedelta(days=30)


def spend(channel: str, start: str, end: str, amount: str, team: str = "services") -> dict[str, Any]:
    """Return what was spent on a channel."""
    return {"channel": channel, "team": team, "start": start, "end": end, "amount": amount}


def test_side_by_side_by_hand() -> None:
    """New: one won of two, touches of 30 and 10; existing: one won, a touch of 5; renewals and no kind left out."""
    deals = [
        deal("n1", "a", 10, kind="new"),
        deal("n2", "b", 20, kind="new", outcome="lost"),
        deal("u", "c", 4, kind="upsell"),
        deal("r", "d", 4, kind="renewal"),
        deal("none", "e", 4),
    ]
    touches = [touch("1", "a", 5, cost="30.00"), touch("2", "b", 5, cost="10.00"), touch("3", "c", 1, cost="5.00")]
    touches.append(touch("4", "d", 1, cost="100.00"))
    found = new_and_existing(business(opportunities=deals, touchpoints=touches), lookback=MONTH)
    table = found.table
    assert ["new", "existing"] == table["business"].tolist()
    assert ([1, 1], [1, 0]) == (table["n_won"].tolist(), table["n_lost"].tolist())
    assert ([40.0, 5.0], [40.0, 5.0]) == (table["cost"].tolist(), table["cost_per_win"].tolist())
    # R = 40; residuals 30 - 40 and 10 - 0; variance 2/1 x 200 / 1: t(.975, 1) x 20 on either side, not below 0.
    assert 0.0 == table["cost_per_win_lower"][0]
    assert 40 + 12.7062047 * 20 == pytest.approx(table["cost_per_win_upper"][0])
    assert np.isnan(table["cost_per_win_upper"][1])
    assert (10.0, 4.0) == (table["median_days"][0], table["median_days"][1])
    assert 2 == found.n_left_out
    assert Rate(1, 1).minus(Rate(1, 2)) == found.win_rate_difference
    assert "existing less new" in str(found)


def test_renewals_can_be_existing_business() -> None:
    """Where they are named."""
    given = business(opportunities=[deal("r", kind="renewal"), deal("u", kind="upsell")])
    assert [0, 1] == new_and_existing(given, lookback=MONTH, existing=["renewal"]).table["n_won"].tolist()


def test_a_touch_is_shared_by_the_deals_it_lies_in() -> None:
    """From a lookback before the creation to the close, its end included; elsewhere it is nobody's."""
    deals = [deal("1", day=10), deal("2", day=20), deal("other", "b", 20)]
    deals[1] = {**deals[1], "created_at": at(8)}
    touches = [
        touch("both", day=9, cost="8.00"),
        touch("first", day=1, cost="1.00"),
        touch("close", day=20, cost="2.00"),
    ]
    touches += [touch("after", day=20.1, cost="64.00"), touch("before", day=-2, cost="32.00")]
    touches.append(touch("lead only", None, 9, cost="99.00", lead_id="l"))
    costs, unplaced = costs_of_deals(business(opportunities=deals, touchpoints=touches), timedelta(days=1))
    assert ([5.0, 6.0, 0.0], 0.0) == (costs.tolist(), unplaced)


def test_spend_is_carried_by_the_touches_of_its_channel_team_and_time() -> None:
    """90 over three touches, one of them around no deal; what has no touch is said; ends are exclusive."""
    deals = [deal("1", day=10), deal("2", "b", 10)]
    touches = [touch("1", day=1), touch("2", "b", 2), touch("3", "c", 3), touch("4", "b", 4, channel="mail")]
    touches.append(touch("5", day=5, team="sales"))
    spends = [
        spend("call", "2026-01-01", "2026-01-05", "90.00"),
        spend("fair", "2026-01-01", "2026-01-05", "7.00"),
        spend("mail", "2026-01-01", "2026-01-05", "3.00"),
    ]
    given = business(opportunities=deals, touchpoints=touches, spend=spends)
    costs, unplaced = costs_of_deals(given, MONTH)
    assert ([30.0, 30.0], 10.0) == (costs.tolist(), unplaced)
    assert 10.0 == new_and_existing(given, lookback=MONTH).unplaced_spend


def test_without_a_currency_or_deals_there_is_no_cost() -> None:
    """Rates stay; of nothing there is nothing."""
    found = new_and_existing(business(opportunities=[deal("1", kind="new")], currency=None), lookback=MONTH)
    assert 1.0 == found.table["win_rate"][0]
    assert np.isnan(found.table["cost"]).all()
    empty = new_and_existing(business(), lookback=MONTH)
    assert [0, 0] == empty.table["n_won"].tolist()
    assert np.isnan(empty.table["cost_per_win"]).all()
    assert empty.win_rate_difference.value is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"lookback": timedelta(0)},
        {"lookback": 30},
        {"existing": []},
        {"existing": "upsell"},
        {"existing": ["new"]},
        {"existing": ["gift"]},
        {"confidence": 1},
    ],
)
def test_wrong_arguments_are_refused(wrong: dict[str, Any]) -> None:
    """A typed error that names new_and_existing."""
    with pytest.raises(InvalidValueError, match="new_and_existing"):
        new_and_existing(business(), **{"lookback": MONTH, **wrong})


spans = st.tuples(st.sampled_from("ab"), st.integers(0, 10), st.integers(0, 10))
moments = st.tuples(st.sampled_from("ab"), st.integers(-5, 25), st.integers(0, 9))


@settings(max_examples=examples(40))
@given(deals=st.lists(spans, max_size=5), touches=st.lists(moments, max_size=8), lookback=st.integers(1, 5))
def test_costs_equal_a_loop_over_touches_and_deals(deals: list[Any], touches: list[Any], lookback: int) -> None:
    """Each touch's cost, divided by the deals of its account around it."""
    rows = [{**deal(str(i), who, begin + n), "created_at": at(begin)} for i, (who, begin, n) in enumerate(deals)]
    logged = [touch(str(i), who, day, cost=str(cost)) for i, (who, day, cost) in enumerate(touches)]
    expected = [0.0] * len(deals)
    for who, day, cost in touches:
        inside = [
            i for i, (whose, begin, n) in enumerate(deals) if who == whose and begin - lookback <= day <= begin + n
        ]
        for i in inside:
            expected[i] += cost / len(inside)
    given_business = business(opportunities=rows, touchpoints=logged)
    costs, _ = costs_of_deals(given_business, timedelta(days=lookback))
    names = given_business.opportunities.vocabulary("opportunity_id").decode(
        given_business.opportunities.opportunity_id
    )
    assert dict(enumerate(expected)) == pytest.approx({int(n): x for n, x in zip(names, costs.tolist(), strict=True)})
