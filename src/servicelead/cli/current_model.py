"""Judge the model in use where it cannot know the outcome: on snapshots after everything it has learned from."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from servicelead._typing import BoolArray, IntArray
from servicelead.cli.figures import count

if TYPE_CHECKING:
    from servicelead.propensity import AccountTimeSplit, Evaluation, Snapshots

__all__ = ["Comparable", "judge_current"]


class Comparable(NamedTuple):
    """What the model in use is worth beside a new one, and how far it may have known the answers."""

    evaluation: "Evaluation"
    words: str


def judge_current(
    model: Any,
    training: Mapping[str, Any],
    snapshots: "Snapshots",
    cv: "AccountTimeSplit",
    confidence: float,
) -> Comparable:
    """Judge a fitted model, as it is, on those tested snapshots whose outcome it cannot have learned.

    Where these are none, or of one outcome, it is judged on all that are tested, and the words warn.

    Parameters
    ----------
    model
        In use; it reads some of the columns.
    training
        What its card says of the snapshots it was trained on.
    snapshots, cv
        What the new model is judged on.
    confidence
        Of the intervals.
    """
    from sklearn.frozen import FrozenEstimator  # noqa: PLC0415 - heavy, loaded on first use

    from servicelead.propensity import evaluate  # noqa: PLC0415 - the same

    pairs = list(cv.split(snapshots.y))
    tested = np.concatenate([test for _, test in pairs])
    is_new = _begins_after(training, snapshots.cutoff)
    new = tested[is_new[tested]]
    is_told = len(np.unique(snapshots.label[new])) > 1
    if is_told:
        pairs = [(train, test[is_new[test]]) for train, test in pairs]
    evaluation = evaluate(
        FrozenEstimator(model),
        {name: snapshots.features[name] for name in model.encoder_.names},
        snapshots.y,
        accounts=snapshots.account,
        cv=pairs,
        confidence=confidence,
        n_jobs=-1,
    )
    return Comparable(evaluation, _words(training, len(new), len(tested), is_told=is_told))


def _begins_after(training: Mapping[str, Any], cutoff: IntArray) -> BoolArray:
    """Return which cutoffs lie no earlier than the end of the last outcome that a model learned; none if unknown."""
    if "last_cutoff" not in training:
        return np.zeros(len(cutoff), dtype=bool)
    reach = math.ceil(training["gap_days"] + training["horizon_days"])
    over = np.datetime64(training["last_cutoff"], "D") + np.timedelta64(reach, "D")
    # By days of UTC, which is how a card tells its cutoffs.
    return np.asarray(cutoff.astype("datetime64[us]").astype("datetime64[D]") >= over)


def _words(training: Mapping[str, Any], n_new: int, n: int, *, is_told: bool) -> str:
    if is_told:
        which = f"on all {n:,}" if n_new == n else f"on {count(n_new, 'snapshot')} of these {n:,}"
        return f"The current model is compared {which}, which begin after every outcome that it learned."
    if "last_cutoff" not in training:
        return "The file of the current model does not say what it was trained on: it may know these snapshots."
    lack = f"the {n_new:,} that do have one outcome only" if n_new else "none does"
    return (
        f"The current model should be compared on snapshots that begin after every outcome it learned; {lack}. It may "
        f"know what became of {n - n_new:,} of these {n:,}, which flatters it: a new model that is as good may be "
        "refused."
    )
