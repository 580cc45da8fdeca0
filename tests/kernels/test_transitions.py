from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.ragged import offsets_of
from servicelead.kernels import transitions
from servicelead.kernels.transitions import CONVERSION, NON_CONVERSION, NOTHING, transition_counts


class Walk(NamedTuple):
    """Labels, whether they led to a conversion, and how often they were walked."""

    labels: list[int]
    won: bool
    weight: int


WALKS = st.lists(
    st.builds(
        Walk, labels=st.lists(st.integers(0, 3), min_size=1, max_size=6), won=st.booleans(), weight=st.integers(0, 3)
    ),
    max_size=8,
)
TABLES = st.sampled_from([1 << 23, 60, 1])
BLOCKS = st.sampled_from([1 << 17, 5, 1])


def counted(walks: list[Walk], order: int) -> tuple[dict[tuple[int, ...], int], list[tuple[int, ...]]]:
    """Count the steps of every walk one by one; return the key of each walk's end too."""
    counts: Counter[tuple[int, ...]] = Counter()
    ends = []
    for walk in walks:
        history = (NOTHING,) * order
        for following in [*walk.labels, CONVERSION if walk.won else NON_CONVERSION]:
            key = (*history, following)
            counts[key] += walk.weight
            history = key[1:]
        ends.append(key)
    return {key: n for key, n in counts.items() if n}, ends


def arrays(walks: list[Walk], origin: int = 0) -> tuple[np.ndarray, ...]:
    """Return labels, offsets, outcomes and weights."""
    return (
        np.array([label for walk in walks for label in walk.labels], dtype=np.int32),
        offsets_of([len(walk.labels) for walk in walks], origin),
        np.array([walk.won for walk in walks], dtype=np.bool_),
        np.array([walk.weight for walk in walks], dtype=np.int64),
    )


@given(walks=WALKS, order=st.integers(1, 4), table=TABLES, block=BLOCKS, origin=st.integers(0, 9))
def test_every_step_is_counted(walks: list[Walk], order: int, table: int, block: int, origin: int) -> None:
    """As one by one: keys in lexicographic order, counts, and where each walk ends, however it is computed."""
    expected, ends = counted(walks, order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transitions, "_TABLE", table)
        patch.setattr(transitions, "_BLOCK", block)
        rows, counts, last = transition_counts(*arrays(walks, origin), order=order, n_labels=4)
    assert sorted(expected.items()) == [(tuple(r), n) for r, n in zip(rows.tolist(), counts.tolist(), strict=True)]
    for walk, key, row in zip(walks, ends, last.tolist(), strict=True):
        assert not walk.weight or list(key) == rows[row].tolist()


def test_large_counts_are_exact() -> None:
    """Beyond 2^53, where a float would lose single journeys, counts are those of whole numbers."""
    walks = [Walk([0, 0], won=True, weight=2**60), Walk([0], won=True, weight=1)]
    rows, counts, _ = transition_counts(*arrays(walks), order=1, n_labels=1)
    assert [[NOTHING, 0], [0, CONVERSION], [0, 0]] == rows.tolist()
    assert [2**60 + 1, 2**60 + 1, 2**60] == counts.tolist()


def test_a_count_beyond_64_bits_is_refused() -> None:
    """It never wraps."""
    with pytest.raises(OverflowError):
        transition_counts(*arrays([Walk([0], won=True, weight=2**62)] * 2), order=1, n_labels=1)


def test_many_labels_and_a_long_memory() -> None:
    """Order 7 over 1,000 labels, far too many histories for a table of all."""
    walks = [Walk([i, i + 1, i, 999 - i, i, 2, 3, i], won=i % 2 == 0, weight=1) for i in range(400)]
    expected, _ = counted(walks, 7)
    rows, counts, _ = transition_counts(*arrays(walks), order=7, n_labels=1000)
    assert sorted(expected.items()) == [(tuple(r), n) for r, n in zip(rows.tolist(), counts.tolist(), strict=True)]


def test_a_segment_walked_no_times_counts_nothing() -> None:
    """Its steps are left out as if it were not there, and the end of the other one is found."""
    labels, offsets = np.array([0, 1], dtype=np.int32), np.array([0, 1, 2])
    rows, counts, last = transition_counts(
        labels, offsets, np.array([True, False]), np.array([0, 3]), order=1, n_labels=2
    )
    assert np.column_stack([rows, counts]).tolist() == [[NOTHING, 1, 3], [1, NON_CONVERSION, 3]]
    assert last[1] == 1
