from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference.lifecycles import ORDER, Entry, stays
from servicelead.columns.table import ResultTable
from servicelead.datasets import simulate_business
from servicelead.domain import LeadStage, Segment, Segmentation, StageMoves
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import Funnel
from servicelead.survival import Lifetimes, kaplan_meier
from tables.samples import at, business, lead

WAY = ["new", "working", "qualified", "accepted", "opportunity", "won"]
#: How far along the way a stage shows a lead to have been.
FURTHEST = {name: i for i, name in enumerate(WAY)} | {"rejected": 2, "recycled": 2, "lost": 4}
COUNTS = ("n_reached", "n_too_young", "n_undated", "n_mature", "n_advanced")
NOW = 100


def entry(name: str, stage: str, day: float) -> dict[str, Any]:
    """Return a row of the stage history."""
    return {"lead_id": name, "stage": stage, "entered_at": at(day)}


def funnel(leads: list[Any], history: list[Any] | None = None, *, days: float = 30, **options: Any) -> Funnel:
    """Return the funnel of some leads as of day 100."""
    tables = {name: options.pop(name) for name in ("accounts", "account_history") if name in options}
    given = business(leads=leads, stage_history=history or [], as_of=at(NOW), **tables)
    return Funnel.from_business(given, maturity=timedelta(days=days), **options)


def step(table: ResultTable, stage: str, **where: Any) -> tuple[int, ...]:
    """Return reached, too young, undated, mature and advanced of one step."""
    row = table.row(from_stage=stage, **where)
    return tuple(row[name] for name in COUNTS)


def test_the_published_chain_of_rates() -> None:
    """Of 1,000 raw leads .55 accepted; .20 of those won make .11 of raw."""
    leads = [lead(str(i)) for i in range(1000)]
    fates = [WAY[:4]] * 440 + [WAY] * 110 + [["new", "working", "qualified", "rejected"]] * 450
    history = [entry(str(i), stage, day) for i, way in enumerate(fates) for day, stage in enumerate(way)]
    found = funnel(leads, history)
    assert 0.55 == found.steps().row(from_stage="qualified")["advance_rate"]
    assert 0.11 == found.cumulative().row(stage="won")["reach_rate"]
    assert 0.2 == pytest.approx(found.cumulative().row(stage="won")["n_reached"] / 550)
    row = found.steps().row(from_stage="qualified")
    assert (0.519, 0.581) == pytest.approx((row["advance_rate_lower"], row["advance_rate_upper"]), abs=5e-4)


def test_young_leads_are_not_yet_observable() -> None:
    """Exactly at maturity a lead counts; a day younger it does not, though it has advanced."""
    history = [
        *(entry("1", stage, 70) for stage in ("new", "working")),
        *(entry("2", stage, 71) for stage in ("new", "working")),
        entry("3", "new", 10),
        entry("4", "new", 10),
        entry("4", "working", 99),
    ]
    leads = [lead(name, created_at=at(day)) for name, day in (("1", 70), ("2", 71), ("3", 10), ("4", 10))]
    found = funnel(leads, history).steps()
    assert (4, 1, 0, 3, 2) == step(found, "new")
    assert (3, 2, 0, 1, 0) == step(found, "working")
    assert np.isnan(found.row(from_stage="qualified")["advance_rate"])


def test_a_skipped_stage_was_reached_when_a_later_one_was() -> None:
    """Who went from new to accepted on day 5 was qualified by day 5; a rejected lead was qualified, too."""
    history = [entry("1", "new", 0), entry("1", "accepted", 5), entry("2", "rejected", 7)]
    found = funnel([lead("1"), lead("2")], history)
    assert (2, 0, 0, 2, 1) == step(found.steps(), "qualified")
    days = (found.entered_at - found.entered_at[0, 0]) / 86_400e6
    assert [0, 5, 5, 5] == days[:4, 0].tolist()
    assert [0, 7, 7] == days[:3, 1].tolist()


def test_a_second_time_changes_nothing() -> None:
    """A lead that was recycled keeps its first times, and counts once per stage."""
    way = ["new", "working", "qualified", "rejected", "recycled", "working", "qualified", "accepted"]
    found = funnel([lead("1")], [entry("1", stage, 2 * day) for day, stage in enumerate(way)])
    assert (1, 0, 0, 1, 1) == step(found.steps(), "qualified")
    assert 4 == (found.entered_at[2, 0] - found.entered_at[0, 0]) / 86_400e6


