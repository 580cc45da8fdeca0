from typing import Any

from hypothesis import example, given, settings
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
    over,
    within,
)
from propensity.two_futures import CUTOFF, DAY
from servicelead.domain.leads import LeadStage
from servicelead.propensity.snapshots.sales_features import sales_features

STAGES = [stage.value for stage in LeadStage]


@st.composite
def sold(draw: st.DrawFn) -> Tables:
    """Draw deals, some recorded after their close, and leads with their stages and follow-ups."""
    deals = draw_rows(
        draw, "o", 7, "opportunity_id", created_at=MOMENT, closed_at=MAYBE, outcome=st.sampled_from(["won", "lost"]),
        kind=st.sampled_from([None, "new", "upsell", "cross_sell"]), amount=st.sampled_from([None, 70, 500]),
    )  # fmt: skip
    leads = draw_rows(
        draw, "l", 4, "lead_id", created_at=MOMENT, team=st.sampled_from(["services", "sales"]),
        follow_up_promised_at=MAYBE, follow_up_due_at=MAYBE, followed_up_at=MAYBE,
    )  # fmt: skip
    for row in leads[2:]:
        row["merged_into"] = draw(st.sampled_from([None, "l0"]))
    moves = draw(st.lists(st.tuples(st.sampled_from(range(4)), st.sampled_from(STAGES), MOMENT), max_size=8))
    return {
        "opportunities": [row | {"outcome": "open"} if row["closed_at"] is None else row for row in deals],
        "leads": leads,
        "stage_history": [
            {"lead_id": f"l{lead}", "stage": stage, "entered_at": moment}
            for lead, stage, moment in sorted(set(moves))
            if lead < len(leads)
        ],
    }


def slow_deals(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
    """Return the features of deals, one loop each."""
    deals = [row | {"ended": row["closed_at"] and max(row["closed_at"], row["created_at"])}
             for row in tables["opportunities"] if row["account_id"] == account]  # fmt: skip
    created = [row["created_at"] for row in deals]
    won = [row for row in deals if row["outcome"] == "won"]
    ends = {
        "won": [row["ended"] for row in won],
        "lost": [row["ended"] for row in deals if row["outcome"] == "lost"],
    }
    grown = [row["ended"] for row in won if row["kind"] in {"upsell", "cross_sell"}]
    out: dict[str, Any] = {
        "open_deals": sum(is_running(row["created_at"], row["ended"], cutoff) for row in deals),
        "days_since_deal_created": days_since(created, cutoff),
        "win_rate": over(within(ends["won"], cutoff), within(ends["won"] + ends["lost"], cutoff)),
        f"won_value_{LONGEST}d": sum(row["amount"] or 0 for row in won if is_within(row["ended"], cutoff, LONGEST)),
        "won_expansions": within(grown, cutoff),
        "days_since_won_expansion": days_since(grown, cutoff),
    }
    for name, moments in ends.items():
        out[f"{name}_deals"] = within(moments, cutoff)
        out[f"{name}_deals_{LONGEST}d"] = within(moments, cutoff, LONGEST)
        out[f"days_since_{name}_deal"] = days_since(moments, cutoff)
    return out


def is_open(lead: Row, stages: list[tuple[int, int]], cutoff: int) -> bool:
    """Return whether the latest stage of a lead, once there was the lead, left something to do about it."""
    entered = [STAGES[stage] for moment, stage in stages if max(moment, lead["created_at"]) < cutoff]
    return lead["created_at"] < cutoff and (not entered or entered[-1] not in {"rejected", "won", "lost"})


def is_overdue(lead: Row, cutoff: int) -> bool:
    """Return whether a follow-up was known to be due before a cutoff, and was not made before it."""
    if lead["follow_up_due_at"] is None:
        return False
    due = max(lead["follow_up_due_at"], lead["created_at"], lead["follow_up_promised_at"] or 0)
    return is_running(due, lead["followed_up_at"], cutoff)


def slow_leads(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
    """Return the features of leads, one loop each."""
    survivor = {row["lead_id"]: row.get("merged_into") or row["lead_id"] for row in tables["leads"]}
    leads = [row for row in tables["leads"]
             if row["account_id"] == account and survivor[row["lead_id"]] == row["lead_id"]]  # fmt: skip
    created = [row["created_at"] for row in leads]
    ours = [row["created_at"] for row in leads if row["team"] == "services"]
    stages: dict[str, list[tuple[int, int]]] = {row["lead_id"]: [] for row in leads}
    for row in tables["stage_history"]:
        if survivor[row["lead_id"]] in stages:
            stages[survivor[row["lead_id"]]].append((row["entered_at"], STAGES.index(row["stage"])))
    became = [max(moment, row["created_at"]) for row in leads for moment, stage in set(stages[row["lead_id"]])
              if STAGES[stage] == "qualified"]  # fmt: skip
    out: dict[str, Any] = {
        "open_leads": sum(is_open(row, sorted(stages[row["lead_id"]]), cutoff) for row in leads),
        "overdue_follow_ups": sum(is_overdue(row, cutoff) for row in leads),
    }
    for days in WINDOWS:
        out[f"leads_{days}d"] = within(created, cutoff, days)
        out[f"services_leads_{days}d"] = within(ours, cutoff, days)
        out[f"leads_qualified_{days}d"] = within(became, cutoff, days)
    return out


#: Due ten days before the cutoff by a promise that was made at it: nobody could have known.
LATE_PROMISE: Tables = {
    "opportunities": [],
    "leads": [
        {"lead_id": "l0", "account_id": "a", "created_at": CUTOFF - 20 * DAY, "team": "sales",
         "follow_up_promised_at": CUTOFF, "follow_up_due_at": CUTOFF - 10 * DAY, "followed_up_at": None},
    ],
    "stage_history": [],
}  # fmt: skip


@settings(max_examples=examples(80))
@example(LATE_PROMISE)
@given(sold())
def test_sales(tables: Tables) -> None:
    """Every feature of deals and leads is what looking at each of them in turn gives."""

    def slow(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
        return slow_deals(tables, account, cutoff) | slow_leads(tables, account, cutoff)

    assert_slow_agrees(sales_features, slow, tables)
