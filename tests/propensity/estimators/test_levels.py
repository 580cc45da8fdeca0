import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.propensity.estimators.levels import Levels, quantile_cuts


@given(
    values=st.lists(st.one_of(st.integers(-5, 5).map(float), st.just(float("nan"))), max_size=40),
    n_levels=st.integers(2, 6),
)
def test_every_number_has_one_level(values: list[float], n_levels: int) -> None:
    """A number lies in the first range whose end is not below it; every range but that of missing values is filled."""
    column = np.array(values, dtype=np.float64)
    levels = Levels.of_numbers(column, n_levels)
    ends = [*levels.cuts, np.inf]
    expected = [len(ends) if np.isnan(v) else next(i for i, end in enumerate(ends) if v <= end) for v in values]
    assert expected == levels.of(column).tolist()
    present = [v for v in values if not np.isnan(v)]
    assert len(ends) <= n_levels
    assert set(range(len(ends))) <= set(expected) or not present


def test_ranges_hold_about_equally_many() -> None:
    """Quarters of a hundred different numbers are 25 each; a value that fills several ranges is one cut."""
    assert (24.0, 49.0, 74.0) == quantile_cuts(np.arange(100.0), 4)
    assert (0.0,) == quantile_cuts(np.array([0.0] * 90 + [1.0] * 10), 4)
    assert () == quantile_cuts(np.array([np.nan, 7.0, 7.0]), 4)


def test_rare_categories_share_the_last_level() -> None:
    """Categories with too few rows, missing values and codes not known fall together."""
    levels = Levels.of_categories(np.array([0.0, 0.0, 1.0, 2.0, 2.0, np.nan]), 3, fewest=2)
    assert (0, 2) == levels.categories
    assert [0, 2, 1, 2, 2] == levels.of(np.array([0.0, 1.0, 2.0, np.nan, 9.0])).tolist()
    assert ["a", "c", "other or missing"] == levels.words(("a", "b", "c"))


@pytest.mark.parametrize(
    ("cuts", "words"),
    [
        ((), ["any", "missing"]),
        ((3.0,), ["up to 3", "above 3", "missing"]),
        ((-1.5, 12000.0), ["up to -1.5", "above -1.5, up to 12,000", "above 12,000", "missing"]),
    ],
)
def test_ranges_in_words(cuts: tuple[float, ...], words: list[str]) -> None:
    """The words say which end belongs to which range."""
    assert words == Levels(cuts=cuts).words(None)


def test_a_column_of_missing_values_has_words_too() -> None:
    """A category column that had no category in training has only the last level in use."""
    assert ["other or missing"] == Levels.of_categories(np.array([np.nan]), 1, fewest=1).words(("a",))
