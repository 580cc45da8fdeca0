from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.ratios import linearised_ratios

rows_of_units = st.lists(st.tuples(st.integers(0, 3), st.integers(-50, 50), st.integers(0, 50)), max_size=30)


@given(rows_of_units)
def test_ratios_equal_the_formula_one_label_at_a_time(rows: list[tuple[int, int, int]]) -> None:
    """Sums are exact; the error is the linearised one, and there is none without two units or a denominator."""
    label, above, below = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    found = linearised_ratios(label, above, below, 4)
    for place in range(4):
        own = [(x, y) for at, x, y in rows if at == place]
        xs, ys, n = sum(x for x, _ in own), sum(y for _, y in own), len(own)
        assert (found[0][place], found[1][place], found[3][place]) == (xs, ys, n)
        if n < 2 or not ys:
            assert np.isnan(found[2][place])
            continue
        squares = sum((x - xs / ys * y) ** 2 for x, y in own)
        assert sqrt(n / (n - 1) * squares) / ys == pytest.approx(found[2][place], rel=1e-9, abs=1e-12)
