from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from reference.lifecycles import ORDER, TABLE, Entry, illegal, stays
from servicelead.datasets import simulate_business
from servicelead.domain import LeadStage, StageMoves
from servicelead.exceptions import InvalidValueError
from servicelead.qualification import LeadLifecycle, LifecycleAudit
from tables.samples import at, business, lead


def entry(name: str, stage: str, day: float, **more: Any) -> dict[str, Any]:
    """Return a row of the stage history."""
    return {"lead_id": name, "stage": stage, "entered_at": at(day)} | more


def audit(leads: list[Any], history: list[Any], moves: StageMoves | None = None) -> LifecycleAudit:
    """Return the audit of some leads and their history."""
    return LifecycleAudit.from_business(business(leads=leads, stage_history=history), moves)


def counts(found: LifecycleAudit) -> dict[str, int]:
    """Return the lines of the summary that count something."""
    pairs = zip(found.summary["what"].tolist(), found.summary["n"].tolist(), strict=True)
    return {what: n for what, n in pairs if n}


def test_a_clean_history_is_clean() -> None:
    """Nothing but leads and stays in the summary; the current stage is the last."""
    history = [entry("1", stage, day) for day, stage in enumerate(["new", "working", "qualified", "accepted"])]
    found = audit([lead("1", stage="accepted")], history)
    assert {"leads": 1, "stays": 4} == counts(found)
    (row,) = found.leads.rows()
    assert ("accepted", "accepted", 4, 0) == (
        row["stage"],
        row["recorded_stage"],
        row["n_stays"],
        row["n_illegal"],
    )
    assert "stays" in str(found)


def test_skipped_stages_are_illegal_and_named() -> None:
    """From new straight to accepted misses working and qualified; from won nothing leads on."""
    history = [entry("1", "new", 0), entry("1", "accepted", 2), entry("2", "won", 1), entry("2", "new", 3)]
    found = audit([lead("1"), lead("2")], history)
    assert [
        {"from_stage": None, "to_stage": "won", "n_moves": 1, "n_leads": 1,
         "missing": "new, working, qualified, accepted, opportunity"},
        {"from_stage": "new", "to_stage": "accepted", "n_moves": 1, "n_leads": 1, "missing": "working, qualified"},
        {"from_stage": "won", "to_stage": "new", "n_moves": 1, "n_leads": 1, "missing": None},
    ] == found.illegal.rows()  # fmt: skip
    listed = [(row["lead_id"], row["from_stage"], row["to_stage"], row["row"]) for row in found.illegal_moves.rows()]
    assert [("1", "new", "accepted", 1), ("2", None, "won", 2), ("2", "won", "new", 3)] == listed


def test_a_missing_first_row_is_not_illegal() -> None:
    """Systems that log changes have no row for the stage a lead was created in."""
    found = audit([lead("1")], [entry("1", "working", 1), entry("1", "qualified", 2)])
    assert {"leads": 1, "stays": 2, "first stage not recorded": 1} == counts(found)


def test_repeated_entries_are_one_stay() -> None:
    """A stage saved three times is entered once, at the first."""
    history = [entry("1", "new", 0), entry("1", "working", 1), entry("1", "working", 2), entry("1", "working", 4)]
    found = audit([lead("1")], history)
    assert (2, 2) == (len(found.stays.stage), counts(found)["repeated entries"])
    assert found.stays.entered_at[1] == found.business.stage_history.entered_at[1]


@pytest.mark.parametrize(
    ("before", "together", "read"),
    [
        ([], ["accepted", "new", "qualified", "working"], ["new", "working", "qualified", "accepted"]),
        (["new", "working", "qualified", "rejected"], ["working", "recycled"], ["recycled", "working"]),
        (["new", "working", "qualified"], ["recycled", "rejected", "working"], ["rejected", "recycled", "working"]),
        (["new", "working"], ["qualified", "working"], ["qualified"]),
    ],
)
def test_entries_at_one_instant_are_read_as_a_way(before: list[str], together: list[str], read: list[str]) -> None:
    """However the rows came: round the stages from the one before."""
    history = [entry("1", stage, day) for day, stage in enumerate(before)] + [entry("1", s, 50) for s in together]
    found = audit([lead("1")], history)
    stages = [TABLE[code] for code in found.stays.stage.tolist()]
    assert before + read == stages
    assert not found.is_illegal.any()


def test_record_and_history_may_disagree() -> None:
    """The history tells the stage; where there is none the record does; where neither, nothing."""
    leads = [lead("1", stage="qualified"), lead("2", stage="won"), lead("3"), lead("4", stage="new")]
    found = audit(leads, [entry("1", "new", 0), entry("1", "working", 1), entry("4", "new", 0)])
    assert ["working", "won", None, "new"] == found.leads["stage"].tolist()
    (row,) = found.disagreements.rows()
    assert ("1", "qualified", "working") == (row["lead_id"], row["recorded_stage"], row["history_stage"])
    assert (2, 1) == (counts(found)["leads without history"], counts(found)["leads whose record disagrees"])


def test_clocks_and_reasons() -> None:
    """Entries before the lead was created, and rejections that do not say why, are listed with their rows."""
    rejected = [entry("1", stage, day) for stage, day in (("new", -1), ("working", 1), ("qualified", 2))]
    history = [*rejected, entry("1", "rejected", 3), entry("2", "rejected", 3, reason="no budget")]
    found = audit([lead("1"), lead("2")], history)
    assert [("1", "new", 0)] == [(r["lead_id"], r["to_stage"], r["row"]) for r in found.before_creation.rows()]
    assert [("1", 3)] == [(row["lead_id"], row["row"]) for row in found.rejected_without_reason.rows()]


