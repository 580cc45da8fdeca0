import tracemalloc
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servicelead.kernels.clusters as module
from servicelead._typing import FloatArray
from servicelead.kernels.clusters import cluster_squares, clustered_error

rows_of_clusters = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40), st.integers(-64, 64)), max_size=60)


@given(rows_of_clusters, st.sampled_from([2, 41, 1000]), st.booleans(), st.sampled_from([5, 1 << 16]))
def test_squares_equal_loops(rows: list[tuple[int, int, int]], n_labels: int, ascending: bool, block: int) -> None:  # noqa: FBT001 - hypothesis passes it by name
    """Squares and residuals equal those of a dictionary, sorted or not, few labels or many."""
    rows = [(cluster, label % n_labels, value) for cluster, label, value in rows]
    rows = sorted(rows) if ascending else rows
    cells: dict[tuple[int, int], int] = defaultdict(int)
    wholes: dict[int, int] = defaultdict(int)
    for cluster, label, value in rows:
        cells[cluster, label] += value
        wholes[cluster] += value
    shares = np.arange(n_labels) / 8 - 1.0
    squares, residuals, fourths, residual_fourths = np.zeros((4, n_labels))
    for (_, label), value in cells.items():
        squares[label] += value**2
        fourths[label] += value**4
    for cluster, whole in wholes.items():
        for label in range(n_labels):
            residual = cells.get((cluster, label), 0) - shares[label] * whole
            residuals[label] += residual**2
            residual_fourths[label] += residual**4
    columns = np.array(rows, dtype=np.int32).reshape(-1, 3).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        actual = cluster_squares(columns[0], columns[1], columns[2].astype(np.float64), shares)
    assert squares.tolist() == actual[0].tolist()
    assert fourths.tolist() == pytest.approx(actual[2].tolist(), rel=1e-12)
    assert residuals.tolist() == pytest.approx(actual[1].tolist(), rel=1e-12, abs=1e-9)
    assert residual_fourths.tolist() == pytest.approx(actual[3].tolist(), rel=1e-12, abs=1e-6)


@given(rows_of_clusters, st.lists(st.integers(1, 5), min_size=10, max_size=10))
def test_copies_are_equal_clusters(rows: list[tuple[int, int, int]], copies: list[int]) -> None:
    """A cluster of m copies counts like m clusters that share its values equally."""
    apart = [
        (100 * cluster + copy, label, value / copies[cluster])
        for cluster, label, value in rows
        for copy in range(copies[cluster])
    ]

    def sums(table: list[Any], times: FloatArray | None = None) -> list[list[float]]:
        cluster, label, values = np.array(table, dtype=np.float64).reshape(-1, 3).T
        shares = np.linspace(0, 0.2, 41)
        found = cluster_squares(cluster.astype(np.int32), label.astype(np.int32), values, shares, times)
        return [column.tolist() for column in found]

    for expected, actual in zip(sums(apart), sums(rows, np.array(copies, dtype=np.float64)), strict=True):
        assert expected == pytest.approx(actual, rel=1e-9, abs=1e-6)


def test_what_every_cluster_has_in_its_share_leaves_no_residual() -> None:
    """A label that has the same part of every cluster is exactly where its share says, to the last bit."""
    cluster = np.repeat(np.arange(1000, dtype=np.int32), 2)
    label = np.tile(np.array([0, 1], dtype=np.int32), 1000)
    values = np.repeat(np.random.default_rng(1).random(1000), 2)
    assert [0.0, 0.0] == cluster_squares(cluster, label, values, np.array([0.5, 0.5]))[1].tolist()


def test_memory_does_not_grow_with_clusters_times_labels() -> None:
    """A hundred thousand clusters by ten thousand labels need no table of a thousand million cells."""
    rng = np.random.default_rng(3)
    clusters = np.arange(100_000, dtype=np.int32)
    labels = rng.integers(0, 10_000, 100_000).astype(np.int32)
    tracemalloc.start()
    squares = cluster_squares(clusters, labels, np.ones(100_000), np.zeros(10_000))[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    assert np.bincount(labels, minlength=10_000).tolist() == squares.tolist()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-8, 8), st.integers(0, 3)), min_size=1, max_size=30))
def test_the_error_of_clusters_equals_loops(rows: list[tuple[int, int, int]]) -> None:
    """The root of the clusters' sums squared, times n/(n - 1)."""
    sums: dict[int, int] = defaultdict(int)
    for cluster, moved, times in rows:
        sums[cluster] += moved * times
    clusters, influence, weight = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    n = len(sums)
    actual = clustered_error(influence, weight, clusters.astype(np.int32), n)
    if n < 2:
        assert np.isnan(actual)
    else:
        assert np.sqrt(n / (n - 1) * sum(total**2 for total in sums.values())) == pytest.approx(actual)


def test_units_of_their_own_count_their_copies_apart() -> None:
    """Two copies of one element vary independently."""
    assert np.sqrt(3 / 2 * (2 * 9.0 + 4.0)) == clustered_error(np.array([3.0, 2.0]), np.array([2.0, 1.0]), None, 3)
