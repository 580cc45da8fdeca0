"""From any input to one business."""

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.domain import Account, ExchangeRate, Money, Opportunity, Touchpoint
from servicelead.exceptions import IngestError, InvalidValueError, NaiveDatetimeError, UnknownNameError
from servicelead.tables import Business, Reject, Source
from tables.samples import AS_OF, assert_counted, at, business, cells, codes, columns, deal, lead, touch

TOUCHES = [
    touch("t2", "b", 2, channel="(null)", sentiment="-0.5", cost="1.25", plan="gold"),
    touch("t1", "a", 3, channel="(start)", lead_id="l1", plan=None),
    touch("t3", "a", 3, channel="é" * 300, team="sales", plan="silver"),
]
DEALS = [deal("o1", "a"), deal("o2", "b", 40, outcome="lost", amount=None)]
FRAMES = {"touchpoints": columns(TOUCHES), "opportunities": columns(DEALS)}


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "duckdb", "object arrays"])
def test_every_library_makes_the_same_business(library: str) -> None:
    """The same cells from any library are the same tables, bit by bit."""
    make: dict[str, Any] = {
        "pandas": pd.DataFrame,
        "polars": pl.DataFrame,
        "pyarrow": pa.table,
        "duckdb": lambda frame: duckdb.from_arrow(pa.table(frame)),
        "object arrays": lambda frame: {name: pd.Series(values, dtype=object).to_numpy() for name, values in
                                        frame.items()},
    }  # fmt: skip
    other = business(**{name: make[library](frame) for name, frame in FRAMES.items()})
    assert cells(business(**FRAMES)) == cells(other)
    expected = {"duckdb": "pyarrow", "object arrays": None}.get(library, library)
    assert expected == other.backend


def test_objects_make_the_same_business() -> None:
    """Domain objects are another way to say the same."""
    touches = [
        Touchpoint(touchpoint_id=row["touchpoint_id"], account_id=row["account_id"], channel=row["channel"],
                   occurred_at=dt.datetime.fromisoformat(row["occurred_at"]), team=row["team"],
                   lead_id=row.get("lead_id"), sentiment=None if "sentiment" not in row else float(row["sentiment"]),
                   cost=Money.of("1.25", "USD") if "cost" in row else None,
                   attributes={"plan": row["plan"]} if row["plan"] else {})
        for row in TOUCHES
    ]  # fmt: skip
    deals = [
        Opportunity(opportunity_id=row["opportunity_id"], account_id=row["account_id"], outcome=row["outcome"],
                    created_at=dt.datetime.fromisoformat(row["created_at"]),
                    closed_at=dt.datetime.fromisoformat(row["closed_at"]),
                    amount=None if row["amount"] is None else Money.of(row["amount"], "USD"))
        for row in DEALS
    ]  # fmt: skip
    made = Business.from_objects(touchpoints=touches, opportunities=deals, accounts=None, as_of=AS_OF, currency="USD")
    assert cells(business(**FRAMES)) == cells(made)


def test_objects_of_another_kind_are_refused() -> None:
    """A dict or a mixture of classes is no table of objects."""
    with pytest.raises(InvalidValueError, match="got dict"):
        Business.from_objects(touchpoints=[{"touchpoint_id": "t"}], as_of=AS_OF)
    account = Account(account_id="a")
    rate = ExchangeRate(date=dt.date(2026, 1, 1), from_currency="EUR", to_currency="USD", rate=Decimal(1))
    with pytest.raises(InvalidValueError, match="got Account, ExchangeRate"):
        Business.from_objects(accounts=[account, rate], as_of=AS_OF)
    assert 0 == len(Business.from_objects(accounts=[], as_of=AS_OF).accounts)


