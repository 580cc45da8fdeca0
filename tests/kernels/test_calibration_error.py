import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels.calibration_error import calibration_error, chance_calibration_error, equal_mass_bins

SCORES = st.lists(st.integers(0, 8), min_size=1, max_size=40).map(lambda eighths: np.array(eighths) / 8)


def test_bins_are_equally_large() -> None:
    """Scores that differ are dealt into bins of the same size, from the lowest."""
    scores = np.random.default_rng(0).permutation(200) / 200
    bins = equal_mass_bins(scores, 10)
    assert [20] * 10 == np.bincount(bins).tolist()
    assert (np.diff(bins[np.argsort(scores)]) >= 0).all()


@given(SCORES)
def test_ties_stay_together(scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Equal scores share a bin, higher scores are in no lower one, and all bins exist."""
    bins = equal_mass_bins(scores, 4)
    order = np.argsort(scores)
    assert (np.diff(bins[order]) >= 0).all()
    assert ((bins >= 0) & (bins < 4)).all()
    for score in np.unique(scores):
        assert 1 == len(np.unique(bins[scores == score]))
        middle = np.count_nonzero(scores < score) + np.count_nonzero(scores == score) / 2
        assert int(4 * middle / len(scores)) == bins[scores == score][0]


def test_the_error_by_hand() -> None:
    """Two bins: .3 on average against 0 of 2, and .7 against 2 of 2."""
    scores, bins = np.array([0.2, 0.4, 0.6, 0.8]), np.array([0, 0, 1, 1])
    error, influence = calibration_error(scores, np.array([False, False, True, True]), bins)
    assert 0.3 == pytest.approx(error)
    assert 0 == pytest.approx(influence.sum(), abs=1e-12)
    np.testing.assert_allclose([(0.2 - 0.3) / 4, (0.4 - 0.3) / 4, (0.4 - 0.3) / 4, (0.2 - 0.3) / 4], influence)


def test_of_nothing_there_is_no_error() -> None:
    """Not 0, which would be a boast."""
    error, influence = calibration_error(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64))
    assert np.isnan(error)
    assert 0 == len(influence)


def test_chance_alone_makes_what_perfect_scores_show() -> None:
    """The mean error of drawn outcomes is that of outcomes which follow the scores, found by another stream."""
    rng = np.random.default_rng(3)
    scores = rng.beta(1, 3, 500)
    bins = equal_mass_bins(scores, 10)
    shown = [calibration_error(scores, rng.random(500) < scores, bins)[0] for _ in range(400)]
    assert np.mean(shown) == pytest.approx(chance_calibration_error(scores, bins, 400, 0), rel=0.05)
    assert chance_calibration_error(scores, bins, 20, 7) == chance_calibration_error(scores, bins, 20, 7)
