"""Input that is odd, and what it means."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, get_args

import numpy as np
import pytest

from retention.businesses import subscriptions
from servicelead.domain import Segment, Segmentation
from servicelead.exceptions import IncompatibleError, IngestError, InvalidValueError, NoCurrencyError, UnknownNameError
from servicelead.retention import (
    MovementLedger,
    RetentionPolicy,
    RetentionRates,
    cohort_triangle,
    losses_by,
    mix_and_rate,
    price_volume,
    recognised_revenue,
    restatement,
)
from servicelead.retention.periods import Grain
from servicelead.tables import Business


def ledger(rows: Sequence[tuple[str, ...]], grain: Any = "month", **more: Any) -> MovementLedger:
    """Return the ledger of a few subscriptions."""
    return MovementLedger.from_business(subscriptions(rows, **more), grain=grain)


def test_overlapping_subscriptions_add_up() -> None:
    """Two at once are one customer who pays for both."""
    found = ledger([("a", "2024-01-01", "2024-03-10", "10.00", "month"), ("a", "2024-02-10", "", "5.00", "month")])
    assert ["new", "expansion", "contraction"] == found.entries["movement"].tolist()
    assert [12_000, 6_000, 12_000] == found.entries["amount"].tolist()


def test_an_end_before_its_start_is_rejected() -> None:
    """The row is refused by the tables and counted there; the ledger has the others."""
    business = subscriptions(
        [("a", "2024-03-01", "2024-02-01", "1.00", "month"), ("b", "2024-01-01", "", "1.00", "month")]
    )
    assert ["ends_before_start"] == business.rejects["code"].tolist()
    assert ["b"] == MovementLedger.from_business(business).entries["account_id"].tolist()


def test_a_leap_day_is_a_day() -> None:
    """What begins on 29 February is there at the month's end, and what ends on it is not."""
    found = ledger([("a", "2024-02-29", "", "1.00", "month"), ("b", "2024-01-01", "2024-02-29", "1.00", "month")])
    moves = [(row["account_id"], row["period"], row["movement"]) for row in found.entries.rows()]
    assert [("a", "2024-02", "new"), ("b", "2024-01", "new"), ("b", "2024-02", "churn")] == moves


@pytest.mark.parametrize(
    ("zone", "month"), [("UTC", "2024-01"), ("Asia/Tokyo", "2024-02"), ("America/New_York", "2024-01")]
)
def test_a_month_ends_where_the_business_is(zone: str, month: str) -> None:
    """An instant late on 31 January in UTC is February in Tokyo."""
    found = ledger([("a", "2024-01-31T20:00:00Z", "", "1.00", "month")], zone=zone)
    assert [month] == found.entries["period"].tolist()


@pytest.mark.parametrize(("currency", "units"), [("JPY", 12 * 100), ("USD", 12 * 10_000), ("KWD", 12 * 100_000)])
def test_currencies_of_other_decimals(currency: str, units: int) -> None:
    """Minor units are the currency's own, and figures to print are in major units."""
    found = ledger([("a", "2024-01-01", "", "100", "month")], currency=currency)
    assert [units] == found.amount.tolist()
    assert 1_200.0 == found.statement()["closing"][-1]
    assert 100.0 == found.statement(per="month")["closing"][-1]


def test_printed_months_add_up() -> None:
    """Each movement is rounded once, and openings and closings follow from what is printed."""
    rows = [("a", "2024-01-01", "", "100.00", "year"), ("b", "2024-02-01", "", "100.00", "year")]
    table = ledger(rows).statement(per="month")
    assert [8.33, 8.33, 8.33] == [table["new"][0], table["new"][1], table["closing"][0]]
    assert 16.66 == table["closing"][1]