@given(st.randoms(use_true_random=False))
def test_row_order_leaves_no_trace(random: Random) -> None:
    """Shuffled rows, with ties, repeats and contradictions among them, make bit-identical tables."""
    given_rows: dict[str, list[Any]] = {
        "touchpoints": [*TOUCHES, touch("t4", "a", 3), touch("t4", "a", 3), touch("t5", None, 1, lead_id="l2"),
                        touch("t6", "a", 1), touch("t6", "b", 1)],
        "opportunities": [*DEALS, deal("o3", "a"), deal("o4", "c", amount="1"), deal("o4", "c", amount="2")],
        "leads": [lead("l1"), lead("l2", "a"), lead("l2", "b"), lead("l3", merged_into="l1"),
                  lead("l3", merged_into="l2")],
        "accounts": [{"account_id": "a", "created_at": at(2)}, {"account_id": "b", "created_at": at(5)},
                     {"account_id": "b", "created_at": at(1)}],
        "account_history": [{"account_id": "a", "valid_from": at(1), "tier": tier, "n": n}
                            for tier in ("x", "y") for n in ("1", "2")],
        "usage": [{"account_id": "a", "occurred_at": at(1), "feature": "f", "quantity": q} for q in ("2", "1", None)],
        "opportunity_stage_history": [
            {"opportunity_id": "o1", "stage": s, "entered_at": at(d)} for d, s in [(1, "x"), (2, "x"), (3, "y"),
                                                                                   (4, "x"), (4, "y")]],
        "spend": [{"channel": "call", "team": t, "start": "2026-01-01", "end": "2026-02-01", "amount": a}
                  for t in ("sales", "services") for a in ("1", "2")],
    }  # fmt: skip
    first = business(**given_rows)
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in given_rows.items()}
    second = business(**shuffled)
    assert cells(first) == cells(second)
    assert codes(first.rejects) == codes(second.rejects)
    assert codes(first.findings) == codes(second.findings)
    assert_counted(first)


@given(st.data())
def test_a_table_cut_into_sources_is_the_same_table(data: st.DataObject) -> None:
    """Wherever a file is split, the table is the whole file's."""
    rows = [touch(f"t{i}", "ab"[i % 2], i % 3, postcode=code) for i, code in enumerate(["01", "02", "x", None, "05"])]
    rows += [rows[0]]
    place = data.draw(st.integers(0, len(rows)))
    parts = [Source(frame=columns(part), name=name) for part, name in ((rows[:place], "1"), (rows[place:], "2"))]
    whole, cut = business(touchpoints=rows), business(touchpoints=parts)
    assert cells(whole) == cells(cut)
    assert 1 == int(cut.counts["duplicates"].sum())
    assert_counted(cut)


def test_sources_count_what_their_readers_refused() -> None:
    """Rows refused while reading are read and rejected, under the file's own record numbers."""
    refused = Reject(file="f.csv", table="touchpoints", record=2, code="nul_byte")
    source = Source(frame=columns([touch("t1"), touch("t2", team=None)]), name="f.csv", records=np.array([1, 3]),
                    rejects=[refused])  # fmt: skip
    made = business(touchpoints=source)
    assert [{"file": "f.csv", "table": "touchpoints", "read": 3, "kept": 1, "rejected": 2, "duplicates": 0}] == (
        made.counts.rows()
    )
    assert [(2, "nul_byte"), (3, "missing_value")] == [(r["record"], r["code"]) for r in made.rejects.rows()]
    assert_counted(made)
    with pytest.raises(InvalidValueError, match="2 numbers for 1 rows"):
        business(touchpoints=Source(frame=columns([touch("t1")]), records=np.array([1, 2])))


def test_columns_are_renamed_by_a_mapping() -> None:
    """Your names become canonical ones, also where the canonical name is taken or one column serves twice."""
    frame = columns([touch("t1", utm="mail", when=at(4))])
    mapping = {"touchpoints": {"channel": "utm", "occurred_at": "when", "sentiment_known_at": "when"}}
    for given_frame in (frame, pl.DataFrame(frame), Source(frame=frame), [Source(frame=frame)]):
        made = business(touchpoints=given_frame, columns=mapping)
        assert ["mail"] == made.touches.vocabulary("channel").labels.tolist()
        assert made.touches.occurred_at.tolist() == made.touches.sentiment_known_at.tolist()
        assert {} == made.touches.attributes


