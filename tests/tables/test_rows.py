"""What becomes of every row: kept, rejected, a duplicate, remarked on."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead._typing import MISSING
from servicelead.exceptions import UnknownNameError
from servicelead.tables import CODES, OPEN, WON, Business, Finding
from servicelead.tables.rejects import code
from tables.samples import AS_OF, assert_counted, at, business, codes, columns, deal, lead, touch


def test_identical_rows_keep_one_and_conflicting_ones_none() -> None:
    """Duplicates are counted; conflicts are rejected with rows and identifiers both stated."""
    rows = [touch("t1"), touch("t1"), touch("t1"), touch("t2"), touch("t2", day=1), touch("t3", cost=None),
            touch("t3", cost="")]  # fmt: skip
    made = business(touchpoints=rows)
    assert ["t1", "t3"] == sorted(made.touches.touchpoint_id.read().tolist())
    (reason,) = made.reasons.rows()
    assert ("touchpoints", "touchpoint_id", "conflicting_id", 2, 1) == tuple(reason.values())[:5]
    assert {"touchpoints": 1} == made.conflicting_ids
    assert [3] == made.counts["duplicates"].tolist()
    assert_counted(made)


@pytest.mark.parametrize("more", [{"cost": "1"}, {"team": "sales"}, {"note": "x"}, {"n": 1.0}, {"campaign": "c"}])
def test_any_difference_is_a_conflict(more: dict[str, Any]) -> None:
    """A cell that one row has and the other lacks contradicts it, in whichever column."""
    made = business(touchpoints=[touch("t1"), touch("t1", **more)])
    assert {"conflicting_id": 2} == codes(made.rejects)


def test_findings_are_counted_before_conflicts_are_refused() -> None:
    """A remark stands although its row is then rejected for its identifier, but not for another reason."""
    accounts = [{"account_id": "a", "created_at": "2026-02-01"}]
    rows = [touch("t1", day=1), touch("t1", day=2), touch("t2", day=3, cost="-1"), touch("t3", day=3, cost="x")]
    made = business(touchpoints=rows, accounts=accounts)
    assert {"before_account_created": 2} == codes(made.findings)
    assert {"conflicting_id": 2, "negative_number": 1, "not_a_number": 1} == codes(made.rejects)
    assert_counted(made)


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("touchpoints", {"occurred_at": "soon"}, "occurred_at", "not_a_time"),
    ("touchpoints", {"occurred_at": None}, "occurred_at", "missing_value"),
    ("touchpoints", {"occurred_at": at(181)}, "occurred_at", "after_as_of"),
    ("touchpoints", {"occurred_at": "2026-03-29T02:30:00"}, "occurred_at", "nonexistent_time"),
    ("touchpoints", {"touchpoint_id": None}, "touchpoint_id", "missing_value"),
    ("touchpoints", {"touchpoint_id": " "}, "touchpoint_id", "missing_value"),
    ("touchpoints", {"account_id": None}, "account_id", "missing_account"),
    ("touchpoints", {"channel": ""}, "channel", "missing_value"),
    ("touchpoints", {"team": None}, "team", "missing_value"),
    ("touchpoints", {"sentiment": "2"}, "sentiment", "out_of_range"),
    ("touchpoints", {"sentiment": "-1.5"}, "sentiment", "out_of_range"),
    ("touchpoints", {"cost": "nan"}, "cost", "not_finite"),
    ("touchpoints", {"cost": "inf"}, "cost", "not_finite"),
    ("touchpoints", {"cost": "-0.01"}, "cost", "negative_number"),
    ("touchpoints", {"cost": "9" * 5_000}, "cost", "not_a_number"),
    ("touchpoints", {"cost": "92233720368547758.08"}, "cost", "amount_too_large"),
    ("touchpoints", {"cost": "1e300"}, "cost", "amount_too_large"),
    ("touchpoints", {"cost": "5", "currency": "XYZ"}, "currency", "unknown_currency"),
    ("opportunities", {"outcome": "maybe"}, "outcome", "unknown_choice"),
    ("opportunities", {"outcome": None}, "outcome", "missing_value"),
    ("opportunities", {"closed_at": None}, "closed_at", "missing_close"),
    ("opportunities", {"account_id": None}, "account_id", "missing_value"),
    ("opportunities", {"created_at": at(190)}, "created_at", "after_as_of"),
    ("accounts", {"seats": "-1"}, "seats", "negative_number"),
    ("accounts", {"seats": "many"}, "seats", "not_a_number"),
    ("subscriptions", {"ended_at": "2025-12-31"}, "ended_at", "ends_before_start"),
    ("subscriptions", {"period": "fortnight"}, "period", "unknown_choice"),
    ("subscriptions", {"amount": None}, "amount", "missing_value"),
    ("self_help_events", {"entitled": "perhaps"}, "entitled", "not_a_flag"),
]
GOOD: dict[str, dict[str, Any]] = {
    "touchpoints": dict(touch("good")),
    "opportunities": dict(deal("good")),
    "accounts": {"account_id": "good"},
    "subscriptions": {"subscription_id": "good", "account_id": "a", "started_at": "2026-01-01", "amount": "1",
                      "period": "month"},
    "self_help_events": {"event_id": "good", "account_id": "a", "occurred_at": at(1), "entitled": "yes"},
}  # fmt: skip


@pytest.mark.parametrize(("table", "change", "column", "reason"), BAD)
def test_a_bad_row_is_refused_alone(table: str, change: dict[str, Any], column: str, reason: str) -> None:
    """Its record, column and code are stated, and the row beside it is kept."""
    good = GOOD[table]
    bad = good | {next(iter(good)): "bad"} | change
    made = business(zone="Europe/Paris", **{table: [good, bad]})
    (refused,) = made.rejects.rows()
    assert (table, 2, column, reason) == (refused["table"], refused["record"], refused["column"], refused["code"])
    assert refused["rule"] == code(reason).rule
    assert refused["remedy"] == code(reason).remedy
    assert [1] == made.counts["kept"].tolist()
    assert_counted(made)


def test_every_bad_cell_of_a_row_is_told_at_once() -> None:
    """A row is rejected once and blamed for each of its cells, by the first code that fits the cell."""
    bad = touch("t2", occurred_at="soon", channel="", team=None, cost="-1", currency="XYZ", sentiment="7")
    made = business(touchpoints=[touch("t1"), bad, touch("", None, cost="x")], leads=[lead("l", team=None)])
    told = [(row["record"], row["column"], row["code"]) for row in made.rejects.rows() if row["table"] == "touchpoints"]
    assert [
        (2, "occurred_at", "not_a_time"), (2, "team", "missing_value"), (2, "channel", "missing_value"),
        (2, "sentiment", "out_of_range"), (2, "cost", "negative_number"), (2, "currency", "unknown_currency"),
        (3, "cost", "not_a_number"), (3, "account_id", "missing_account"), (3, "touchpoint_id", "missing_value"),
    ] == told  # fmt: skip
    assert 2 == made.counts.row(table="touchpoints")["rejected"]
    assert "3 rows rejected" in str(made)
    assert_counted(made)


def test_rules_beyond_the_row_judge_only_rows_without_a_bad_cell() -> None:
    """A refused row is in no circle of merges, contradicts no other, and needs no exchange rate."""
    circle = [{"account_id": "a", "merged_into": "b"}, {"account_id": "b", "merged_into": "a"}]
    made = business(
        accounts=[*circle, {"account_id": "a", "merged_into": "b", "seats": "x"}],
        touchpoints=[touch("t"), touch("t", day=1, cost="x")],
        opportunities=[deal("o", currency="EUR", created_at="soon")],
        exchange_rates={"date": [], "from": [], "to": [], "rate": []},
    )
    assert {"merge_cycle": 2, "not_a_number": 2, "not_a_time": 1} == codes(made.rejects)
    assert_counted(made)


FOUND: list[tuple[dict[str, list[Any]], str, str]] = [
    ({"touchpoints": [touch("t", occurred_at="2026-03-05")]}, "occurred_at", "date_only"),
    ({"touchpoints": [touch("t", occurred_at="2025-10-26T02:30:00")]}, "occurred_at", "ambiguous_time"),
    ({"touchpoints": [touch("t", team="kitchen")]}, "team", "unmapped_team"),
    ({"opportunities": [deal("o", kind="odd")]}, "kind", "unmapped_choice"),
    ({"opportunities": [deal("o", amount="1.005")]}, "amount", "amount_rounded"),
    ({"opportunities": [deal("o", amount=1.0055)]}, "amount", "amount_rounded"),
    ({"opportunities": [deal("o", amount=None)]}, "amount", "won_without_amount"),
    ({"opportunities": [deal("o", day=200)]}, "closed_at", "closes_after_as_of"),
    ({"opportunities": [deal("o", created_at=at(11))]}, "closed_at", "closed_before_created"),
    ({"touchpoints": [touch("t", None, lead_id="l")]}, "account_id", "no_account"),
    ({"touchpoints": [touch("t")], "accounts": [{"account_id": "a", "created_at": at(1)}]}, "occurred_at",
     "before_account_created"),
    ({"touchpoints": [touch("t")], "accounts": [{"account_id": "b"}]}, "account_id", "unknown_account"),
    ({"touchpoints": [touch("t", lead_id="l")], "leads": [lead("m")]}, "lead_id", "unknown_lead"),
    ({"touchpoints": [touch("t", contact_id="c")], "contacts": [{"contact_id": "d"}]}, "contact_id", "unknown_contact"),
    ({"activities": [{"opportunity_id": "p", "activity": "visit", "occurred_at": at(1)}],
      "opportunities": [deal("o")]}, "opportunity_id", "unknown_opportunity"),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "column", "finding"), FOUND)
def test_an_odd_row_is_kept_and_counted(tables: dict[str, list[Any]], column: str, finding: str) -> None:
    """The row stays, and the finding says how many and which, and in what column."""
    made = business(zone="Europe/Paris", **tables)
    (found,) = made.findings.rows()
    assert (column, finding, 1, "1") == (found["column"], found["code"], found["n"], found["first_records"])
    assert found["rule"] == CODES[finding].rule
    assert 0 == len(made.rejects)
    assert_counted(made)


def test_every_code_of_a_cell_or_row_is_tested() -> None:
    """A new code needs a row above; those of files are tested where files are read."""
    elsewhere = {"undecodable", "nul_byte", "wrong_column_count", "unclosed_quote", "record_too_long",
                 "no_exchange_rate", "conflicting_id", "merge_cycle"}  # fmt: skip
    assert set(CODES) - elsewhere == {row[-1] for row in BAD} | {row[-1] for row in FOUND}


def test_an_unknown_code_is_a_typed_error() -> None:
    """Codes are a closed list."""
    with pytest.raises(UnknownNameError, match="no reject or finding code"):
        code("odd")


def test_dates_are_read_by_the_kind_of_their_column() -> None:
    """An end is exclusive, a deadline inclusive, a start and an occurrence 00:00, all in the zone."""
    made = business(
        zone="Europe/Paris",
        touchpoints=[touch("t", occurred_at="2026-03-05")],
        opportunities=[deal("o", closed_at="2026-03-05")],
        subscriptions=[GOOD["subscriptions"] | {"ended_at": "2026-03-05"}],
    )
    times = [made.touches.occurred_at, made.opportunities.closed_at, made.subscriptions.ended_at,
             made.subscriptions.started_at]  # fmt: skip
    assert ["2026-03-04T23:00:00.000000", "2026-03-05T22:59:59.999999", "2026-03-04T23:00:00.000000",
            "2025-12-31T23:00:00.000000"] == [str(t.astype("datetime64[us]")[0]) for t in times]  # fmt: skip


def test_the_future_is_not_read() -> None:
    """What closes, is learnt or is followed up after as_of is not known; a forecast close is never one."""
    made = business(
        opportunities=[deal("o1", day=181), deal("o2", day=5, outcome="open")],
        touchpoints=[touch("t", sentiment="-1", sentiment_known_at=at(300))],
        leads=[lead("l", followed_up_at=at(300), follow_up_due_at=at(300))],
    )
    assert [OPEN, OPEN] == made.opportunities.outcome.tolist()
    assert [MISSING, MISSING] == made.opportunities.closed_at.tolist()
    assert np.isnan(made.touches.sentiment).all()
    assert [MISSING] == made.touches.sentiment_known_at.tolist() == made.leads.followed_up_at.tolist()
    assert MISSING != made.leads.follow_up_due_at[0]


def test_the_last_microsecond_of_as_of_is_read() -> None:
    """The day of as_of is included to its end, the next one is not."""
    rows = [touch("t1", occurred_at="2026-06-30T23:59:59.999999Z"), touch("t2", occurred_at="2026-07-01T00:00:00Z")]
    made = business(touchpoints=rows, opportunities=[deal("o", closed_at="2026-06-30")])
    assert ["t1"] == made.touches.touchpoint_id.read().tolist()
    assert [WON] == made.opportunities.outcome.tolist()


def test_touches_of_merged_things_belong_to_the_survivor() -> None:
    """Chains of merges are followed for accounts, contacts and leads; what merges into itself is not merged."""
    made = business(
        accounts=[{"account_id": "a", "merged_into": "b"}, {"account_id": "b", "merged_into": "c"},
                  {"account_id": "c", "merged_into": "c"}],
        contacts=[{"contact_id": "p", "merged_into": "q"}],
        leads=[lead("l1", None, merged_into="l2"), lead("l2", "a")],
        touchpoints=[touch("t1", "a", contact_id="p"), touch("t2", None, 1, lead_id="l1")],
        opportunities=[deal("o", "b")],
    )  # fmt: skip
    touches = made.touches
    assert ["c", "c"] == touches.vocabulary("account_id").decode(touches.account_id).tolist()
    assert ["q", None] == touches.vocabulary("contact_id").decode(touches.contact_id).tolist()
    assert [None, "l2"] == touches.vocabulary("lead_id").decode(touches.lead_id).tolist()
    assert touches.account_id[0] == made.opportunities.account_id[0]
    assert 3 == len(made.accounts)
    assert -1 == made.accounts.merged_into[2]


def test_circles_of_merges_are_rejected() -> None:
    """Rows in a circle, or leading into one, have no survivor; what names them stays with them."""
    pairs = {"a": "b", "b": "c", "c": "a", "d": "a", "e": "f", "f": None}
    made = business(
        accounts=[{"account_id": one, "merged_into": other} for one, other in pairs.items()],
        touchpoints=[touch("t1", "a"), touch("t2", "e")],
    )
    assert {"merge_cycle": 4} == codes(made.rejects)
    assert ["a", "f"] == made.touches.vocabulary("account_id").decode(made.touches.account_id).tolist()
    assert_counted(made)


def test_an_account_begins_with_the_first_merged_into_it() -> None:
    """A touch of the older account is not before its account because the survivor is younger."""
    accounts = [{"account_id": "a", "merged_into": "b", "created_at": at(0)}, {"account_id": "b", "created_at": at(9)}]
    made = business(accounts=accounts, touchpoints=[touch("t1", "a", 1)])
    assert {} == codes(made.findings)


def test_a_refused_or_contradicted_lead_gives_no_account() -> None:
    """A touch through it is kept, without an account."""
    made = business(
        leads=[lead("l1", created_at="soon"), lead("l2", "a"), lead("l2", "b"), lead("l3", "a")],
        touchpoints=[touch(f"t{i}", None, i, lead_id=f"l{i}") for i in (1, 2, 3)],
    )
    assert {"t1": None, "t2": None, "t3": "a"} == dict(
        zip(
            made.touches.touchpoint_id.read().tolist(),
            made.touches.vocabulary("account_id").decode(made.touches.account_id).tolist(),
            strict=True,
        )
    )


def test_consecutive_equal_stages_collapse() -> None:
    """The first of a run stands, the rest count as duplicates, and a return to the stage is a row of its own."""
    stages = ["x", "x", "y", "y", "x"]
    rows = [{"opportunity_id": "o", "stage": s, "entered_at": at(d)} for d, s in enumerate(stages)]
    made = business(opportunity_stage_history=[*rows, {"opportunity_id": "p", "stage": "x", "entered_at": at(9)}])
    history = made.opportunity_stage_history
    assert ["x", "y", "x", "x"] == history.vocabulary("stage").decode(history.stage).tolist()
    assert history.entered_at.astype("datetime64[us]").astype(str).tolist()[1].startswith("2026-01-03")
    assert [2] == made.counts["duplicates"].tolist()
    assert_counted(made)


def test_a_caller_s_own_findings_stand_beside_the_library_s() -> None:
    """A check of the caller's has its name and words."""
    own = Finding(file="f", table="usage", code="mine", n=9, records=(1, 2), says="usage has a subscription")
    made = Business.from_frames(as_of=AS_OF, extra_findings=[own], touchpoints=columns([touch("t", team="?")]))
    assert ["unmapped_team", "mine"] == made.findings["code"].tolist()
    assert ["1", "1, 2, ..."] == made.findings["first_records"].tolist()
    assert "usage has a subscription" == made.findings["rule"][1]


