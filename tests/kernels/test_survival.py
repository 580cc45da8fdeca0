import numpy as np

from servicelead.kernels.survival import at_risk, greenwood, infinitesimal_jackknife, log_log_bounds, risk_slots


def test_at_risk_after_entry_and_up_to_the_end() -> None:
    """Entry is left out, the end is not; entry 0 is from the very start."""
    times = np.array([0.0, 2.0, 4.0])
    durations, entry = np.array([0.0, 4.0, 4.0, 3.0]), np.array([0.0, 0.0, 2.0, 2.5])
    first, stop = risk_slots(times, durations, entry)
    assert [0, 0, 2, 2] == first.tolist()
    assert [1, 3, 3, 2] == stop.tolist()
    assert [2.0, 1.0, 2.0] == at_risk(first, stop, np.ones(4), 3).tolist()


def test_what_is_left_is_not_the_difference_of_large_numbers() -> None:
    """A row of weight 1 that outlives one of 1e18 is at risk with weight 1."""
    assert [1e18, 1.0] == at_risk(np.zeros(2, int), np.array([1, 2]), np.array([1e18, 1.0]), 2).tolist()


def test_a_variance_ends_where_nothing_is_left() -> None:
    """From there on it is NaN, late entries after it included."""
    risk, lost = np.array([2.0, 1.0, 3.0]), np.array([1.0, 1.0, 1.0])
    assert [False, True, True] == np.isnan(greenwood(risk, lost)).tolist()
    first, stop = np.array([0, 0, 2, 2, 2]), np.array([1, 2, 3, 3, 3])
    is_event = np.array([True, True, True, False, False])
    found = infinitesimal_jackknife(
        first, stop, is_event, weights=np.ones(5), clusters=np.arange(5), risk=risk, lost=lost
    )
    assert [False, True, True] == np.isnan(found).tolist()


def test_bounds_stay_inside() -> None:
    """They lie in (0, 1) around the survival, and are NaN at its ends."""
    lower, upper = log_log_bounds(np.array([1.0, 0.99, 0.01, 0.0]), np.array([0.0, 1e-5, 0.5, np.nan]), 1.96)
    assert [True, False, False, True] == np.isnan(lower).tolist()
    assert (lower[1:3] < [0.99, 0.01]).all()
    assert (upper[1:3] > [0.99, 0.01]).all()
    assert (lower[1:3] > 0).all()
    assert (upper[1:3] < 1).all()


def test_rows_that_no_event_sees_change_nothing() -> None:
    """Who left before the first event, or came and left between two, has no influence."""
    risk, lost = np.array([2.0]), np.array([1.0])
    alone = infinitesimal_jackknife(
        np.zeros(2, int), np.array([1, 1]), np.array([True, False]),
        weights=np.ones(2), clusters=np.arange(2), risk=risk, lost=lost,
    )  # fmt: skip
    crowd = infinitesimal_jackknife(
        np.array([0, 0, 0, 1]), np.array([1, 1, 0, 1]), np.array([True, False, False, False]),
        weights=np.array([1.0, 1.0, 5.0, 5.0]), clusters=np.arange(4), risk=risk, lost=lost,
    )  # fmt: skip
    assert alone.tolist() == crowd.tolist() == [0.5]
