"""The rows an estimator learns from: encoded, with an outcome, a weight and a group each, all checked once."""

from typing import Any, NamedTuple

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.estimators.outcomes import account_codes, labels_of, require_length, two_classes

__all__ = ["TrainingRows"]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio's bits: odd, and mixing well
_HALF = np.uint64(32)


class TrainingRows(NamedTuple):
    """Rows of weight above 0.

    Attributes
    ----------
    matrix : float64 (n, p)
    outcome : bool (n,)
        Whether the label is the greater of the two.
    weight : float64 (n,)
    groups : int64 (n,)
        From 0 on, without gaps.
    classes : array (2,)
        The two labels in order.
    """

    matrix: FloatArray
    outcome: BoolArray
    weight: FloatArray
    groups: IntArray
    classes: Array

    @classmethod
    def of(cls, matrix: FloatArray, y: Any, sample_weight: Any = None, groups: Any = None) -> "TrainingRows":
        """Return the checked rows; without groups, identical rows are one.

        Raises
        ------
        InvalidValueError
            When lengths differ, a label, weight or group is missing, a weight is negative or all are 0, or y has not
            two classes.
        """
        label = labels_of(y)
        require_length("y", label, len(matrix))
        weight = _weights(sample_weight, len(matrix))
        require_length("sample_weight", weight, len(matrix))
        codes = None if groups is None else account_codes("groups", groups, len(matrix))
        kept = weight > 0.0
        if not kept.all():
            matrix, label, weight = matrix[kept], label[kept], weight[kept]
            codes = None if codes is None else codes[kept]
        classes = two_classes(label)
        numbers = _digests(matrix) if codes is None else codes
        return cls(matrix, label == classes[1], weight, np.unique(numbers, return_inverse=True)[1], classes)


def _weights(sample_weight: Any, n_rows: int) -> FloatArray:
    if sample_weight is None:
        return np.ones(n_rows)
    try:
        weight = np.asarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError):  # its message would show the value
        raise InvalidValueError(f"sample_weight must be a number per row; got {kind_of(sample_weight)}") from None
    if weight.ndim != 1 or not np.isfinite(weight).all() or (weight < 0.0).any() or not weight.any():
        raise InvalidValueError(
            "sample_weight must be a finite number of at least 0 per row, and not zero for all; "
            "leave it out to weigh every row the same"
        )
    return weight


def _digests(matrix: FloatArray) -> Array:
    """Return a number per row that equal rows share, and others practically never."""
    digest = np.zeros(len(matrix), dtype=np.uint64)
    for column in matrix.T:
        bits = np.where(np.isnan(column), np.nan, column + 0.0).view(np.uint64)  # one zero, one NaN
        digest = (digest ^ bits) * _MULTIPLIER
        digest ^= digest >> _HALF
    return digest
