"""The classifier on mixed frames, its calibration, its two constraints and everything it may be fed by mistake."""

import hashlib
import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from scipy.special import expit
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GroupKFold, cross_validate

from servicelead._typing import BoolArray
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity import ExpansionClassifier

SMALL: dict[str, Any] = {"max_iter": 10, "calibrate": False}
PROGRAM = """
import hashlib, numpy as np
from servicelead.propensity import ExpansionClassifier
rng = np.random.default_rng(0)
X = rng.normal(size=(25_000, 6))
y = rng.random(25_000) < 1 / (1 + np.exp(-X[:, 0] * X[:, 1]))
model = ExpansionClassifier(max_iter=8).fit(X, y)
print(hashlib.sha256(model.decision_function(X).tobytes()).hexdigest())
"""


def accounts(n: int, seed: int = 0) -> tuple[dict[str, Any], BoolArray]:
    """Draw accounts with gaps, and whether each expanded."""
    rng = np.random.default_rng(seed)
    seats, usage = rng.poisson(40, n).astype(float), rng.random(n)
    plan = rng.choice(np.array(["basic", "pro", None], dtype=object), n, p=[0.5, 0.3, 0.2])
    logit = 0.06 * (seats - 40) + 2 * usage - 2 + (plan == "pro")
    usage[rng.random(n) < 0.2] = np.nan
    frame = {"seats": seats, "usage": usage, "plan": plan, "is_new": rng.random(n) < 0.3}
    return frame, rng.random(n) < expit(logit)


def take(frame: dict[str, Any], rows: Any) -> dict[str, Any]:
    """Return the chosen rows."""
    return {name: np.asarray(cells)[rows] for name, cells in frame.items()}


def test_what_is_learned() -> None:
    """A fitted model tells its columns, its classes, its line and what it was trained on."""
    frame, expanded = accounts(800)

    model = ExpansionClassifier().fit(frame, np.where(expanded, "yes", "no"))

    assert ["no", "yes"] == model.classes_.tolist()
    assert list(frame) == model.feature_names_in_.tolist()
    assert 4 == model.n_features_in_
    assert isinstance(model.model_, HistGradientBoostingClassifier)
    assert (800, int(expanded.sum()), expanded.mean()) == (
        model.training_.n_rows,
        model.training_.n_positives,
        model.training_.prior,
    )
    assert model.training_.brier_before is not None
    assert model.training_.brier_after is not None
    assert model.is_calibrated_ == (model.training_.brier_after < model.training_.brier_before)
    assert model.is_calibrated_ == ((1.0, 0.0) != (model.slope_, model.intercept_))


def test_the_line_is_exact() -> None:
    """The logit is the line of the trees' logit, the chances are its logistic function, and the label follows them."""
    frame, expanded = accounts(800)
    model = ExpansionClassifier(learning_rate=0.5, max_iter=40).fit(frame, expanded)
    logit, chances = model.decision_function(frame), model.predict_proba(frame)

    assert model.is_calibrated_
    raw = model.model_.decision_function(model.encoder_.encode(frame))
    assert (model.slope_ * raw + model.intercept_).tolist() == logit.tolist()
    assert expit(logit).tolist() == chances[:, 1].tolist()
    assert expit(-logit).tolist() == chances[:, 0].tolist()
    assert (chances[:, 1] > chances[:, 0]).tolist() == model.predict(frame).tolist()


def test_chances_mean_what_they_say() -> None:
    """Of rows not learned from, as many expand as was said, also where the trees alone say too much."""
    frame, expanded = accounts(6000)
    train, test = np.arange(6000) < 1500, np.arange(6000) >= 1500
    model = ExpansionClassifier(learning_rate=0.4, max_iter=60).fit(take(frame, train), expanded[train])
    chance = model.predict_proba(take(frame, test))[:, 1]
    raw = expit(model.model_.decision_function(model.encoder_.encode(take(frame, test))))

    groups = np.array_split(np.argsort(chance), 5)
    error = np.mean([abs(chance[rows].mean() - expanded[test][rows].mean()) for rows in groups])
    assert error < 0.03
    assert np.mean((chance - expanded[test]) ** 2) < np.mean((raw - expanded[test]) ** 2) - 0.001


def test_no_signal_no_skill() -> None:
    """Where nothing foretells the outcome everyone gets nearly the prior's chance."""
    rng = np.random.default_rng(0)
    model = ExpansionClassifier().fit(rng.normal(size=(1000, 5)), rng.random(1000) < 0.1)

    chance = model.predict_proba(rng.normal(size=(500, 5)))[:, 1]

    assert model.is_calibrated_
    assert np.abs(chance - 0.1).max() < 0.05


