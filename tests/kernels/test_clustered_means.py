import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from budget import examples
from servicelead.kernels.clustered_means import clustered_means

VALUES = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.floats(-1, 1)), min_size=1, max_size=25)


def columns(rows: list[tuple[bool, int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows as columns."""
    arm, cluster, values = zip(*rows, strict=True)
    return np.array(arm), np.array(cluster, dtype=np.int64), np.array(values)


@settings(max_examples=examples(100))
@given(VALUES)
def test_it_is_the_sum_over_clusters_of_squared_influences(rows: list[tuple[bool, int, float]]) -> None:
    """Loop by loop as the docstring's formula reads."""
    means, variances, both, n_clusters = clustered_means(*columns(rows))
    influence: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for arm in (0, 1):
        own = [(cluster, value) for second, cluster, value in rows if second == arm]
        m = len({cluster for cluster, _ in own})
        assert m == n_clusters[arm]
        if not own:
            assert math.isnan(means[arm])
            assert math.isnan(variances[arm])
            continue
        mean = math.fsum(value for _, value in own) / len(own)
        assert mean == pytest.approx(means[arm], abs=1e-12)
        if m < 2:
            assert math.isnan(variances[arm])
            continue
        sums: dict[int, float] = defaultdict(float)
        for cluster, value in own:
            sums[cluster] += (value - mean) / len(own)
            influence[cluster][arm] += math.sqrt(m / (m - 1)) * (value - mean) / len(own)
        expected = m / (m - 1) * math.fsum(e * e for e in sums.values())
        assert expected == pytest.approx(variances[arm], abs=1e-12)
    if (n_clusters > 1).all():
        assert math.fsum((a - b) ** 2 for a, b in influence.values()) == pytest.approx(both, abs=1e-12)
    else:
        assert math.isnan(both)


def test_with_one_value_per_cluster_it_is_welch() -> None:
    """Variances divided by n - 1, over n, and their sum."""
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=7), rng.normal(size=11)
    values = np.concatenate([first, second])
    _, variances, both, _ = clustered_means(np.arange(18) >= 7, np.arange(18), values)
    expected = [stats.sem(first) ** 2, stats.sem(second) ** 2]
    assert expected == pytest.approx(variances.tolist())
    assert sum(expected) == pytest.approx(both)
