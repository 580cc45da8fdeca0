"""Labels, weights and groups are checked once, and never shown."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.training_rows import TrainingRows

MATRIX = np.array([[1.0, 2.0], [3.0, np.nan], [1.0, 2.0], [3.0, np.nan]])


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([0, 1, 1, 0], [0, 1]),
        ([False, True, True, False], [False, True]),
        ([-1, 1, 1, -1], [-1, 1]),
        (["Lost", "Won", "Won", "Lost"], ["Lost", "Won"]),
        (np.array([2.0, 5.0, 5.0, 2.0]), [2.0, 5.0]),
        (pd.Series([0, 1, 1, 0], index=[7, 8, 9, 9]), [0, 1]),
        (pl.Series([0, 1, 1, 0], dtype=pl.Int8), [0, 1]),
    ],
)
def test_the_greater_label_is_the_yes(y: Any, classes: list[Any]) -> None:
    """Labels of any kind: the greater of the two is the yes."""
    rows = TrainingRows.of(MATRIX, y)

    assert classes == rows.classes.tolist()
    assert [False, True, True, False] == rows.outcome.tolist()
    assert [1.0] * 4 == rows.weight.tolist()


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (None, "the target y is None"),
        ([1, 1, 1, 1], "two classes; got 1 class"),
        ([0, 1, 2, 0], "Only binary classification is supported"),
        ([0, 1, -1, 0], r"1 of 4 rows that are unlabelled \(-1\)"),
        (np.full(4, -1, dtype=np.int8), r"4 of 4 rows that are unlabelled \(-1\), .* Leave out rows without a label"),
        ([0, -1, -1, 0.0], r"2 of 4 rows that are unlabelled \(-1\)"),
        ([0.1, 0.2, 0.3, 0.4], "Unknown label type"),
        ([0, 1, None, 0], "label per row"),
        ([0.0, 1.0, np.nan, 0.0], "label per row"),
        ([0, 1], "one entry per row of X; got 2 for 4 rows"),
        ([[0, 1], [1, 0], [0, 1], [1, 1]], "label per row"),
    ],
)
def test_unusable_labels(y: Any, told: str) -> None:
    """A target of one class, of three, with gaps, of numbers or of another length is refused."""
    with pytest.raises(InvalidValueError, match=told):
        TrainingRows.of(MATRIX, y)


@pytest.mark.parametrize("weight", [[1, 1, 1, -1], [0, 0, 0, 0], [1, 1, 1], ["Canary"] * 4, [1, 1, 1, np.nan], 2.0])
def test_unusable_weights(weight: Any) -> None:
    """Weights below 0, all 0, missing, of text or of another length are refused without being shown."""
    with pytest.raises(InvalidValueError, match="sample_weight") as caught:
        TrainingRows.of(MATRIX, [0, 1, 1, 0], weight)
    assert "Canary" not in str(caught.value)


def test_rows_without_weight_are_not_there() -> None:
    """A row of weight 0 leaves nothing behind, and a class of such rows is no class."""
    rows = TrainingRows.of(MATRIX, ["no", "maybe", "yes", "no"][0:1] + ["yes"] * 2 + ["no"], [1, 0, 2, 3], list("abca"))

    assert [[1.0, 2.0], [1.0, 2.0], [3.0, 0.0]] == np.nan_to_num(rows.matrix).tolist()
    assert ([False, True, False], [1.0, 2.0, 3.0], [0, 1, 0]) == tuple(column.tolist() for column in rows[1:4])
    with pytest.raises(InvalidValueError, match="got 1 class in 2 sample"):
        TrainingRows.of(MATRIX, [0, 1, 1, 0], [1, 0, 0, 1])


@pytest.mark.parametrize(
    "groups",
    [
        ["a", "b", "a", "c"],
        [10, 20, 10, 30],
        np.array([1, 2, 1, 3], dtype=np.uint8),
        pd.Series(["a", "b", "a", "c"], index=[5, 5, 5, 5]),
        pl.Series(["a", "b", "a", "c"]),
    ],
)
def test_groups_of_any_kind(groups: Any) -> None:
    """Accounts are told apart by text or number, from any library."""
    codes = TrainingRows.of(MATRIX, [0, 1, 1, 0], groups=groups).groups.tolist()

    assert 3 == len(set(codes)) == max(codes) + 1
    assert codes[0] == codes[2]


@pytest.mark.parametrize("groups", [["a", None, "a", "b"], [1.0, np.nan, 1.0, 2.0], [1, None, 1, 2]])
def test_missing_groups(groups: Any) -> None:
    """A row without an account is refused where accounts are named."""
    with pytest.raises(InvalidValueError, match="account of every row"):
        TrainingRows.of(MATRIX, [0, 1, 1, 0], groups=groups)


def test_groups_of_another_length() -> None:
    """Groups of another length are refused."""
    with pytest.raises(InvalidValueError, match="groups must have one entry per row of X; got 3 for 4 rows"):
        TrainingRows.of(MATRIX, [0, 1, 1, 0], groups=["a", "b", "c"])


def test_identical_rows_are_one_group() -> None:
    """Without groups, rows the same in every column are one; so are 0 and -0, and all missing values."""
    rng = np.random.default_rng(0)
    matrix = rng.choice([0.0, -0.0, 1.0, np.nan, -np.nan], (3000, 4))
    slow = {tuple("nan" if np.isnan(cell) else abs(cell) for cell in row) for row in matrix}

    codes = TrainingRows.of(matrix, rng.integers(0, 2, 3000)).groups

    assert len(slow) == codes.max() + 1
    same = {code: np.abs(matrix[codes == code]) for code in range(codes.max() + 1)}
    for block in same.values():
        np.testing.assert_array_equal(np.broadcast_to(block[0], block.shape), block)


def test_swapped_cells_are_another_row() -> None:
    """Rows that hold the same values in other columns, or another number of rows, differ."""
    matrix = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 3.0], [3.0, 2.0, 1.0], [1.0, 1.0, 1.0]])

    assert 4 == len(set(TrainingRows.of(matrix, [0, 1, 0, 1]).groups.tolist()))
