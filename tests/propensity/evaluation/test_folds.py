from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold

from servicelead.exceptions import InvalidValueError
from servicelead.propensity.evaluation.folds import pairs_of

N = 12
LABELS, ACCOUNTS = np.arange(N) % 2 == 0, (np.arange(N) // 3).astype(np.int32)


def pairs(cv: Any, groups: Any = None) -> list[tuple[list[int], list[int]]]:
    """Return the pairs of twelve rows of four accounts."""
    return [(train.tolist(), test.tolist()) for train, test in pairs_of(cv, LABELS, ACCOUNTS, groups)]


def test_a_splitter_is_asked() -> None:
    """One that reads groups is given the accounts, or what was given instead; one that does not, nothing."""
    expected = [(train.tolist(), test.tolist()) for train, test in KFold(3).split(LABELS)]
    assert expected == pairs(KFold(3))
    for groups, told in ((None, ACCOUNTS), (np.arange(N) % 5, np.arange(N) % 5)):
        for train, test in pairs(GroupKFold(4), groups):
            assert not set(told[train]) & set(told[test])


def test_numbers_masks_and_empty_folds() -> None:
    """Rows are told by number or by mask; a fold that judges nothing is left out."""

    def walk() -> Iterator[Any]:
        yield [0, 1, 2], []
        yield np.arange(N) < 3, np.arange(N) == 5
        yield (3, 4), np.zeros(N, dtype=bool)
        yield np.array([0, 0, 1], dtype=np.uint8), [11]

    assert [([0, 1, 2], [5]), ([0, 0, 1], [11])] == pairs(walk())


@pytest.mark.parametrize("rows", [[N], [-1], [0.0], ["0"], [[0]], np.ones(N - 1, dtype=bool), [None]])
def test_rows_that_are_not_there_are_refused(rows: Any) -> None:
    """On either side, and by their rule; no number counts from the end."""
    for pair in (([5], rows), (rows, [5])):
        with pytest.raises(
            InvalidValueError, match=r"evaluate\(cv\) must name rows of X by whole numbers from 0 to 11"
        ):
            pairs([pair])


@pytest.mark.parametrize("cv", [5, None, "ab", [1, 2], [([1], [2], [3])]])
def test_what_is_no_split_is_refused(cv: Any) -> None:
    """Neither a splitter nor pairs."""
    with pytest.raises(InvalidValueError, match="must be a splitter or pairs of row numbers"):
        pairs(cv)


def test_rows_on_both_sides_are_refused() -> None:
    """Whoever has learned a row's outcome cannot be judged on it."""
    with pytest.raises(InvalidValueError, match="got 2 in fold 1 that are on both sides"):
        pairs([([0, 1], [2]), ([3, 4, 5], [4, 5, 6])])


def test_a_row_is_judged_once() -> None:
    """Not twice, in two folds or in one."""
    for twice in ([([0], [1]), ([0], [1])], [([0], [1, 1])]):
        with pytest.raises(InvalidValueError, match="at most once"):
            pairs(twice)
    with pytest.raises(InvalidValueError, match="a fold with test rows"):
        pairs([([0], [])])
