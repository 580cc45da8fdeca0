from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from budget import examples
from reference.retention import Item
from retention.businesses import business_of, items, subscriptions
from servicelead.retention import MovementLedger, RetentionPolicy, price_volume
from servicelead.tables import Business

GROWN = [("a", "2024-01-01", "2024-02-01", "100.00", "year"), ("a", "2024-02-01", "", "180.00", "year")]


def drivers(rows: Any, policy: RetentionPolicy | None = None, **more: Any) -> dict[str, int]:
    """Return the drivers of February."""
    row = price_volume(MovementLedger.from_business(subscriptions(rows, **more), policy)).row(period="2024-02")
    assert row["change"] == sum(value for name, value in row.items() if name not in {"period", "change"})
    return {name: value for name, value in row.items() if name != "period" and value}


def test_seats_and_prices() -> None:
    """Ten seats at 10 become fifteen at 12: 50 at the old price, or 60 at the new, and the rest is price."""
    assert {"change": 8_000, "volume": 5_000, "price": 3_000} == drivers(GROWN, seats=[10, 15])
    new = drivers(GROWN, RetentionPolicy(price_volume="new_price"), seats=[10, 15])
    assert {"change": 8_000, "volume": 6_000, "price": 2_000} == new


def test_unknown_seats_are_unexplained() -> None:
    """Where seats are not known before and after, nothing is guessed."""
    assert {"change": 8_000, "unexplained": 8_000} == drivers(GROWN, seats=[10, None])
    assert {"change": 8_000, "unexplained": 8_000} == drivers(GROWN)


def test_items_added_and_dropped() -> None:
    """Another product is neither price nor volume."""
    assert {"change": 8_000, "items": 8_000} == drivers(GROWN, seats=[10, 15], product=["core", "plus"])


def test_a_change_of_rate_is_currency() -> None:
    """Fewer euros at a better rate: the rate's part is apart, and none at constant rates."""
    rates = {
        "date": ["2024-01-01", "2024-02-01"],
        "from": ["EUR", "EUR"],
        "to": ["USD", "USD"],
        "rate": ["1.00", "1.25"],
    }
    rows = [("a", "2024-01-01", "2024-02-01", "100.00", "year"), ("a", "2024-02-01", "", "80.00", "year")]
    more: dict[str, Any] = {"seats": [10, 8], "tables": {"exchange_rates": rates}}
    names = ("change", "currency", "volume")
    for policy, expected in ((None, (0, 2_000, -2_000)), (RetentionPolicy.constant_currency(), (-2_500, 0, -2_500))):
        found = price_volume(MovementLedger.from_business(_in_euros(rows, **more), policy)).row(period="2024-02")
        assert expected == tuple(found[name] for name in names)


def _in_euros(rows: Any, **more: Any) -> Business:
    """Return the business of rows in another currency than its own."""
    account, start, end, amount, period = (list(column) for column in zip(*rows, strict=True))
    table = {
        "subscription_id": ["1", "2"],
        "account_id": account,
        "started_at": start,
        "ended_at": end,
        "amount": amount,
        "period": period,
        "currency": ["EUR", "EUR"],
        "seats": more["seats"],
    }
    return Business.from_frames(subscriptions=table, as_of="2024-02-29", currency="USD", **more["tables"])


@settings(max_examples=examples(30))
@given(items())
def test_drivers_add_up_to_expansion_less_contraction(drawn: list[Item]) -> None:
    """Whatever an account buys and drops, the parts are the change, and the change is the ledger's."""
    ledger = MovementLedger.from_business(business_of(drawn))
    table, moves = price_volume(ledger), ledger.movements()
    assert (moves["expansion"] - moves["contraction"]).tolist() == table["change"].tolist()
    parts = np.sum([table[name] for name in ("volume", "price", "currency", "items", "unexplained")], axis=0)
    assert np.asarray(parts).tolist() == table["change"].tolist()


def test_a_movements_table_knows_no_seats() -> None:
    """The error says what it takes."""
    table = {"account_id": ["a"], "occurred_at": ["2024-01-01"], "movement": ["new"], "amount": [1]}
    with pytest.raises(ValueError, match="made from subscriptions"):
        price_volume(MovementLedger.from_movements(table, as_of="2024-02-01", currency="USD"))
