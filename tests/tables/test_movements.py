from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from servicelead.domain.subscriptions import BillingPeriod
from servicelead.exceptions import InvalidValueError, NoCurrencyError
from servicelead.tables import Business
from servicelead.tables.movements import OPEN_END, roll_up, spans_of_payments, spans_of_subscriptions

GAP = timedelta(days=400) // timedelta(microseconds=1)
DAY = 86_400_000_000


def subscriptions(**columns: Any) -> Business:
    """Return a business with subscriptions of these columns, of one account, from 2024 on."""
    n = len(next(iter(columns.values())))
    given = {
        "subscription_id": [f"s{i}" for i in range(n)],
        "account_id": ["a"] * n,
        "started_at": ["2024-01-01"] * n,
        "amount": ["100.00"] * n,
        "period": ["month"] * n,
    }
    return Business.from_frames(subscriptions=given | columns, as_of="2024-12-31", currency="USD")


def payments(*rows: tuple[str, str, str]) -> Business:
    """Return a business with payments of one account: day, amount, kind."""
    days, amounts, kinds = (list(column) for column in zip(*rows, strict=True))
    return Business.from_frames(
        payments={
            "payment_id": [f"p{i}" for i in range(len(rows))],
            "account_id": ["a"] * len(rows),
            "paid_at": days,
            "amount": amounts,
            "kind": kinds,
        },
        as_of="2024-12-31",
        currency="USD",
    )


def test_prices_are_of_a_year() -> None:
    """Weeks count 52 times, months 12, quarters 4; six months are twice a year; what does not divide is counted."""
    periods = ["week", "month", "quarter", "year", "month", "year"]
    business = subscriptions(period=periods, period_count=[1, 1, 1, 1, 6, 3])
    spans = spans_of_subscriptions(business.subscriptions, business.as_of)
    assert [520_000, 120_000, 40_000, 10_000, 20_000, 3_333] == spans.annual.tolist()
    assert 1 == spans.n_rounded


def test_a_discount_never_takes_more_than_the_price() -> None:
    """A discount is deducted; above the price it leaves nothing, and is counted; it can be ignored."""
    business = subscriptions(discount=[0.0, 25.5, 140.0, float("nan")])
    spans = spans_of_subscriptions(business.subscriptions, business.as_of)
    assert [120_000, 89_400, 120_000] == spans.annual.tolist()
    assert 1 == spans.n_over_discounted
    assert 4 == len(spans_of_subscriptions(business.subscriptions, business.as_of, discounts="ignored"))


def test_what_is_never_active_is_no_span() -> None:
    """A subscription that ends where it starts, costs nothing, or has not begun yet."""
    business = subscriptions(
        started_at=["2024-02-01", "2024-02-01", "2025-03-01"], ended_at=["2024-02-01", "", ""],
        amount=["100.00", "0.00", "100.00"],
    )  # fmt: skip
    assert 0 == len(spans_of_subscriptions(business.subscriptions, business.as_of))


def test_an_end_to_come_is_not_known_yet() -> None:
    """What ends after as_of runs on."""
    business = subscriptions(ended_at=["2025-02-01", "2024-06-01"])
    ended = spans_of_subscriptions(business.subscriptions, business.as_of).ended
    assert [True, False] == (ended == OPEN_END).tolist()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"period_count": [1.5]}, "period_count must be whole"),
        ({"discount": [-1.0]}, "discount must be at least 0"),
        ({"discount": ["half"]}, "discount must be numbers"),
        ({"amount": ["9e16"]}, "below 2\\^60"),
    ],
)
def test_what_cannot_be_annualised_is_refused(columns: dict[str, list[Any]], words: str) -> None:
    """The error names the column and the remedy."""
    business = subscriptions(**columns)
    with pytest.raises(InvalidValueError, match=words):
        spans_of_subscriptions(business.subscriptions, business.as_of)


