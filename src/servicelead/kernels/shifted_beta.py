"""The shifted beta-geometric model: customers who drop out with a probability of their own, beta-distributed."""

import numpy as np

from servicelead._typing import Array, FloatArray

__all__ = ["log_likelihood", "log_likelihood_derivatives", "spread_of_churn", "survival", "survival_gradient"]


def log_likelihood(survivors: FloatArray, alpha: float, beta: float) -> float:
    r"""Return the log-likelihood of the survivors of each period.

    With :math:`n_0, \dots, n_T` the survivors, each period's losses are binomial with the probability
    :math:`\alpha / (\alpha + \beta + t - 1)`:

    .. math:: \ell = (n_0 - n_T) \log \alpha + \sum_{t=0}^{T-1} n_{t+1} \log(\beta + t)
              - \sum_{t=0}^{T-1} n_t \log(\alpha + \beta + t)

    Examples
    --------
    >>> round(float(log_likelihood(np.array([4.0, 2.0, 1.5]), 1.0, 1.0)), 6)
    -3.930093
    """
    age = np.arange(len(survivors) - 1)
    kept = float(survivors[1:] @ np.log(beta + age))
    begun = float(survivors[:-1] @ np.log(alpha + beta + age))
    return float((survivors[0] - survivors[-1]) * np.log(alpha)) + kept - begun


def log_likelihood_derivatives(survivors: FloatArray, alpha: float, beta: float) -> tuple[FloatArray, FloatArray]:
    """Return gradient and Hessian of `log_likelihood` by log alpha and log beta.

    Examples
    --------
    >>> gradient, hessian = log_likelihood_derivatives(np.array([4.0, 2.0, 1.5]), 1.0, 1.0)
    >>> gradient.round(4), hessian.round(4).tolist()
    (array([-0.1667,  0.0833]), [[-1.4444, 1.2222], [1.2222, -1.0694]])
    """
    age = np.arange(len(survivors) - 1)
    per_begun, per_kept = 1.0 / (alpha + beta + age), 1.0 / (beta + age)
    begun, begun_twice = float(survivors[:-1] @ per_begun), float(survivors[:-1] @ per_begun**2)
    slope = np.array([(survivors[0] - survivors[-1]) / alpha - begun, float(survivors[1:] @ per_kept) - begun])
    curve = np.full((2, 2), begun_twice)
    curve[0, 0] -= (survivors[0] - survivors[-1]) / alpha**2
    curve[1, 1] -= float(survivors[1:] @ per_kept**2)
    scale = np.array([alpha, beta])
    gradient: Array = scale * slope
    return gradient, np.outer(scale, scale) * curve + np.diag(gradient)


def spread_of_churn(survivors: FloatArray) -> float:
    r"""Return whether survivors speak for customers who differ: above 0 if they do.

    The derivative of the log-likelihood by the variance of the churn probability, where that variance is 0 and the
    probability the same p for all: half the sum over customers of :math:`f''(p) / f(p)`, times :math:`(1-p)^2`.
    Where it is not above 0, the likelihood has no greatest value: customers alike, or growing less loyal, fit better.

    Examples
    --------
    >>> spread_of_churn(np.array([4.0, 2.0, 1.5])) > 0, spread_of_churn(np.array([4.0, 2.0, 1.0])) > 0
    (True, False)
    """
    lost = survivors[:-1] - survivors[1:]
    before, n_periods = np.arange(len(lost)), len(lost)
    p = (survivors[0] - survivors[-1]) / float(np.sum(survivors[:-1]))
    left = float(lost @ (before * (before - 1 - 2 * (1 - p) / p)))
    return float(left + survivors[-1] * n_periods * (n_periods - 1)) / 2


def survival(alpha: float, beta: float, n_periods: int) -> FloatArray:
    r"""Return the share of a cohort that is left after 0, 1, ... n periods.

    .. math:: S(t) = \prod_{j=0}^{t-1} \frac{\beta + j}{\alpha + \beta + j}

    Examples
    --------
    >>> survival(1.0, 1.0, 2).round(4)
    array([1.    , 0.5   , 0.3333])
    """
    age = np.arange(n_periods)
    return np.concatenate([np.ones(1), np.cumprod((beta + age) / (alpha + beta + age))])


def survival_gradient(alpha: float, beta: float, n_periods: int) -> FloatArray:
    """Return the derivatives of the logarithm of `survival` by log alpha and log beta: float64 (n + 1, 2).

    Examples
    --------
    >>> survival_gradient(1.0, 1.0, 2).round(4).tolist()
    [[0.0, 0.0], [-0.5, 0.5], [-0.8333, 0.6667]]
    """
    age = np.arange(n_periods)
    slopes = np.stack([-1.0 / (alpha + beta + age), 1.0 / (beta + age) - 1.0 / (alpha + beta + age)], axis=1)
    gradient: FloatArray = np.concatenate([np.zeros((1, 2)), np.cumsum(slopes, axis=0)]) * np.array([alpha, beta])
    return gradient
