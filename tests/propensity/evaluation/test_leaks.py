import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from budget import examples
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity import detect_leaks
from servicelead.uncertainty import VerdictStatus


def honest(n: int, seed: int) -> tuple[dict[str, Any], Any]:
    """Return twelve honest columns of every kind and outcomes that rest on all of them, rare or not so rare."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    logit = np.full(n, -1.5 if seed % 2 else -3.0)
    for place in range(12):
        if place % 4 == 0:
            values = rng.normal(size=n)
            effect = values
        elif place % 4 == 1:
            values = rng.poisson(rng.uniform(0.3, 2.3), size=n).astype(np.float64)
            effect = np.log1p(values)
        elif place % 4 == 2:
            n_labels = int(rng.integers(2, 30))
            code = rng.integers(0, n_labels, n)
            effect = rng.normal(size=n_labels)[code]
            values = np.array([f"label {label}" for label in code], dtype=object)
        else:
            values = rng.exponential(size=n)
            effect = np.log(values)
            unknown = rng.random(n) < 0.3
            values[unknown], effect[unknown] = np.nan, 0.0
        columns[f"column {place}"] = values
        logit = logit + rng.normal() * 0.6 * effect
    return columns, rng.random(n) < 1 / (1 + np.exp(-logit))


def test_honest_columns_are_left_alone() -> None:
    """Of simulated honest tables at most one in fifty has a column under suspicion."""
    n_tables = examples(10)
    suspected = sum(bool(detect_leaks(*honest(1500, seed)).columns) for seed in range(n_tables))
    assert suspected <= n_tables / 50


@pytest.mark.parametrize("seed", range(4))
def test_a_value_that_only_winners_have(seed: int) -> None:
    """The value of a closed deal, 0 where it was lost, is found by what it is filled for and by how it ranks."""
    columns, won = honest(1500, seed)
    rng = np.random.default_rng(seed)
    report = detect_leaks(columns | {"close_value": np.where(won, rng.integers(100, 900, 1500), 0)}, won)
    assert ("close_value",) == report.columns
    evidence = report.verdicts["close_value"].evidence
    assert (1.0, int(won.sum())) == (evidence["pure_rate"], evidence["n_pure"])
    assert evidence["weaker_auc"] < evidence["auc"]


def test_a_reason_that_only_losers_have() -> None:
    """A reason for the loss, filled for some of the lost, is found though it ranks poorly."""
    columns, won = honest(3000, 1)
    rng = np.random.default_rng(1)
    reason = rng.choice(["price", "timing", "other"], 3000).astype(object)
    reason[won | (rng.random(3000) < 0.5)] = None
    report = detect_leaks(columns | {"loss_reason": reason}, won)
    assert ("loss_reason",) == report.columns
    assert ("present for one outcome only",) == report.signs["loss_reason"]


def test_a_label_that_sales_wrote_afterwards() -> None:
    """A tag written after the call is found by ranking alone better than all other columns together."""
    columns, won = honest(3000, 3)
    rng = np.random.default_rng(3)
    told = won ^ (rng.random(3000) < 0.06)
    tag = np.where(told, rng.choice(["will revert", "keen"], 3000), rng.choice(["busy", "ringing"], 3000)).astype(
        object
    )
    report = detect_leaks(columns | {"tag": tag}, won)
    assert ("tag",) == report.columns
    assert ("outranks all weaker columns together",) == report.signs["tag"]


def test_a_strong_column_that_others_make_up_for_is_honest() -> None:
    """One that ranks better than most, but no better than a model of the weaker ones, says what they say as well."""
    rng = np.random.default_rng(7)
    truth = rng.normal(size=3000)
    won = rng.random(3000) < 1 / (1 + np.exp(-4 * truth))
    noisy = {f"noisy {place}": truth + rng.normal(0, 0.9, 3000) for place in range(8)}
    report = detect_leaks(noisy | {"clear": truth + rng.normal(0, 0.4, 3000)}, won)
    areas = {name: verdict.evidence["auc"] for name, verdict in report.verdicts.items()}
    assert max(area for name, area in areas.items() if name != "clear") < 0.85 < areas["clear"] - 0.01
    assert () == report.columns


def test_leaks_do_not_hide_one_another() -> None:
    """Two columns that know the outcome are both found, though neither outranks the other by much."""
    columns, won = honest(3000, 5)
    rng = np.random.default_rng(5)
    leaks = {f"leak {n}": (won ^ (rng.random(3000) < 0.05)) + rng.normal(0, 0.05, 3000) for n in (1, 2)}
    assert ("leak 1", "leak 2") == detect_leaks(columns | leaks, won).columns


def test_a_value_written_after_the_cutoff() -> None:
    """One late row is enough; a row whose writing nobody knows is no evidence."""
    columns, won = honest(400, 1)
    cutoff = datetime(2025, 1, 1, tzinfo=UTC)
    written: list[datetime | None] = [cutoff - timedelta(days=1)] * 400
    written[7] = None
    kept = {"column 0": list(written)}
    written[3] = cutoff
    report = detect_leaks(columns, won, known_at={"column 1": written} | kept, cutoff=cutoff)
    assert ("column 1",) == report.columns
    assert ("written after the cutoff",) == report.signs["column 1"]
    assert (1, 0) == tuple(report.verdicts[name].evidence["n_late"] for name in ("column 1", "column 0"))


@pytest.mark.parametrize("cutoff", [date(2025, 1, 1), np.full(60, 1_735_689_600_000_000), ["2025-01-01"] * 60])
def test_cutoffs_of_any_form(cutoff: Any) -> None:
    """Dates, whole numbers of microseconds and what pandas reads compare with moments of their own form."""
    won = np.arange(60) % 2
    if isinstance(cutoff, list):
        cutoff = pd.Series(pd.to_datetime(cutoff))
        written: Any = pd.Series(pd.to_datetime(["2025-01-01"] * 60))
    else:
        written = [cutoff] * 60 if isinstance(cutoff, date) else cutoff
    assert ("calls",) == detect_leaks({"calls": np.ones(60)}, won, known_at={"calls": written}, cutoff=cutoff).columns


DAYS = [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)] * 20


@pytest.mark.parametrize(
    ("cutoff", "written"),
    [
        (date(2025, 1, 2), DAYS),
        (datetime(2025, 1, 2, tzinfo=UTC), [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in DAYS]),
        *(
            (np.datetime64("2025-01-02", unit), np.array(DAYS, dtype="datetime64[D]"))
            for unit in ("D", "s", "us", "ns")
        ),
        (pd.Timestamp("2025-01-02"), pd.Series(pd.to_datetime(DAYS))),
        (2, [1, 2, 3] * 20),
        (np.int64(2), np.array([1, 2, 3] * 20)),
    ],
)
def test_one_cutoff_for_all(cutoff: Any, written: Any) -> None:
    """Of any kind that a cutoff may be; what was written at it, or after it, is late."""
    won = np.arange(60) % 2
    report = detect_leaks({"calls": np.ones(60)}, won, known_at={"calls": written}, cutoff=cutoff)
    assert 40 == report.verdicts["calls"].evidence["n_late"]


@pytest.mark.parametrize("cutoff", [True, 1.5, "2025-01-02", np.datetime64("NaT", "us"), [date(2025, 1, 2), None] * 30])
def test_what_is_no_cutoff_is_refused(cutoff: Any) -> None:
    """A missing one, too: it would make every row innocent."""
    won = np.arange(60) % 2
    with pytest.raises(InvalidValueError, match=r"cutoff'? must (hold moments|be)"):
        detect_leaks({"calls": np.ones(60)}, won, known_at={"calls": DAYS}, cutoff=cutoff)


def test_columns_of_times_are_looked_at() -> None:
    """A date that only winners have is found, in any frame; times of others are nothing to worry about."""
    columns, won = honest(600, 1)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    signed = [first + timedelta(days=n) if outcome else None for n, outcome in enumerate(won.tolist())]
    created = [first + timedelta(days=int(n)) for n in np.random.default_rng(0).integers(0, 300, 600)]
    rows = columns | {"signed_at": signed, "created_at": created}
    for frame in (rows, pd.DataFrame(rows), pl.DataFrame(rows)):
        assert ("signed_at",) == detect_leaks(frame, won).columns


def test_rows_of_one_account_are_one_observation() -> None:
    """Twenty rows each of thirty accounts prove nothing by repetition; a name does not foretell other accounts."""
    account = np.repeat(np.arange(30), 20)
    won = np.repeat(np.arange(30) % 2 == 0, 20)
    columns = {"name": np.array([f"account {n}" for n in account], dtype=object), "noise": np.arange(600) % 7}
    assert ("name",) == detect_leaks(columns, won).columns
    report = detect_leaks(columns, won, groups=account)
    assert () == report.columns
    assert {VerdictStatus.TOO_LITTLE_DATA} == {verdict.status for verdict in report.verdicts.values()}
    assert "no column shows a leak; 2 with too little data to say" == str(report)


def test_the_report() -> None:
    """The table has every column, most telling ones first; the text names each sign and its remedy."""
    columns, won = honest(800, 1)
    report = detect_leaks(columns | {"closed": won.astype(float)}, won)
    table = report.table
    assert (len(columns) + 1, "closed", "fires") == (len(table), table["column"][0], table["verdict"][0])
    assert {"does_not_fire"} == set(table["verdict"][1:])
    assert "closed: present for one outcome only; leave the column out" in str(report)
    assert "no column shows a leak" == str(detect_leaks(columns, won))


def test_an_array_and_an_empty_column_will_do() -> None:
    """Columns without names are numbered; one without any value knows nothing, even beside a leak."""
    rng = np.random.default_rng(0)
    won = rng.random(300) < 0.4
    matrix = np.column_stack([rng.normal(size=300), np.full(300, np.nan), won])
    assert ("x2",) == detect_leaks(matrix, won).columns


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"known_at": {"calls": [date(2025, 1, 1)] * 4}}, InvalidValueError, "given together"),
        ({"cutoff": date(2025, 1, 1)}, InvalidValueError, "given together"),
        ({"known_at": {"visits": []}, "cutoff": date(2025, 1, 1)}, UnknownNameError, "'visits', which X does not have"),
        ({"known_at": {"calls": ["a"] * 4}, "cutoff": date(2025, 1, 1)}, InvalidValueError, "must hold moments"),
        ({"known_at": {"calls": [1, 2]}, "cutoff": date(2025, 1, 1)}, InvalidValueError, "one moment per row of X, 4"),
        (
            {"known_at": {"calls": [datetime(2025, 1, 1, tzinfo=UTC)] * 4}, "cutoff": date(2025, 1, 1)},
            InvalidValueError,
            "both have a time zone",
        ),
        ({"honest_auc": 0.5}, InvalidValueError, "honest_auc must be a number strictly between 0.5 and 1"),
        ({"confidence": 1}, InvalidValueError, "confidence must be a number strictly between 0.5 and 1"),
        ({"groups": [1, 2]}, InvalidValueError, "groups"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    """The error names the argument and its rule."""
    with pytest.raises(error, match=words):
        detect_leaks({"calls": [1, 2, 3, 4]}, [0, 1, 0, 1], **arguments)


@pytest.mark.data
def test_a_crms_closing_columns(data_folder: Path) -> None:
    """Of a CRM's export the value of closed deals is found and nothing else, and that it was written too late."""
    path = data_folder / "crm_opportunities" / "sales_pipeline.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["deal_stage"] in {"Won", "Lost"}]
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in rows], dtype=object) for name in ("sales_agent", "product", "account")
    }
    columns["close_value"] = np.array([float(row["close_value"]) for row in rows])
    engaged, closed = ([date.fromisoformat(row[name]) for row in rows] for name in ("engage_date", "close_date"))
    won = [row["deal_stage"] == "Won" for row in rows]
    assert ("close_value",) == detect_leaks(columns | {"engage_date": engaged}, won).columns
    report = detect_leaks(columns, won, known_at={"close_value": closed, "product": engaged}, cutoff=engaged)
    assert "written after the cutoff" in report.signs["close_value"]


@pytest.mark.data
def test_a_real_set_without_leaks(data_folder: Path) -> None:
    """The descriptors of salvirt_b2b were written before the outcome, and none is suspected."""
    path = data_folder / "salvirt_b2b" / "Salvirt_B2B_ML_dataset.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    names = [name for name in rows[0] if name != "Status"]
    columns = {name: np.array([row[name] for row in rows], dtype=object) for name in names}
    same = np.array(["|".join(row[name] for name in names) for row in rows], dtype=object)
    assert () == detect_leaks(columns, [row["Status"] == "Won" for row in rows], groups=same).columns
