import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.held_out_rates import held_out_rates

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=25)


@given(rows=ROWS, pull=st.floats(0.1, 20.0))
def test_a_row_is_told_the_rate_of_its_level_in_other_folds(rows: list[tuple[int, int, bool]], pull: float) -> None:
    """Counted row by row, each level pulled towards the common rate of the other folds."""
    expected = []
    for level, fold, _ in rows:
        others = [outcome for _, other, outcome in rows if other != fold]
        alike = [outcome for kind, other, outcome in rows if other != fold and kind == level]
        common = others.count(True) / max(len(others), 1)
        expected.append((alike.count(True) + pull * common) / (len(alike) + pull))
    levels, folds = (np.array([row[i] for row in rows], dtype=np.int64) for i in (0, 1))
    outcome = np.array([row[2] for row in rows], dtype=bool)
    found = held_out_rates(levels, folds, outcome, n_levels=4, n_folds=3, pull=pull)
    assert expected == pytest.approx(found.tolist(), abs=1e-12)
