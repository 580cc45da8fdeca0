from typing import Any

import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import MoveDownMarket, MoveUpMarket
from servicelead.exceptions import InvalidValueError

DOWN = MoveDownMarket(
    n_accounts=200, downgrade_rate=0.1, current_value=12_000, cheaper_value=4_000, n_priced_out=500, win_rate=0.1
)
UP = MoveUpMarket(
    n_accounts=200, upgrade_rate=0.2, leave_rate=0.03, current_value=12_000, dearer_value=20_000, touch_cost=3_000
)


def test_down_market_by_hand() -> None:
    """20 accounts lose 8,000 each; 50 new ones bring 4,000 each."""
    assert (160_000, 200_000, 40_000) == (DOWN.lost_revenue, DOWN.won_revenue, DOWN.net_revenue)


def test_up_market_by_hand() -> None:
    """40 accounts bring 8,000 more each; 6 leave with 12,000; the touch of 40 costs 3,000 each."""
    assert (320_000, 72_000, 248_000, 128_000) == (UP.won_revenue, UP.lost_revenue, UP.net_revenue, UP.net_value)


def test_amounts_may_be_money() -> None:
    """In one currency."""
    dollars = evolve(DOWN, current_value=Money.of(12_000, "USD"), cheaper_value=Money.of(4_000, "USD"))
    assert Money.of(40_000, "USD") == dollars.net_revenue


@pytest.mark.parametrize(
    ("move", "given"),
    [(DOWN, {"cheaper_value": 12_001}), (UP, {"dearer_value": 11_999}), (UP, {"leave_rate": 0.81})],
)
def test_what_contradicts_itself_is_refused(move: Any, given: dict[str, float]) -> None:
    """Dearer is not cheaper, cheaper not dearer, and no account both upgrades and leaves."""
    with pytest.raises(InvalidValueError, match=next(iter(given))):
        evolve(move, **given)
