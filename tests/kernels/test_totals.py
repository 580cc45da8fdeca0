from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.ragged import counts, offsets_of, origins
from servicelead.kernels.segments import segment_ids
from servicelead.kernels.totals import credit_totals, exact_label_totals, label_totals


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1000, 1000)), max_size=50))
def test_label_totals_equal_a_loop(rows: list[tuple[int, int]]) -> None:
    """Each label's weights are summed, as floats even where there is nothing to sum."""
    labels, weights = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    expected = [sum(weight for label, weight in rows if label == code) for code in range(5)]
    totals = label_totals(labels.astype(np.int32), weights / 4, 5)
    assert np.float64 == totals.dtype
    assert [total / 4 for total in expected] == totals.tolist()
    assert expected == exact_label_totals(labels.astype(np.int32), weights, 5).tolist()


def test_integer_totals_are_exact_past_floats() -> None:
    """Integers of 2^62 lose no unit."""
    labels = np.array([0, 1, 0], dtype=np.int32)
    assert [2**62 + 1, 2**62 - 1, 0] == exact_label_totals(labels, np.array([2**62, 2**62 - 1, 1]), 3).tolist()


@given(counts, origins, st.integers(1, 3), st.randoms(use_true_random=False))
def test_credit_totals_equal_the_dense_sum(counts: list[int], origin: int, n_amounts: int, random: Random) -> None:
    """The sparse product is the sum of weight times amount over the elements of a label."""
    offsets = offsets_of(counts, origin)
    n_elements = sum(counts)
    labels = np.array([random.randint(0, 3) for _ in range(n_elements)], dtype=np.int32)
    weights = np.array([random.randint(0, 64) / 64 for _ in range(n_elements)])
    amounts = np.array([[random.randint(-99, 99) for _ in range(n_amounts)] for _ in counts], dtype=np.float64)
    amounts = amounts.reshape(len(counts), n_amounts)
    expected = np.zeros((4, n_amounts))
    np.add.at(expected, labels, weights[:, None] * amounts[segment_ids(offsets)])
    assert expected.tolist() == credit_totals(labels, weights, offsets, amounts, 4).tolist()


@pytest.mark.parametrize("label", [-1, 2])
def test_a_label_outside_the_range_is_refused(label: int) -> None:
    """A missing or unknown label raises instead of writing where it should not."""
    with pytest.raises(IndexError, match=r"\[0, 2\)"):
        credit_totals(np.array([label], dtype=np.int32), np.ones(1), offsets_of([1]), np.ones((1, 1)), 2)
