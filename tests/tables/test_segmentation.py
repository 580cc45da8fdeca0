"""Segments of accounts as they were known."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from servicelead.domain import Segment, Segmentation
from servicelead.exceptions import InvalidValueError, SegmentationError, UnknownNameError
from servicelead.tables import Business, Journeys
from servicelead.tables.segmentation import attribute_at, segment_codes, segments_at
from tables.samples import at, business, deal, touch

ACCOUNTS = [{"account_id": "a", "seats": "5", "industry": "bank", "region": "EU", "annual_recurring_revenue": "12.50"},
            {"account_id": "b", "seats": None, "industry": "farm", "region": None}]  # fmt: skip
HISTORY = [
    {"account_id": "a", "valid_from": at(1), "users": "2", "tier": "x"},
    {"account_id": "a", "valid_from": at(5), "users": None, "tier": "y"},
    {"account_id": "a", "valid_from": at(9), "users": "20", "tier": None},
]
SIZES = Segmentation(
    name="size",
    segments=[Segment.between("users", 1, 3, name="low"), Segment.at_least("users", 11, name="high")],
)


@pytest.fixture
def made() -> Business:
    """Return a business of two accounts, one with a history."""
    return business(accounts=ACCOUNTS, account_history=HISTORY)


def instants(*days: float) -> Any:
    """Return instants so many days into 2026."""
    return np.array([np.datetime64(at(day)[:19], "us").astype(np.int64) for day in days])


def test_history_is_read_as_of_the_instant(made: Business) -> None:
    """The latest known state at or before it counts; before the first there is none."""
    values, missing = attribute_at(made, "users", np.zeros(5, dtype=np.int32), instants(0.5, 1, 5, 8.9, 9))
    assert [True, False, False, False, False] == missing.tolist()
    assert [2, 2, 2, 20] == values[1:].tolist()
    values, missing = attribute_at(made, "tier", np.zeros(2, dtype=np.int32), instants(2, 9))
    assert ["x", "y"] == values.tolist()


def test_accounts_are_read_where_there_is_no_history(made: Business) -> None:
    """Numbers, labels, amounts and attributes; missing ones are missing."""
    both = np.array([0, 1], dtype=np.int32)
    expected = {"seats": [5, None], "industry": ["bank", "farm"], "region": ["EU", None],
                "annual_recurring_revenue": [12.5, None]}  # fmt: skip
    for name, cells in expected.items():
        values, missing = attribute_at(made, name, both, instants(0, 0))
        assert cells == [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]
    with pytest.raises(UnknownNameError, match="no account attribute 'mood'; account_history has users, tier"):
        attribute_at(made, "mood", both, instants(0, 0))


def test_accounts_in_no_segment_are_left_out(made: Business) -> None:
    """Neither a gap nor a missing value is a segment."""
    codes = segments_at(made, SIZES, np.array([0, 0, 0, 1], dtype=np.int32), instants(0, 1, 9, 9))
    assert [-1, 0, 1, -1] == codes.tolist()


def test_overlapping_segments_are_an_error(made: Business) -> None:
    """An account in two segments is named by the segments, not by its name."""
    overlap = Segmentation(
        name="size", segments=[Segment.of("industry", ["bank"], name="banks"), Segment.at_least("seats", 1, name="any")]
    )
    with pytest.raises(SegmentationError, match="1 accounts are in both 'banks' and 'any'"):
        segments_at(made, overlap, np.array([0, 1], dtype=np.int32), instants(0, 0))


def test_an_interval_of_texts_is_an_error(made: Business) -> None:
    """The remedy is a list of values."""
    wrong = Segmentation(name="s", segments=[Segment.at_least("industry", 1, name="x")])
    with pytest.raises(InvalidValueError, match=r"is text.*Segment\.of"):
        segments_at(made, wrong, np.zeros(1, dtype=np.int32), instants(0))


def test_journeys_are_segmented_as_of_their_close() -> None:
    """Two deals of one account may lie in different segments."""
    made = business(
        accounts=ACCOUNTS, account_history=HISTORY, touchpoints=[touch("t", day=1)],
        opportunities=[deal("o1", closed_at=at(2)), deal("o2", closed_at=at(12)), deal("o3", "b")],
    )  # fmt: skip
    codes, names = segment_codes(Journeys.from_business(made), SIZES)
    assert ["low", "high", None] == names.decode(codes).tolist()
    with pytest.raises(InvalidValueError, match="needs segmentation="):
        segment_codes(Journeys.from_business(made), None)
    paths = Journeys.from_paths({"p": ["a"], "n": [1]}, path="p", conversions="n")
    with pytest.raises(InvalidValueError, match="no accounts and so no segments"):
        segment_codes(paths, SIZES)


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (Segment.of("users", [2, 20], name="s"), [0, 2]),
        (Segment.of("users", [Decimal(3)], name="s"), [1]),
        (Segment.of("tier", ["x", "z"], name="s"), [0, 2]),
        (Segment.between("users", 2, 3, name="s"), [0, 1]),
        (Segment.between("users", 2, 3, closed="left", name="s"), [0]),
        (Segment.between("users", 2, 3, closed="right", name="s"), [1]),
        (Segment.between("users", 2, 20, closed="neither", name="s"), [1]),
        (Segment.at_least("users", 3, name="s"), [1, 2]),
        (Segment.at_most("users", 3, name="s"), [0, 1]),
        (Segment.where(lambda given: given["users"] > 2, attributes=["users"], name="s"), [1, 2]),
        (Segment.of("tier", ["x"], name="s") & Segment.at_most("users", 3), [0]),
        (Segment.of("tier", ["x"], name="s") | Segment.at_most("users", 3), [0, 1]),
        (~Segment.of("tier", ["x"], name="s"), [1, 2]),
        (~Segment.at_most("users", 3), [2]),
    ],
)
def test_conditions_on_columns_mean_what_they_mean_on_one_account(segment: Segment, expected: list[int]) -> None:
    """Sets, intervals open and closed, functions and combinations; an unknown value is in none of them."""
    rows: list[dict[str, Any]] = [
            {"account_id": "a", "users": 2, "tier": "x"}, {"account_id": "b", "users": 3, "tier": "y"},
            {"account_id": "c", "users": 20, "tier": "z"}, {"account_id": "d", "users": None, "tier": None},
    ]  # fmt: skip
    made = business(accounts=rows)
    found = segments_at(
        made, Segmentation(name="s", segments=[segment]), np.arange(4, dtype=np.int32), np.zeros(4, int)
    )
    assert expected == np.flatnonzero(found == 0).tolist()
    assert expected == [i for i, row in enumerate(rows) if segment.matches(row)]


def test_without_accounts_or_states_nothing_is_known() -> None:
    """A history whose cells are all empty, and a table of accounts without rows, give missing values."""
    empty = business(
        touchpoints=[touch("t")], account_history=[{"account_id": "a", "valid_from": at(1), "users": None}]
    )
    for name in ("users", "seats"):
        values, missing = attribute_at(empty, name, np.zeros(2, dtype=np.int32), instants(2, 3))
        assert [True, True] == missing.tolist()
        assert np.isnan(values).all()
