"""The line is judged on rows held out, by group, and used only where it helps."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.kernels.platt import fit_platt
from servicelead.propensity.estimators.calibration import Calibration, _deal, calibrate


def of_logit(logit: FloatArray) -> Callable[[BoolArray], FloatArray]:
    """Return a model that is there already: whatever it learns from, its logits are these."""
    return lambda learned: logit[~learned]


def world(n: int, seed: int, prior: float = 0.0) -> tuple[FloatArray, BoolArray]:
    """Draw logits and outcomes that come with exactly those chances."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(prior, 1.5, n)
    return logit, rng.random(n) < expit(logit)


@pytest.mark.parametrize("slope", [0.3, 3.0], ids=["timid", "bold"])
def test_a_distorted_logit_is_put_right(slope: float) -> None:
    """Logits too bold or too timid get the line that undoes it."""
    truth, outcome = world(4000, seed=0)

    line = calibrate(of_logit(slope * truth + 1), outcome, np.ones(4000), np.arange(4000), seed=0)

    assert line.is_used
    assert line.brier_after is not None
    assert line.brier_before is not None
    assert line.brier_after < line.brier_before
    assert line.slope == pytest.approx(1 / slope, rel=0.2)
    assert line.slope * (slope * 0.5 + 1) + line.intercept == pytest.approx(0.5, abs=0.3)


def test_a_line_that_does_not_help_is_left_out() -> None:
    """Where held-out Brier does not improve, the identity stays, and both scores are told."""
    left_out = [
        line
        for seed in range(20)
        for logit, outcome in [world(600, seed)]
        for line in [calibrate(of_logit(logit), outcome, np.ones(600), np.arange(600), seed=seed)]
        if not line.is_used
    ]

    assert len(left_out) >= 8
    for line in left_out:
        assert (1.0, 0.0) == (line.slope, line.intercept)
        assert line.brier_before is not None
        assert line.brier_after is not None
        assert line.brier_after >= line.brier_before


def test_noise_is_flattened() -> None:
    """Logits that foretell nothing give nearly everyone the prior's chance."""
    rng = np.random.default_rng(0)
    outcome = rng.random(500) < 0.1

    line = calibrate(of_logit(rng.normal(-2, 2, 500)), outcome, np.ones(500), np.arange(500), seed=0)

    assert line.is_used
    assert line.slope < 0.2
    assert expit(line.slope * -2 + line.intercept) == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(("n", "prior", "n_fits"), [(400, 0.0, 5), (1500, 0.0, 2), (20_000, 0.0, 1), (20_000, -4.0, 2)])
def test_only_as_many_fits_as_needed(n: int, prior: float, n_fits: int) -> None:
    """Folds are held out until 250 rows of the rarer class are there: one suffices on a large table."""
    logit, outcome = world(n, seed=0, prior=prior)
    sizes = []

    def score(learned: BoolArray) -> FloatArray:
        sizes.append(int(np.count_nonzero(learned)))
        return logit[~learned]

    calibrate(score, outcome, np.ones(n), np.arange(n), seed=0)

    assert [n * 4 // 5] * n_fits == sizes


def test_too_few_groups() -> None:
    """Nine accounts of a class are too few to calibrate, however many rows they have; ten are enough."""
    for n_positive, expected in ((9, True), (10, False)):
        groups = np.repeat(np.arange(60), 20)
        outcome = groups < n_positive
        logit = np.random.default_rng(0).normal(size=len(groups))

        line = calibrate(of_logit(logit), outcome, np.ones(len(groups)), groups, seed=0)

        assert expected == (line == Calibration())


def test_groups_stay_on_one_side() -> None:
    """No group is learned from and scored in one fold."""
    rng = np.random.default_rng(0)
    groups, outcome = rng.integers(0, 80, 400), rng.random(400) < 0.3
    seen = []

    def score(learned: BoolArray) -> FloatArray:
        seen.append(not set(groups[learned]) & set(groups[~learned]))
        return np.zeros(np.count_nonzero(~learned))

    calibrate(score, outcome, np.ones(400), groups, seed=0)

    assert [True] * 5 == seen


@given(st.integers(0, 2**32 - 1), st.integers(10, 30), st.integers(10, 30), st.integers(0, 30), st.integers(0, 5))
def test_every_fold_has_both_classes(seed: int, n_pure: int, n_other: int, n_mixed: int, n_absent: int) -> None:
    """Of ten groups or more that hold a class, each fold gets one, so that none is learned without it."""
    pure, other = np.arange(n_pure), n_pure + np.arange(n_other)
    mixed = n_pure + n_other + np.arange(n_mixed)
    groups: IntArray = np.concatenate([pure, other, mixed, mixed])
    outcome = np.concatenate([np.ones(n_pure), np.zeros(n_other), np.ones(n_mixed), np.zeros(n_mixed)]).astype(bool)

    fold = _deal(outcome, groups, int(groups.max()) + 1 + n_absent, np.random.default_rng(seed))

    assert {0, 1, 2, 3, 4} == set(fold[outcome].tolist()) == set(fold[~outcome].tolist())
    assert len(np.unique(groups)) == len(np.unique(np.stack([groups, fold]), axis=1).T)


def test_the_line_is_fitted_on_everything_held_out() -> None:
    """The line in use is that of all the held-out rows together."""
    truth, outcome = world(300, seed=1)

    line = calibrate(of_logit(4 * truth), outcome, np.ones(300), np.arange(300), seed=0)

    assert fit_platt(4 * truth, outcome, np.ones(300)) == pytest.approx((line.slope, line.intercept))


def test_weights_count() -> None:
    """Rows of hardly any weight hardly move the line."""
    truth, outcome = world(4000, seed=2)
    misled = np.arange(4000) < 2000
    logit, weight = np.where(misled, -truth, 2 * truth), np.where(misled, 1e-9, 1.0)

    line = calibrate(of_logit(logit), outcome, weight, np.arange(4000), seed=0)

    assert line.slope == pytest.approx(0.5, rel=0.3)
