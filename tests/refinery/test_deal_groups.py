from typing import Any

import numpy as np
import pytest

import servicelead as sl
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import win_rates
from servicelead.uncertainty import Rate
from tables.samples import business, deal


def still(name: str, **more: Any) -> Any:
    """Return an open deal."""
    return {**deal(name, outcome="open", **more), "closed_at": None}


DEALS = [
    deal("1", "a", 10, product="X", price=10, owner="o"),
    deal("2", "b", 20, product="X", price=100, outcome="lost"),
    still("3", account="c", product="X", price=100),
    deal("4", "d", 5, product="Y"),
    deal("5", "e", 5, price=99.5),
]


def test_all_deals_together() -> None:
    """3 of 4 decided deals won; of five, the third closes on day 10."""
    row = win_rates(business(opportunities=DEALS)).rows()[0]
    expected = Rate(3, 4).interval()
    assert (3, 1, 1) == (row["n_won"], row["n_lost"], row["n_open"])
    figures = (row["win_rate"], row["win_rate_lower"], row["win_rate_upper"])
    assert (expected.value, expected.lower, expected.upper) == pytest.approx(figures)
    assert 10.0 == row["median_days"]


def test_by_an_attribute_of_deals() -> None:
    """Each label in order, what has none last; the open deal prolongs the median and is in no rate."""
    table = win_rates(business(opportunities=DEALS), "product")
    assert ["X", "Y", None] == table["product"].tolist()
    assert [0.5, 1.0, 1.0] == table["win_rate"].tolist()
    assert [20.0, 5.0, 5.0] == table["median_days"].tolist()


def test_open_deals_have_not_closed() -> None:
    """One closed and two open: half have not closed yet, and the median is unknown."""
    given = business(opportunities=[deal("1", "a", 10), still("2", account="b"), still("3", account="c")])
    assert np.isnan(win_rates(given)["median_days"][0])


def test_by_bands_of_a_number() -> None:
    """A band has its lower edge; deals without the number are a row of their own; empty bands are no row."""
    table = win_rates(business(opportunities=DEALS), "price", edges=[99.5, 100, 5000])
    assert ["below 99.5", "99.5 to 100", "100 to 5,000", None] == table["price"].tolist()
    assert [1, 1, 0, 1] == table["n_won"].tolist()
    assert [0, 0, 1, 0] == table["n_open"].tolist()
    assert ["below 1,000"] == win_rates(business(opportunities=DEALS), "amount", edges=[1000])["amount"].tolist()


def test_by_owner_month_and_segment() -> None:
    """By what the table of deals and accounts says."""
    given = business(opportunities=DEALS, accounts=[{"account_id": name, "seats": 5} for name in "ab"])
    assert ["o", None] == win_rates(given, "owner")["owner"].tolist()
    assert ["2026-01"] == win_rates(given, "month")["month"].tolist()
    small = sl.Segmentation(name="size", segments=[sl.Segment.at_most("seats", 10, name="small")])
    assert ["small", None] == win_rates(given, "segment", segmentation=small)["segment"].tolist()


def test_without_deals_nothing_is_known() -> None:
    """No rate and no median of nothing; no rows by group."""
    assert np.isnan(win_rates(business())["win_rate"][0])
    assert np.isnan(win_rates(business())["median_days"][0])
    assert 0 == len(win_rates(business(), "kind"))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"by": "colour"}, UnknownNameError),
        ({"by": "product", "edges": [1]}, UnknownNameError),
        ({"by": "price"}, InvalidValueError),
        ({"by": "amount"}, InvalidValueError),
        ({"by": "price", "edges": []}, InvalidValueError),
        ({"by": "price", "edges": [2, 1]}, InvalidValueError),
        ({"by": "price", "edges": ["1"]}, InvalidValueError),
        ({"by": "segment"}, InvalidValueError),
        ({"confidence": 95}, InvalidValueError),
    ],
)
def test_wrong_arguments_are_refused(wrong: dict[str, Any], error: type[Exception]) -> None:
    """A typed error that names win_rates."""
    with pytest.raises(error, match="win_rates"):
        win_rates(business(opportunities=DEALS), **wrong)
