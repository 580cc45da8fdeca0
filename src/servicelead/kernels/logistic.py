"""Logistic regression with a small penalty, and its variance when rows come in clusters."""

import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.kernels.totals import label_totals

__all__ = ["clustered_logistic_covariance", "fit_logistic"]

_MOST_STEPS = 100


def fit_logistic(design: FloatArray, outcome: BoolArray, penalty: FloatArray) -> tuple[FloatArray, float]:
    r"""Return the coefficients of greatest penalised likelihood, and how much the last step of Newton's method gained.

    .. math:: \ell(b) = \sum_i \bigl(y_i\, x_i b - \log(1 + e^{x_i b})\bigr) - \tfrac12 \sum_j \lambda_j b_j^2

    A step that does not go up is halved, so that the likelihood never falls.

    Parameters
    ----------
    design : float64 (n, k)
    outcome : bool (n,)
    penalty : float64 (k,)
        At least 0; with one above 0 for each column but the intercept there is an answer even where outcomes are
        separated, as long as both occur.

    Returns
    -------
    coefficients : float64 (k,)
    gain : float
        Half of what the step after the last would promise: about 0 where the answer was found.

    Examples
    --------
    >>> design = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    >>> coefficients, gain = fit_logistic(design, np.array([False, True, True, True]), np.array([0.0, 1.0]))
    >>> coefficients.round(4).tolist(), gain < 1e-12
    ([0.899, 0.4215], True)
    """
    place = np.zeros(design.shape[1])
    height, slope, curve = _surface(design, outcome, penalty, place)
    step = np.linalg.solve(curve, slope)
    for _ in range(_MOST_STEPS):
        if float(slope @ step) < 1e-14:
            break
        for _ in range(40):
            tried = _surface(design, outcome, penalty, place + step)
            if tried[0] >= height:
                break
            step = step / 2.0
        place, (height, slope, curve) = place + step, tried
        step = np.linalg.solve(curve, slope)
    return place, float(slope @ step) / 2


def clustered_logistic_covariance(
    design: FloatArray, outcome: BoolArray, penalty: FloatArray, coefficients: FloatArray, clusters: IntArray
) -> FloatArray:
    r"""Return the covariance of the coefficients with clusters of rows as independent units.

    .. math:: H^{-1} \Bigl(\sum_c s_c s_c^\top\Bigr) H^{-1}, \qquad s_c = \sum_{i \in c} (y_i - p_i)\, x_i

    with H the penalised information.

    Parameters
    ----------
    design, outcome, penalty
        As for `fit_logistic`.
    coefficients : float64 (k,)
    clusters : int64 (n,)
        At least 0.

    Returns
    -------
    float64 (k, k)

    Examples
    --------
    >>> design = np.ones((4, 1))
    >>> outcome, clusters = np.array([True, False, True, False]), np.array([0, 1, 2, 3])
    >>> clustered_logistic_covariance(design, outcome, np.zeros(1), np.zeros(1), clusters).tolist()
    [[1.0]]
    """
    _, _, curve = _surface(design, outcome, penalty, coefficients)
    residual = outcome - _probability(design @ coefficients)
    n_clusters = int(clusters.max(initial=-1)) + 1
    scores = np.stack([label_totals(clusters, residual * column, n_clusters) for column in design.T])
    inverse = np.linalg.inv(curve)
    covariance: Array = inverse @ (scores @ scores.T) @ inverse
    return covariance


def _probability(score: FloatArray) -> FloatArray:
    odds = np.exp(-np.abs(score))  # never overflows
    return np.where(score >= 0, 1.0, odds) / (1.0 + odds)


def _surface(
    design: FloatArray, outcome: BoolArray, penalty: FloatArray, place: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return the penalised log-likelihood, its gradient and its negated Hessian."""
    score = design @ place
    chance = _probability(score)
    height = np.sum(np.where(outcome, score, 0.0) - np.logaddexp(0.0, score)) - penalty @ place**2 / 2
    slope: Array = design.T @ (outcome - chance) - penalty * place
    curve: Array = (design * (chance * (1.0 - chance))[:, None]).T @ design + np.diag(penalty)
    return float(height), slope, curve
