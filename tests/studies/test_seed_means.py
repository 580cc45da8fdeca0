import math

import numpy as np
import pytest

from servicelead.columns.table import ResultTable
from servicelead.studies.seed_means import seed_means


def test_worked_by_hand() -> None:
    """Two groups, of which one has a seed left out and one has a single seed left."""
    runs = ResultTable(
        {
            "scenario": ["b", "a", "b", "b", "a", "c"],
            "error": [1.0, 0.5, 3.0, math.nan, math.nan, math.nan],
        }
    )
    table = seed_means(runs, "error", ("scenario",), 0.95)
    assert ["b", "a", "c"] == table["scenario"].tolist()  # in the order they came
    assert [2, 1, 0] == table["n_seeds"].tolist()
    assert np.array_equal([2.0, 0.5, np.nan], table["mean"], equal_nan=True)
    # 1 and 3 deviate by the root of 2; the mean of two of them by 1, and t with one degree of freedom is 12.706.
    assert (1.0, 2.0 - 12.7062, 2.0 + 12.7062) == pytest.approx(
        [table[name][0] for name in ("standard_error", "lower", "upper")], abs=1e-4
    )
    for name in ("standard_error", "lower", "upper"):
        assert np.isnan(table[name][1:]).all()


def test_several_keys_and_counts() -> None:
    """Groups are of all keys together, and whole numbers have means too."""
    runs = ResultTable({"scenario": ["a", "a", "a"], "strategy": ["x", "y", "x"], "n": np.array([1, 5, 4])})
    table = seed_means(runs, "n", ("scenario", "strategy"), 0.9)
    assert [("a", "x", 2.5), ("a", "y", 5.0)] == [
        (row["scenario"], row["strategy"], row["mean"]) for row in table.rows()
    ]
