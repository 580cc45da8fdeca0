from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, RepeatedKFold, ShuffleSplit, TimeSeriesSplit, cross_val_predict
from sklearn.svm import LinearSVC

from propensity.rankings import FOLDS, evaluated, foreseeable
from servicelead._typing import FloatArray
from servicelead.columns import ResultTable
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity import evaluate
from servicelead.uncertainty import Estimate

COLUMNS, EXPANDED = foreseeable()


def ends(estimate: Estimate) -> FloatArray:
    """Return an estimate and its bounds as numbers."""
    return np.array([estimate.value, estimate.lower, estimate.upper], dtype=np.float64)


def test_scores_are_those_of_scikit_learns_cross_validation() -> None:
    """Row by row, by a clone that has not seen the row."""
    found = evaluated(COLUMNS, EXPANDED, cv=KFold(4))
    expected = cross_val_predict(LogisticRegression(), COLUMNS, EXPANDED, cv=KFold(4), method="predict_proba")
    np.testing.assert_array_equal(expected[found.row, 1], found.scores["model"])
    np.testing.assert_array_equal(EXPANDED[found.row], found.label)


def test_every_model_is_judged_by_every_metric_with_an_interval() -> None:
    """Beside the prior and the one-hot logistic regression, paired differences too."""
    found = evaluated(COLUMNS, EXPANDED, value=100.0, cost=10.0)
    assert {(metric, model) for metric in found.metrics for model in ("model", "logistic", "prior")} == set(
        zip(found.table["metric"], found.table["model"], strict=True)
    )
    assert (found.table["lower"] <= found.table["value"]).all()
    assert (found.table["value"] <= found.table["upper"]).all()
    gain = found.improvements.row(metric="brier", over="prior")
    assert gain["value"] == pytest.approx(ends(found.estimate("brier", "prior"))[0] - ends(found.estimate("brier"))[0])
    assert 0 < gain["lower"] < gain["value"] < gain["upper"]


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    """The same rows are easy or hard for both models."""
    found = evaluated(COLUMNS[:, :1], EXPANDED)
    paired, alone = ends(found.improvement("brier", over="logistic")), ends(found.estimate("brier"))
    assert paired[2] - paired[1] < (alone[2] - alone[1]) / 5


def test_the_prior_ranks_nobody() -> None:
    """AUC one half and lift 1 exactly, whatever the folds' rates are."""
    found = evaluated(COLUMNS, EXPANDED, cv=KFold(7))
    assert 0.5 == found.estimate("auc", "prior").value
    assert 1.0 == pytest.approx(found.estimate("lift", "prior").value)


