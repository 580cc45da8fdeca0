import csv
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

import servicelead as sl
from servicelead.adapters import load_config
from servicelead.qualification import QualifiedLeads, follow_up_promises

Say = Callable[..., Any]
POINTS = """
[qualification]
services_threshold = 6
marketing_threshold = 7
cap = 100

[[qualification.engagement]]
channel = "field_visit"
points = 20
half_life_days = 60

[[qualification.engagement]]
channel = "no_such_channel"
points = 5

[[qualification.fit]]
attribute = "seats"
at_least = 10
points = 10
"""


@pytest.fixture(scope="module")
def folder(clean_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose configuration gives points; not to be written to."""
    return _with_points(clean_folder, tmp_path_factory.mktemp("points") / "business")


def _with_points(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    with (target / "servicelead.toml").open("a", encoding="utf-8") as file:
        file.write(POINTS)
    return target


def _qualified(folder: Path, as_of: date | None = None) -> QualifiedLeads:
    config = load_config(folder / "servicelead.toml")
    assert config.qualification is not None
    business = sl.read_folder(folder, config if as_of is None else evolve(config, as_of=as_of))
    return config.qualification.policy.qualify(config.qualification.model.score(business))


def test_who_is_ready_and_why(folder: Path, say: Say) -> None:
    """It prints what the library finds: how many qualify by team, and the best with score, day and main reason."""
    said, leads = say("qualify", folder, "--top", "1"), _qualified(folder)
    qualified = leads.services_qualified | leads.marketing_qualified
    ready = np.flatnonzero(qualified & leads.is_open)
    best = ready[leads.scores.score[ready].argmax()]
    row = leads.table.take(np.array([best])).rows()[0]
    visits = [line for line in leads.scores.explain(row["lead_id"]).lines.rows() if line["kind"] == "touch"]
    reason = (
        f"field_visit: {len(visits)} touch{'es' if len(visits) > 1 else ''}, last {visits[-1]['occurred_at']:%Y-%m-%d}"
    )
    day = str(row["first_crossing"])[:10]
    assert (0, "") == (said.code, said.err)
    assert 1 < len(ready)
    assert f"{qualified.sum()} of {len(leads)} leads qualified: services from 6 points with a need" in said.words
    assert f"The best of {len(ready)} qualified leads still open" in said.words
    assert f"{row['lead_id']} {row['team']} {row['stage']} {row['score']:.1f} {day} {reason}" in said.words
    for team in leads.by_team.rows():
        assert f"{team['team']} {team['n_leads']} {team['n_over_threshold']} {team['n_qualified']}" in said.words


def test_decided_leads_are_counted_and_not_listed(folder: Path, say: Say) -> None:
    """Whom sales accepted, rejected or won is no lead to call, however many points it has; one line counts them."""
    said, leads = say("qualify", folder, "--top", "10000"), _qualified(folder)
    qualified, names = leads.services_qualified | leads.marketing_qualified, leads.scores.lead_id
    decided = qualified & ~leads.is_open
    assert 1 < decided.sum()
    assert f"{decided.sum()} qualified leads are already accepted, rejected or closed, and not listed." in said.words
    listed = said.words.partition("still open")[2].partition("What became of")[0].split()
    assert set(names[qualified & leads.is_open]) == set(names) & set(listed)


def test_stages_of_an_earlier_day_are_not_today_s(folder: Path, tmp_path: Path, say: Say) -> None:
    """With --as-of the stage is that of the last entry by then."""
    out = tmp_path / "leads.json"
    assert 0 == say("qualify", folder, "--as-of", "2025-12-31", "--out", out).code
    then = {row["lead_id"]: row["stage"] for row in json.loads(out.read_text())}
    with (folder / "stage_history.csv").open(encoding="utf-8") as file:
        entries = sorted(csv.DictReader(file), key=lambda entry: entry["entered_at"])
    last = {entry["lead_id"]: entry["stage"] for entry in entries if entry["entered_at"] < "2026"}
    assert {lead: last.get(lead) for lead in then} == then
    now = _qualified(folder)
    assert then != {lead: dict(zip(now.scores.lead_id, now.stage, strict=True))[lead] for lead in then}


def test_promises_and_accounts_at_risk(folder: Path, say: Say) -> None:
    """It prints what became of promised follow-ups, with an interval, and the accounts to call first."""
    said, promises = say("qualify", folder, "--top", "1", "--confidence", ".9"), follow_up_promises(
        sl.read_folder(folder)
    )  # fmt: skip
    rate, worst = promises.breach_rate.interval(0.9), promises.at_risk.rows()[0]
    assert rate.value is not None
    assert rate.lower is not None
    counts = " ".join(str(n) for n in promises.summary["n"][:4].tolist())
    assert f"{counts} {rate.value:.1%} {100 * rate.lower:.1f} to" in said.words
    assert "90% interval" in said.words
    due = str(worst["oldest_due_at"])[:10]
    assert f"{worst['account_id']} {worst['n_broken']} {due} {worst['days_overdue']:.0f}" in said.words


def test_rules_that_meet_nothing_are_named(folder: Path, say: Say) -> None:
    """A misspelt channel is a rule that never fires: it says so, and how many touches name no lead."""
    said, leads = say("qualify", folder), _qualified(folder)
    nameless = leads.scores.counts["n"][leads.scores.counts["kind"] == "touches that name no lead"][0]
    assert "no touch met the rule 'no_such_channel'" in said.words
    assert "the rule 'field_visit'" not in said.words
    assert f"{nameless:,} touches name no lead and give no points." in said.words


def test_every_lead_is_written(folder: Path, tmp_path: Path, say: Say) -> None:
    """--out writes one row per lead, the same in each format."""
    out = tmp_path / "leads.json"
    assert 0 == say("qualify", folder, "--out", out).code
    table = _qualified(folder).table
    assert table["lead_id"].tolist() == [row["lead_id"] for row in json.loads(out.read_text())]
    assert table["score"].tolist() == [row["score"] for row in json.loads(out.read_text())]


def test_names_cannot_be_formulas(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """A lead named like a formula is written to CSV as text."""
    folder = _with_points(clean_folder, tmp_path / "business")
    leads = (folder / "leads.csv").read_text()
    first = next(csv.DictReader(leads.splitlines()))["lead_id"]
    (folder / "leads.csv").write_text(leads.replace(first, "=1+1"))
    assert 0 == say("qualify", folder, "--out", tmp_path / "leads.csv").code
    assert "'=1+1," in (tmp_path / "leads.csv").read_text()


def test_an_earlier_day_sees_no_later(folder: Path, tmp_path: Path, say: Say) -> None:
    """--as-of gives the scores and promises of that day, as from the tables of then."""
    out, day = tmp_path / "leads.json", date(2025, 12, 31)
    said, leads = say("qualify", folder, "--as-of", "2025-12-31", "--out", out), _qualified(folder, day)
    promises = follow_up_promises(leads.scores.business)
    assert leads.scores.score.tolist() == [row["score"] for row in json.loads(out.read_text())]
    assert len(leads) < len(_qualified(folder))
    assert f"What became of {len(promises)} promised follow-ups" in said.words
    assert "Rows dated after 2025-12-31 are among the rejected" in said.words


@pytest.mark.parametrize("stated", ["as_of = 2026-06-30\n", "as_of = 2026-06-30T12:00:00Z\n"])
def test_the_day_of_the_data_is_the_moment_of_the_data(
    clean_folder: Path, tmp_path: Path, say: Say, stated: str
) -> None:
    """--as-of on the last day means all that is known, and no day after it can be asked for."""
    folder = _with_points(clean_folder, tmp_path / "business")
    config = folder / "servicelead.toml"
    config.write_text(stated + config.read_text().partition("\n")[2])
    same, later = say("qualify", folder, "--as-of", "2026-06-30"), say("qualify", folder, "--as-of", "2026-07-01")
    assert say("qualify", folder).out.splitlines()[:20] == same.out.splitlines()[:20]
    assert (2, "") == (later.code, later.out)
    assert "--as-of: must be a day the data know, up to 2026-06-30; got a later one" in later.err


def test_a_day_is_a_day(folder: Path, say: Say) -> None:
    """Another word is refused with an example."""
    assert "must be a day such as 2026-03-31; got 'today'" in say("qualify", folder, "--as-of", "today").err


def test_without_points_it_says_how(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """No points are assumed; the error shows lines that, copied, are enough."""
    said = say("qualify", clean_folder)
    assert (2, "") == (said.code, said.out)
    assert "needs a [qualification] section, as no points are assumed" in said.err
    folder = shutil.copytree(clean_folder, tmp_path / "business")
    with (folder / "servicelead.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + said.err.partition("\n")[2])
    assert 0 == say("qualify", folder).code


def test_nobody_is_ready(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """Where no lead reaches its threshold none is listed."""
    folder = _with_points(clean_folder, tmp_path / "business")
    config = folder / "servicelead.toml"
    config.write_text(
        config.read_text().replace("threshold = 6", "threshold = 99").replace("threshold = 7", "threshold = 99")
    )
    said = say("qualify", folder)
    assert f"0 of {len(_qualified(folder))} leads qualified" in said.words
    assert "main reason" not in said.words


def test_no_leads(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """A folder without leads says so above all, and that nothing was promised."""
    folder = _with_points(clean_folder, tmp_path / "business")
    for name in ("leads", "stage_history"):
        (folder / f"{name}.csv").unlink()
    said = say("qualify", folder)
    assert 0 == said.code
    assert said.words.startswith("NO LEADS: there is none to score. NO PROMISES:")
