import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator

import servicelead as sl
from servicelead import propensity
from servicelead.datasets import simulate_business
from servicelead.exceptions import IngestError
from servicelead.propensity import (
    AccountTimeSplit,
    Decision,
    Evaluation,
    PromotionGate,
    ScoreCard,
    SnapshotBuilder,
    evaluate,
    load_model,
    save_model,
)

Say = Callable[..., Any]
CARD = ("--model", "card", "--splits", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with some expansions, too few to trust a model of them; not to be written to."""
    return simulate_business(100, seed=3).write_csv(tmp_path_factory.mktemp("business"))


def test_it_prints_what_the_library_finds_and_saves_nothing_refused(
    folder: Path, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Suspects, every metric beside its baselines, and every bar; a model that fails one leaves the file as it was."""
    leaks = propensity.detect_leaks({"told": np.arange(200) % 2}, np.arange(200) % 2)
    monkeypatch.setattr(propensity, "detect_leaks", lambda *_, **__: leaks)
    out = tmp_path / "model.zip"
    out.write_text("the model of last month")
    said = say("train", folder, *CARD, "--out", out)
    snapshots = SnapshotBuilder().build(sl.read_folder(folder))
    cv = AccountTimeSplit.of(snapshots, n_splits=1)
    found = evaluate(ScoreCard(), snapshots.features, snapshots.y, accounts=snapshots.account, cv=cv)
    assert (1, "") == (said.code, said.err)
    assert f"Learning from {snapshots}" in said.words
    expanded = snapshots.account[snapshots.label == 1]
    assert f"; {len(expanded)} snapshots of {len(np.unique(expanded))} accounts expanded" in said.words
    assert "Warning: told may know the outcome: present for one outcome only, outranks all weaker" in said.words
    auc, brier = found.estimate("auc"), found.estimate("brier", "prior")
    assert f"auc {auc.value:.3f} {auc.lower:.3f} to {auc.upper:.3f}" in said.words
    assert f"{brier.value:.3f}" in said.words
    assert "REFUSE: a bar is not cleared" in said.words
    for reason in PromotionGate().decide(found).reasons:
        assert reason in said.words
    assert "lift of the best 10%" in said.words
    assert "-0.000" not in said.words
    assert f"NOT SAVED: --force saves a model that was refused. {out} is left as it was." in said.words
    assert "the model of last month" == out.read_text()


def test_force_saves_it_all_the_same(folder: Path, tmp_path: Path, say: Say) -> None:
    """What is saved was trained on every snapshot."""
    out = tmp_path / "model.zip"
    said = say("train", folder, *CARD, "--horizon", "60", "--gap", "14", "--every", "quarter", "--force", "--out", out)
    assert (0, True) == (said.code, f"Saved although refused: {out}" in said.words)
    assert (
        "An expansion is a won deal of kind upsell or cross_sell; it counts from 14 days after the cutoff, for 60 days."
        in said.words
    )
    assert "Active is who just before the cutoff had a paid subscription" in said.words
    days = {name: np.timedelta64(n, "D").astype("timedelta64[us]").item() for name, n in (("horizon", 60), ("gap", 14))}
    snapshots = SnapshotBuilder(every="quarter", **days).build(sl.read_folder(folder))
    expected = ScoreCard().fit(snapshots.features, snapshots.y, groups=snapshots.account)
    assert np.array_equal(
        expected.decision_function(snapshots.features), load_model(out).decision_function(snapshots.features)
    )


def test_a_model_that_clears_every_bar_is_saved(
    folder: Path, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decision is the gate's: where every bar is cleared there is a file and exit code 0."""

    class Open:
        @staticmethod
        def decide(*_: Evaluation | None) -> Decision:
            return Decision(checks=())

    monkeypatch.setattr(propensity, "PromotionGate", Open)
    said = say("train", folder, *CARD, "--out", tmp_path / "model.zip")
    assert (0, True) == (said.code, "PUBLISH: it clears every bar." in said.words)
    assert f"Saved: {tmp_path / 'model.zip'}" in said.words
    assert say("train", folder, *CARD).words.endswith("Not saved: give --out FILE.")


def test_a_refusal_does_not_speak_of_a_file_that_never_was(folder: Path, tmp_path: Path, say: Say) -> None:
    """Where no file was nothing is left as it was, and still none is written."""
    said = say("train", folder, *CARD, "--out", tmp_path / "model.zip")
    assert said.words.endswith("NOT SAVED: --force saves a model that was refused.")
    assert [] == list(tmp_path.iterdir())


def test_it_must_beat_the_model_in_use(folder: Path, tmp_path: Path, say: Say) -> None:
    """The bar against it is asked on the same rows, by the columns it reads, and its advantage is told."""
    business = sl.read_folder(folder)
    snapshots = SnapshotBuilder().build(business)
    plain = {name: snapshots.features[name] for name in ("touches_90d", "account_age")}
    card = ScoreCard().fit(plain, snapshots.y)
    current = tmp_path / "current.zip"
    save_model(card, current, training=snapshots)
    said = say("train", folder, *CARD, "--current", current)
    cv = AccountTimeSplit.of(snapshots, n_splits=1)
    ours, theirs = (
        evaluate(model, columns, snapshots.y, accounts=snapshots.account, cv=cv)
        for model, columns in ((ScoreCard(), snapshots.features), (FrozenEstimator(card), plain))
    )
    assert str(PromotionGate().decide(ours, theirs).checks[3]) in said.words
    n = len(ours.row)
    assert f"The current model may have learned from {n} snapshots of these {n}, which flatters it" in said.words
    save_model(card, current)
    assert "does not say what it was trained on" in say("train", folder, *CARD, "--current", current).words


def test_the_model_in_use_must_fit(folder: Path, tmp_path: Path, say: Say) -> None:
    """A model in use that reads columns which are not there is refused, naming them."""
    rows = np.arange(200)
    save_model(ScoreCard().fit({"height": rows.astype(float)}, rows % 2), tmp_path / "current.zip")
    said = say("train", folder, *CARD, "--current", tmp_path / "current.zip")
    assert (2, True) == (said.code, "--current: the model reads 'height', which snapshots of this folder" in said.err)


def test_the_key_comes_from_a_file(folder: Path, tmp_path: Path, say: Say) -> None:
    """What is saved is sealed with it; one too short is refused before anything is read."""
    key, out = tmp_path / "key", tmp_path / "model.zip"
    key.write_bytes(b"sixteen bytes or")
    assert 0 == say("train", folder, *CARD, "--force", "--out", out, "--key-file", key).code
    assert ScoreCard is type(load_model(out, key=b"sixteen bytes or"))
    with pytest.raises(IngestError, match="another key"):
        load_model(out, key=b"another sixteen bytes")
    key.write_bytes(b"too short")
    said = say("train", tmp_path / "nowhere", "--key-file", key)
    assert (2, True) == (said.code, "--key-file: key must be at least 16 bytes; got 9 bytes" in said.err)


def test_nothing_to_learn(folder: Path, tmp_path: Path, say: Say) -> None:
    """Without deals nobody expanded: it says so, and ends with 1."""
    without = shutil.copytree(folder, tmp_path / "without")
    (without / "opportunities.csv").unlink()
    said = say("train", without)
    assert (1, True) == (said.code, "NOTHING TO LEARN: there must be snapshots" in said.words)
    assert "map your own words for opportunities.kind to these" in said.words
    for name in ("subscriptions", "payments"):
        (without / f"{name}.csv").unlink()
    assert "No account was active at a cutoff" in say("train", without).words


def test_attributes_must_be_there(folder: Path, say: Say) -> None:
    """An attribute to assume constant that no account has is refused by name."""
    said = say("train", folder, "--assume-constant", "industry, height")
    assert (2, True) == (said.code, "height" in said.err)
