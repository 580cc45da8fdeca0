import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from sklearn.frozen import FrozenEstimator

import servicelead as sl
from servicelead import propensity
from servicelead.cli.current_model import judge_current
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
    rank_accounts,
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
    """The bar against it is asked on the same rows, by the columns it reads; where it may know them, that is told."""
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
    assert f"{PromotionGate().decide(ours, theirs).checks[3]}." in said.words
    n = len(ours.row)
    assert f"none does. It may know what became of {n} of these {n}, which flatters it" in said.words
    save_model(card, current)
    said = say("train", folder, *CARD, "--current", current)
    assert "does not say what it was trained on" in said.words
    assert f"{PromotionGate().decide(ours, theirs).checks[3]}." in said.words


def test_the_model_in_use_is_judged_on_what_it_cannot_know(folder: Path, tmp_path: Path, say: Say) -> None:
    """On snapshots that begin once its last outcome was over, and there the two are compared."""
    business = sl.read_folder(folder)
    builder = SnapshotBuilder()
    snapshots = builder.build(business)
    cutoffs = np.unique(snapshots.cutoff)
    earlier = builder.build(business, cutoffs=cutoffs[:8])
    card, current = ScoreCard().fit(earlier.features, earlier.y), tmp_path / "current.zip"
    save_model(card, current, training=earlier)
    said = say("train", folder, *CARD, "--current", current)
    cv = AccountTimeSplit.of(snapshots, n_splits=1)
    known = snapshots.cutoff < earlier.label_ends.max()
    ours, theirs = (
        evaluate(model, snapshots.features, snapshots.y, accounts=snapshots.account, cv=folds)
        for model, folds in (
            (ScoreCard(), cv),
            (FrozenEstimator(card), [(train, test[~known[test]]) for train, test in cv.split(snapshots.y)]),
        )
    )
    n, m = len(theirs.row), len(ours.row)
    assert 0 < n < m
    assert f"compared on {n} snapshots of these {m}, which begin after every outcome that it learned" in said.words
    assert f"{PromotionGate().decide(ours, theirs).checks[3]}." in said.words
    first = builder.build(business, cutoffs=cutoffs[:1])
    save_model(card, current, training=first)
    assert f"compared on all {m}, which begin after" in say("train", folder, *CARD, "--current", current).words


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


def test_one_outcome_is_no_comparison(folder: Path) -> None:
    """Where snapshots that the model in use cannot know are all of one outcome, it is judged on all, with a warning."""
    snapshots = SnapshotBuilder().build(sl.read_folder(folder))
    card = ScoreCard().fit(snapshots.features, snapshots.y)
    cv = AccountTimeSplit.of(snapshots, n_splits=1)
    last = int(snapshots.cutoff.max())
    told = {"last_cutoff": str(np.datetime64(last, "us").astype("datetime64[D]")), "gap_days": -90, "horizon_days": 90}
    quiet = evolve(snapshots, label=np.where(snapshots.cutoff == last, 0, snapshots.label).astype(np.int8))
    found = judge_current(card, told, quiet, cv, 0.9)
    n = np.count_nonzero(quiet.cutoff == last)
    assert f"the {n} that do have one outcome only. It may know what became of {len(found.evaluation.row) - n} of" in (
        found.words
    )
    assert 0.9 == found.evaluation.confidence


def test_the_model_of_the_tutorial(folder: Path, tmp_path: Path, say: Say) -> None:
    """Windows, gap, periods and parts can be asked for, and the figures are those of Python."""
    out = tmp_path / "model.zip"
    asked = ("--model", "card", "--gap", "14", "--windows", "60,365", "--splits", "2", "--account-folds", "2")
    said = say("train", folder, *asked, "--out", out, "--force")
    days = np.timedelta64(14, "D").astype("timedelta64[us]").item()
    builder = SnapshotBuilder(gap=days, windows=(60, 365))
    business = sl.read_folder(folder)
    snapshots = builder.build(business)
    cv = AccountTimeSplit.of(snapshots, n_splits=2, account_folds=2)
    found = evaluate(ScoreCard(), snapshots.features, snapshots.y, accounts=snapshots.account, cv=cv)
    for check in PromotionGate().decide(found).checks:
        assert f"{check}." in said.words
    assert 0 == say("score", folder, "--model", out, "--out", tmp_path / "scores.csv").code
    expected = rank_accounts(load_model(out), builder.build(business, labelled=False))
    assert f"{len(expected)} rows" in say("score", folder, "--model", out, "--out", tmp_path / "scores.csv").words


@pytest.mark.parametrize(
    ("option", "word", "rule"),
    [
        ("--windows", "90,30", "must ascend, as in 30,90,365; got '90,30'"),
        ("--windows", "30,30", "must ascend"),
        ("--windows", "30,ninety", "must be a whole number from 1 to 3,650; got 'ninety'"),
        ("--windows", "0,90", "must be a whole number from 1 to 3,650; got '0'"),
        ("--account-folds", "1", "must be a whole number from 2 to 100; got '1'"),
    ],
)
def test_wrong_numbers_are_refused(folder: Path, say: Say, option: str, word: str, rule: str) -> None:
    """The option is named with its rule, before anything is read."""
    said = say("train", folder, option, word)
    assert (2, "") == (said.code, said.out)
    assert f"{option}: {rule}" in said.err


def test_other_windows_than_those_of_the_model_in_use(folder: Path, tmp_path: Path, say: Say) -> None:
    """The columns that it lacks are named, and the option that makes them."""
    snapshots = SnapshotBuilder(windows=(60, 365)).build(sl.read_folder(folder))
    save_model(ScoreCard().fit(snapshots.features, snapshots.y), tmp_path / "current.zip")
    said = say("train", folder, *CARD, "--current", tmp_path / "current.zip")
    assert (2, True) == (said.code, "the model reads 'touches_60d'" in said.err)
    assert "pass --assume-constant and --windows as in training" in said.err