def test_money_needs_a_currency() -> None:
    """Plain measures have no minor units."""
    business = Business.from_frames(
        subscriptions={"subscription_id": ["s"], "account_id": ["a"], "started_at": ["2024-01-01"], "amount": [1],
                       "period": ["year"]},
        as_of="2024-12-31",
    )  # fmt: skip
    with pytest.raises(NoCurrencyError, match="name one"):
        spans_of_subscriptions(business.subscriptions, business.as_of)


def test_constant_rates_use_the_latest_of_each_currency() -> None:
    """A price in euros is worth the same before and after the rate changed."""
    business = Business.from_frames(
        subscriptions={
            "subscription_id": ["1", "2"], "account_id": ["a", "a"], "started_at": ["2024-01-01", "2024-07-01"],
            "amount": ["100.00", "100.00"], "period": ["year", "year"], "currency": ["EUR", "EUR"],
        },
        exchange_rates={"date": ["2024-01-01", "2024-07-01"], "from": ["EUR", "EUR"], "to": ["USD", "USD"],
                        "rate": ["1.10", "1.25"]},
        as_of="2024-12-31", currency="USD",
    )  # fmt: skip
    assert [11_000, 12_500] == spans_of_subscriptions(business.subscriptions, business.as_of).annual.tolist()
    constant = spans_of_subscriptions(business.subscriptions, business.as_of, constant_rate=True)
    assert [12_500, 12_500] == constant.annual.tolist()


def test_payments_stand_until_the_next_of_their_kind() -> None:
    """Maintenance runs from payment to payment and never longer than the gap; a licence is another line."""
    business = payments(("2022-01-01", "100.00", "maintenance"), ("2023-01-01", "120.00", "maintenance"),
                        ("2023-03-01", "40.00", "licence"))  # fmt: skip
    spans = spans_of_payments(business.payments, business.as_of, period=BillingPeriod.YEAR, gap=GAP)
    found = sorted(zip(spans.annual.tolist(), ((spans.ended - spans.started) // DAY).tolist(), strict=True))
    assert [(4_000, 400), (10_000, 365), (12_000, 400)] == found


def test_a_refund_lowers_what_was_paid() -> None:
    """From its day on the payment stands for less, or for nothing; payments of one moment add up."""
    business = payments(("2024-01-01", "100.00", "m"), ("2024-01-01", "20.00", "m"), ("2024-03-01", "-50.00", "m"),
                        ("2024-05-01", "-80.00", "m"))  # fmt: skip
    spans = spans_of_payments(business.payments, business.as_of, period=BillingPeriod.YEAR, gap=GAP)
    assert [12_000, 7_000] == spans.annual.tolist()
    assert [60, 61] == ((spans.ended - spans.started) // DAY).tolist()


def test_roll_up_finds_the_topmost_parent() -> None:
    """Parents of parents are followed; an account without one is its own."""
    business = Business.from_frames(
        accounts={"account_id": ["a", "b", "c", "d"], "parent_account_id": ["b", "c", "", ""]}, as_of="2024-12-31"
    )
    vocabulary = business.accounts.vocabularies["account_id"]
    top = roll_up(business.accounts)
    assert ["c", "c", "c", "d"] == vocabulary.decode(top[[vocabulary.code(name) for name in "abcd"]]).tolist()


@pytest.mark.parametrize("parents", [["b", "a"], ["b", "c", "a"], ["b", "c", "d", "b"]])
def test_parents_in_a_circle_are_refused(parents: list[str]) -> None:
    """No account of a circle is the topmost."""
    business = Business.from_frames(
        accounts={"account_id": list("abcd")[: len(parents)], "parent_account_id": parents}, as_of="2024-12-31"
    )
    with pytest.raises(InvalidValueError, match="circle"):
        roll_up(business.accounts)


def test_nothing_gives_nothing() -> None:
    """Tables without rows have no spans."""
    business = Business.from_frames(as_of="2024-12-31", currency="USD")
    assert 0 == len(spans_of_subscriptions(business.subscriptions, business.as_of))
    assert 0 == len(spans_of_payments(business.payments, business.as_of, period=BillingPeriod.YEAR, gap=GAP))
    assert 0 == len(roll_up(business.accounts))
    assert np.int64 == roll_up(business.accounts).dtype
