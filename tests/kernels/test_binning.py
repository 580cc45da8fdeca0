import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.binning import bins

SPREAD = st.integers(-(2**50), 2**50)


@given(st.lists(SPREAD | st.integers(-99, 99), max_size=20), st.lists(SPREAD | st.integers(-99, 99), max_size=20))
def test_bins_are_those_of_a_binary_search(values: list[int], edges: list[int]) -> None:
    """Every value falls into the bin that a search of the edges finds, near edges and far from them."""
    points = np.array(sorted(set(edges)), dtype=np.int64)
    numbers = np.array([*values, *edges, *(edge - 1 for edge in edges)], dtype=np.int64)
    assert (np.searchsorted(points, numbers, side="right") - 1).tolist() == bins(numbers, points).tolist()
