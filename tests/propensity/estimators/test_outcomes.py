from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.outcomes import account_codes, labels_of, require_length, two_classes


@pytest.mark.parametrize(
    ("given", "classes"),
    [
        ([0, 1, 1], [0, 1]),
        ([True, False], [False, True]),
        (np.array(["lost", "won"]), ["lost", "won"]),
        (pd.Series([2.0, 1.0]), [1.0, 2.0]),
        ([-1, 1], [-1, 1]),
        (np.array([True, np.bool_(0)], dtype=object), [False, True]),
        (pd.Series([True, False], dtype="boolean"), [False, True]),
        (np.array([3, 1], dtype=object), [1, 3]),
    ],
)
def test_two_labels_of_any_kind(given: Any, classes: list[Any]) -> None:
    """One per row, in their order; -1 beside 1 is how many tables write no and yes."""
    labels = labels_of(given)
    assert (len(given),) == labels.shape
    assert classes == two_classes(labels).tolist()


def test_truth_values_stay_truth_values() -> None:
    """Objects, as a column of pandas may hold them, are told for what they are."""
    assert np.bool_ == labels_of(np.array([True, False], dtype=object)).dtype
    assert [True, False] == labels_of([np.True_, False]).tolist()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "requires y to be passed"),
        ([0.0, np.nan], "y must be a label per row"),
        ([0.5, 1.5], "y must be a label per row"),
        ([0, 1, 2], "y must hold two classes"),
        ([[0, 1], [1, 0]], "y must be a label per row"),
        ([-1, 0, 1, -1], "2 of 4 rows that are unlabelled"),
        ([-1, -1], "2 of 2 rows that are unlabelled"),
        (np.array([-1, 0], dtype=object), "1 of 2 rows that are unlabelled"),
        ([True, None, False], "truth values, numbers or texts alone. Leave out rows without a label"),
        (np.array([True, "no"], dtype=object), "truth values, numbers or texts alone"),
    ],
)
def test_other_labels_are_refused(given: Any, words: str) -> None:
    """Missing ones, continuous ones, a third one, several per row, and those of snapshots that wait for theirs."""
    with pytest.raises(InvalidValueError, match=words):
        labels_of(given)


def test_one_class_teaches_nothing() -> None:
    """How many rows there are of it is told."""
    with pytest.raises(InvalidValueError, match=r"got 1 class in 3 sample\(s\)"):
        two_classes(np.array([1, 1, 1]))


@pytest.mark.parametrize("given", [["b", "a", "b"], [7, 3, 7], [2.5, 1.0, 2.5], pd.Series(["b", "a", "b"])])
def test_accounts_have_codes_without_gaps(given: Any) -> None:
    """The same for the same account, whatever it is named by."""
    codes = account_codes("groups", given, 3)
    assert codes[0] == codes[2] != codes[1]
    assert [0, 1] == sorted(set(codes.tolist()))


@pytest.mark.parametrize("given", [["a", None, "secret"], [1.0, np.nan, 2.0], [datetime(2026, 1, 1, tzinfo=UTC)] * 3])
def test_accounts_without_a_name_are_refused(given: Any) -> None:
    """A time is no account; the argument is named, never a value."""
    with pytest.raises(InvalidValueError, match="groups must name the account of every row") as caught:
        account_codes("groups", given, 3)
    assert "secret" not in str(caught.value)


def test_one_entry_per_row() -> None:
    """Both lengths are told."""
    with pytest.raises(InvalidValueError, match="accounts must have one entry per row of X; got 2 for 3 rows"):
        account_codes("accounts", ["a", "b"], 3)
    require_length("y", np.zeros(1_000), 1_000)
    with pytest.raises(InvalidValueError, match="y must have one entry per row of X; got 1,000 for 2 rows; align them"):
        require_length("y", np.zeros(1_000), 2)
