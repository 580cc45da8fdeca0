from datetime import date, timedelta
from typing import Any

from servicelead.propensity import SnapshotBuilder
from tables.samples import at, business, deal

CUTOFF = date(2026, 3, 1)


def looked_at(cutoff: date = CUTOFF, gap: int = 400, **tables: Any) -> list[str]:
    """Return the accounts of the snapshots at a cutoff."""
    builder = SnapshotBuilder(payment_gap=timedelta(days=gap))
    names: list[str] = builder.build(business(**tables), cutoffs=[cutoff], labelled=False).account_id.tolist()
    return names


def payment(name: str, account: str, paid_at: str, amount: str = "5") -> dict[str, str]:
    """Return a payment."""
    return {"payment_id": name, "account_id": account, "paid_at": f"{paid_at}T00:00:00Z", "amount": amount}


def subscription(name: str, account: str, started_at: str) -> dict[str, str]:
    """Return a monthly subscription."""
    return {"subscription_id": name, "account_id": account, "started_at": started_at, "amount": "9", "period": "month"}


def test_a_refund_is_no_payment() -> None:
    """Money that was given back keeps nobody active, neither beside an old payment nor alone."""
    given = [payment("p1", "a", "2025-11-01"), payment("p2", "a", "2026-02-01", "-5"),
             payment("p3", "b", "2026-02-01", "-5"), payment("p4", "c", "2026-02-01")]  # fmt: skip
    assert ["c"] == looked_at(gap=90, payments=given)
    assert ["a", "c"] == looked_at(gap=120, payments=given)  # 1 November is 120 days back, to the moment


def test_either_is_enough() -> None:
    """Who subscribes is active without paying at the till, and the other way round."""
    given: Any = {
        "subscriptions": [subscription("s", "a", "2026-01-01")],
        "payments": [payment("p", "b", "2026-02-01")],
    }
    assert ["a", "b"] == looked_at(**given)


def test_deals_won_count_until_anybody_subscribes_or_pays() -> None:
    """Each cutoff is judged by what had been recorded before it: a start at the very moment had not."""
    won = [deal("o", account="b", day=3)]
    recorded: list[Any] = [
        {"subscriptions": [subscription("s", "a", "2026-03-01")]},
        {"payments": [payment("p", "a", "2026-03-01")]},
    ]
    for more in recorded:
        assert ["b"] == looked_at(opportunities=won, **more)
        assert ["a"] == looked_at(date(2026, 3, 2), opportunities=won, **more)


def test_a_deal_lost_or_not_yet_recorded_makes_no_customer() -> None:
    """Only wins do, from when both the close and the record of it lie before the cutoff."""
    given = [
        deal("o1", account="a", day=3, outcome="lost"), deal("o2", account="b", day=3, created_at=at(70)),
        deal("o3", account="c", day=70), deal("o4", account="d", day=58.9),
        deal("o5", account="e", closed_at=None, outcome="open"),
    ]  # fmt: skip
    assert ["d"] == looked_at(opportunities=given)
    assert ["b", "c", "d"] == looked_at(date(2026, 4, 1), opportunities=given)
