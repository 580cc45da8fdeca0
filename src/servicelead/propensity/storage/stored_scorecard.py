"""A `ScoreCard` as a member of a file, and back: all it knows is a page of numbers and words."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.encoding import FrameEncoder
from servicelead.propensity.estimators.levels import Levels
from servicelead.propensity.estimators.scorecard import ScoreCard
from servicelead.propensity.storage.manifest import from_json, to_json
from servicelead.propensity.storage.stored import Stored, adopt, classes_from, classes_to, parameters_of

__all__ = ["SCORE_CARD"]


def _write(model: ScoreCard) -> dict[str, bytes]:
    table = {name: model.points_[name].tolist() for name in model.points_}
    learned = {
        "parameters": parameters_of(model),
        "encoder": model.encoder_.to_dict(),
        "classes": classes_to(model.classes_),
        "offset": model.offset_,
        "points_to_log_odds": model.points_to_log_odds_,
        "levels": [{"cuts": levels.cuts, "categories": levels.categories} for levels in model.levels_],
        "level_points": model.level_points_,
        "usual_points": model.usual_points_.tolist(),
        "table": table | {"rate": [None if math.isnan(rate) else rate for rate in table["rate"]]},
    }
    return {"model.json": to_json(learned)}


def _read(members: Mapping[str, bytes]) -> ScoreCard:
    learned = from_json(members["model.json"])
    encoder = FrameEncoder.from_dict(learned["encoder"])
    model = ScoreCard(**learned["parameters"])
    adopt(model, encoder, classes_from(learned["classes"]))
    model.offset_ = float(learned["offset"])
    model.points_to_log_odds_ = float(learned["points_to_log_odds"])
    model.levels_ = tuple(
        _levels(content, len(labels or ()))
        for content, labels in zip(learned["levels"], encoder.categories, strict=True)
    )
    model.level_points_ = tuple(
        _points(points, len(levels)) for points, levels in zip(learned["level_points"], model.levels_, strict=True)
    )
    model.usual_points_ = np.array(learned["usual_points"], dtype=np.float64)
    rates = np.array(learned["table"]["rate"], dtype=np.float64)
    model.points_ = ResultTable(learned["table"] | {"rate": rates})
    return model


def _levels(content: Mapping[str, Any], n_categories: int) -> Levels:
    """Return the levels of one column, whose categories must be the encoder's: they are used as places."""
    cuts, categories = content["cuts"], content["categories"]
    if categories is not None and not set(categories) <= set(range(n_categories)):
        raise InvalidValueError("categories of the levels must be those of the encoder; save the model again")
    return Levels(cuts=tuple(map(float, cuts)), categories=None if categories is None else tuple(categories))


def _points(points: list[int], n_levels: int) -> tuple[int, ...]:
    if len(points) != n_levels or not all(isinstance(point, int) for point in points):
        raise InvalidValueError("each level must have whole points; save the model again")
    return tuple(points)


def _thresholds(model: ScoreCard) -> list[tuple[float, ...]]:
    return [levels.cuts for levels in model.levels_]


SCORE_CARD: Final = Stored(
    estimator=ScoreCard, members=("model.json",), write=_write, read=_read, thresholds=_thresholds
)
