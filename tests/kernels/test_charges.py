import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.charges import spread_charges


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 24), st.integers(0, 3)), max_size=6))
def test_every_whole_charge_is_spread_entirely(charges: list[tuple[int, int, int]]) -> None:
    """The parts of as many whole charges add up to them, and no two parts of one differ by more than one unit."""
    columns = np.array(charges, dtype=np.int64).reshape(-1, 3)
    owner, unit, part = spread_charges(columns[:, 0], columns[:, 1], columns[:, 1] * columns[:, 2])
    for row, (amount, n_units, times) in enumerate(charges):
        mine = part[owner == row]
        assert amount * times == mine.sum()
        assert list(range(n_units * times)) == unit[owner == row].tolist()
        assert not times or mine.max() - mine.min() <= 1
