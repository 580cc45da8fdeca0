import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import servicelead as sl
from servicelead.propensity import ScoreCard, SnapshotBuilder, load_model, rank_accounts, read_model_card, save_model

Say = Callable[..., Any]


@pytest.fixture(scope="module")
def model(clean_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a card, trained on a few columns' worth of chance."""
    snapshots = SnapshotBuilder().build(sl.read_folder(clean_folder))
    card = ScoreCard().fit(snapshots.features, snapshots.y, groups=snapshots.account)
    path = tmp_path_factory.mktemp("model") / "model.zip"
    save_model(card, path, training=snapshots)
    return path


def test_it_prints_and_writes_the_ranked_accounts(clean_folder: Path, model: Path, tmp_path: Path, say: Say) -> None:
    """The likeliest accounts with their main reason; the file has every account and three reasons."""
    out = tmp_path / "scores.csv"
    said = say("score", clean_folder, "--model", model, "--top", "2", "--out", out)
    snapshots = SnapshotBuilder().build(sl.read_folder(clean_folder), labelled=False)
    table = rank_accounts(load_model(model), snapshots)
    assert (0, "") == (said.code, said.err)
    assert f"Likeliest to expand, of {len(table)} accounts active" in said.words
    told, begins = read_model_card(model).training, table["cutoff"][0]
    last = np.datetime_as_string(begins + np.timedelta64(90, "D") - np.timedelta64(1, "us"), unit="D")
    assert (
        f"Probability of an expansion between {np.datetime_as_string(begins, unit='D')} and {last}, by a model trained "
        f"on {told['n_accounts']} accounts at cutoffs from {told['first_cutoff']} to {told['last_cutoff']}."
    ) in said.words
    first = table.rows()[0]
    assert f"{first['account_id']} {100 * first['probability']:.1f}%" in said.words
    assert table["account_id"][2] not in said.words
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert table["account_id"].tolist() == [row["account_id"] for row in rows]
    assert [reason or "" for reason in table["reason_3"]] == [row["reason_3"] for row in rows]


def test_nobody_to_score(clean_folder: Path, model: Path, tmp_path: Path, say: Say) -> None:
    """Where no account was active it says so, and writes an empty table."""
    folder = shutil.copytree(clean_folder, tmp_path / "none")
    for name in ("subscriptions", "payments", "opportunities"):
        (folder / f"{name}.csv").unlink()
    said = say("score", folder, "--model", model, "--out", tmp_path / "scores.json")
    assert (0, True) == (said.code, "NOTHING TO SCORE: no account was active." in said.words)
    assert "[]" == (tmp_path / "scores.json").read_text().strip()


def test_a_model_of_other_columns_is_refused(clean_folder: Path, model: Path, say: Say) -> None:
    """Snapshots must be taken as they were for training; the column that is new is named."""
    said = say("score", clean_folder, "--model", model, "--assume-constant", "industry")
    assert (2, "") == (said.code, said.out)
    assert "X has 'industry', unknown in training" in said.err


def test_what_training_assumed_is_assumed_again(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """Attributes and levels of contacts that the model reads are read, without being asked for once more."""
    builder = SnapshotBuilder(assume_constant=("industry", "contacts"))
    business = sl.read_folder(clean_folder)
    snapshots = builder.build(business)
    card = ScoreCard().fit(snapshots.features, snapshots.y)
    save_model(card, tmp_path / "model.zip")
    out = tmp_path / "scores.csv"
    said = say("score", clean_folder, "--model", tmp_path / "model.zip", "--out", out)
    assert (0, "") == (said.code, said.err)
    assert "The file does not say what its probabilities are of." in said.words
    expected = rank_accounts(card, builder.build(business, labelled=False))
    with out.open(encoding="utf-8", newline="") as file:
        assert expected["account_id"].tolist() == [row["account_id"] for row in csv.DictReader(file)]


def test_columns_that_are_not_there_are_named(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """A model that reads what the folder does not have is refused, with what to do."""
    columns = {f"height_{place}": [0.0, 1.0] * 100 for place in range(6)}
    save_model(ScoreCard().fit(columns, [0, 1] * 100), tmp_path / "model.zip")
    said = say("score", clean_folder, "--model", tmp_path / "model.zip")
    assert (2, "") == (said.code, said.out)
    assert "--model: the model reads 'height_0', 'height_1'" in said.err
    assert "'height_4' and 1 more, which snapshots of this folder lack" in said.err
    assert "pass --assume-constant" in said.err


def test_a_sealed_model_wants_its_key(clean_folder: Path, model: Path, tmp_path: Path, say: Say) -> None:
    """With a key a model without that seal is refused, and one with it scored."""
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    said = say("score", clean_folder, "--model", model, "--key-file", key)
    assert (2, True) == (said.code, "the file has no seal" in said.err)
    save_model(load_model(model), tmp_path / "sealed.zip", key=bytes(range(32)))
    assert 0 == say("score", clean_folder, "--model", tmp_path / "sealed.zip", "--key-file", key).code


def test_no_model(clean_folder: Path, tmp_path: Path, say: Say) -> None:
    """A file that is not there, or is no model, is an error in a line."""
    said = say("score", tmp_path / "nowhere", "--model", tmp_path / "none.zip")
    assert (2, True) == (said.code, f"{tmp_path / 'none.zip'}: there is no such file; give one" in said.err)
    said = say("score", clean_folder, "--model", clean_folder / "accounts.csv")
    assert (2, 1) == (said.code, said.err.count("\n"))
    assert f"{clean_folder / 'accounts.csv'} must be a file that servicelead train saved" in said.err


def test_the_report_ranks_accounts(clean_folder: Path, model: Path, tmp_path: Path, say: Say) -> None:
    """With a model the page says who is likely to buy more; without one nobody asks."""
    page = tmp_path / "report.html"
    assert 0 == say("report", clean_folder, "--model", model, "--out", page).code
    snapshots = SnapshotBuilder().build(sl.read_folder(clean_folder), labelled=False)
    table = rank_accounts(load_model(model), snapshots)
    assert f"<bdi>{table['account_id'][0]}</bdi> is the likeliest" in page.read_text(encoding="utf-8")
    assert f"trained on {read_model_card(model).training['n_accounts']} accounts" in page.read_text(encoding="utf-8")
