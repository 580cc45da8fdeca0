from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from propensity.rankings import evaluated, foreseeable
from servicelead.exceptions import InvalidValueError
from servicelead.propensity import evaluate

COLUMNS, EXPANDED = foreseeable(200)
SETTINGS: dict[str, Any] = {"accounts": np.arange(200) // 2, "cv": GroupKFold(4)}


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("top", 0, "evaluate: top must be a number strictly between 0 and 1"),
        ("top", 1.5, "evaluate: top must be"),
        ("confidence", 95, "evaluate: confidence must be"),
        ("accounts", ["a"] * 3, "evaluate: accounts must have one entry per row"),
        ("accounts", [None] * 200, "evaluate: accounts must name"),
        ("cost", -1.0, "evaluate: cost"),
        ("margin", float("nan"), "evaluate: margin"),
        ("margin", -0.1, "evaluate: margin must be at least 0"),
        ("value", [1.0], "evaluate: value"),
        ("value", [float("inf")] * 200, "evaluate: value"),
    ],
)
def test_an_argument_that_breaks_its_rule_is_named(argument: str, value: Any, words: str) -> None:
    """Before any model is fitted."""

    class Idle(LogisticRegression):
        def fit(self, *_: Any) -> Any:
            raise AssertionError

    with pytest.raises(InvalidValueError, match=words):
        evaluate(Idle(), COLUMNS, EXPANDED, **(SETTINGS | {argument: value}))


def test_the_greater_label_is_the_event() -> None:
    """Whatever the two are called."""
    said = np.where(EXPANDED, "yes", "no")
    expected, actual = evaluated(COLUMNS, EXPANDED), evaluated(COLUMNS, said)
    np.testing.assert_array_equal(expected.label, actual.label)
    np.testing.assert_array_equal(expected.scores["model"], actual.scores["model"])


def test_the_margin_is_kept_of_the_value() -> None:
    """Half of a value is worth as much as that value with a margin of a half; no value, no profit."""
    half, kept = (
        evaluated(COLUMNS, EXPANDED, value=50.0, cost=5.0),
        evaluated(COLUMNS, EXPANDED, value=100.0, margin=0.5, cost=5.0),
    )
    assert half.estimate("realised_profit").value == kept.estimate("realised_profit").value
    assert "realised_profit" not in evaluated(COLUMNS, EXPANDED).metrics
    assert 0 == evaluated(COLUMNS, EXPANDED, value=100.0, margin=0, cost=5.0).estimate("realised_profit").value


def test_rows_are_told_by_their_place() -> None:
    """Columns of what was judged are in the order of the folds, and say which rows they are."""
    order = np.arange(200)
    cv = [(order[100:], order[:50]), (order[:100], order[150:])]
    found = evaluated(COLUMNS, EXPANDED, cv=cv)
    assert [*range(50), *range(150, 200)] == found.row.tolist()
    np.testing.assert_array_equal(EXPANDED[found.row], found.label)
    assert [0] * 50 + [1] * 50 == found.fold.tolist()
    assert 100 == found.n_unjudged


def test_columns_cannot_be_written_to() -> None:
    """What was judged stays as it was judged."""
    found = evaluated(COLUMNS, EXPANDED)
    for column in (found.row, found.label, found.accounts, found.fold, *found.scores.values()):
        assert not column.flags.writeable
