import numpy as np
import pytest

from servicelead.columns.rates import rate_columns
from servicelead.uncertainty import Rate


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_each_row_is_the_rate_and_wilsons_interval(confidence: float) -> None:
    """The same as `Rate` says, one by one; NaN without trials."""
    pairs = [(k, n) for n in range(6) for k in range(n + 1)] + [(120, 1000), (1000, 1000)]
    successes, trials = (np.array(column) for column in zip(*pairs, strict=True))
    columns = rate_columns("win_rate", successes, trials, confidence)
    assert ["win_rate", "win_rate_lower", "win_rate_upper"] == list(columns)
    for row, (k, n) in enumerate(pairs):
        interval = Rate(k, n).interval(confidence)
        expected = [np.nan if x is None else x for x in (interval.value, interval.lower, interval.upper)]
        np.testing.assert_allclose([column[row] for column in columns.values()], expected, rtol=1e-12, atol=1e-15)


def test_of_nothing_there_is_nothing() -> None:
    """No rows, no error."""
    none = np.zeros(0, dtype=np.int64)
    assert [0, 0, 0] == [len(column) for column in rate_columns("x", none, none, 0.95).values()]