def test_a_mapping_that_names_nothing_is_refused() -> None:
    """A table or column that is not there is told, with what is."""
    with pytest.raises(IngestError, match="has no column utm, which columns= names; it has touchpoint_id"):
        business(touchpoints=[touch("t")], columns={"touchpoints": {"channel": "utm"}})
    with pytest.raises(UnknownNameError, match="no table called touches; tables: accounts"):
        business(touchpoints=[touch("t")], columns={"touches": {"channel": "utm"}})
    with pytest.raises(UnknownNameError, match="no table called touches"):
        business(touches=[touch("t")])


def test_a_missing_required_column_is_named_with_its_remedy() -> None:
    """The error names the table, the column and the mapping that would mend it."""
    rows = [{k: v for k, v in touch("t").items() if k not in {"channel", "team"}}]
    with pytest.raises(IngestError, match=r"map it: columns=.*\"touchpoints\": \{\"team\"") as raised:
        business(touchpoints=Source(frame=columns(rows), name="f.csv"))
    assert ("f.csv", "team", "missing_column") == (raised.value.file, raised.value.column, raised.value.reason)


def test_nothing_makes_an_empty_business() -> None:
    """No tables, empty tables and headers alone are valid."""
    header: dict[str, list[Any]] = {name: [] for name in touch("t")}
    for made in (business(), business(touchpoints={}), business(touchpoints=header, opportunities=None),
                 business(touchpoints=pd.DataFrame(header))):  # fmt: skip
        assert 0 == len(made.touches) == len(made.opportunities) == len(made.rejects)
        assert [0] == made.touches.account_offsets.tolist()
        assert_counted(made)
        assert 0 == len(made.touches.to_frame("polars"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(dt.date(2026, 6, 30), "2026-06-30T21:59:59.999999"), ("2026-06-30", "2026-06-30T21:59:59.999999"),
     (dt.datetime(2026, 6, 30, tzinfo=dt.UTC), "2026-06-30T00:00:00.000000"),
     (np.datetime64("2026-06-30T00:00"), "2026-06-29T22:00:00.000000"), (0, "1970-01-01T00:00:00.000000")],
)  # fmt: skip
def test_as_of_is_a_moment_or_the_end_of_a_day(value: object, expected: str) -> None:
    """A date is the day's last microsecond in the zone."""
    made = business(as_of=value, zone="Europe/Paris")
    assert expected in str(made).replace(" UTC", "")


@pytest.mark.parametrize("value", [None, float("nan"), pd.NaT, "soon", 1.5, True, dt.datetime(2026, 3, 29, 2, 30)])  # noqa: DTZ001
def test_as_of_that_is_no_moment_is_refused(value: object) -> None:
    """Neither nothing nor an hour that clocks skipped is a date to look from."""
    with pytest.raises(InvalidValueError, match=r"Business\.as_of must be"):
        business(as_of=value, zone="Europe/Paris")


def test_naive_moments_need_a_zone() -> None:
    """Without a named zone a naive moment is an error that says where; with one it is read there."""
    rows = [touch("t1"), touch("t2", occurred_at="2026-01-05 10:00:00")]
    with pytest.raises(NaiveDatetimeError, match=r"touchpoints.occurred_at .* record 2"):
        business(touchpoints=rows)
    with pytest.raises(NaiveDatetimeError, match="as_of has no zone"):
        business(as_of=dt.datetime(2026, 1, 1))  # noqa: DTZ001
    made = business(touchpoints=rows, zone="America/New_York")
    assert "2026-01-05T15:00" in str(made.touches.occurred_at.astype("datetime64[us]").astype(str).tolist())


@pytest.mark.parametrize("month", [0, 13, 1.5, "1"])
def test_a_fiscal_year_begins_in_a_month(month: Any) -> None:
    """Months are 1 to 12."""
    with pytest.raises(InvalidValueError, match="fiscal_year_start"):
        business(fiscal_year_start=month)