def test_without_history_the_first_step_and_the_whole_way_are_known() -> None:
    """The record says how far a lead is; since when nobody knows."""
    leads = [lead("1", stage="accepted"), lead("2", stage="working"), lead("3"), lead("4", stage="lost")]
    found = funnel(leads)
    assert (4, 0, 0, 4, 3) == step(found.steps(), "new")
    assert (3, 0, 3, 0, 0) == step(found.steps(), "working")
    assert [4, 3, 2, 2, 1, 0] == found.cumulative()["n_reached"].tolist()
    assert [4] * 6 == found.cumulative()["n_mature"].tolist()
    assert 4 == found.n_without_history


def test_a_record_that_knows_more_than_the_history_counts_as_advanced() -> None:
    """Dated up to qualified, won by the record: advanced from qualified, undated from accepted on."""
    found = funnel([lead("1", stage="won")], [entry("1", "new", 0), entry("1", "qualified", 5)])
    assert (1, 0, 0, 1, 1) == step(found.steps(), "qualified")
    assert (1, 0, 1, 0, 0) == step(found.steps(), "accepted")


def test_ones_own_row_and_moves() -> None:
    """A row that begins later counts from there; moves of one's own say what a stage implies."""
    history = [entry("1", "new", 0), entry("1", "rejected", 1), entry("2", "accepted", 3)]
    short = funnel([lead("1"), lead("2")], history, stages=["qualified", LeadStage.ACCEPTED])
    assert (2, 0, 0, 2, 1) == step(short.steps(), "qualified")
    own = StageMoves(legal={"new": ["qualified", "rejected"], "qualified": ["accepted"]})
    assert (1, 0, 0, 1, 1) == step(
        funnel([lead("1"), lead("2")], history, stages=["qualified", "accepted"], moves=own).steps(), "qualified"
    )


def test_by_team_month_and_segment() -> None:
    """Rows group by group, those without a label last; cohorts are months of creation."""
    leads = [
        lead("1", "a", created_at=at(0)),
        lead("2", "b", created_at=at(40), team="sales"),
        lead("3", None, created_at=at(41)),
    ]
    history = [entry("1", "working", 3), entry("2", "working", 41)]
    accounts = [{"account_id": "a", "seats": 5}, {"account_id": "b", "seats": 50}]
    found = funnel(leads, history, accounts=accounts)
    assert (1, 0, 0, 1, 1) == step(found.steps("team"), "new", team="sales")
    assert ["2026-01"] * 5 + ["2026-02"] * 5 == found.steps("month")["month"].tolist()
    assert (2, 0, 0, 2, 1) == step(found.steps("month"), "new", month="2026-02")
    size = Segmentation(name="size", segments=[Segment.at_least("seats", 10, name="large")])
    assert (1, 0, 0, 1, 1) == step(found.steps("segment", segmentation=size), "new", segment="large")
    assert (2, 0, 0, 2, 1) == step(found.steps("segment", segmentation=size), "new", segment=None)


def test_time_in_stage_counts_those_still_there() -> None:
    """The median of stays of 2, 4 and more than 90 days is 4, by hand as by Kaplan-Meier."""
    history = [entry("1", "new", 0), entry("1", "working", 2), entry("2", "new", 0), entry("2", "working", 4)]
    leads = [lead("1", "a"), lead("2", "b"), lead("3", None)]
    found = funnel(leads, [*history, entry("3", "new", 10)])
    row = found.time_in_stage().row(stage="new")
    curve = kaplan_meier(Lifetimes(durations=[2, 4, 90], events=[1, 1, 0]))
    assert (3, 2, 4.0, curve.median.lower) == (
        row["n_stays"],
        row["n_left"],
        row["median_days"],
        row["median_days_lower"],
    )
    assert np.isnan(row["median_days_upper"])
    assert np.isnan(found.time_in_stage().row(stage="working")["median_days"])
    assert "won" not in found.time_in_stage()["stage"].tolist()


def test_the_columns_of_the_whole_way() -> None:
    """Leads are those of the first stage, the same in each row; reached are those of them that got so far."""
    found = funnel([lead("1"), lead("2"), lead("3", created_at=at(99))], [entry("1", "working", 1)]).cumulative()
    names = ("stage", "n_leads", "n_too_young", "n_undated", "n_mature", "n_reached", "reach_rate")
    assert names == found.names[: len(names)]
    assert ([3, 3], [2, 1]) == (found["n_leads"][:2].tolist(), found["n_reached"][:2].tolist())