CANARY = "kanarienvogel"


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_no_reject_finding_or_repr_tells_what_a_row_held(table: str, data: st.DataObject) -> None:
    """Markers in every cell of bad rows appear neither in rejects, findings, counts nor representations."""
    names = [*GOOD[table], "currency", "extra", "merged_into", "sentiment", "seats"]
    broken = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    marked = {name: f"{CANARY}{i}" for i, name in enumerate(names)}
    rows = [GOOD[table], marked | {n: GOOD[table].get(n) for n in names if n not in broken}, marked]
    made = business(zone="UTC", **{table: rows}, contacts=[{"contact_id": CANARY, "account_id": CANARY}])
    for text in (made.rejects, made.findings, made.counts, made.reasons, made, repr(made), made.touches,
                 [repr(t) for t in (made.accounts, made.touches, made.opportunities)]):  # fmt: skip
        assert CANARY not in str(text)
    for shown in (made.rejects, made.findings, made.reasons):
        assert CANARY not in shown._repr_html_()
    assert_counted(made)


@pytest.mark.parametrize(
    "tables",
    [
        {"touchpoints": [{"touchpoint_id": CANARY}]},
        {"touchpoints": [touch(CANARY, occurred_at="2026-01-01 00:00:00", channel=CANARY)]},
        {"opportunities": [deal(CANARY, amount="77777", currency="EUR"), deal("b", CANARY, currency="USD")]},
        {"exchange_rates": {"date": [CANARY], "from": [CANARY], "to": [CANARY], "rate": [CANARY]}},
        {"as_of": CANARY},
        {"zone": CANARY},
        {"currency": CANARY},
        {"touchpoints": {"touchpoint_id": [CANARY], "channel": [CANARY, CANARY]}},
    ],
)
def test_no_error_tells_what_a_cell_held(tables: dict[str, Any]) -> None:
    """Errors name columns, records and rules."""
    with pytest.raises(ValueError, match=r"\w") as raised:
        business(**tables)
    assert CANARY not in str(raised.value)
    assert "77777" not in str(raised.value)


def test_a_date_is_enough_for_everything() -> None:
    """Dates as Python has them are read like text."""
    made = business(touchpoints=[touch("t", occurred_at=date(2026, 3, 5))])
    assert {"date_only": 1} == codes(made.findings)
