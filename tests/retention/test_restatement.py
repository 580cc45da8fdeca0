from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference.retention import Item
from retention.businesses import business_of, items
from servicelead.retention import MovementLedger, RetentionPolicy, restatement

A, B = (
    Item("a", date(2024, 1, 5), None, 1_200),
    Item("b", date(2024, 2, 5), None, 2_400),
)


def ledger(drawn: list[Item], as_of: date = date(2024, 6, 30)) -> MovementLedger:
    """Return the ledger of an extract."""
    return MovementLedger.from_business(business_of(drawn, as_of=as_of))


@settings(max_examples=examples(40))
@given(items(), items(), st.booleans(), st.sampled_from(["end", "last_day"]))
def test_rows_explain_every_closing(one: list[Item], two: list[Item], counted: bool, date: str) -> None:  # noqa: FBT001 - drawn
    """For every month both have seen, the rows' differences up to it add up to that of the closing."""
    policy = RetentionPolicy(same_period_churn="counted" if counted else "ignored", churn_date=date)  # type: ignore[arg-type]  # drawn
    ledgers = [MovementLedger.from_business(business_of(drawn), policy) for drawn in (one, two)]
    if not all(len(found.periods) for found in ledgers):
        return
    found = restatement(*ledgers)
    for period in sorted({*ledgers[0].periods.labels, *ledgers[1].periods.labels}):
        closings = [int(np.sum(each.balances(period))) if period in each.periods.labels else 0 for each in ledgers]
        upto = found.rows["difference"][found.rows["period"] <= period]
        assert closings[1] - closings[0] == upto.sum()


def test_each_kind_of_change_has_its_name() -> None:
    """Added, removed, re-dated, re-priced, moved, and two at once."""
    later = A._replace(start=date(2024, 3, 1))
    cases = {
        "added": ([A], [A, B]),
        "removed": ([A, B], [A]),
        "re-dated": ([A], [later]),
        "re-priced": ([A], [A._replace(annual=600)]),
        "moved, re-priced": ([A], [A._replace(account="c", annual=600)]),
        "re-dated, re-priced": ([A], [later._replace(annual=600)]),
    }
    for name, (before, after) in cases.items():
        assert {name} == set(restatement(ledger(before), ledger(after)).rows["change"].tolist())


def test_news_is_no_restatement() -> None:
    """What was learnt of later months is none, nor an end after them; the same extract twice gives nothing."""
    ended = A._replace(end=date(2024, 5, 3))
    found = restatement(ledger([A], date(2024, 3, 31)), ledger([ended, B._replace(start=date(2024, 4, 2))]))
    assert (0, 0) == (len(found.periods), len(found.rows))
    assert 0 == len(restatement(ledger([A, B]), ledger([A, B])).periods)


def test_figures_that_differ_are_named() -> None:
    """Every opening, movement and closing that changed has a row; the others have none."""
    found = restatement(ledger([A], date(2024, 2, 29)), ledger([A, B], date(2024, 3, 31)))
    assert [("2024-02", "new", 0, 2_400, 2_400), ("2024-02", "closing", 1_200, 3_600, 2_400)] == [
        tuple(row.values()) for row in found.periods.rows()
    ]
