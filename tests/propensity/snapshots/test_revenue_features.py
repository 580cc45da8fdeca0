import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from propensity.by_the_row import (
    LONGEST,
    MAYBE,
    MOMENT,
    WINDOWS,
    Row,
    Tables,
    assert_slow_agrees,
    days_since,
    draw_rows,
    is_running,
    is_within,
    within,
)
from propensity.two_futures import AS_OF, CUTOFF, DAY
from servicelead.propensity import SnapshotBuilder
from servicelead.propensity.snapshots.revenue_features import revenue_features
from tables.samples import business

PER_YEAR = {"month": 12, "year": 1}


@st.composite
def paid(draw: st.DrawFn) -> Tables:
    """Draw subscriptions, free ones and ones that never ran among them, and payments with refunds."""
    subscriptions = draw_rows(
        draw, "s", 5, "subscription_id", started_at=MOMENT, ended_at=MAYBE, amount=st.sampled_from([0, 60, 138]),
        period=st.sampled_from(["month", "year"]), period_count=st.sampled_from([None, 1, 2, 3]),
        seats=st.sampled_from([None, 2, 5]),
    )  # fmt: skip
    for row in subscriptions:
        if row["ended_at"] is not None:
            row["ended_at"] = max(row["ended_at"], row["started_at"])
    amount = st.sampled_from([-40, 0, 25, 300])
    return {
        "subscriptions": subscriptions,
        "payments": draw_rows(draw, "p", 5, "payment_id", paid_at=MOMENT, amount=amount),
    }


def annual(row: Row) -> float:
    """Return what a subscription costs a year."""
    return float(row["amount"] * PER_YEAR[row["period"]] / (row["period_count"] or 1))


def running(spans: list[Row], cutoff: int) -> list[Row]:
    """Return the spans that were running just before a cutoff."""
    return [row for row in spans if is_running(row["started_at"], row["ended_at"], cutoff)]


def slow_revenue(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
    """Return the features of money, one loop each."""
    spans = [row for row in tables["subscriptions"]
             if row["account_id"] == account and row["amount"] and row["ended_at"] != row["started_at"]]  # fmt: skip
    payments = [row for row in tables["payments"] if row["account_id"] == account]
    moments = [row["paid_at"] for row in payments if row["amount"] > 0]  # a refund is no payment
    starts = [row["started_at"] for row in spans]

    def revenue(at: int) -> float:
        return math.fsum(map(annual, running(spans, at)))

    def seats(at: int) -> int:
        return sum(row["seats"] or 0 for row in running(spans, at))

    out: dict[str, Any] = {
        "recurring_revenue": revenue(cutoff),
        "subscriptions": len(running(spans, cutoff)),
        "days_since_subscription_start": days_since(starts, cutoff),
        "days_as_customer": days_since([min(starts)], cutoff) if starts else math.nan,
        f"subscriptions_ended_{LONGEST}d": within([row["ended_at"] for row in spans], cutoff, LONGEST),
        "subscribed_seats": seats(cutoff),
        f"paid_{LONGEST}d": sum(row["amount"] for row in payments if is_within(row["paid_at"], cutoff, LONGEST)),
        "days_since_payment": days_since(moments, cutoff),
    }
    for days in WINDOWS:
        out[f"recurring_revenue_change_{days}d"] = revenue(cutoff) - revenue(cutoff - days * DAY)
        out[f"subscribed_seats_change_{days}d"] = seats(cutoff) - seats(cutoff - days * DAY)
        out[f"payments_{days}d"] = within(moments, cutoff, days)
    return out


@pytest.mark.parametrize("currency", ["USD", "JPY", None])
@settings(max_examples=examples(25))
@given(tables=paid())
def test_revenue(tables: Tables, currency: str | None) -> None:
    """Every feature of money is what adding up row by row gives, in major units of any currency or of none."""
    assert_slow_agrees(revenue_features, slow_revenue, tables, currency=currency)


def test_a_refund_is_no_payment() -> None:
    """A payment and its refund are one payment, of the day that it was made; what is left of it is nothing."""
    paid = [
        {"payment_id": name, "account_id": "a", "paid_at": CUTOFF - days * DAY, "amount": amount}
        for name, days, amount in (("p1", 20, 50), ("p2", 3, -50))
    ]
    found = SnapshotBuilder(windows=(30,)).build(business(payments=paid, as_of=AS_OF), cutoffs=[CUTOFF], labelled=False)
    told = {name: found.features[name].tolist() for name in ("payments_30d", "days_since_payment", "paid_30d")}
    assert {"payments_30d": [1.0], "days_since_payment": [20.0], "paid_30d": [0.0]} == told
    sentences = {feature.name: feature.sentence for feature in found.definitions}
    assert "refunds" in sentences["payments_30d"]
    assert "refund" in sentences["days_since_payment"]
