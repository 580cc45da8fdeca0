import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import servicelead as sl
from servicelead.retention import MovementLedger, RetentionPolicy, RetentionRates

Say = Callable[..., Any]


def test_movements_rates_and_proof(clean_folder: Path, say: Say) -> None:
    """It prints what the library finds: the last year's movements, what was kept, and that it adds up."""
    said = say("retention", clean_folder)
    ledger = MovementLedger.from_business(sl.read_folder(clean_folder))
    start, end = ledger.periods.labels[-13], ledger.periods.labels[-1]
    rates = RetentionRates.between(ledger, start, end)
    assert (0, "") == (said.code, said.err)
    assert f"Kept from the close of {start} to that of {end}" in said.words
    assert f"customers {100 * rates.customer_retention_rate.value:.1f}%" in said.words
    assert f"net revenue retention {100 * (rates.net_revenue_retention_ratio.value or 0):.1f}%" in said.words
    assert f"{end} {ledger.statement()['opening'][-1]:,.0f} " in said.words
    assert f"{len(ledger.periods)} of {len(ledger.periods)} closings equal" in said.words


@pytest.mark.parametrize("by", ["product", "cohort", "end_reason"])
def test_slices_are_printed_and_written(clean_folder: Path, tmp_path: Path, say: Say, by: str) -> None:
    """--by tells slices apart, and --out writes every movement of each."""
    out = tmp_path / "movements.json"
    said = say("retention", clean_folder, "--by", by, "--grain", "quarter", "--confidence", ".9", "--out", out)
    table = MovementLedger.from_business(sl.read_folder(clean_folder), grain="quarter").statement(by)
    assert (f"By {by}" if by != "end_reason" else "by end_reason") in said.words
    assert "90% interval" in said.out
    assert table["closing"].tolist() == [row["closing"] for row in json.loads(out.read_text())]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("--by foo", "cohort, contract_id, period, product, end_reason"),
        ("--by product --source payments", "cohort, kind"),
    ],
)
def test_a_label_that_is_not_there_is_refused_first(
    clean_folder: Path, say: Say, monkeypatch: pytest.MonkeyPatch, words: str, known: str
) -> None:
    """Before anything is added up; the message names --by and what the table has."""
    monkeypatch.delattr(MovementLedger, "from_business")
    said = say("retention", clean_folder, *words.split())
    by = words.split()[1]
    assert (2, "") == (said.code, said.out)
    assert f"cannot be told apart by '{by}'; choose among {known}" in said.err
    assert "--by:" in said.err


def test_a_period_to_come_is_not_yet_observable(clean_folder: Path, say: Say) -> None:
    """It is said in words, and is no error; one that never was is."""
    assert (
        "Undefined: not yet observable: 2031-01 was not over."
        in say("retention", clean_folder, "--end", "2031-01").words
    )
    said = say("retention", clean_folder, "--start", "1999-01")
    assert (2, True) == (said.code, "no such month in the ledger" in said.err)


def test_payments_of_perpetual_customers(clean_folder: Path, say: Say) -> None:
    """--source reads the other table."""
    ledger = MovementLedger.from_business(sl.read_folder(clean_folder), source="payments")
    said = say("retention", clean_folder, "--source", "payments", "--parents")
    assert f"{ledger.statement()['closing'][-1]:,.0f}" in said.words
    assert "equal what the payments add up to" in said.words


def test_nothing_recurs(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """A folder without subscriptions says so above all."""
    folder = shutil.copytree(clean_folder, tmp_path / "none")
    (folder / "subscriptions.csv").unlink()
    said = say("retention", folder)
    assert (0, True) == (said.code, "NOTHING RECURS: no subscriptions were active" in said.words)


def test_a_policy_is_a_preset_and_choices_of_its_own(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """Every day's changes, of payments that hold for a hundred days, are the library's under that policy."""
    out, business = tmp_path / "movements.json", sl.read_folder(clean_folder)
    words = ("--policy", "every-change", "churn_date=last_day", "payment_gap=100")
    said = say("retention", clean_folder, "--source", "payments", *words, "--out", out)
    policy = evolve(RetentionPolicy.every_change(), churn_date="last_day", payment_gap=timedelta(days=100))
    table = MovementLedger.from_business(business, source="payments", policy=policy).statement()
    usual = MovementLedger.from_business(business, source="payments").statement()
    assert 0 == said.code
    assert table["churn"].tolist() == [row["churn"] for row in json.loads(out.read_text())]
    assert usual["churn"].sum() < table["churn"].sum()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("monthly",), "is none; a preset comes first"),
        (("churn_date=last_day", "every-change"), "is none; a preset comes first"),
        (("churn_day=last",), "choices: churn_date=..., reactivation_window=..."),
        (("reactivation_window=soon",), "must be whole days, at least 1"),
        (("payment_gap=-3",), "payment_gap must be whole days, at least 1"),
        (("churn_date=later",), "churn_date must be one of end, last_day"),
    ],
)
def test_a_policy_that_is_none_is_refused(clean_folder: Path, say: Say, words: tuple[str, ...], told: str) -> None:
    """By what there is, before anything is read."""
    said = say("retention", clean_folder, "--policy", *words)
    assert 2 == said.code
    assert told in said.err