def test_groups_make_the_line_honest() -> None:
    """Accounts seen ten times are recognised, so only with groups does calibration see how little is known."""
    rng = np.random.default_rng(0)
    account = np.repeat(np.arange(150), 10)
    features = rng.normal(size=(150, 8))[account] + 1e-3 * rng.normal(size=(1500, 8))
    y = (rng.random(150) < 0.5)[account]

    with_groups = ExpansionClassifier(max_iter=40).fit(features, y, groups=account)
    without = ExpansionClassifier(max_iter=40).fit(features, y)

    assert with_groups.slope_ < 0.2
    assert without.slope_ > 0.8


def test_duplicated_accounts_are_one() -> None:
    """Rows that were entered twice do not fool calibration, even without groups."""
    rng = np.random.default_rng(0)
    features, y = rng.normal(size=(300, 8)), rng.random(300) < 0.5

    model = ExpansionClassifier().fit(np.tile(features, (6, 1)), np.tile(y, 6))

    assert model.slope_ < 0.2


@pytest.mark.parametrize("n", [400, 3000])
def test_same_seed_same_bits(n: int) -> None:
    """A seed fixes every bit, another draws other columns, and a generator is drawn from."""
    frame, expanded = accounts(n)
    first = ExpansionClassifier(max_iter=30, random_state=1).fit(frame, expanded).decision_function(frame)

    assert (
        first.tolist()
        == ExpansionClassifier(max_iter=30, random_state=1).fit(frame, expanded).decision_function(frame).tolist()
    )
    assert (
        first.tolist()
        != ExpansionClassifier(max_iter=30, random_state=2).fit(frame, expanded).decision_function(frame).tolist()
    )
    state = np.random.RandomState(1)
    ours = ExpansionClassifier(max_iter=30, random_state=state).fit(frame, expanded).decision_function(frame)
    assert first.tolist() == ours.tolist()


def test_same_bits_with_any_number_of_threads() -> None:
    """A table large enough for threads gives the same bits with one and with three of them."""
    digests = set()
    for threads in ("1", "3"):
        # Passive: on a busy machine threads that spin while they wait would take minutes.
        environment = os.environ | {"OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "passive"}
        # S603: the program is written above
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment
        )
        digests.add(done.stdout)
    assert 1 == len(digests)
    assert hashlib.sha256().digest_size * 2 + 1 == len(digests.pop())


def test_additive_effects_add() -> None:
    """In an additive model what one column changes does not depend on another."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2000, 3))
    y = rng.random(2000) < expit(2 * features[:, 0] * features[:, 1])
    low, high = np.array([-1.0, -1.0, 0.0]), np.array([1.0, 1.0, 0.0])
    mixed, other = np.array([1.0, -1.0, 0.0]), np.array([-1.0, 1.0, 0.0])

    def interaction(model: ExpansionClassifier) -> float:
        logit = model.fit(features, y).decision_function(np.stack([low, high, mixed, other]))
        return float(logit[0] + logit[1] - logit[2] - logit[3])

    assert interaction(ExpansionClassifier(additive=True)) == pytest.approx(0.0, abs=1e-12)
    assert interaction(ExpansionClassifier()) > 0.5


@pytest.mark.parametrize("direction", [1, -1])
def test_monotone_by_name(direction: int) -> None:
    """A constrained column only ever moves the chance one way, whatever the data say; the others are free."""
    frame, expanded = accounts(1500)
    model = ExpansionClassifier(monotone={"seats": direction}).fit(frame, expanded)
    free = ExpansionClassifier().fit(frame, expanded)

    rows = {name: np.repeat(cells[:50], 30) for name, cells in frame.items()}
    rows["seats"] = np.tile(np.linspace(10, 80, 30), 50)

    assert (direction * np.diff(model.decision_function(rows).reshape(50, 30)) >= 0).all()
    assert (np.diff(free.decision_function(rows).reshape(50, 30)) < 0).any()
    assert (model.decision_function(rows).std() > 0.0) or direction == -1


def test_monotone_columns_of_arrays() -> None:
    """Columns without names are constrained as x0, x1, ..."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(500, 2))
    model = ExpansionClassifier(monotone={"x1": 1}, **SMALL).fit(features, features[:, 1] + rng.normal(size=500) > 0)

    grid = np.stack([np.zeros(50), np.linspace(-2, 2, 50)], axis=1)
    assert (np.diff(model.decision_function(grid)) >= 0).all()


