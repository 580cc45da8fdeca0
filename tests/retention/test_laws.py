"""Laws that ledgers and rates keep for any business."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference import retention as reference
from reference.retention import Item
from retention.businesses import AS_OF, FIRST, business_of, items
from servicelead._typing import IntArray
from servicelead.columns.table import ResultTable
from servicelead.domain import Segment, Segmentation
from servicelead.retention import (
    MovementLedger,
    RetentionPolicy,
    RetentionRates,
    cohort_triangle,
    losses_by,
    mix_and_rate,
)

BYS = (None, "cohort", "product", "end_reason")
SIZES = Segmentation(
    name="size", segments=[Segment.at_most("seats", 5, name="small"), Segment.at_least("seats", 6, name="large")]
)


def identity(table: ResultTable) -> IntArray:
    """Return closing less what leads to it."""
    gains = ("opening", "new", "expansion", "reactivation", "transfers_in")
    losses = ("contraction", "churn", "transfers_out")
    led = sum(table[name] for name in gains if name in table) - sum(table[name] for name in losses if name in table)
    return np.asarray(table["closing"] - led)


def same(one: MovementLedger, two: MovementLedger) -> bool:
    """Whether two ledgers have the same movements."""
    return one.entries.rows() == two.entries.rows()


@settings(max_examples=examples(50))
@given(items())
def test_the_ledger_is_what_pictures_of_month_ends_say(drawn: list[Item]) -> None:
    """Every movement is the one that comparing two month ends account by account gives."""
    ledger = MovementLedger.from_business(business_of(drawn))
    days = reference.month_ends(min([item.start for item in drawn] + [AS_OF]), AS_OF)
    expected = sorted((account, days[p].isoformat()[:7], kind, opening, amount)
                      for p, account, kind, amount, opening in reference.movements(drawn, days))  # fmt: skip
    actual = sorted(zip(*(ledger.entries[name].tolist() for name in ledger.entries.names), strict=True))
    assert expected == actual


@settings(max_examples=examples(40))
@given(items(), st.sampled_from(["month", "quarter", "year"]), st.sampled_from(BYS),
       st.sampled_from(["ignored", "counted"]), st.sampled_from(["end", "last_day"]))  # fmt: skip
def test_every_slice_reconciles(drawn: list[Item], grain: str, by: str | None, same: str, date: str) -> None:
    """Under any policy movements lead to what subscriptions add up to, and refining never changes a total."""
    policy = RetentionPolicy(same_period_churn=same, churn_date=date, immature="as_of")  # type: ignore[arg-type]
    ledger = MovementLedger.from_business(business_of(drawn), policy, grain=grain)  # type: ignore[arg-type]
    assert not np.any(ledger.reconcile(by)["difference"])
    accounts = ledger.reconcile("account")
    assert not np.any(accounts["difference"])
    assert {*zip(ledger.entries["account_id"], ledger.entries["period"], strict=True)} <= {
        *zip(accounts["account_id"], accounts["period"], strict=True)
    }
    table, whole = ledger.movements(by), ledger.movements()
    assert not np.any(identity(table))
    for name in set(whole.names) - {"period"}:
        parts = [np.sum(table[name][table["period"] == period]) for period in whole["period"]]
        assert whole[name].tolist() == parts
    assert all(np.all(table[name] >= 0) for name in table.names if table[name].dtype.kind == "i")


@settings(max_examples=examples(30))
@given(
    items(),
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 240), st.integers(1, 10)), max_size=6, unique_by=lambda s: s[:2]
    ),
    st.sampled_from(["ignored", "counted"]),
)
def test_segments_reconcile_with_their_transfers(
    drawn: list[Item], states: list[tuple[int, int, int]], same: str
) -> None:
    """What an account has goes with it from segment to segment, and segments add up to the whole."""
    history = {
        "account_id": [f"a{account}" for account, _, _ in states],
        "valid_from": [(FIRST + timedelta(days=day)).isoformat() for _, day, _ in states],
        "seats": [seats for _, _, seats in states],
    }
    tables: dict[str, Any] = {"account_history": history}
    if not states:
        tables = {"accounts": {"account_id": ["a0"], "seats": [3]}}
    policy = RetentionPolicy(same_period_churn=same)  # type: ignore[arg-type]  # drawn
    ledger = MovementLedger.from_business(business_of(drawn, **tables), policy)
    table, whole = ledger.movements(SIZES), ledger.movements()
    assert not np.any(ledger.reconcile(SIZES)["difference"])
    assert not np.any(identity(table))
    assert np.sum(table["transfers_in"]) == np.sum(table["transfers_out"])
    for name in ("opening", "new", "expansion", "reactivation", "contraction", "churn", "closing"):
        assert np.sum(whole[name]) == np.sum(table[name])


@settings(max_examples=examples(40))
@given(items(n_accounts=4), st.integers(0, 5), st.integers(1, 6))
def test_rates_are_those_of_the_definition(drawn: list[Item], first: int, length: int) -> None:
    """Counts and sums are those of following each account by hand, and gross is at most net and at most 1."""
    days = reference.month_ends(min([item.start for item in drawn] + [AS_OF]), AS_OF)
    if first + length >= len(days):
        return
    span = days[first : first + length + 1]
    expected = reference.kept(drawn, span)
    ledger = MovementLedger.from_business(business_of(drawn))
    if len(ledger.periods) < len(days):  # what ends where it starts is in no ledger
        return
    rates = RetentionRates.between(ledger, span[0].isoformat()[:7], span[-1].isoformat()[:7])
    sums = {name: (int(found.above.sum()), int(found.below.sum())) for name, found in rates.sums.items()}
    assert (expected.n_start, expected.n_kept) == (rates.n_start.sum(), rates.n_kept.sum())
    assert (expected.now, expected.then) == sums["net_revenue_retention_ratio"]
    assert (expected.smaller, expected.then) == sums["gross_revenue_retention_ratio"]
    assert (expected.then - expected.lost, expected.then) == sums["gross_revenue_retention_path_ratio"]
    assert sums["gross_revenue_retention_ratio"][0] <= min(expected.then, expected.now)
    for label in ("product", "end_reason"):
        losses = losses_by(ledger, rates.start, rates.end, label=label)
        assert expected.lost == losses["contraction"].sum() + losses["churn"].sum()


@settings(max_examples=examples(30))
@given(items(), st.integers(0, 7), st.integers(1, 200), st.integers(1, 11))
def test_splitting_a_subscription_changes_nothing(drawn: list[Item], which: int, days: int, part: int) -> None:
    """Two subscriptions that follow one another, or run side by side, are one."""
    item = drawn[which % len(drawn)]
    rest = [other for place, other in enumerate(drawn) if place != which % len(drawn)]
    middle = item.start + timedelta(days=days)
    if item.end is not None:
        middle = min(middle, item.end)
    after = [item._replace(end=middle), item._replace(start=middle)]
    share = min(12 * part, item.annual)
    beside = [item._replace(annual=share), item._replace(annual=item.annual - share)]
    whole = MovementLedger.from_business(business_of(drawn))
    for halves in (after, [half for half in beside if half.annual]):
        assert same(whole, MovementLedger.from_business(business_of([*rest, *halves])))


@settings(max_examples=examples(20))
@given(items(), st.integers(2, 50))
def test_scaling_money_scales_movements(drawn: list[Item], factor: int) -> None:
    """Prices times a whole number give movements times that number, and the same ratios."""
    one, two = (
        MovementLedger.from_business(business_of([item._replace(annual=item.annual * times) for item in drawn]))
        for times in (1, factor)
    )
    assert (one.amount * factor).tolist() == two.amount.tolist()
    assert one.kind.tolist() == two.kind.tolist()


@settings(max_examples=examples(20))
@given(items(n_accounts=6))
def test_a_pooled_rate_is_the_ratio_of_sums(drawn: list[Item]) -> None:
    """Together cohorts have the sums of those that were old enough, and nothing of the others."""
    table = cohort_triangle(MovementLedger.from_business(business_of(drawn)))
    for age in range(int(table["age"].max(initial=-1)) + 1):
        here = table.take(np.flatnonzero(table["age"] == age))
        parts = np.flatnonzero([cohort is not None for cohort in here["cohort"].tolist()] & here["is_observable"])
        pooled = here.take([len(here) - 1]).rows()[0]
        for name in ("n_accounts", "n_active", "opening", "amount"):
            assert pooled[name] == here[name][parts].sum()


@settings(max_examples=examples(20))
@given(items(n_accounts=6))
def test_mix_and_rate_leave_nothing_over(drawn: list[Item]) -> None:
    """The parts of a change add up to it."""
    ledger = MovementLedger.from_business(business_of(drawn))
    if len(ledger.periods) < 3:
        return
    labels = ledger.periods.labels
    before, after = (RetentionRates.between(ledger, *labels[at : at + 2], by="product") for at in (0, 1))
    if not all(rates.sums["net_revenue_retention_ratio"].below.sum() for rates in (before, after)):
        return
    table = mix_and_rate(before, after)
    total = table.row(is_total=True)
    wholes = [Fraction(int(found.above.sum()), int(found.below.sum()))
              for found in (rates.sums["net_revenue_retention_ratio"] for rates in (before, after))]  # fmt: skip
    assert float(wholes[1] - wholes[0]) == total["change"]
    parts = table.take(~table["is_total"])
    assert abs(np.sum(parts["mix"]) + np.sum(parts["rate"]) - total["change"]) < 1e-12
