import numpy as np

from servicelead.kernels.log_rank import clustered_covariance, expected_events


def test_clustered_covariance_against_loops() -> None:
    """Row by row, time by time, as the formula says."""
    rng = np.random.default_rng(2)
    n, n_times = 40, 6
    first = rng.integers(0, 3, n)
    stop = first + rng.integers(0, 4, n)
    is_event = (stop > first) & (rng.random(n) < 0.7)
    groups, clusters = rng.integers(0, 3, n), rng.integers(0, 9, n)
    is_event[:n_times] = True
    first[:n_times], stop[:n_times] = 0, np.arange(1, n_times + 1)  # something ends at each time
    shares, _ = expected_events(first, stop, is_event, groups, (3, n_times))
    moved = np.zeros((9, 3))
    for row in range(n):
        for time in range(first[row], stop[row]):
            here = [other for other in range(n) if first[other] <= time < stop[other]]
            gone = [other for other in here if is_event[other] and stop[other] == time + 1]
            for group in range(3):
                share = sum(groups[other] == group for other in here) / len(here)
                ends = float(is_event[row] and stop[row] == time + 1)
                moved[clusters[row], group] += ((groups[row] == group) - share) * (ends - len(gone) / len(here))
    found = clustered_covariance(first, stop, is_event, groups, clusters=clusters, shares=shares)
    np.testing.assert_allclose(found, moved.T @ moved, atol=1e-12)


def test_differences_of_all_groups_cancel() -> None:
    """Rows of the hypergeometric covariance sum to 0."""
    rng = np.random.default_rng(3)
    stop = rng.integers(1, 5, 30)
    _, covariance = expected_events(np.zeros(30, int), stop, np.ones(30, bool), rng.integers(0, 3, 30), (3, 4))
    np.testing.assert_allclose(covariance.sum(axis=0), 0.0, atol=1e-12)
