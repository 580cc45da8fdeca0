"""A model comes back from its file to the bit, or not at all."""

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

import propensity.model_files
from propensity.model_files import KEY, LABEL, forged, rows_of, saved, trained
from servicelead.exceptions import IncompatibleError, IngestError, InvalidValueError
from servicelead.propensity import ExpansionClassifier, ScoreCard, explain
from servicelead.propensity.storage.artifact import load_model, read_model_card, save_model

KINDS = ["classifier", "scorecard"]


def reloaded(model: Any, folder: Path) -> Any:
    """Return a model that went through a file."""
    save_model(model, folder / "model")
    return load_model(folder / "model")


def matrix(rows: dict[str, Any]) -> Any:
    """Return the columns of numbers as a bare array."""
    return np.column_stack([rows["cases"], rows["seats"]])


def cells(rows: dict[str, Any]) -> Any:
    """Return all columns as a bare array of objects."""
    return np.column_stack([column.astype(object) for column in rows.values()])


def emptied(rows: dict[str, Any]) -> dict[str, Any]:
    """Return columns one of which, of text, has no value at all."""
    return rows | {"region": np.full(len(rows["region"]), None)}


@pytest.mark.parametrize("form", [dict, pd.DataFrame, pl.DataFrame, matrix, cells, emptied])
@pytest.mark.parametrize("model", [ExpansionClassifier(max_iter=8), ScoreCard()], ids=KINDS)
def test_scores_are_the_same_to_the_bit(model: Any, form: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
    """Any frame or array: the model from the file scores new rows, unseen labels included, as the one saved."""
    rows = form(rows_of(300, seed=0))
    fitted = clone(model).fit(rows, np.arange(300) % 3 == 0)
    again = reloaded(fitted, tmp_path)
    new = rows_of(500, seed=1)
    new["region"][::5] = "east"
    assert np.array_equal(fitted.predict_proba(form(new)), again.predict_proba(form(new)))
    assert np.array_equal(fitted.predict(form(new)), again.predict(form(new)))


@pytest.mark.parametrize("kind", KINDS)
def test_everything_learned_comes_back(kind: str, tmp_path: Path) -> None:
    """Parameters and learned attributes are those of the model saved, and the copy explains and saves alike."""
    model = trained(kind)
    again = reloaded(model, tmp_path)
    assert model.get_params() == again.get_params()
    assert sorted(vars(model)) == sorted(vars(again))
    rows = rows_of(20, seed=3)
    assert np.array_equal(explain(model, rows).contributions, explain(again, rows).contributions)
    save_model(again, tmp_path / "copy")
    assert (tmp_path / "model").read_bytes() == (tmp_path / "copy").read_bytes()


def test_a_constrained_model_and_labels_of_text(tmp_path: Path) -> None:
    """Additive and monotone models, weights of zero and classes named by text come back too."""
    rows = rows_of(400, seed=0)
    label = np.where(rows["cases"] + np.arange(400) % 5 > 4, "yes", "no")
    model = ExpansionClassifier(max_iter=8, additive=True, monotone={"seats": 1}, calibrate=False)
    model.fit(rows, label, sample_weight=(rows["plan"] != "pro").astype(float))
    again = reloaded(model, tmp_path)
    assert ["no", "yes"] == again.classes_.tolist()
    assert np.array_equal(model.predict_proba(rows), again.predict_proba(rows))
    assert model.training_ == again.training_


def test_a_loaded_model_can_be_trained_again(tmp_path: Path) -> None:
    """A clone of a loaded model, trained on the same rows, gives the same file."""
    rows, won = rows_of(300, seed=0), np.arange(300) % 3 == 0
    model = ExpansionClassifier(max_iter=8).fit(rows, won)
    save_model(clone(reloaded(model, tmp_path)).fit(rows, won), tmp_path / "again")
    assert (tmp_path / "model").read_bytes() == (tmp_path / "again").read_bytes()


DIGESTS = """
from hashlib import sha256
from propensity.model_files import saved
print([sha256(saved(kind)).hexdigest() for kind in ("classifier", "scorecard")])
"""


def test_the_same_seed_gives_the_same_bits() -> None:
    """Another process with another hash seed and another number of threads trains and saves the same bytes."""
    tests = str(Path(propensity.model_files.__file__).parent.parent)
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", DIGESTS],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": tests, "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "3"},
    )
    assert str([sha256(saved(kind)).hexdigest() for kind in KINDS]) == done.stdout.strip()