def test_leads_start_where_no_entry_says_so() -> None:
    """From creation to the first entry, or as of; for no time if that was earlier; and not if the record moved on."""
    leads = [
        lead("moved", "a", created_at=at(1)),
        lead("waits", "b"),
        lead("said", "c", stage="new"),
        lead("gone", "d", stage="won"),
    ]
    leads += [lead("before", "e", created_at=at(9)), lead("entered", "f"), lead("dup", "a", merged_into="moved")]
    history = [
        entry("moved", "working", 5),
        entry("before", "qualified", 3),
        entry("entered", "new", 2),
        entry("entered", "working", 6),
    ]
    found = funnel(leads, history)
    row = found.time_in_stage().row(stage="new")
    curve = kaplan_meier(Lifetimes(durations=[4, 100, 100, 0, 4], events=[1, 0, 0, 1, 1]))
    assert (5, 3, 4.0) == (row["n_stays"], row["n_left"], row["median_days"])
    assert (curve.median.value, curve.median.lower) == (row["median_days"], row["median_days_lower"])
    assert row["n_stays"] == step(found.steps(), "new")[0] - 1
    two = StageMoves(legal={"new": ["working"], "working": ["won"]}, starts=["new", "working"])
    assert 1 == funnel(leads, history, moves=two).time_in_stage().row(stage="new")["n_stays"]


def test_lengths_are_whole_minutes() -> None:
    """A stay of 90.9 seconds lasted one minute."""
    stayed = funnel([lead("1")], [entry("1", "new", 0), entry("1", "working", 90.9 / 86_400)]).time_in_stage()
    assert 1 / 1440 == stayed.row(stage="new")["median_days"]


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        (["new", "new"], "different stages; got one of them twice"),
        (["new", "x"], "got among them text that is no stage"),
        (["new"], "at least two stages; got 1"),
        ("new", "got text"),
    ],
)
def test_a_wrong_row_is_told_what_is_wrong(stages: Any, says: str) -> None:
    """A stage twice, a word that is none, too few, or a text."""
    with pytest.raises(InvalidValueError, match=says):
        funnel([], stages=stages)


@pytest.mark.parametrize("accounts", [list("aaaabbbbccccdd"), [None] * 14])
def test_time_in_stage_counts_accounts_not_stays(accounts: list[str | None]) -> None:
    """Leads of one account tell the same story four times; leads without an account each tell their own."""
    days = [1, 1, 2, 2, 5, 5, 6, 6, 9, 9, 11, 11, 14, 15]
    history, leads = [], []
    for place, (account, stayed) in enumerate(zip(accounts, days, strict=True)):
        leads.append(lead(f"{place:02}", account))
        history += [entry(f"{place:02}", "new", 0), entry(f"{place:02}", "working", stayed)]
    row = funnel(leads, history).time_in_stage("team").row(stage="new", team="services")
    names = [str(place) for place in range(14)] if accounts[0] is None else accounts
    clustered = kaplan_meier(Lifetimes(durations=days, events=[1] * 14, accounts=names)).median
    independent = kaplan_meier(Lifetimes(durations=days, events=[1] * 14)).median
    assert (6.0, clustered.lower) == (row["median_days"], row["median_days_lower"])
    assert (clustered.lower == independent.lower) == (accounts[0] is None)


def test_nothing_is_an_empty_funnel() -> None:
    """Counts of nothing, rates that are undefined and no groups."""
    found = funnel([])
    assert (0, 0, 0, 0, 0) == step(found.steps(), "new")
    assert np.isnan(found.steps()["advance_rate"]).all()
    assert (0, 0) == (len(found.steps("team")), len(found.time_in_stage("team")))
    assert "from_stage" in str(found)


def test_a_maturity_of_all_time_leaves_nothing_observable() -> None:
    """Without overflow."""
    assert 0 == int(np.sum(funnel([lead("1")], days=10_000_000).steps()["n_mature"]))