def test_quarters_and_years_of_a_fiscal_year() -> None:
    """A fiscal year that begins in April is named for the year in which it ends."""
    business = Business.from_frames(
        subscriptions={"subscription_id": ["s"], "account_id": ["a"], "started_at": ["2024-02-10"], "amount": ["1.00"],
                       "period": ["month"]},
        as_of=date(2025, 3, 31), currency="USD", fiscal_year_start=4,
    )  # fmt: skip
    grains = get_args(Grain)
    labels = {grain: MovementLedger.from_business(business, grain=grain).periods.labels for grain in grains}
    assert ("FY2024-Q4", "FY2025-Q1", "FY2025-Q2", "FY2025-Q3", "FY2025-Q4") == labels["quarter"]
    assert ("FY2024", "FY2025") == labels["year"]


def test_nothing_to_divide_by_is_undefined() -> None:
    """Where nobody was a customer at the start, rates say so, and nothing is 0 or infinite."""
    rows = [("a", "2024-01-01", "2024-02-10", "1.00", "month"), ("b", "2024-04-01", "", "1.00", "month")]
    rates = RetentionRates.between(ledger(rows), "2024-02", "2024-05")
    assert not rates.customer_retention_rate.is_defined
    assert "nothing recurred at the start" == rates.net_revenue_retention_ratio.reason
    assert "nothing was lost" == rates.quick_ratio.reason
    assert np.isnan(rates.table["net_recurring_revenue_ratio"]).all()


def test_what_is_not_over_is_not_yet_observable() -> None:
    """An end to come is no error and no 0; a period before the first is an error."""
    found = ledger([("a", "2024-01-01", "", "1.00", "month")])
    rates = RetentionRates.between(found, "2024-03", "2024-07")
    assert "not yet observable: 2024-07 was not over" == rates.net_revenue_retention_ratio.reason
    assert np.isnan(rates.table["customer_retention_rate"]).all()
    with pytest.raises(UnknownNameError, match="from 2024-01 to 2024-06"):
        RetentionRates.between(found, "2023-12", "2024-03")
    with pytest.raises(InvalidValueError, match="end must be after start"):
        RetentionRates.between(found, "2024-03", "2024-03")


def test_immature_cohorts_are_in_no_sum() -> None:
    """A cohort too young for an age has no figure there, and the pooled rate leaves it out."""
    rows = [("a", "2024-01-01", "2024-04-01", "1.00", "month"), ("b", "2024-05-01", "", "1.00", "month")]
    table = cohort_triangle(ledger(rows))
    young = table.row(cohort="2024-05", age=3)
    assert (False, True) == (young["is_observable"], np.isnan(young["customer_retention_rate"]))
    pooled = table.row(cohort=None, age=3)
    assert (1, 0, 0.0) == (pooled["n_accounts"], pooled["n_active"], pooled["customer_retention_rate"])


def test_a_single_account_has_no_interval() -> None:
    """One account says nothing of how accounts vary."""
    ratio = RetentionRates.between(ledger([("a", "2024-01-01", "", "1.00", "month")]), "2024-01", "2024-02")
    assert (1.0, None) == (ratio.net_revenue_retention_ratio.value, ratio.net_revenue_retention_ratio.lower)


def test_negative_accounts_still_reconcile() -> None:
    """A table of movements may take an account below 0: it is not active, and the identity holds."""
    found = MovementLedger.from_movements(
        {
            "account_id": ["a", "a", "b", "a"],
            "occurred_at": ["2024-01-03", "2024-02-03", "2024-01-05", "2024-03-01"],
            "movement": ["new", "churn", "new", "expansion"],
            "amount": [10, 14, 5, 1],
        },
        as_of="2024-03-31",
        currency="USD",
    )
    assert [1_500, 100, 200] == found.movements()["closing"].tolist()
    assert not found.reconcile("account")["difference"].any()
    assert [-300, 500] == found.balances("2024-03").tolist()
    rates = RetentionRates.between(found, "2024-01", "2024-03")
    assert (1, 2) == (rates.customer_retention_rate.successes, rates.customer_retention_rate.trials)
    assert 200 / 1500 == rates.net_revenue_retention_ratio.value


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"movement": ["won"]}, InvalidValueError, "movements.movement must be one of"),
        ({"amount": ["-1"]}, InvalidValueError, "movements.amount must be at least 0"),
        ({"amount": ["many"]}, InvalidValueError, "the first is row 1"),
        ({"account_id": [""]}, InvalidValueError, "movements.account_id must be given"),
        ({"occurred_at": ["soon"]}, InvalidValueError, "movements.occurred_at must be a moment"),
        ({"amount": None}, IngestError, "needs the column amount"),
    ],
)
def test_bad_movements_are_refused(change: dict[str, Any], error: type[Exception], words: str) -> None:
    """The error names column, rule, first row and remedy, and no cell."""
    table = {"account_id": ["a"], "occurred_at": ["2024-01-01"], "movement": ["new"], "amount": ["1.00"]} | change
    table = {name: cells for name, cells in table.items() if cells is not None}
    with pytest.raises(error, match=words):
        MovementLedger.from_movements(table, as_of="2024-02-01", currency="USD")


