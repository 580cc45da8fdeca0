"""Platt's scaling on logits: the straight line that turns a model's logit into a calibrated one."""

import math

import numpy as np

from servicelead._typing import BoolArray, FloatArray

__all__ = ["fit_platt"]

_MOST_STEPS = 100
_MOST_HALVINGS = 40


def fit_platt(logit: FloatArray, outcome: BoolArray, weight: FloatArray) -> tuple[float, float]:
    r"""Return slope and intercept of the greatest likelihood of outcomes that are not quite certain.

    .. math::

        \ell(a, b) = \sum_i w_i \bigl(t_i (a f_i + b) - \log(1 + e^{a f_i + b})\bigr), \qquad
        t_i = \frac{n_1 + 1}{n_1 + 2} \text{ or } \frac{1}{n_0 + 2}, \qquad a \ge 0

    with n₁ and n₀ the weights of those that came and of those that did not, so that there is an answer even where a
    threshold separates them. A line that would fall is flat instead: the logit then knows nothing, and the
    intercept is that of the mean target.

    Parameters
    ----------
    logit : float64 (n,)
        Finite, of rows the model did not learn from.
    outcome : bool (n,)
    weight : float64 (n,)
        At least 0, their total above 0.

    Returns
    -------
    slope, intercept : float

    References
    ----------
    J. Platt, "Probabilistic outputs for support vector machines", 1999; Newton's method with step halving after
    H.-T. Lin, C.-J. Lin and R. C. Weng, 2007.

    Examples
    --------
    >>> logit = np.array([-2.0, -1.0, 1.0, 2.0])
    >>> slope, intercept = fit_platt(logit, np.array([False, True, False, True]), np.ones(4))
    >>> round(slope, 4), round(abs(intercept), 4)
    (0.2023, 0.0)
    """
    n_came = float(weight[outcome].sum())
    n_not = float(weight.sum()) - n_came
    target = np.where(outcome, (n_came + 1.0) / (n_came + 2.0), 1.0 / (n_not + 2.0))
    mean = float(weight @ target) / float(weight.sum())
    flat = math.log(mean / (1.0 - mean))
    if logit.min() == logit.max():  # no slope is better than another
        return 0.0, flat
    # Newton's method in standardised logits, from the flat line: well conditioned whatever the model's scale.
    centre, spread = float(logit.mean()), float(logit.std())
    design = np.stack([(logit - centre) / spread, np.ones_like(logit)])
    place = np.array([0.0, flat])
    height, uphill, curve = _surface(design, target, weight, place)
    for _ in range(_MOST_STEPS):
        step = np.linalg.solve(curve, uphill)
        if float(uphill @ step) < 1e-14 * float(weight.sum()):
            break
        for _ in range(_MOST_HALVINGS):
            tried = _surface(design, target, weight, place + step)
            if tried[0] >= height:
                break
            step = step / 2.0
        place, (height, uphill, curve) = place + step, tried
    slope = float(place[0]) / spread
    return (slope, float(place[1]) - slope * centre) if slope > 0.0 else (0.0, flat)


def _surface(
    design: FloatArray, target: FloatArray, weight: FloatArray, place: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return the log-likelihood, its gradient and its negated Hessian."""
    score = place @ design
    odds = np.exp(-np.abs(score))  # never overflows
    chance = np.where(score >= 0.0, 1.0, odds) / (1.0 + odds)
    height = float(weight @ (target * score - np.logaddexp(0.0, score)))
    uphill: FloatArray = design @ (weight * (target - chance))
    curve: FloatArray = (design * (weight * odds / (1.0 + odds) ** 2)) @ design.T
    return height, uphill, curve
