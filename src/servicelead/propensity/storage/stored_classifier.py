"""An `ExpansionClassifier` as members of a file, and back: its numbers, never its objects.

``model.json`` holds parameters, encoder, calibration and where each tree ends; ``nodes.bin`` and ``bitsets.bin`` hold
the arrays of `Trees` byte by byte. A file of these can name no class and no function, so there is nothing in it
that could run.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.classifier import ExpansionClassifier, Training
from servicelead.propensity.estimators.encoding import FrameEncoder
from servicelead.propensity.storage.manifest import from_json, to_json
from servicelead.propensity.storage.stored import Stored, adopt, classes_from, classes_to, parameters_of
from servicelead.propensity.storage.tree_check import check_trees
from servicelead.propensity.storage.trees import NODE, Trees, known_categories, revive

__all__ = ["CLASSIFIER"]

#: To bring a booster back costs memory per column; nobody trains on more.
_MOST_COLUMNS: Final = 10_000


def _write(model: ExpansionClassifier) -> dict[str, bytes]:
    booster: HistGradientBoostingClassifier = model.model_
    _require_few_columns(model.encoder_)
    trees = Trees.of(booster)
    boosting = {
        "parameters": {**parameters_of(booster), "categorical_features": None},  # said by the categories
        "categories": known_categories(booster),
        "baseline": float(booster._baseline_prediction[0, 0]),  # noqa: SLF001 - shown nowhere else
        "tree_end": trees.tree_end.tolist(),
        "split_end": trees.split_end.tolist(),
    }
    learned = {
        "parameters": parameters_of(model),
        "encoder": model.encoder_.to_dict(),
        "classes": classes_to(model.classes_),
        "calibration": {"is_calibrated": model.is_calibrated_, "slope": model.slope_, "intercept": model.intercept_},
        "training": attrs.asdict(model.training_),
        "boosting": boosting,
    }
    return {"model.json": to_json(learned), "nodes.bin": trees.nodes.tobytes(), "bitsets.bin": trees.bitsets.tobytes()}


def _read(members: Mapping[str, bytes]) -> ExpansionClassifier:
    learned = from_json(members["model.json"])
    boosting = learned["boosting"]
    encoder = FrameEncoder.from_dict(learned["encoder"])
    _require_few_columns(encoder)
    trees = Trees(
        nodes=np.frombuffer(members["nodes.bin"], dtype=NODE),
        tree_end=np.array(boosting["tree_end"], dtype=np.int64),
        bitsets=np.frombuffer(members["bitsets.bin"], dtype=np.uint32).reshape(-1, 2, 8),
        split_end=np.array(boosting["split_end"], dtype=np.int64),
    )
    known = boosting["categories"]
    _require_known(known, encoder)
    check_trees(trees, n_columns=len(known), n_categorical=int(encoder.is_categorical.sum()))
    model = ExpansionClassifier(**learned["parameters"])
    adopt(model, encoder, classes_from(learned["classes"]))
    model.model_ = revive(
        HistGradientBoostingClassifier(**boosting["parameters"]), trees, baseline=boosting["baseline"], known=known
    )
    model.n_iter_ = model.model_.n_iter_
    model.slope_, model.intercept_, model.is_calibrated_ = _calibration(**learned["calibration"])
    model.training_ = Training(**learned["training"])
    return model


def _require_few_columns(encoder: FrameEncoder) -> None:
    if len(encoder.names) > _MOST_COLUMNS:
        raise InvalidValueError(
            f"a model that is stored must have at most {_MOST_COLUMNS:,} columns; leave out those it does not need"
        )


def _require_known(known: Any, encoder: FrameEncoder) -> None:
    """Refuse codes of training that are not places of the encoder's categories, in their order."""
    for codes, labels in zip(known, encoder.categories, strict=True):
        places = set(range(len(labels or ())))
        if (codes is None) is bool(labels) or len(codes or ()) > len(places) or not set(codes or ()) <= places:
            raise InvalidValueError("categories of the trees must be those of the encoder; save the model again")


def _calibration(*, slope: float, intercept: float, is_calibrated: bool) -> tuple[float, float, bool]:
    return float(slope), float(intercept), bool(is_calibrated)


def _thresholds(model: ExpansionClassifier) -> list[list[float]]:
    """Return per column where its trees divide it; their nodes number the categorical columns first."""
    nodes = Trees.of(model.model_).nodes
    asks = (nodes["is_leaf"] == 0) & (nodes["is_categorical"] == 0) & np.isfinite(nodes["num_threshold"])
    is_categorical = model.encoder_.is_categorical
    order = np.r_[np.flatnonzero(is_categorical), np.flatnonzero(~is_categorical)]
    thresholds: list[list[float]] = [[] for _ in order]
    for place, column in enumerate(order):
        thresholds[column] = np.unique(nodes["num_threshold"][asks & (nodes["feature_idx"] == place)]).tolist()
    return thresholds


CLASSIFIER: Final = Stored(
    estimator=ExpansionClassifier,
    members=("model.json", "nodes.bin", "bitsets.bin"),
    write=_write,
    read=_read,
    thresholds=_thresholds,
)
