"""What became of rows, and whose they are: labels and accounts, checked alike for learning and for judging."""

from numbers import Real
from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, column_or_1d

from servicelead._fields import kind_of
from servicelead._typing import MISSING, Array, IntArray
from servicelead.columns.frames import Moments, Texts, read_columns
from servicelead.exceptions import InvalidValueError

__all__ = ["account_codes", "labels_of", "require_length", "two_classes"]

_UNLABELLED = -1
_SNAPSHOT_LABELS = ({-1}, {-1, 0}, {-1, 0, 1})  # -1 beside 1 alone is how many tables write no and yes


def labels_of(y: Any) -> Array:
    """Return one label per row, of two classes at most.

    Raises
    ------
    InvalidValueError
        When a label is missing or there are more classes, and for the -1 of snapshots that have no outcome yet.
    """
    if y is None:
        raise InvalidValueError("fit requires y to be passed, but the target y is None; give a label per row")
    try:
        label = _of_one_kind(column_or_1d(check_array(y, ensure_2d=False, dtype=None, input_name="y"), warn=True))
        check_classification_targets(label)
        kind = type_of_target(label, input_name="y")
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"y must be a label per row; got {kind_of(y)}: {error}") from None
    if label.dtype.kind in "if" and set(np.unique(label).tolist()) in _SNAPSHOT_LABELS:
        n_unlabelled = np.count_nonzero(label == _UNLABELLED)
        raise InvalidValueError(
            f"y must say of every row what became of it; got {n_unlabelled:,} of {len(label):,} rows that are "
            "unlabelled (-1), as snapshots built with labelled=False are. Leave out rows without a label"
        )
    if kind != "binary":
        raise InvalidValueError(
            f"y must hold two classes. Only binary classification is supported. The type of the target is {kind}. "
            "Leave out rows without a label"
        )
    return label


def _of_one_kind(label: Array) -> Array:
    """Return objects that are all truth values, or all numbers, as such; texts, and what is no object, unchanged.

    Raises
    ------
    TypeError
        When they are of several kinds, or of none that is a label.
    """
    if label.dtype.kind != "O":
        return label
    kinds = {type(each) for each in label.tolist()}
    are_flags = [issubclass(kind, bool | np.bool_) for kind in kinds]
    if all(issubclass(kind, str) for kind in kinds):
        return label
    if all(are_flags) or (not any(are_flags) and all(issubclass(kind, Real) for kind in kinds)):
        return np.array(label.tolist())
    raise TypeError(
        "a column of objects must hold truth values, numbers or texts alone. Leave out rows without a label"
    )


def two_classes(label: Array) -> Array:
    """Return the two labels in order, the greater one being the yes; `InvalidValueError` when there is one alone."""
    classes = np.unique(label)
    if len(classes) != 2:
        raise InvalidValueError(
            f"y must hold two classes; got {len(classes)} class in {len(label)} sample(s); "
            "give rows of both, or ask again when there are some"
        )
    return classes


def account_codes(name: str, accounts: Any, n_rows: int) -> IntArray:
    """Return a code per row from 0 on without gaps, the same for the same account.

    Raises
    ------
    InvalidValueError
        When one is missing or a time, or there is not one per row, naming the argument.
    """
    column = read_columns({name: accounts})[0][name]
    values: Array = column.encoded[0] if isinstance(column, Texts) else column.values
    is_missing = values < 0 if isinstance(column, Texts) else (values == MISSING) | np.isnan(values)
    if is_missing.any() or isinstance(column, Moments):
        raise InvalidValueError(f"{name} must name the account of every row; got missing ones or times; fill them in")
    require_length(name, values, n_rows)
    return np.unique(values, return_inverse=True)[1]


def require_length(name: str, values: Array, n_rows: int) -> None:
    """Refuse an argument that has not one entry per row, naming it."""
    if len(values) != n_rows:
        raise InvalidValueError(
            f"{name} must have one entry per row of X; got {len(values):,} for {n_rows:,} rows; align them"
        )
