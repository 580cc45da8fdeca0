import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import servicelead as sl
from servicelead.qualification import follow_up_promises
from servicelead.refinery import Funnel, Sla, SlaReport, audit, diagnose, published_rules
from servicelead.tables.lead_groups import PLAIN_DIMENSIONS

Say = Callable[..., Any]
HALF_A_YEAR = timedelta(days=180)


def test_funnel_rules_and_signs(clean_folder: Path, say: Say) -> None:
    """It prints what the library finds: each step, what is won of all, the published rules, and what an audit finds."""
    said, business = say("refinery", clean_folder), sl.read_folder(clean_folder)
    funnel = Funnel.from_business(business, maturity=HALF_A_YEAR)
    assert (0, "") == (said.code, said.err)
    assert "Each row counts leads that entered its first stage at least 180 days ago" in said.words
    medians = {row["stage"]: row["median_days"] for row in funnel.time_in_stage().rows()}
    for step in funnel.steps().rows():
        low, high = (100 * step[f"advance_rate_{end}"] for end in ("lower", "upper"))
        rates = f"{step['n_advanced']} {step['advance_rate']:.1%} {low:.1f} to {high:.1f}%"
        days = f"{medians[step['from_stage']]:.1f}"
        assert f"{step['from_stage']} {step['to_stage']} {step['n_mature']} {rates} {days}" in said.words
    last = funnel.cumulative().rows()[-1]
    assert f"{last['n_reached']} were won: {last['reach_rate']:.1%} ({last['reach_rate_lower']:.1%} to" in said.words
    for judgement in diagnose(business, published_rules(maturity=HALF_A_YEAR)).judgements:
        assert str(judgement) in said.words
    for row in audit(business).table.rows():
        assert f"{row['sign']} {row['n_found']} {row['says'].partition(' of one')[0]}" in said.words


def test_no_target_is_assumed(clean_folder: Path, say: Say) -> None:
    """Without a target nothing is said of any; promises have due dates of their own."""
    said = say("refinery", clean_folder)
    assert "Targets" not in said.words
    n = len(follow_up_promises(sl.read_folder(clean_folder)))
    assert f"What became of {n} promised follow-ups" in said.words
    assert "at risk: promised a follow-up that has not happened" in said.words


def test_targets_between_teams(clean_folder: Path, say: Say) -> None:
    """Each target asked for is measured, by team too, with the median time that it takes."""
    said = say("refinery", clean_folder, "--answer-within", "0.5", "--decide-within", "7", "--by", "team")
    target = Sla(
        name="decided", begins="qualified", ends=["accepted", "rejected", "opportunity"], within=timedelta(days=7)
    )
    report = SlaReport(business=sl.read_folder(clean_folder), slas=[target])
    assert "Targets between teams: answered within 12 hours, decided within 7 days" in said.words
    for row in report.attainment("team").rows():
        counts = f"{row['n_in_time']} {row['n_late']} {row['n_missed']}"
        assert f"decided {row['team']} {counts} {row['attainment_rate']:.1%}" in said.words


def test_targets_say_how_many_ends_have_no_usable_date(tmp_path: Path, say: Say) -> None:
    """A lead whose record alone says that it was answered is neither answered in time nor missed."""
    (tmp_path / "leads.csv").write_text(
        "lead_id,account_id,team,created_at,stage\n"
        "1,a,sales,2026-01-01T00:00:00Z,working\n2,a,sales,2026-01-01T00:00:00Z,new\n"
    )
    (tmp_path / "servicelead.toml").write_text("as_of = 2026-06-30\n")
    said = say("refinery", tmp_path, "--answer-within", "1")
    assert "without a usable date" in said.words
    assert "answered 0 0 1 1 0" in said.words


@pytest.mark.parametrize("by", ["team", "month"])
def test_leads_are_told_apart(clean_folder: Path, tmp_path: Path, say: Say, by: str) -> None:
    """--by tells them apart by what they are, and --out writes the funnel of each."""
    out = tmp_path / "funnel.json"
    said = say("refinery", clean_folder, "--by", by, "--maturity", "90", "--confidence", ".9", "--out", out)
    steps = Funnel.from_business(
        sl.read_folder(clean_folder), maturity=timedelta(days=90), confidence=0.9
    ).steps(by)  # fmt: skip
    assert (0, "") == (said.code, said.err)
    assert steps["n_advanced"].tolist() == [row["n_advanced"] for row in json.loads(out.read_text())]
    assert steps[by].tolist() == [row[by] for row in json.loads(out.read_text())]


@pytest.mark.parametrize("by", PLAIN_DIMENSIONS)
def test_dimensions_are_the_library_s(clean_folder: Path, by: str) -> None:
    """Whatever --by offers is one that the funnel, targets and promises know."""
    business = sl.read_folder(clean_folder)
    assert len(Funnel.from_business(business, maturity=HALF_A_YEAR).steps(by))
    assert len(follow_up_promises(business).by(by))


def test_all_too_young(clean_folder: Path, say: Say) -> None:
    """Where no lead is old enough there is no rate, and it says what to do."""
    said = say("refinery", clean_folder, "--maturity", "20000")
    assert "No lead was created at least 20,000 days ago: choose a shorter --maturity" in said.words
    assert "new working 0 0 -" in said.words
    assert "too little data: there are no leads created at least 20,000 days ago to count." in said.words
    assert "0 of 0" not in said.words


def test_stages_without_dates(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """Without stage_history it says how often a stage was reached nobody knows when."""
    folder = shutil.copytree(clean_folder, tmp_path / "business")
    (folder / "stage_history.csv").unlink()
    steps = Funnel.from_business(sl.read_folder(folder), maturity=HALF_A_YEAR).steps()
    assert 0 < steps["n_undated"].sum()
    assert f"Warning: {steps['n_undated'].sum():,} times a stage was reached without a date" in say(
        "refinery", folder
    ).words  # fmt: skip


def test_no_leads(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """Without leads there is no funnel; rules about deals still speak."""
    folder = shutil.copytree(clean_folder, tmp_path / "business")
    for name in ("leads", "stage_history"):
        (folder / f"{name}.csv").unlink()
    said = say("refinery", folder, "--answer-within", "2")
    assert (0, True) == (said.code, said.words.startswith("NO LEADS: there is no funnel to show."))
    assert "Do we win more than 50% of the deals we decide?" in said.words


def test_a_verdict_needs_confidence(clean_folder: Path, say: Say) -> None:
    """Below a half both answers would be sure; it is refused as an argument."""
    said = say("refinery", clean_folder, "--confidence", ".5")
    assert (2, "") == (said.code, said.out)
    assert "--confidence: must be above .5 here" in said.err
