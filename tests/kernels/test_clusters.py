import tracemalloc
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead.kernels.clusters as module
from servicelead.kernels.clusters import cluster_moments

rows_of_clusters = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40), st.integers(-64, 64)), max_size=60)


@given(rows_of_clusters, st.sampled_from([2, 41, 1000]), st.booleans(), st.sampled_from([5, 1 << 16]))
def test_moments_equal_loops(rows: list[tuple[int, int, int]], n_labels: int, ascending: bool, block: int) -> None:  # noqa: FBT001 - hypothesis passes it by name
    """Totals, squares and cross products equal those of a dictionary, sorted or not, few labels or many."""
    rows = [(cluster, label % n_labels, value) for cluster, label, value in rows]
    rows = sorted(rows) if ascending else rows
    cells: dict[tuple[int, int], int] = defaultdict(int)
    wholes: dict[int, int] = defaultdict(int)
    for cluster, label, value in rows:
        cells[cluster, label] += value
        wholes[cluster] += value
    expected = np.zeros((3, n_labels))
    for (cluster, label), value in cells.items():
        expected[:, label] += (value, value * value, value * wholes[cluster])
    columns = np.array(rows, dtype=np.int32).reshape(-1, 3).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        actual = cluster_moments(columns[0], columns[1], columns[2].astype(np.float64), n_labels)
    assert expected.tolist() == [moment.tolist() for moment in actual]


def test_memory_does_not_grow_with_clusters_times_labels() -> None:
    """A hundred thousand clusters by ten thousand labels need no table of a thousand million cells."""
    rng = np.random.default_rng(3)
    clusters = np.arange(100_000, dtype=np.int32)
    labels = rng.integers(0, 10_000, 100_000).astype(np.int32)
    tracemalloc.start()
    total, squares, cross = cluster_moments(clusters, labels, np.ones(100_000), 10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    assert np.bincount(labels, minlength=10_000).tolist() == total.tolist()
    assert total.tolist() == squares.tolist() == cross.tolist()