def test_an_empty_zone_is_not_utc() -> None:
    """A zone that is named must exist."""
    with pytest.raises(InvalidValueError, match="IANA"):
        business(zone="")


def test_tables_are_read_only_and_detached_from_their_input() -> None:
    """Changing the caller's arrays afterwards changes nothing."""
    frame = {name: np.array(values, dtype=object) for name, values in columns([touch("t1")]).items()}
    made = business(touchpoints=frame)
    for array in frame.values():
        array[0] = "changed"
    assert ["t1"] == made.touches.touchpoint_id.read().tolist()
    for name in ("occurred_at", "channel", "cost", "team"):
        assert not getattr(made.touches, name).flags.writeable
    for table in (made.touches, made.touches.take([0])):
        for columns_by_name in (table.vocabularies, table.attributes):
            with pytest.raises(TypeError, match="does not support item assignment"):
                columns_by_name["channel"] = None  # type: ignore[index]  # on purpose


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_tables_go_out_decoded(backend: str) -> None:
    """A frame holds labels, datetimes, major units and truth values."""
    made = business(**FRAMES, self_help_events=[
        {"event_id": "e", "account_id": "a", "occurred_at": at(1), "entitled": "yes"}])  # fmt: skip
    frame = pl.from_arrow(made.touches.to_frame("pyarrow"))
    assert isinstance(frame, pl.DataFrame)
    assert ["t1", "t3", "t2"] == frame["touchpoint_id"].to_list()
    assert [None, "silver", "gold"] == frame["plan"].to_list()
    assert ["services", "sales", "services"] == frame["team"].to_list()
    assert 1.25 == frame["cost"][2]
    assert 3 == len(made.touches.to_frame(backend))
    assert [True] == made.self_help_events.columns()["entitled"].tolist()
    assert [None] == made.self_help_events.columns()["succeeded"].tolist()


def test_tables_go_out_in_the_library_they_came_in_and_can_be_read_again() -> None:
    """Touches, counts, rejects and findings of a polars business are polars; moments keep their zone on the way."""
    made = business(**{name: pl.DataFrame(table) for name, table in FRAMES.items()})
    for table in (made.touches, made.counts, made.rejects, made.findings, made.reasons):
        assert isinstance(table.to_frame(), pl.DataFrame)
    again = Business.from_frames(touchpoints=made.touches.to_frame(), as_of=AS_OF, zone="Asia/Tokyo", currency="USD")
    assert made.touches.occurred_at.tolist() == again.touches.occurred_at.tolist()


def test_rows_can_be_taken() -> None:
    """Positions, masks and slices give tables of those rows."""
    touches = business(**FRAMES).touches
    mask = touches.team == 0
    for rows, n in (([2, 0], 2), (mask, int(mask.sum())), (slice(1, 3), 2), ([True, False, True], 2)):
        taken = touches.take(rows)
        assert n == len(taken) == len(taken.touchpoint_id.read()) == len(taken.channel)
    assert ["t2", "t1"] == touches.take([2, 0]).touchpoint_id.read().tolist()
    with pytest.raises(UnknownNameError, match="no labels called 'cost'"):
        touches.codes("cost")


def test_one_column_may_mix_moments_with_and_without_an_offset() -> None:
    """With a zone named, the naive ones are read in it; without, they are an error that names the first of them."""
    naive = dt.datetime(2026, 1, 1, 12)  # noqa: DTZ001 - on purpose
    moments = [naive.replace(tzinfo=dt.UTC), naive, "2026-01-01T12:00:00+01:00"]
    leads = {"lead_id": ["a", "b", "c"], "created_at": moments, "team": ["sales"] * 3}
    made = Business.from_frames(leads=leads, as_of=dt.date(2026, 6, 30), zone="Europe/Paris")
    assert [12, 11, 11] == [moment.hour for moment in made.leads.columns()["created_at"].tolist()]
    with pytest.raises(NaiveDatetimeError, match="record 2"):
        Business.from_frames(leads=leads, as_of=dt.date(2026, 6, 30))