def test_more_rows_of_the_same_accounts_make_no_surer() -> None:
    """Copies of every row halve nothing: accounts are the independent units."""
    once = evaluated(COLUMNS, EXPANDED, cv=[(np.arange(200), np.arange(200, 400))])
    twice = evaluated(
        np.tile(COLUMNS, (2, 1)),
        np.tile(EXPANDED, 2),
        accounts=np.tile(np.arange(400) // 2, 2),
        cv=[(np.arange(200), np.append(np.arange(200, 400), np.arange(600, 800)))],
    )
    for metric in ("brier", "log_loss", "auc", "capture"):
        expected, actual = once.estimate(metric), twice.estimate(metric)
        np.testing.assert_allclose(ends(expected), ends(actual))


def test_a_walk_forward_leaves_the_first_rows_unjudged_and_counts_them() -> None:
    """Nothing is judged twice, nothing is lost in silence."""
    found = evaluated(COLUMNS, EXPANDED, cv=TimeSeriesSplit(3))
    assert 400 == len(found.row) + found.n_unjudged
    assert 100 == found.n_unjudged
    assert "100 rows not judged" in str(found)


def test_rows_of_acquainted_accounts_are_counted() -> None:
    """A split that tears accounts apart says so, in print too."""
    apart, torn = (
        evaluated(COLUMNS, EXPANDED),
        evaluated(COLUMNS, EXPANDED, cv=[(np.arange(1, 400, 2), np.arange(0, 80, 2))]),
    )
    assert (0, 40) == (apart.n_acquainted, torn.n_acquainted)
    assert "learned from" not in str(apart)
    assert "360 rows not judged; 40 rows of accounts also learned from; top 10% acted on" in str(torn)


def test_tables_of_several_units_print_significant_digits() -> None:
    """A difference in the third decimal shows beside a profit of thousands, and counts of money are whole."""
    found = evaluated(COLUMNS, EXPANDED, value=1e5)
    for table, columns in ((found.improvements, ("brier", "prior")), (found.table, ("brier", "model"))):
        (line,) = (line for line in str(table).splitlines() if tuple(line.split()[:2]) == columns)
        cells = [cell.lstrip("-0.") for cell in line.split()[2:]]
        assert [3, 3, 3] == [len(f"{cell:0<3}") for cell in cells]
    assert any("," in line and "." not in line for line in str(found.improvements).splitlines() if "profit" in line)


@pytest.mark.parametrize("wrap", [pd.DataFrame, pl.DataFrame, pa.table, ResultTable, dict])
def test_any_frame_will_do(wrap: Any) -> None:
    """Frames, tables and mappings give the baseline's scores of the array."""
    columns = {f"c{place}": column for place, column in enumerate(COLUMNS.T)}

    class Blind(DummyClassifier):
        """Looks at the number of rows alone."""

        def fit(self, X: Any, y: Any) -> Any:  # noqa: N803 - scikit-learn's name for it
            """Learn the rate."""
            assert type(X) is type(wrap(columns))
            return super().fit(np.zeros(len(y)), y)

        def predict_proba(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name for it
            """Return the rate."""
            n = len(next(iter(X.values()))) if isinstance(X, dict) else len(X)
            return super().predict_proba(np.zeros(n))

    settings: dict[str, Any] = {"accounts": np.arange(400), "cv": KFold(2)}
    found = evaluate(Blind(), wrap(columns), EXPANDED, **settings)
    expected = evaluate(DummyClassifier(), COLUMNS, EXPANDED, **settings)
    np.testing.assert_array_equal(expected.scores["prior"], found.scores["model"])
    np.testing.assert_allclose(expected.scores["logistic"], found.scores["logistic"], rtol=1e-9)


def test_the_baseline_takes_categories_and_missing_values() -> None:
    """A category seen only when judged, an empty column and missing numbers included."""
    plan = np.where(COLUMNS[:, 0] > 0, "pro", "basic").astype(object)
    plan[0], plan[399] = None, "gold"
    seats = np.where(COLUMNS[:, 1] > 1, np.nan, COLUMNS[:, 1])
    frame = pd.DataFrame({"plan": plan, "seats": seats, "empty": np.full(400, np.nan)})
    found = evaluate(DummyClassifier(), frame, EXPANDED, accounts=np.arange(400), cv=KFold(2))
    assert ends(found.estimate("auc", "logistic"))[0] > 0.6


def test_a_fitted_model_is_judged_as_it_is() -> None:
    """In scikit-learn's wrapper, which a clone leaves fitted."""
    fitted = LogisticRegression().fit(COLUMNS[:100], EXPANDED[:100])
    pairs = [(np.arange(100), np.arange(100, 400))]
    found = evaluate(FrozenEstimator(fitted), COLUMNS, EXPANDED, accounts=np.arange(400), cv=pairs)
    np.testing.assert_array_equal(fitted.predict_proba(COLUMNS[100:])[:, 1], found.scores["model"])


def test_estimators_that_split_again_are_given_the_accounts() -> None:
    """So that no account is on both sides of an inner split either."""
    seen = []

    class Splits(DummyClassifier):
        """Remembers its groups."""

        def fit(self, X: Any, y: Any, groups: Any = None) -> Any:  # noqa: N803 - scikit-learn's name for it
            """Learn the rate."""
            seen.append(len(np.unique(groups)))
            return super().fit(X, y)

    evaluate(Splits(), COLUMNS, EXPANDED, accounts=[f"a{row // 4}" for row in range(400)], cv=KFold(4))
    assert [75] * 4 == seen


def test_text_labels_and_text_accounts() -> None:
    """The greater label is the event."""
    words = np.where(EXPANDED, "won", "lost")
    found = evaluated(COLUMNS, words, accounts=[f"a{row // 2}" for row in range(400)])
    assert evaluated(COLUMNS, EXPANDED).estimate("brier").value == pytest.approx(found.estimate("brier").value)


def test_curves_agree_with_the_table() -> None:
    """Gain at the top share, calibration's bins and the end of the profit curve."""
    found = evaluated(COLUMNS, EXPANDED, value=np.arange(400.0), cost=3.0, margin=0.5, top=0.2)
    assert found.estimate("capture").value == pytest.approx(found.gain()["capture"][20])
    bins = found.calibration()
    assert 400 == bins["n"].sum()
    error = np.sum(bins["n"] * np.abs(bins["rate"] - bins["score"])) / 400
    assert error == pytest.approx(found.estimate("calibration_error").value)
    everyone = np.sum(EXPANDED * np.arange(400.0) * 0.5 - 3.0)
    assert everyone == pytest.approx(found.profit()["realised_profit"][-1])


def test_names_that_are_not_there() -> None:
    """The message lists those that are."""
    found = evaluated(COLUMNS, EXPANDED)
    with pytest.raises(UnknownNameError, match="brier, log_loss"):
        found.estimate("accuracy")
    with pytest.raises(UnknownNameError, match="model, logistic, prior"):
        found.gain("forest")
    with pytest.raises(UnknownNameError, match="value of each row"):
        found.profit()
    with pytest.raises(UnknownNameError, match="no metric 'realised_profit'"):
        found.estimate("realised_profit")


@pytest.mark.parametrize(
    ("named", "match"),
    [
        ({"cv": RepeatedKFold(n_splits=2, n_repeats=2)}, "judge each row at most once"),
        ({"cv": ShuffleSplit(3)}, "judge each row at most once"),
        ({"cv": 5}, "a splitter or pairs of row numbers"),
        ({"cv": []}, "a fold with test rows"),
        ({"cv": [(np.flatnonzero(~EXPANDED), np.flatnonzero(EXPANDED))]}, "fold 0 has one"),
        ({"accounts": np.arange(3)}, "accounts must have one entry per row"),
        ({"accounts": [None] * 400, "cv": FOLDS}, "missing ones"),
        ({"accounts": np.full(400, np.nan)}, "missing ones"),
        ({"value": [1.0, 2.0]}, "value must be one number, or one per row"),
        ({"value": np.full(400, np.nan)}, "value must be finite"),
        ({"cost": -1.0}, "cost must be at least 0"),
        ({"top": 0.0}, "top must be a number strictly between"),
        ({"confidence": 95}, "confidence must be a number strictly between"),
    ],
)
def test_bad_arguments_are_refused(named: dict[str, Any], match: str) -> None:
    """By name, with the rule and the remedy."""
    with pytest.raises(InvalidValueError, match=match):
        evaluated(COLUMNS, EXPANDED, **named)


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (np.ones(400), "two classes; got 1 class"),
        (np.where(EXPANDED, 1.0, np.nan), "a label per row"),
        (np.arange(400) % 3 - 1, r"400 rows that are unlabelled \(-1\)"),
        (np.ones((400, 2)), "a label per row"),
    ],
)
def test_labels_that_are_not_two_are_refused(labels: Any, match: str) -> None:
    """Rows without an outcome have to be left out."""
    with pytest.raises(InvalidValueError, match=match):
        evaluated(COLUMNS, labels)


def test_an_estimator_without_probabilities_is_refused() -> None:
    """With the wrapper that gives it some."""
    with pytest.raises(InvalidValueError, match="CalibratedClassifierCV"):
        evaluate(LinearSVC(), COLUMNS, EXPANDED, accounts=np.arange(400), cv=FOLDS)


def test_probabilities_that_are_none_are_refused() -> None:
    """An estimator's own mistake is named as such."""

    class Wrong(DummyClassifier):
        """Promises more than everything."""

        def predict_proba(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name for it
            """Return twice the rate, and more."""
            return 2 + super().predict_proba(X)

    with pytest.raises(InvalidValueError, match="predict_proba of Wrong"):
        evaluate(Wrong(), COLUMNS, EXPANDED, accounts=np.arange(400), cv=FOLDS)