@pytest.mark.parametrize(
    "options",
    [
        {"maturity": timedelta(0)},
        {"maturity": 30},
        {"stages": ["new"]},
        {"stages": ["new", "won", "new"]},
        {"stages": ["new", "customer"]},
        {"stages": "new"},
        {"moves": {"new": ["won"]}},
        {"confidence": 95},
    ],
)
def test_bad_arguments_are_refused(options: Any) -> None:
    """With a typed error that names the field."""
    with pytest.raises(InvalidValueError, match="Funnel"):
        Funnel.from_business(business(), **{"maturity": timedelta(days=1)} | options)


def test_unknown_dimensions_are_refused() -> None:
    """And segments without a segmentation."""
    for method in (funnel([]).steps, funnel([]).cumulative, funnel([]).time_in_stage):
        with pytest.raises(UnknownNameError):
            method("stage")
        with pytest.raises(InvalidValueError):
            method("segment")


ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.sampled_from(ORDER)), max_size=20)
RECORDS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([None, *ORDER]), st.sampled_from(["sales", "services"])), max_size=6
)
CASES = st.tuples(RECORDS, ROWS, st.integers(1, 9))


def of(case: tuple[Any, Any, int], rename: str = "L", *, backwards: bool = False) -> Funnel:
    """Return the funnel of drawn leads as of day 9, under other names, or with rows the other way round."""
    records, rows, days = case
    leads = [
        {"lead_id": f"{rename}{i}", "created_at": at(day), "team": team, "stage": stage}
        for i, (day, stage, team) in enumerate(records)
    ]
    history = [entry(f"{rename}{who}", stage, day) for who, day, stage in rows]
    turn = -1 if backwards else 1
    given = business(leads=leads[::turn], stage_history=history[::turn], as_of=at(9))
    return Funnel.from_business(given, maturity=timedelta(days=days))


@settings(max_examples=examples(60))
@given(CASES)
def test_it_counts_as_the_definition_reads(case: tuple[Any, Any, int]) -> None:
    """Lead by lead and step by step in plain Python."""
    records, rows, days = case
    table = of(case).steps()
    for place, stage in enumerate(WAY[:-1]):
        counts = dict.fromkeys(COUNTS, 0)
        for who, (created, record, _) in enumerate(records):
            seen = stays([Entry(day, name) for other, day, name in rows if other == who])
            times = [
                min([s.start for s in seen if FURTHEST[s.stage] >= p] + [created] * (p == 0), default=None)
                for p in (place, place + 1)
            ]
            known = -1 if record is None else FURTHEST[record]
            reached = [when is not None or known >= p for when, p in zip(times, (place, place + 1), strict=True)]
            mature = times[0] is not None and times[0] + days <= 9
            counts["n_reached"] += reached[0]
            counts["n_undated"] += reached[0] and times[0] is None
            counts["n_too_young"] += times[0] is not None and not mature
            counts["n_mature"] += mature
            counts["n_advanced"] += mature and reached[1]
        assert tuple(counts.values()) == step(table, stage)


@settings(max_examples=examples(40))
@given(CASES)
def test_laws(case: tuple[Any, Any, int]) -> None:
    """Teams add up to the whole; fewer reach each further stage; neither names nor the order of rows matter."""
    found = of(case)
    for whole, parts in ((found.steps(), found.steps("team")), (found.cumulative(), found.cumulative("team"))):
        for name in (name for name in whole.names if name.startswith("n_")):
            sums = np.sum(parts[name].reshape(-1, len(whole)), axis=0, dtype=np.int64)
            assert whole[name].tolist() == sums.tolist()
    assert (np.diff(found.steps()["n_reached"]) <= 0).all()
    assert (np.diff(found.cumulative()["n_reached"]) <= 0).all()
    assert (found.steps()["n_advanced"] <= found.steps()["n_mature"]).all()
    for other in (of(case, rename="x"), of(case, backwards=True)):
        for mine, theirs in ((found.steps("team"), other.steps("team")), (found.cumulative(), other.cumulative())):
            for name in mine.names:
                np.testing.assert_array_equal(mine[name], theirs[name])


def test_the_simulated_business_runs_all_the_way() -> None:
    """Every step has leads, every rate its interval, every stage its median."""
    found = Funnel.from_business(simulate_business(n_accounts=300, seed=4).business, maturity=timedelta(days=60))
    steps, times = found.steps(), found.time_in_stage()
    assert (steps["advance_rate_lower"] < steps["advance_rate"]).all()
    assert (times["median_days"][:4] > 0).all()
