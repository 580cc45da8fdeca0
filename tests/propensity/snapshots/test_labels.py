from datetime import date
from typing import Any

import pytest

from servicelead.propensity import SnapshotBuilder, Snapshots
from tables.samples import business, deal

CUTOFF = date(2026, 3, 1)


def span(name: str, started: str, amount: str, **more: Any) -> dict[str, Any]:
    """Return a monthly subscription of account a."""
    paid = {"subscription_id": name, "account_id": "a", "started_at": started, "amount": amount, "period": "month"}
    return paid | more


def labelled(minimum: float | None = None, **tables: Any) -> Snapshots:
    """Return the only snapshot of account a, with its label."""
    found = SnapshotBuilder(minimum_expansion=minimum).build(business(**tables), cutoffs=[CUTOFF])
    assert ["a"] == found.account_id.tolist()
    return found


@pytest.mark.parametrize(("currency", "worth"), [("USD", [[1], [25000]]), (None, [[1], [250.0]])])
def test_deals_add_up_and_those_without_an_amount_are_worth_nothing(currency: str | None, worth: list[Any]) -> None:
    """A win counts though nobody wrote what it was worth; the value is that of all wins in the window."""
    won = [
        deal("o1", day=60, kind="upsell", amount=None), deal("o2", day=61, kind="upsell", amount=100),
        deal("o3", day=62, kind="cross_sell", amount=150), deal("o4", day=160, kind="upsell", amount=1000),
    ]  # fmt: skip
    found = labelled(subscriptions=[span("s", "2026-01-01", "9")], opportunities=won, currency=currency)
    assert worth == [found.label.tolist(), found.value.tolist()]
    alone = labelled(subscriptions=[span("s", "2026-01-01", "9")], opportunities=won[:1], currency=currency)
    assert [[1], [0]] == [alone.label.tolist(), alone.value.tolist()]


@pytest.mark.parametrize(("currency", "minimum", "label"), [
    ("USD", 240, 1), ("USD", 240.004, 0), ("JPY", 240, 1), ("JPY", 241, 0), ("KWD", 240, 1), ("KWD", 240.001, 0),
])  # fmt: skip
def test_the_least_rise_is_in_major_units(currency: str, minimum: float, label: int) -> None:
    """Twenty more a month are a rise of 240 a year in any currency; less than the least is none, by however little."""
    spans = [span("s0", "2026-01-01", "100"), span("s1", "2026-04-01", "20")]
    assert [label] == labelled(minimum, subscriptions=spans, currency=currency).label.tolist()


def test_only_who_was_active_can_rise() -> None:
    """Who pays for the first time, or again after a pause, is new or back, and has not expanded."""
    payment = {"payment_id": "p", "account_id": "a", "paid_at": "2026-02-01T00:00:00Z", "amount": "5"}
    new = labelled(1, subscriptions=[span("s", "2026-04-01", "100")], payments=[payment])
    assert [[0], [0]] == [new.label.tolist(), new.value.tolist()]
    paused = span("s0", "2026-01-01", "50", ended_at="2026-03-15")
    back = labelled(1, subscriptions=[paused, span("s1", "2026-04-01", "100")])
    assert [[0], [0]] == [back.label.tolist(), back.value.tolist()]