def test_an_empty_business_has_an_empty_ledger() -> None:
    """No subscriptions, no periods, and nothing to say."""
    found = MovementLedger.from_business(Business.from_frames(as_of="2024-12-31", currency="USD"))
    assert (0, 0, 0) == (len(found), len(found.periods), len(found.movements()))
    assert 0 == len(found.reconcile("product"))
    assert 0 == len(found.reconcile("account"))
    assert 0 == len(cohort_triangle(found).take(cohort_triangle(found)["age"] >= 0))
    assert 0 == len(price_volume(found))
    assert 0 == len(recognised_revenue(Business.from_frames(as_of="2024-12-31", currency="USD")))


def test_a_subsidiary_is_its_parent() -> None:
    """Rolled up, what moves between subsidiaries is no movement."""
    business = subscriptions(
        [("a", "2024-01-01", "2024-03-01", "1.00", "month"), ("b", "2024-03-01", "", "1.00", "month")],
        tables={"accounts": {"account_id": ["a", "b", "top"], "parent_account_id": ["top", "top", ""]}},
    )
    assert ["new", "churn", "new"] == MovementLedger.from_business(business).entries["movement"].tolist()
    rolled = MovementLedger.from_business(business, parents=True)
    assert [("top", "new")] == [(row["account_id"], row["movement"]) for row in rolled.entries.rows()]


def test_history_is_not_rewritten_by_the_latest_segment() -> None:
    """An account that grows out of a segment is transferred, and what it had before stays there."""
    size = Segmentation(
        name="size", segments=[Segment.at_most("seats", 5, name="small"), Segment.at_least("seats", 6, name="large")]
    )
    business = subscriptions(
        [("a", "2024-01-01", "2024-04-10", "1.00", "month"), ("a", "2024-04-10", "", "3.00", "month")],
        tables={
            "account_history": {"account_id": ["a", "a"], "valid_from": ["2024-01-01", "2024-04-05"], "seats": [2, 9]}
        },
    )
    found = MovementLedger.from_business(business)
    march, april = (
        {name: {row["size"]: row[name] for row in found.movements(size).rows() if row["period"] == period}
         for name in ("closing", "transfers_in", "transfers_out", "expansion")}
        for period in ("2024-03", "2024-04")
    )  # fmt: skip
    assert {"small": 1_200, "large": 0} == march["closing"]
    assert {"small": 0, "large": 3_600} == april["closing"]
    assert ({"small": 1_200, "large": 0}, {"small": 0, "large": 1_200}) == (
        april["transfers_out"],
        april["transfers_in"],
    )
    assert {"small": 0, "large": 2_400} == april["expansion"]
    rates = RetentionRates.between(found, "2024-03", "2024-05", by=size)
    assert (["small"], 3.0) == (rates.labels.tolist(), rates.estimate("net_revenue_retention_ratio", "small").value)


def test_losses_are_told_by_their_reason() -> None:
    """Churn by end reason adds up to churn, and over what was there at the start to what was lost of it."""
    rows = [("a", "2024-01-01", "2024-03-10", "1.00", "month"), ("b", "2024-01-01", "2024-03-20", "2.00", "month")]
    found = ledger(rows, end_reason=["price", "merger"])
    table = found.movements("end_reason")
    assert {"merger": 2_400, "price": 1_200} == {
        row["end_reason"]: row["churn"] for row in table.rows() if row["churn"]
    }
    shares = losses_by(found, "2024-02", "2024-04")
    assert [("merger", 2 / 3), ("price", 1 / 3)] == [(row["end_reason"], row["loss_ratio"]) for row in shares.rows()]
    assert np.isnan(losses_by(found, "2024-04", "2024-05")["loss_ratio"]).all()
    with pytest.raises(InvalidValueError, match="end must be after start"):
        losses_by(found, "2024-02", "2024-02")


