import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.attribution.results.replicates import percentiles


def test_percentiles_on_paper() -> None:
    """Of nine draws the first and the last leave out a tenth; to leave out an eighth is a quarter of a draw further."""
    drawn = np.array([[3.0, 30.0], [1.0, 10.0], [2.0, 20.0], [4.0, 40.0], [5.0, 50.0], [6.0, 60.0], [7.0, 70.0]])
    drawn = np.concatenate([drawn, [[9.0, 90.0], [8.0, 80.0]]])
    assert [[1.0, 10.0], [9.0, 90.0]] == percentiles(drawn, 0.1).tolist()
    assert [[1.25, 12.5], [8.75, 87.5]] == percentiles(drawn, 0.125).tolist()


@given(n=st.integers(2, 40), tail=st.floats(1e-6, 0.499), seed=st.integers(0, 2**32 - 1))
def test_ends_are_those_of_weibulls_percentiles(n: int, tail: float, seed: int) -> None:
    """The k-th of n draws is the percentile k / (n + 1); beyond the first and the last there is nothing to read."""
    drawn = np.random.default_rng(seed).normal(size=(n, 3))
    expected = np.quantile(drawn, [tail, 1 - tail], axis=0, method="weibull")
    assert expected == pytest.approx(percentiles(drawn, tail), rel=1e-9, abs=1e-12)


def test_one_draw_tells_nothing() -> None:
    """There are no ends then."""
    assert np.isnan(percentiles(np.ones((1, 2)), 0.025)).all()
