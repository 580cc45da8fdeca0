import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import servicelead as sl
from servicelead.calculators import ObservedDeflection

Say = Callable[..., Any]


def test_figures_accounting_and_short_cuts(clean_folder: Path, say: Say) -> None:
    """It prints what the library finds: the rate, what became of every event, and what carelessness claims."""
    said = say("deflection", clean_folder, "--assisted-case-cost", "45", "--self-help-event-cost", "2.50")
    observed = ObservedDeflection.from_business(sl.read_folder(clean_folder))
    deflection = observed.deflection(assisted_case_cost=45, self_help_event_cost=2.5)
    assert (0, "") == (said.code, said.err)
    assert f"({observed.n_events:,} events counted)" in said.words
    assert f"event deflection rate {100 * deflection.event_deflection_rate:.1f}%" in said.words
    assert f"net value {deflection.net_value:,.0f} " in said.words
    assert f"What became of {len(observed.fates):,} self-help events" in said.words
    assert f"success alone {observed.n_events * float(deflection.success_rate):,.0f} " in said.words


@pytest.mark.parametrize("dimension", ["month", "resource"])
def test_groups_are_printed_and_written(clean_folder: Path, tmp_path: Path, say: Say, dimension: str) -> None:
    """--by tells groups apart, and --out writes all their columns."""
    out = tmp_path / "deflection.json"
    said = say("deflection", clean_folder, "--by", dimension, "--confidence", ".9", "--out", out)
    table = ObservedDeflection.from_business(sl.read_folder(clean_folder)).by(dimension, confidence=0.9)
    assert f"By {dimension}" in said.out
    assert "90% interval" in said.out
    assert f"({len(table)} rows)" in said.words
    written = json.loads(out.read_text())
    assert table["event_deflection_rate_lower"].tolist() == [row["event_deflection_rate_lower"] for row in written]


def test_without_groups_the_figures_are_written(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """--out alone writes the figures with their intervals."""
    out = tmp_path / "deflection.csv"
    assert 0 == say("deflection", clean_folder, "--out", out).code
    lines = out.read_text().splitlines()
    assert "bound,event_deflection_rate,deflected_cases,demand_deflection_rate" == lines[0]
    assert ["value", "lower", "upper"] == [line.partition(",")[0] for line in lines[1:]]


def test_a_longer_follow_up_leaves_more_out(clean_folder: Path, say: Say) -> None:
    """--follow-up is the age at which events count."""
    business = sl.read_folder(clean_folder)
    counted = ObservedDeflection.from_business(business, follow_up=timedelta(days=200)).n_events
    assert counted < ObservedDeflection.from_business(business).n_events
    assert f"({counted:,} events counted)" in say("deflection", clean_folder, "--follow-up", "200").words


@pytest.mark.parametrize(
    ("plausible", "words"), [("1", "more than the 1 that are plausible"), ("1000000", "within the")]
)
def test_plausible_demand(clean_folder: Path, say: Say, plausible: str, words: str) -> None:
    """More than there can have been is remarked on."""
    assert words in say("deflection", clean_folder, "--plausible-cases", plausible).words


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--assisted-case-cost", "-45", "must be an amount of at least 0"),
        ("--assisted-case-cost", "$45", "must be an amount of at least 0"),
        ("--self-help-event-cost", "nan", "must be an amount of at least 0"),
        ("--follow-up", "0", "must be a number of days above 0"),
        ("--by", "channel", "choose among month, resource"),
        ("--confidence", "95", "between 0 and 1"),
    ],
)
def test_wrong_options_are_refused(clean_folder: Path, say: Say, option: str, value: str, words: str) -> None:
    """Each refusal says the rule."""
    said = say("deflection", clean_folder, f"{option}={value}")
    assert (2, True) == (said.code, words in " ".join(said.err.split()))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (None, "NOTHING TO SAY: no self-help events."),
        ("e,a,2024-09-01T00:00:00Z,false", "NOTHING TO SAY: no self-help event of a customer entitled"),
        ("e,a,2024-09-01T00:00:00Z,true", "NOTHING TO SAY: no answers to succeeded"),
    ],
)
def test_nothing_to_say(clean_folder: Path, tmp_path: Path, say: Say, events: str | None, words: str) -> None:
    """Where there is no rate the reason comes first, the accounting follows, and the file says undefined."""
    folder, out = shutil.copytree(clean_folder, tmp_path / "folder"), tmp_path / "out.json"
    (folder / "self_help_events.csv").unlink()
    if events:
        (folder / "self_help_events.csv").write_text(f"event_id,account_id,occurred_at,entitled\n{events}\n")
    said = say("deflection", folder, "--out", out)
    assert 0 == said.code
    assert words in said.words
    assert "What became of" in said.out
    assert None is json.loads(out.read_text())[0]["event_deflection_rate"]


def test_without_cases_there_is_no_demand(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """No assisted cases: the demand rate is left out, and said so."""
    folder = shutil.copytree(clean_folder, tmp_path / "folder")
    (folder / "cases.csv").unlink()
    said = say("deflection", folder)
    assert "NO DEMAND TO COMPARE WITH" in said.out
    assert "demand deflection rate" not in said.words