@pytest.mark.parametrize("by", ["colour", 3])
def test_unknown_slices_are_refused(by: Any) -> None:
    """What the table does not have cannot be told apart, and the error lists what can."""
    with pytest.raises((UnknownNameError, InvalidValueError), match=r"cohort|by must be"):
        ledger([("a", "2024-01-01", "", "1.00", "month")]).movements(by)


def test_what_does_not_go_together_is_refused() -> None:
    """Grains, sources, policies, slices and measures that do not exist or compare."""
    month, year = (ledger([("a", "2023-01-01", "", "1.00", "month")], grain) for grain in ("month", "year"))
    business = subscriptions([("a", "2024-01-01", "", "1.00", "month")])
    rates = RetentionRates.between(month, "2024-01", "2024-02", by="product")
    with pytest.raises(IncompatibleError, match="one policy"):
        restatement(month, year)
    with pytest.raises(IncompatibleError, match="same slices"):
        mix_and_rate(rates, RetentionRates.between(month, "2024-01", "2024-02"))
    with pytest.raises(InvalidValueError, match="measure"):
        mix_and_rate(rates, rates, "churn")
    with pytest.raises(UnknownNameError, match="no such slice"):
        rates.rate("gold")
    with pytest.raises(UnknownNameError, match="no ratio"):
        rates.estimate("churn", "gold")
    with pytest.raises(InvalidValueError, match="grain must be one of"):
        MovementLedger.from_business(business, grain="week")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidValueError, match="source"):
        MovementLedger.from_business(business, source="usage")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidValueError, match="confidence"):
        RetentionRates.between(month, "2024-01", "2024-02", confidence=95)
    with pytest.raises(InvalidValueError, match='"year" or "month"'):
        month.statement(per="week")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(NoCurrencyError):
        recognised_revenue(Business.from_frames(as_of="2024-12-31"))


def test_who_grows_and_leaves_in_one_month_is_lost_to_the_segment_he_was_in() -> None:
    """Churn is the loss of the segment of the last close, and nothing is transferred."""
    size = Segmentation(name="size", segments=[Segment.at_most("seats", 5, name="small")])
    business = subscriptions(
        [("a", "2024-01-01", "2024-04-20", "1.00", "month")],
        tables={
            "account_history": {
                "account_id": ["a", "a"],
                "valid_from": ["2024-01-01", "2024-04-05"],
                "seats": [2, 9],
            }
        },
    )
    found = MovementLedger.from_business(business)
    table = found.movements(size)
    assert ["small"] == sorted({str(label) for label in table["size"]})
    assert 1_200 == table.row(size="small", period="2024-04")["churn"]
    assert not found.reconcile(size)["difference"].any()


def test_one_who_left_for_long_and_came_back_is_no_new_customer_of_the_year() -> None:
    """He was there at the start, so he is kept, whatever the policy calls his return."""
    rows = [("a", "2023-01-01", "2024-01-10", "1.00", "month"), ("a", "2024-04-10", "", "2.00", "month")]
    policy = RetentionPolicy(reactivation_window=timedelta(days=30))
    found = MovementLedger.from_business(subscriptions(rows), policy)
    rates = RetentionRates.between(found, "2023-12", "2024-06")
    assert ["new", "churn", "new"] == found.entries["movement"].tolist()
    assert ([1], [1], [0], [0]) == tuple(
        column.tolist() for column in (rates.n_start, rates.n_kept, rates.n_new, rates.n_returned)
    )
    assert (2.0, 2.0) == (rates.net_revenue_retention_ratio.value, rates.net_recurring_revenue_ratio.value)