def test_merged_leads_have_one_life() -> None:
    """Entries of a lead merged into another are the survivor's; leads not in the table are counted."""
    leads = [lead("1"), lead("2", merged_into="1")]
    found = audit(leads, [entry("2", "new", 0), entry("1", "working", 1), entry("9", "won", 1)])
    assert {"leads": 1, "stays": 2, "entries of leads not in the table": 1} == counts(found)
    assert ["1"] == found.leads["lead_id"].tolist()


def test_by_team() -> None:
    """Shares of leads with an illegal move, and how many are in each stage; groups add up to the whole."""
    leads = [lead("1"), lead("2", team="sales"), lead("3", team="sales"), lead("4", team="sales", stage="lost")]
    history = [entry("1", "new", 0), entry("2", "won", 0), entry("3", "new", 0), entry("3", "working", 1)]
    found = audit(leads, history)
    teams = found.by("team")
    assert (["sales", "services"], [3, 1], [2, 1], [1, 0]) == tuple(
        teams[name].tolist() for name in ("team", "n_leads", "n_with_history", "n_illegal")
    )
    assert [0.5, 0.0] == teams["illegal_rate"].tolist()
    stages = found.stages("team")
    assert {"team": "sales", "n_won": 1, "n_working": 1, "n_lost": 1} == {
        name: cell for name, cell in stages.rows()[0].items() if cell
    }
    assert 4 == sum(int(np.sum(found.stages()[name])) for name in found.stages().names)


def test_ones_own_moves_judge() -> None:
    """What the default calls a skip is legal in a process without that stage."""
    own = StageMoves(legal={"new": ["qualified"], "qualified": ["won"]})
    history = [entry("1", "new", 0), entry("1", "qualified", 1), entry("1", "won", 2)]
    assert 2 == int(np.sum(audit([lead("1")], history).is_illegal))
    assert not audit([lead("1")], history, own).is_illegal.any()
    with pytest.raises(InvalidValueError, match="StageMoves"):
        audit([lead("1")], history, {"new": ["won"]})  # type: ignore[arg-type]  # must not pass


def test_nothing_is_an_empty_result() -> None:
    """No leads, no history, or history of nobody known."""
    for found in (audit([], []), audit([], [entry("9", "won", 1)])):
        assert 0 == len(found.leads) == len(found.illegal) == len(found.illegal_moves) == len(found.disagreements)
        assert 0 == len(found.by("team"))
        assert 0 == int(found.by()["n_leads"][0])


ENTRIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.sampled_from(ORDER)), max_size=25)


@settings(max_examples=examples(60))
@given(ENTRIES, st.randoms(use_true_random=False))
def test_it_reads_histories_as_the_reference_does(rows: list[tuple[int, int, str]], shuffle: Any) -> None:
    """Stays and illegal moves of every lead, whatever the order of the rows."""
    history = [entry(str(name), stage, day) for name, day, stage in rows]
    shuffle.shuffle(history)
    found = audit([lead(str(name)) for name in range(4)], history)
    origin = int(business().as_of) // 86_400_000_000 - 180  # the first of January
    read: dict[str, list[tuple[str | None, str, int, int | None]]] = {str(name): [] for name in range(4)}
    for name, before, stage, start, end in zip(
        *(getattr(found.stays, column).tolist() for column in ("lead", "before", "stage", "entered_at", "left_at")),
        strict=True,
    ):
        days = [None if when < 0 else when // 86_400_000_000 - origin for when in (start, end)]
        read[str(name)].append((None if before < 0 else TABLE[before], TABLE[stage], days[0] or 0, days[1]))
    bad: Counter[tuple[str | None, str]] = Counter()
    for name in range(4):
        # Rows of equal content are one row, as the table sees it.
        expected = stays([Entry(day, stage) for who, day, stage in dict.fromkeys(rows) if who == name])
        assert [tuple(stay) for stay in expected] == read[str(name)]
        bad.update((stay.before, stay.stage) for stay in illegal(expected))
    pairs = {(row["from_stage"], row["to_stage"]): row["n_moves"] for row in found.illegal.rows()}
    assert dict(bad) == pairs
    assert len(found.illegal_moves) == sum(bad.values())


def test_every_simulated_life_is_legal_and_can_be_lived() -> None:
    """The simulated business keeps the rules, and the object agrees with the columns."""
    given = simulate_business(n_accounts=40, seed=4).business
    found = LifecycleAudit.from_business(given)
    assert {"leads", "stays"} == set(counts(found))
    reasons = given.stage_history.vocabulary("reason")
    lives = {row: LeadLifecycle(lead_id=f"lead {row}") for row in found.rows.tolist()}
    for row, stage, when, place in zip(
        found.stays.lead, found.stays.stage, found.stays.entered_at, found.stays.row, strict=True
    ):
        moment = when.astype("datetime64[us]").item()
        reason = reasons.decode([int(given.stage_history.reason[place])])[0]
        lives[int(row)] = lives[int(row)].move(list(LeadStage)[stage], moment, reason)
    assert found.leads["stage"].tolist() == [str(lives[row].stage) for row in found.rows.tolist()]
