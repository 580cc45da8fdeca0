"""Pairs of training and test rows, from a splitter or as they are given, checked once."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from servicelead._fields import kind_of
from servicelead._typing import Array, Codes, IntArray
from servicelead.exceptions import InvalidValueError

__all__ = ["Pair", "pairs_of"]

#: The rows that a model learns from, and those it is judged on.
Pair: TypeAlias = tuple[IntArray, IntArray]


def pairs_of(cv: Any, y: Array, account: Codes, groups: Any) -> list[Pair]:
    """Return the row numbers of each fold that judges any.

    Parameters
    ----------
    cv
        A scikit-learn splitter, or pairs of row numbers or masks.
    y, account : array (n,)
        Labels and accounts.
    groups
        What the splitter is given; None for the accounts, where it reads groups.

    Raises
    ------
    InvalidValueError
        When it is neither, there are no test rows, a row number is none of X, a row is on both sides of a fold, or a
        row is in several test folds.
    """
    pairs = [pair for pair in _read(cv, y, account if groups is None and _reads_groups(cv) else groups) if len(pair[1])]
    if not pairs:
        raise InvalidValueError("evaluate(cv) must have a fold with test rows; got none; check the splitter")
    for number, (train, test) in enumerate(pairs):
        learned = np.zeros(len(y), dtype=bool)
        learned[train] = True
        if learned[test].any():
            raise InvalidValueError(
                f"evaluate(cv) must keep the rows that are judged out of training; got {np.sum(learned[test]):,} in "
                f"fold {number} that are on both sides; leave them out of one"
            )
    judged = np.concatenate([test for _, test in pairs])
    if len(np.unique(judged)) < len(judged):
        raise InvalidValueError(
            "evaluate(cv) must judge each row at most once; got rows that are in several test folds; "
            "evaluate each repetition by itself"
        )
    return pairs


def _read(cv: Any, y: Array, groups: Any) -> Iterable[Pair]:
    if hasattr(cv, "split") and not isinstance(cv, str):
        given = cv.split(np.zeros((len(y), 1)), y, groups)
    elif isinstance(cv, Iterable):
        given = cv
    else:
        raise _neither(cv)
    for pair in given:
        try:
            train, test = pair
        except (TypeError, ValueError):
            raise _neither(cv) from None
        yield _numbers(train, len(y)), _numbers(test, len(y))


def _neither(cv: Any) -> InvalidValueError:
    return InvalidValueError(
        f"evaluate(cv) must be a splitter or pairs of row numbers; got {kind_of(cv)}; "
        "use AccountTimeSplit or StratifiedGroupKFold"
    )


def _reads_groups(cv: Any) -> bool:
    """Whether a splitter is to be given groups: those of scikit-learn that ignore them warn of it."""
    return hasattr(cv, "set_split_request") or not hasattr(cv, "get_metadata_routing")


def _numbers(rows: Any, n: int) -> IntArray:
    """Return row numbers, of a mask too; a list that is empty has no type of its own."""
    chosen = np.asarray(rows) if np.size(rows) else np.empty(0, dtype=np.int64)
    if chosen.dtype == np.bool_ and chosen.shape == (n,):
        return np.flatnonzero(chosen)
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu" or not ((chosen >= 0) & (chosen < n)).all():
        raise InvalidValueError(
            f"evaluate(cv) must name rows of X by whole numbers from 0 to {n - 1:,}, or by a mask of {n:,}; "
            "got others; make the split of the rows you pass"
        )
    return chosen.astype(np.int64)
