"""How far probabilities lie from the frequencies of what they foretell, bin by bin."""

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.kernels.totals import label_totals

__all__ = ["calibration_error", "chance_calibration_error", "equal_mass_bins"]


def equal_mass_bins(scores: FloatArray, n_bins: int) -> IntArray:
    """Return which of a number of equally large bins each score falls into, from the lowest; ties stay together.

    Scores that are equal go where the middle of their run belongs, so bins may differ in size, or be empty.

    Parameters
    ----------
    scores : float64 (p,)
    n_bins : int
        At least 1.

    Returns
    -------
    int64 (p,)
        In [0, n_bins).

    Examples
    --------
    >>> equal_mass_bins(np.array([0.1, 0.4, 0.2, 0.9]), 2).tolist(), equal_mass_bins(np.full(3, 0.5), 2).tolist()
    ([0, 1, 0, 1], [1, 1, 1])
    """
    levels, level = np.unique(scores, return_inverse=True)
    counts = np.bincount(level, minlength=len(levels))
    middle = 2 * np.cumsum(counts) - counts  # twice as many as lie below, and the half of its own
    bins: IntArray = (n_bins * middle // (2 * max(len(scores), 1)))[level]
    return bins


def calibration_error(scores: FloatArray, is_event: BoolArray, bins: IntArray) -> tuple[float, FloatArray]:
    r"""Return the mean distance of the bins' mean scores from their rates of events, and how each element moves it.

    .. math:: E = \sum_b \frac{n_b}{n} \bigl|\bar y_b - \bar p_b\bigr|

    Parameters
    ----------
    scores : float64 (p,)
        Probabilities.
    is_event : bool (p,)
    bins : int64 (p,)
        At least 0.

    Returns
    -------
    error : float
        NaN of nothing.
    influence : float64 (p,)
        Its derivative by the weight of each element, the bins held for given; summing to 0.

    Examples
    --------
    >>> error, _ = calibration_error(np.array([0.2, 0.2, 0.9]), np.array([False, True, True]), np.array([0, 0, 1]))
    >>> round(error, 4)
    0.2333
    """
    if not len(scores):
        return float("nan"), np.zeros(0)
    residual = is_event - scores
    gaps = label_totals(bins, residual, int(bins.max()) + 1)
    error = float(np.sum(np.abs(gaps))) / len(scores)
    return error, (np.sign(gaps)[bins] * residual - error) / len(scores)


def chance_calibration_error(scores: FloatArray, bins: IntArray, n_draws: int, seed: int) -> float:
    """Return the mean calibration error of events drawn from the scores themselves: what chance alone makes.

    Parameters
    ----------
    scores : float64 (p,)
        Probabilities.
    bins : int64 (p,)
        At least 0.
    n_draws : int
        At least 1.
    seed : int

    Returns
    -------
    float
        NaN of nothing.

    Examples
    --------
    >>> chance_calibration_error(np.array([0.0, 1.0, 1.0]), np.array([0, 1, 1]), 10, 0)
    0.0
    """
    rng = np.random.default_rng(seed)
    errors = [calibration_error(scores, rng.random(len(scores)) < scores, bins)[0] for _ in range(n_draws)]
    return float(np.mean(errors))
