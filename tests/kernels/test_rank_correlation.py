import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.rank_correlation import rank_correlation

PAIRS = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=12)


def ranks(column: list[int]) -> list[Fraction]:
    """Return the place of each element, counted one by one; those that tie share the mean of theirs."""
    return [
        Fraction(1 + 2 * sum(other < value for other in column) + sum(other == value for other in column), 2)
        for value in column
    ]


@given(pairs=PAIRS)
def test_it_is_pearsons_correlation_of_the_ranks(pairs: list[tuple[int, int]]) -> None:
    """Ranks by counting, sums of squares in fractions; undefined where a column does not vary."""
    one, other = ([pair[side] for pair in pairs] for side in (0, 1))
    x, y = ranks(one), ranks(other)
    middle = Fraction(len(pairs) + 1, 2)
    spreads = [sum(((r - middle) ** 2 for r in column), Fraction(0)) for column in (x, y)]
    found = rank_correlation(np.array(one, dtype=np.float64), np.array(other, dtype=np.float64))
    if not all(spreads):
        assert math.isnan(found)
        return
    together = sum(((a - middle) * (b - middle) for a, b in zip(x, y, strict=True)), Fraction(0))
    assert found == pytest.approx(float(together) / math.sqrt(spreads[0] * spreads[1]), abs=1e-12)


def test_only_the_order_counts() -> None:
    """Any rising function of a column leaves it as it is, a falling one turns it round."""
    column = np.array([3.0, -1.0, 0.5, 12.0])
    assert 1.0 == rank_correlation(column, np.exp(column))
    assert -1.0 == rank_correlation(column, -(column**3))
