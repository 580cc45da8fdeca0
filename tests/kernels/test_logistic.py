import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.kernels.logistic import clustered_logistic_covariance, fit_logistic


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=2, max_size=30), st.floats(0.01, 5.0))
def test_no_slope_is_left(rows: list[tuple[float, bool]], penalty: float) -> None:
    """At the answer the penalised likelihood is level, separated outcomes included."""
    outcome = np.array([row[1] for row in rows])
    if outcome.all() or not outcome.any():
        return
    design = np.column_stack([np.ones(len(rows)), [row[0] for row in rows]])
    found, gain = fit_logistic(design, outcome, np.array([0.0, penalty]))
    chance = 1 / (1 + np.exp(-design @ found))
    assert gain < 1e-12
    np.testing.assert_allclose(design.T @ (outcome - chance) - np.array([0.0, penalty]) * found, 0, atol=1e-6)


def test_two_groups_are_log_odds() -> None:
    """Almost without a penalty the coefficient is the difference of the log-odds."""
    design = np.column_stack([np.ones(100), np.repeat([0.0, 1.0], 50)])
    outcome = np.concatenate([np.arange(50) < 10, np.arange(50) < 30])
    found, _ = fit_logistic(design, outcome, np.array([0.0, 1e-9]))
    np.testing.assert_allclose(found, [np.log(10 / 40), np.log(30 / 20) - np.log(10 / 40)], rtol=1e-6)
    covariance = clustered_logistic_covariance(design, outcome, np.zeros(2), found, np.arange(100))
    np.testing.assert_allclose(covariance[1, 1], 1 / 10 + 1 / 40 + 1 / 30 + 1 / 20, rtol=1e-6)


def test_rows_of_one_cluster_are_one_observation() -> None:
    """Every row written three times, in the cluster of the first, has the same covariance."""
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(60), rng.normal(size=60)])
    outcome = rng.random(60) < 0.4
    found, _ = fit_logistic(design, outcome, np.zeros(2) + 1e-9)
    once = clustered_logistic_covariance(design, outcome, np.zeros(2), found, np.arange(60))
    thrice = clustered_logistic_covariance(
        np.repeat(design, 3, axis=0), np.repeat(outcome, 3), np.zeros(2), found, np.repeat(np.arange(60), 3)
    )
    np.testing.assert_allclose(thrice, once, rtol=1e-9)
