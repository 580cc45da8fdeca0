"""Two businesses read apart are the one read together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.exceptions import IncompatibleError
from servicelead.tables import Journeys
from servicelead.tables.merging import merge
from tables.samples import Row, at, business, cells, columns, deal, lead, touch

#: What a cell of an attribute may hold, by what its column holds: numbers, labels, or both.
CELLS: dict[str, list[Any]] = {
    "numbers": [None, 1.0, 2.5, -3.0, 1e20],
    "labels": [None, "x", "y", "10"],
    "mixed": [None, "x", 1.0, 2.5],
}


def account(account_id: str, **more: Any) -> Row:
    """Return an account."""
    return {"account_id": account_id, **more}


@st.composite
def attributes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw what four accounts say in two columns of their own; either column may be absent from an account."""
    rows: list[dict[str, Any]] = [{} for _ in range(4)]
    for name in ("health", "tier"):
        values = CELLS[draw(st.sampled_from(sorted(CELLS)))]
        for row in rows:
            if draw(st.booleans()):
                row[name] = draw(st.sampled_from(values))
    return rows


@given(attributes(), st.integers(0, 4))
def test_columns_of_one_s_own_are_merged(drawn: list[dict[str, Any]], cut: int) -> None:
    """Numbers, labels, numbers beside labels, and columns that one part lacks: all as if read in one go."""
    rows = [account(name, **{k: None if v is None else str(v) for k, v in more.items()})
            for name, more in zip("abcd", drawn, strict=True)]  # fmt: skip
    first, second = business(accounts=rows[:cut]), business(accounts=rows[cut:])
    for merged in (merge(first, second).business, merge(second, first).business):
        read = {name: texts(values) for name, values in columns(merged.accounts.to_frame("pandas").to_dict("records"))
                .items() if name in {"health", "tier"}}  # fmt: skip
        expected = {name: [None if cell is None else spoken(cell) for cell in values]
                    for name, values in columns(rows).items() if name != "account_id"}  # fmt: skip
        for name, values in expected.items():
            assert values == read.get(name, [None] * 4)


def texts(values: list[Any]) -> list[str | None]:
    """Return cells as text, a missing one as None; a number is written the shortest way."""
    return [None if value is None or value != value else spoken(value) for value in values]  # noqa: PLR0124 - NaN


def spoken(value: object) -> str:
    """Return a cell's number the shortest way, or its text."""
    try:
        return f"{float(str(value)):g}"
    except ValueError:
        return str(value)


def test_numbers_in_one_part_and_labels_in_the_other_are_labels() -> None:
    """A whole number is written without a fraction, another one with it; absent cells stay absent."""
    numbers = business(accounts=[account("a", tier=1.0), account("b", tier=2.5), account("c", tier=None)])
    labels = business(accounts=[account("d", tier="gold"), account("e", tier=None)])
    for merged in (merge(numbers, labels).business, merge(labels, numbers).business):
        accounts = merged.accounts
        assert ["1", "2.5", None, "gold", None] == accounts.vocabulary("tier").decode(accounts.codes("tier")).tolist()


def test_a_column_that_one_part_lacks_is_missing_there() -> None:
    """Whether it holds numbers or labels, and whichever part comes first."""
    rich = business(accounts=[account("a", health=0.5, tier="gold")])
    poor = business(accounts=[account("b")])
    for merged in (merge(rich, poor).business, merge(poor, rich).business):
        accounts = merged.accounts
        assert ["gold", None] == accounts.vocabulary("tier").decode(accounts.codes("tier")).tolist()
        assert 0.5 == accounts.attributes["health"][0]
        assert accounts.attributes["health"][1] != accounts.attributes["health"][1]


def test_every_table_is_merged() -> None:
    """Rows of both parts in the whole's order, under the whole's codes; counts, rejects and findings of both."""
    parts: list[dict[str, Any]] = [
        {
            "accounts": [account(name, name=f"Company {name}", seats="3")],
            "leads": [lead(f"lead {name}", name)],
            "touchpoints": [touch(f"t{name}", name, day=2), touch(f"u{name}", name, day=1, lead_id=f"lead {name}"),
                            touch(f"v{name}", name, team="nobody")],
            "opportunities": [deal(f"o{name}", name), deal(f"p{name}", name, day=12, amount=None)],
            "account_history": [{"account_id": name, "valid_from": at(1), "tier": name}],
            "usage": [{"account_id": name, "occurred_at": at(3), "quantity": "2"}],
        }
        for name in "ba"
    ]  # fmt: skip
    first, second = (business(**part) for part in parts)
    whole = business(**{name: parts[0][name] + parts[1][name] for name in parts[0]})
    for merged in (merge(first, second).business, merge(second, first).business):
        assert cells(whole) == cells(merged)
        assert len(whole.rejects) == len(merged.rejects)
        assert whole.counts["read"].sum() == merged.counts["read"].sum()
        assert whole.findings["n"].sum() == merged.findings["n"].sum()


def test_businesses_seen_differently_are_refused() -> None:
    """The remedy is to build both with one currency, zone, fiscal year and as_of."""
    plain = business(accounts=[account("a")])
    for name, other in {
        "currency": business(currency="EUR"),
        "zone": business(zone="Europe/Paris"),
        "as_of": business(as_of=at(3)),
        "fiscal_year_start": business(fiscal_year_start=4),
    }.items():
        with pytest.raises(IncompatibleError, match=f"different {name} cannot be added"):
            merge(plain, other)
    with pytest.raises(IncompatibleError, match="share accounts"):
        merge(plain, plain)


def test_parts_of_a_business_are_added_before_businesses() -> None:
    """Selected accounts of one business, or channels split by sentiment, do not mix with another business."""
    one, other = (
        Journeys.from_business(business(touchpoints=[touch(f"t{name}", name)], opportunities=[deal(f"o{name}", name)]))
        for name in "ab"
    )
    with pytest.raises(IncompatibleError, match="parts of one business first"):
        one.of_accounts([True]) + other
    for pair in ((one.split_by_sentiment(), other), (one, other.split_by_sentiment())):
        with pytest.raises(IncompatibleError, match="add journeys first"):
            pair[0] + pair[1]


def test_spend_that_both_parts_hold_is_spent_once() -> None:
    """Spend has no account: the same table in both parts is one table, different tables follow one another."""
    row = {"channel": "ad", "team": "marketing", "start": "2026-01-01", "end": "2026-02-01", "amount": "10"}
    one, two = business(accounts=[account("a")], spend=[row]), business(accounts=[account("b")], spend=[row])
    assert 1 == len(merge(one, two).business.spend)
    other = business(accounts=[account("c")], spend=[{**row, "amount": "11"}])
    assert 2 == len(merge(one, other).business.spend)
    assert 1 == len(merge(business(accounts=[account("d")]), one).business.spend)
