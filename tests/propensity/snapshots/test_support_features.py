import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from propensity.by_the_row import (
    LONGEST,
    MAYBE,
    MOMENT,
    WINDOWS,
    Tables,
    assert_slow_agrees,
    days_since,
    draw_rows,
    is_running,
    is_within,
    over,
    within,
)
from propensity.two_futures import DAY, SENTIMENT
from servicelead.propensity.snapshots.support_features import support_features

SEVERITIES = ("low", "unheard of")


@st.composite
def supported(draw: st.DrawFn) -> Tables:
    """Draw cases, self-help, and use beside the seats paid for."""
    cases = draw_rows(
        draw, "c", 7, "case_id", opened_at=MOMENT, closed_at=MAYBE, severity=st.sampled_from([None, "low", "high"]),
        sentiment=SENTIMENT,
    )  # fmt: skip
    for row in cases:
        if row["closed_at"] is not None:
            row["closed_at"] = max(row["closed_at"], row["opened_at"])
    usage = draw_rows(
        draw, "", 7, "row", occurred_at=MOMENT, feature=st.sampled_from([None, "f", "g"]),
        quantity=st.sampled_from([None, 0.5, 8.0]), users=st.sampled_from([None, 1.0, 6.0]),
    )  # fmt: skip
    events = draw_rows(draw, "e", 4, "event_id", occurred_at=MOMENT, entitled=st.just("yes"))
    seats = draw_rows(
        draw, "s", 3, "subscription_id", started_at=MOMENT, amount=st.sampled_from([0, 9]), period=st.just("month"),
        seats=st.sampled_from([None, 2, 5]),
    )  # fmt: skip
    return {"cases": cases, "usage": usage, "self_help_events": events, "subscriptions": seats}


def slow_cases(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
    """Return the features of cases and self-help, one loop each."""
    cases = [row for row in tables["cases"] if row["account_id"] == account]
    opened = [row["opened_at"] for row in cases]
    closed = [row for row in cases if is_within(row["closed_at"], cutoff, LONGEST)]
    events = [row["occurred_at"] for row in tables["self_help_events"] if row["account_id"] == account]
    lasted = math.fsum((row["closed_at"] - row["opened_at"]) / DAY for row in closed)
    out: dict[str, Any] = {
        "open_cases": sum(is_running(row["opened_at"], row["closed_at"], cutoff) for row in cases),
        "days_since_case": days_since(opened, cutoff),
        f"mean_case_days_{LONGEST}d": over(lasted, len(closed)),
        f"negative_cases_{LONGEST}d": sum((row["sentiment"] or 0) < 0 for row in closed),
    }
    for days in WINDOWS:
        out[f"cases_{days}d"] = within(opened, cutoff, days)
        out[f"cases_change_{days}d"] = 2 * within(opened, cutoff, days) - within(opened, cutoff, 2 * days)
        out[f"self_help_events_{days}d"] = within(events, cutoff, days)
        for severity in SEVERITIES:
            moments = [row["opened_at"] for row in cases if row["severity"] == severity]
            out[f"{severity}_cases_{days}d"] = within(moments, cutoff, days)
    return out


def slow_use(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
    """Return the features of use, one loop each."""
    usage = [row for row in tables["usage"] if row["account_id"] == account]
    seats = sum(row["seats"] or 0 for row in tables["subscriptions"]
                if row["account_id"] == account and row["amount"] and row["started_at"] < cutoff)  # fmt: skip
    out: dict[str, Any] = {"days_since_use": days_since([row["occurred_at"] for row in usage], cutoff)}
    for days in WINDOWS:
        rows = [row for row in usage if is_within(row["occurred_at"], cutoff, days)]
        both = [row for row in usage if is_within(row["occurred_at"], cutoff, 2 * days)]
        quantity = math.fsum(row["quantity"] or 0 for row in rows)
        users = [row["users"] for row in rows if row["users"] is not None]
        out[f"usage_{days}d"] = quantity
        out[f"usage_change_{days}d"] = 2 * quantity - math.fsum(row["quantity"] or 0 for row in both)
        out[f"mean_users_{days}d"] = over(math.fsum(users), len(users))
        out[f"licence_utilisation_ratio_{days}d"] = over(out[f"mean_users_{days}d"], seats)
        out[f"features_used_{days}d"] = len({row["feature"] for row in rows} - {None})
    return out


@settings(max_examples=examples(80))
@given(supported())
def test_support(tables: Tables) -> None:
    """Every feature of cases, self-help and use is what going through them one by one gives."""

    def slow(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
        return slow_cases(tables, account, cutoff) | slow_use(tables, account, cutoff)

    assert_slow_agrees(support_features, slow, tables, severities=SEVERITIES)
