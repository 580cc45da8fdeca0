from datetime import date, timedelta

from propensity.two_futures import DAY
from servicelead.propensity import SnapshotBuilder, Snapshots
from tables.samples import business, deal

ONE, OTHER = date(2026, 2, 1), date(2026, 3, 1)


def taken() -> Snapshots:
    """Take snapshots of two subscribers at two cutoffs; one of them buys more for 70 in March."""
    paid = {"started_at": "2026-01-01", "amount": "9", "period": "month"}
    subscriptions = [{"subscription_id": name, "account_id": name} | paid for name in "ab"]
    won = deal("o", day=75, kind="upsell", amount="70")
    builder = SnapshotBuilder(gap=timedelta(days=10), horizon=timedelta(days=30))
    return builder.build(business(subscriptions=subscriptions, opportunities=[won]), cutoffs=[ONE, OTHER])


def test_a_row_teaches_nothing_before_its_gap_and_horizon_are_over() -> None:
    """The label window ends after the gap and the horizon."""
    snapshots = taken()
    assert [40 * DAY] * 4 == (snapshots.label_ends - snapshots.cutoff).tolist()


def test_the_table_holds_the_label() -> None:
    """The last column of the table is the label; what was bought is not among them."""
    table = taken().table.to_dict()
    assert [0, 0, 1, 0] == list(table["label"])
    assert ["a", "b"] * 2 == list(table["account_id"])
    assert "value" not in table


def test_it_says_how_many_expanded() -> None:
    """In words, the expanded are those with a label of 1, counted as rows and as accounts."""
    said = str(taken())
    assert said.startswith("4 snapshots of 2 accounts at 2 cutoffs")
    assert said.endswith("1 snapshots of 1 accounts expanded")