@pytest.mark.parametrize("library", ["servicelead", "scikit-learn", "numpy"])
def test_versions_are_compared_before_anything_is_built(library: str, tmp_path: Path) -> None:
    """A file of another version is refused, naming both versions, although nothing in it could be read."""
    path = tmp_path / "model"
    path.write_bytes(
        forged(
            "classifier",
            manifest=lambda manifest: (
                manifest["card"]["versions"].update({library: "99.1"}),
                manifest["members"].clear(),
            ),
            members={"model.json": b"\xff", "nodes.bin": b"", "bitsets.bin": b""},
        )
    )
    with pytest.raises(IncompatibleError, match=rf"{library} 99\.1, and \d+\.\d+.* is installed"):
        load_model(path)


@pytest.mark.parametrize("kind", KINDS)
def test_no_label_is_shown(kind: str, tmp_path: Path) -> None:
    """The card, its text and the manifest name columns and count categories; no label of the training rows is there."""
    path = tmp_path / "model"
    card = save_model(trained(kind), path)
    shown = [str(card), card.to_markdown(), str(card.to_dict())]
    members = propensity.model_files.members_of(path.read_bytes())
    shown += [members[name].decode() for name in ("manifest.json", "model_card.md")]
    assert [] == [text for text in shown if LABEL in text]
    assert LABEL in members["model.json"].decode()
    assert card == read_model_card(path)


def test_the_card_is_behind_the_same_checks(tmp_path: Path) -> None:
    """A card is read from whole files only, and with a key only from sealed ones."""
    path = tmp_path / "model"
    path.write_bytes(saved("classifier"))
    with pytest.raises(IngestError, match="no seal"):
        read_model_card(path, key=KEY)
    path.write_bytes(forged("classifier", manifest=lambda manifest: manifest["card"].pop("features")))
    with pytest.raises(IngestError, match="does not make a model"):
        read_model_card(path)
    window = {"last_cutoff": "2026-01-01", "first_cutoff": 3}
    path.write_bytes(forged("classifier", manifest=lambda manifest: manifest["card"]["training"].update(window)))
    with pytest.raises(IngestError, match="does not make a model"):
        read_model_card(path)


def test_a_seal_is_not_read_without_a_key(tmp_path: Path) -> None:
    """Who has no key can still load a sealed file, as they could have taken the seal off."""
    path = tmp_path / "model"
    save_model(trained("scorecard"), path, key=KEY)
    rows = rows_of(50, seed=5)
    expected = trained("scorecard").predict_proba(rows)
    assert np.array_equal(expected, load_model(path).predict_proba(rows))
    assert np.array_equal(expected, load_model(path, key=KEY).predict_proba(rows))


def random_generator() -> ExpansionClassifier:
    """Return a fitted model with a parameter that no file can hold."""
    rows = rows_of(100, seed=0)
    model = ExpansionClassifier(max_iter=2, calibrate=False, random_state=np.random.RandomState(0))
    return model.fit(rows, rows["cases"] > 3)


@pytest.mark.parametrize(
    ("model", "key", "error", "message"),
    [
        (ExpansionClassifier, None, NotFittedError, "not fitted"),
        (LogisticRegression, None, InvalidValueError, "ExpansionClassifier, ScoreCard"),
        (random_generator, None, InvalidValueError, "random_state"),
        (lambda: trained("scorecard"), b"short", InvalidValueError, "token_bytes"),
    ],
)
def test_what_cannot_be_saved_leaves_the_old_file(
    model: Callable[[], Any], key: bytes | None, error: type[Exception], message: str, tmp_path: Path
) -> None:
    """A model or key that cannot be used is refused before the file is touched."""
    path = tmp_path / "model"
    path.write_bytes(b"old")
    with pytest.raises(error, match=message):
        save_model(model(), path, key=key)
    assert (b"old", [path]) == (path.read_bytes(), list(tmp_path.iterdir()))


def test_what_the_system_refuses_is_its_own_error(tmp_path: Path) -> None:
    """A missing file is FileNotFoundError, as everywhere, and a limit that is no number is refused."""
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "nowhere")
    with pytest.raises(InvalidValueError, match="max_bytes"):
        load_model(tmp_path / "nowhere", max_bytes=0)
    with pytest.raises(InvalidValueError, match="token_bytes"):
        load_model(tmp_path / "nowhere", key=b"short")