@pytest.mark.parametrize(
    ("monotone", "error", "told"),
    [
        ({"age": 1}, UnknownNameError, "monotone names 'age', which is no column of X"),
        ({"plan": 1}, InvalidValueError, "of column 'plan' must be 1 or -1, and the column numbers"),
        ({"seats": 2}, InvalidValueError, "of column 'seats' must be 1 or -1"),
        ({"seats": [1]}, InvalidValueError, "of column 'seats' must be 1 or -1"),
        ({"seats": True}, InvalidValueError, "of column 'seats' must be 1 or -1"),
        ({"seats": np.nan}, InvalidValueError, "of column 'seats' must be 1 or -1"),
        ([1, 0], InvalidValueError, "must be a mapping of column names to 1 or -1"),
    ],
)
def test_impossible_constraints(monotone: Any, error: type[Exception], told: str) -> None:
    """A constraint on a column that is not there or has no order is refused."""
    frame, expanded = accounts(50)
    with pytest.raises(error, match=told):
        ExpansionClassifier(monotone=monotone).fit(frame, expanded)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"learning_rate": 0}, "learning_rate must be a number above 0, at most 1; got a number outside"),
        ({"learning_rate": 1.5}, "learning_rate must be"),
        ({"learning_rate": "fast"}, "learning_rate must be a number above 0, at most 1; got text"),
        ({"max_features": 0}, "max_features must be"),
        ({"max_iter": 0}, "max_iter must be a whole number of at least 1; got a smaller number"),
        ({"max_iter": 2.5}, "max_iter must be"),
        ({"max_leaf_nodes": 1}, "max_leaf_nodes must be a whole number of at least 2"),
        ({"min_samples_leaf": 0}, "min_samples_leaf must be"),
        ({"l2_regularization": -1}, "l2_regularization must be a number of at least 0"),
        ({"additive": "no"}, "additive must be True or False; got text"),
        ({"calibrate": 1}, "calibrate must be True or False"),
        ({"random_state": "Canary"}, "random_state must be a whole number from 0"),
        ({"random_state": 2**32}, "random_state must be"),
    ],
)
def test_impossible_parameters(parameters: dict[str, Any], told: str) -> None:
    """A parameter that breaks its rule is refused in the classifier's own name, and not shown."""
    frame, expanded = accounts(50)
    with pytest.raises(InvalidValueError, match=f"^ExpansionClassifier.{told}") as caught:
        ExpansionClassifier(**parameters).fit(frame, expanded)
    assert "Canary" not in str(caught.value)


def test_parameters_at_the_edge() -> None:
    """The ends of every range, and numpy's numbers and truth values, are taken."""
    frame, expanded = accounts(50)
    least: dict[str, Any] = {"max_iter": np.int64(1), "max_leaf_nodes": 2, "min_samples_leaf": 1}
    most: dict[str, Any] = {"learning_rate": 1, "max_features": 1, "l2_regularization": 0, "additive": np.True_}
    assert 1 == ExpansionClassifier(**least, **most, random_state=None).fit(frame, expanded).n_iter_


def test_rows_of_no_weight() -> None:
    """A row of weight 0 changes nothing, bit by bit."""
    frame, expanded = accounts(600)
    kept = np.arange(600) % 3 > 0

    weighted = ExpansionClassifier().fit(frame, expanded, sample_weight=kept * 2.0)
    without = ExpansionClassifier().fit(take(frame, kept), expanded[kept], sample_weight=np.full(400, 2.0))

    assert without.decision_function(frame).tolist() == weighted.decision_function(frame).tolist()


def test_weights_move_the_prior() -> None:
    """Positives of double weight count as twice as many."""
    frame, expanded = accounts(600)
    model = ExpansionClassifier().fit(frame, expanded, sample_weight=1.0 + expanded)

    share = 2 * expanded.sum() / (600 + expanded.sum())
    assert share == pytest.approx(model.training_.prior)
    assert model.predict_proba(frame)[:, 1].mean() > expanded.mean() + 0.05


# What may be fed by mistake


def test_constant_target() -> None:
    """A target of one class is an error that says so."""
    frame, _ = accounts(50)
    with pytest.raises(InvalidValueError, match="y must hold two classes; got 1 class"):
        ExpansionClassifier().fit(frame, np.ones(50))


def test_one_class_in_a_fold() -> None:
    """With too few of one class to hold any out the model is fitted, and not calibrated."""
    frame, _ = accounts(200)
    model = ExpansionClassifier().fit(frame, np.arange(200) < 3)

    assert not model.is_calibrated_
    assert model.training_.brier_before is None
    assert (1.0, 0.0) == (model.slope_, model.intercept_)


def test_empty_and_constant_columns() -> None:
    """Columns without any value, or with one, of either kind, change nothing about who is scored, nor how well."""
    frame, expanded = accounts(500)
    idle = {"nothing": np.full(500, np.nan), "no_text": [None] * 500, "one": np.ones(500), "one_text": ["a"] * 500}

    model = ExpansionClassifier(max_features=1.0, **SMALL).fit(frame | idle, expanded)

    alone = ExpansionClassifier(max_features=1.0, **SMALL).fit(frame, expanded).decision_function(frame)
    np.testing.assert_allclose(alone, model.decision_function(frame | idle), atol=1e-12)


