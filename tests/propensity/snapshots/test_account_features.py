import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from propensity.by_the_row import MAYBE, MOMENT, Tables, assert_slow_agrees, days_since, draw_rows
from propensity.two_futures import ACCOUNTS, CUTOFF, DAY
from servicelead.propensity.snapshots.account_features import account_features


@st.composite
def described(draw: st.DrawFn) -> Tables:
    """Draw accounts and their states, one at a moment."""
    states = draw_rows(
        draw, "", 8, "row", valid_from=MOMENT, tier=st.sampled_from([None, "x", "y"]),
        health=st.sampled_from([None, 0.0, 4.5]),
    )  # fmt: skip
    # What an attribute is, a number or text, is told by its whole column: let there be one of each.
    states.append({"row": "", "account_id": "c", "valid_from": CUTOFF - 500 * DAY, "tier": "x", "health": 1.0})
    industry = st.sampled_from(["food", "tech", None])
    accounts = [{"account_id": name, "created_at": draw(MAYBE), "industry": draw(industry)} for name in ACCOUNTS]
    accounts.append({"account_id": "z", "industry": "food"})
    unique = {(row["account_id"], row["valid_from"]): row for row in states}
    return {"accounts": accounts, "account_history": list(unique.values())}


def slow_account(tables: Tables, account: str, cutoff: int) -> dict[str, Any]:
    """Return the features of accounts, one loop each."""
    (own,) = [row for row in tables["accounts"] if row["account_id"] == account]
    states = [row for row in tables["account_history"] if row["account_id"] == account and row["valid_from"] < cutoff]
    out: dict[str, Any] = {"account_age": days_since([own.get("created_at")], cutoff), "industry": own["industry"]}
    for name, missing in (("tier", None), ("health", math.nan)):
        told = [row for row in states if row[name] is not None]
        out[name] = max(told, key=lambda row: row["valid_from"])[name] if told else missing
    return out


@settings(max_examples=examples(60))
@given(described())
def test_accounts(tables: Tables) -> None:
    """An attribute is what the latest state before the cutoff that names it says; without one it is missing, not 0."""
    assert_slow_agrees(account_features, slow_account, tables, attributes=("tier", "health", "industry"))
