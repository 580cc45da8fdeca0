from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference.retention import Item
from retention.businesses import business_of, items
from servicelead.attribution import FirstTouch, LastTouch, Linear, MarkovChain, Shapley, Strategy, TimeDecay
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.retention import MovementLedger, RetentionRates
from servicelead.studies import retention_credit
from servicelead.tables import JourneyWindow

STRATEGIES: list[Strategy] = [
    FirstTouch(), LastTouch(), Linear(), TimeDecay(half_life=timedelta(days=30)), MarkovChain(), Shapley(),
]  # fmt: skip
#: Monthly prices: one account stays and grows, one shrinks, one leaves, one is new.
ROWS = [
    Item("grows", date(2023, 11, 1), date(2024, 2, 10), 120_00, ""),
    Item("grows", date(2024, 2, 10), None, 180_00, ""),
    Item("shrinks", date(2023, 11, 1), date(2024, 2, 20), 240_00, ""),
    Item("shrinks", date(2024, 2, 20), None, 120_00, ""),
    Item("leaves", date(2023, 11, 1), date(2024, 2, 1), 600_00, ""),
    Item("is new", date(2024, 2, 1), None, 900_00, ""),
    Item("alone", date(2023, 11, 1), None, 12_00, ""),
]
TOUCHES = [
    ("grows", "2023-12-31T23:59:59.999999Z", "case"),  # at the close of December: in no window
    ("grows", "2024-01-05T10:00:00Z", "case"),
    ("grows", "2024-02-05T10:00:00Z", "visit"),
    ("grows", "2024-02-06T10:00:00Z", "visit"),
    ("shrinks", "2024-02-05T10:00:00Z", "case"),
    ("leaves", "2024-01-05T10:00:00Z", "case"),
    ("is new", "2024-02-05T10:00:00Z", "visit"),
    ("grows", "2024-03-05T10:00:00Z", "visit"),  # after the close of February
]


def touched(rows: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Return touches by account, moment and channel as a table."""
    account, moment, channel = (list(column) for column in zip(*rows, strict=True))
    return {
        "touchpoint_id": [f"t{place}" for place in range(len(rows))],
        "account_id": account,
        "occurred_at": moment,
        "team": ["services"] * len(rows),
        "channel": channel,
    }


def small() -> MovementLedger:
    """Return the ledger of the rows above, by month."""
    return MovementLedger.from_business(business_of(ROWS, touchpoints=touched(TOUCHES)))


def test_worked_by_hand() -> None:
    """Two thirds of what stayed with the account that grew are its visits'; the account nobody touched is apart."""
    credit = retention_credit(small(), Linear(), "2023-12", "2024-02")
    table = credit.by("channel", intervals=False, minor_units=True)
    retained, expanded = (
        dict(zip(part["channel"].tolist(), part["minor_units"].tolist(), strict=True)) for part in table.values()
    )
    # 120.00 kept and 60.00 added over a case and two visits; 120.00 kept of 240.00 over one case
    assert {"case": 40_00 + 120_00, "visit": 80_00} == retained
    assert {"case": 20_00, "visit": 40_00} == expanded
    assert {"money": "retained", "attributed": 240_00, "unattributed": 12_00, "ledger": 252_00, "difference": 0} == (
        credit.reconcile().rows()[0]
    )
    assert ["retained", "expanded"] == list(table)


def test_who_left_and_who_did_not_grow_are_lost_journeys() -> None:
    """A model that learns sees where touches went with losses."""
    credit = retention_credit(small(), Linear(), "2023-12", "2024-02")
    outcomes = [
        dict(zip(part.journeys.opportunity_ids().tolist(), part.journeys.is_won.tolist(), strict=True))
        for part in (credit.retained, credit.expanded)
    ]
    assert {"alone": True, "grows": True, "leaves": False, "shrinks": True} == outcomes[0]
    assert {"alone": False, "grows": True, "leaves": False, "shrinks": False} == outcomes[1]


def test_the_window_is_the_callers_choice() -> None:
    """By default all touches since the start; a shorter window reads back from the close."""
    week = JourneyWindow(lookback=timedelta(days=27))
    credit = retention_credit(small(), Linear(), "2023-12", "2024-02", window=week)
    found = credit.by("channel", intervals=False, minor_units=True)["expanded"]
    assert [("visit", 60_00), ("case", 0)] == [(row["channel"], row["minor_units"]) for row in found.rows()]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: type(strategy).__name__)
def test_credit_and_ledger_agree_to_the_cent(strategy: Strategy) -> None:
    """By any strategy, credit and what nobody touched add up to the numerators of gross and net retention."""
    ledger = MovementLedger.from_business(simulate_business(n_accounts=120, seed=2).business, grain="quarter")
    start, end = ledger.periods.labels[-5], ledger.periods.labels[-1]
    credit = retention_credit(ledger, strategy, start, end)
    proof = credit.reconcile()
    assert [0, 0] == proof["difference"].tolist()
    assert (proof["attributed"] > 0).all()
    rates = RetentionRates.between(ledger, start, end)
    then = float(np.sum(ledger.balances(start)))
    kept, added = (proof["ledger"] / then).tolist()
    assert kept == pytest.approx(rates.gross_revenue_retention_ratio.value)
    assert kept + added == pytest.approx(rates.net_revenue_retention_ratio.value)


@settings(max_examples=examples(25))
@given(items(), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 200), st.sampled_from("xyz")), min_size=1))
def test_parts_add_up_whatever_happens(found: list[Item], drawn: list[tuple[int, int, str]]) -> None:
    """Any subscriptions and any touches: no cent is lost or invented, and no part is negative."""
    rows = [
        (f"a{account}", (date(2023, 11, 1) + timedelta(days=day)).isoformat() + "T12:00:00Z", channel)
        for account, day, channel in drawn
    ]
    ledger = MovementLedger.from_business(business_of(found, touchpoints=touched(rows)))
    if len(ledger.periods) < 2:
        return
    credit = retention_credit(ledger, Linear(), ledger.periods.labels[0], ledger.periods.labels[-1])
    assert [0, 0] == credit.reconcile()["difference"].tolist()
    assert (credit.retained.minor_units >= 0).all()
    assert (credit.expanded.minor_units >= 0).all()


def test_what_is_refused() -> None:
    """Periods in the wrong order, periods there are not, and ledgers without touches."""
    ledger = small()
    for start, end in (("2024-02", "2023-12"), ("2024-02", "2024-02")):
        with pytest.raises(InvalidValueError, match="later period"):
            retention_credit(ledger, Linear(), start, end)
    with pytest.raises(UnknownNameError):
        retention_credit(ledger, Linear(), "2023-12", "2030-01")
    given = MovementLedger.from_movements(
        {"account_id": ["a"], "occurred_at": ["2026-01-10"], "movement": ["new"], "amount": ["100.00"]},
        as_of=date(2026, 3, 31), currency="USD",
    )  # fmt: skip
    with pytest.raises(InvalidValueError, match="made from a business"):
        retention_credit(given, Linear(), "2026-01", "2026-02")