def test_a_column_empty_in_a_fold() -> None:
    """A column, of numbers or text, with values for one account alone is learned from in every fold."""
    frame, expanded = accounts(200)
    rare = {"number": np.full(200, np.nan), "text": np.full(200, None, dtype=object)}
    rare["number"][3], rare["text"][5] = 1.0, "a"

    model = ExpansionClassifier(max_iter=5).fit(frame | rare, expanded)

    assert model.training_.brier_before is not None


def test_infinite_values() -> None:
    """Infinite numbers are refused by the column's name, in training and later."""
    frame, expanded = accounts(100)
    infinite = frame | {"usage": np.where(np.arange(100) == 7, np.inf, frame["usage"])}

    with pytest.raises(InvalidValueError, match="column 'usage' must be finite"):
        ExpansionClassifier().fit(infinite, expanded)
    with pytest.raises(InvalidValueError, match="column 'usage' must be finite"):
        ExpansionClassifier(**SMALL).fit(frame, expanded).predict_proba(infinite)


def test_a_category_only_at_scoring_counts_as_missing() -> None:
    """A plan nobody had in training is scored like an unknown plan."""
    frame, expanded = accounts(500)
    model = ExpansionClassifier(**SMALL).fit(frame, expanded)

    unseen = model.predict_proba(frame | {"plan": ["gold"] * 500})

    assert model.predict_proba(frame | {"plan": [None] * 500}).tolist() == unseen.tolist()


def test_columns_of_later_tables() -> None:
    """Columns may come in another order and from another library; a missing or an extra one is named."""
    frame, expanded = accounts(300)
    model = ExpansionClassifier(**SMALL).fit(pd.DataFrame(frame), expanded)
    reordered = pl.DataFrame({name: list(cells) for name, cells in reversed(frame.items())})

    assert model.predict_proba(frame).tolist() == model.predict_proba(reordered).tolist()
    with pytest.raises(UnknownNameError, match="X lacks 'plan'"):
        model.predict(reordered.drop("plan"))
    with pytest.raises(UnknownNameError, match="X has 'region', unknown in training"):
        model.predict(pd.DataFrame(frame | {"region": "north"}))


def test_text_where_numbers_were() -> None:
    """A column of another kind than in training is named."""
    frame, expanded = accounts(100)
    model = ExpansionClassifier(**SMALL).fit(frame, expanded)

    with pytest.raises(InvalidValueError, match="column 'seats' must hold numbers, as in training; got text"):
        model.predict_proba(frame | {"seats": ["many"] * 100})


def test_one_row_and_no_row() -> None:
    """One row cannot be learned from; one, and none, can be scored."""
    frame, expanded = accounts(100)
    model = ExpansionClassifier(**SMALL).fit(frame, expanded)

    with pytest.raises(InvalidValueError, match="got 1 class in 1 sample"):
        ExpansionClassifier().fit(take(frame, [0]), expanded[:1])
    assert model.predict_proba(frame)[:1].tolist() == model.predict_proba(take(frame, [0])).tolist()
    assert (0, 2) == model.predict_proba(take(frame, [])).shape
    assert [] == model.predict(take(frame, [])).tolist()


def test_a_hundred_thousand_categories() -> None:
    """A column in which every row differs is learned from and scored without harm."""
    rng = np.random.default_rng(0)
    identity = np.array([f"account {number:06}" for number in range(100_000)], dtype=object)
    signal = rng.normal(size=100_000)
    frame = {"account": identity, "signal": signal}

    model = ExpansionClassifier(max_iter=5, calibrate=False).fit(frame, signal + rng.normal(size=100_000) > 0)

    assert 254 == len(model.encoder_.categories[0] or ())
    assert np.corrcoef(model.decision_function(frame), signal)[0, 1] > 0.8


# Among scikit-learn's tools


def test_among_scikit_learn() -> None:
    """It is cloned, pickled, cross-validated with groups and inspected like any other estimator."""
    frame, expanded = accounts(300)
    table = pd.DataFrame(frame)
    model = ExpansionClassifier(monotone={"seats": 1}, **SMALL).fit(table, expanded)

    assert model.predict_proba(table).tolist() == pickle.loads(pickle.dumps(model)).predict_proba(table).tolist()  # noqa: S301 - our own bytes
    assert clone(model).get_params() == model.get_params()
    assert 4 == len(permutation_importance(model, table, expanded, n_repeats=1, random_state=0).importances_mean)
    with sklearn.config_context(enable_metadata_routing=True):
        routed = ExpansionClassifier(max_iter=10).set_fit_request(groups=True, sample_weight=False)
        done = cross_validate(
            routed,
            table,
            expanded,
            params={"groups": np.arange(300) // 3},
            cv=GroupKFold(3),
            scoring="roc_auc",
            error_score="raise",
        )
    assert done["test_score"].mean() > 0.55
