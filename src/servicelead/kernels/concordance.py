"""How well scores rank events above the rest."""

import numpy as np

from servicelead._typing import BoolArray, FloatArray
from servicelead.kernels.totals import label_totals

__all__ = ["concordance"]


def concordance(scores: FloatArray, is_event: BoolArray, weights: FloatArray) -> FloatArray:
    r"""Return, for each element, the weight of those on the other side that it is ranked rightly against.

    For an event, non-events with a lower score; for a non-event, events with a higher one; ties count half. Summed over
    the events, times their weights, and divided by the weight of all pairs, they make the area under the ROC curve.

    Parameters
    ----------
    scores : float64 (p,)
    is_event : bool (p,)
    weights : float64 (p,)
        At least 0.

    Returns
    -------
    float64 (p,)

    Notes
    -----
    The placements of DeLong, DeLong and Clarke-Pearson, 1988.

    Examples
    --------
    >>> concordance(np.array([0.9, 0.4, 0.4]), np.array([True, True, False]), np.ones(3)).tolist()
    [1.0, 0.5, 1.5]
    """
    levels, level = np.unique(scores, return_inverse=True)
    events = label_totals(level, np.where(is_event, weights, 0.0), len(levels))
    others = label_totals(level, np.where(is_event, 0.0, weights), len(levels))
    below = np.cumsum(others) - others / 2
    above = np.cumsum(events[::-1])[::-1] - events / 2
    return np.where(is_event, below[level], above[level])
