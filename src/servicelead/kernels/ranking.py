"""How good the top of a ranking is: precision, what the best share captures, and the curve of it."""

import numpy as np

from servicelead._typing import BoolArray, FloatArray
from servicelead.kernels.totals import label_totals

__all__ = ["captured", "precision_at_own_score", "top_membership"]


def precision_at_own_score(scores: FloatArray, is_event: BoolArray) -> tuple[FloatArray, FloatArray]:
    r"""Return, for each element, the precision of those scored as high as it, and what it adds to the others'.

    With :math:`N_j` the number of elements scored at least :math:`s_j`, ties included, and :math:`P_j` the share of
    events among them,

    .. math:: m_i = \sum_{j \text{ event},\ s_j \le s_i} \frac{y_i - P_j}{N_j}

    The mean of :math:`P_j` over events is the average precision A, and :math:`(y_i (P_i - A) + m_i)` over their number
    is how much element i moves it: its derivative by the weight of i.

    Parameters
    ----------
    scores : float64 (p,)
    is_event : bool (p,)

    Returns
    -------
    precision, moved : float64 (p,)

    Examples
    --------
    >>> precision, moved = precision_at_own_score(np.array([0.9, 0.4, 0.4]), np.array([False, True, False]))
    >>> precision.round(4).tolist(), moved.round(4).tolist()
    ([0.0, 0.3333, 0.3333], [-0.1111, 0.2222, -0.1111])
    """
    levels, level = np.unique(scores, return_inverse=True)
    counts = np.bincount(level, minlength=len(levels))
    events = label_totals(level, is_event.astype(np.float64), len(levels))
    above = np.cumsum(counts[::-1])[::-1]
    precision = np.cumsum(events[::-1])[::-1] / np.maximum(above, 1)
    reached = np.cumsum(events / np.maximum(above, 1))
    expected = np.cumsum(events * precision / np.maximum(above, 1))
    return precision[level], is_event * reached[level] - expected[level]


def top_membership(scores: FloatArray, share: float) -> FloatArray:
    """Return how much of each element is among the best share of all; ties at the edge share what is left.

    Parameters
    ----------
    scores : float64 (p,)
    share : float
        In [0, 1].

    Returns
    -------
    float64 (p,)
        In [0, 1], adding up to ``share * p``: the chance of each to be chosen when ties are broken by lot.

    Examples
    --------
    >>> top_membership(np.array([0.9, 0.4, 0.4, 0.1]), 0.5).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    levels, level = np.unique(scores, return_inverse=True)
    counts = np.bincount(level, minlength=len(levels))
    above = np.cumsum(counts[::-1])[::-1] - counts
    return np.clip((share * len(scores) - above) / np.maximum(counts, 1), 0.0, 1.0)[level]


def captured(scores: FloatArray, amounts: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the amounts that the best share of all elements hold, for each of several shares; ties share evenly.

    Parameters
    ----------
    scores, amounts : float64 (p,)
    shares : float64 (k,)
        In [0, 1].

    Returns
    -------
    float64 (k,)
        Equal to the amounts times `top_membership`, summed.

    Examples
    --------
    >>> scores, amounts = np.array([0.9, 0.4, 0.4, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])
    >>> captured(scores, amounts, np.array([0.25, 0.5, 1.0])).tolist()
    [1.0, 1.5, 2.0]
    """
    levels, level = np.unique(-scores, return_inverse=True)
    counts = np.cumsum(np.bincount(level, minlength=len(levels)))
    totals = np.cumsum(label_totals(level, amounts, len(levels)))
    amount: FloatArray = np.interp(shares * len(scores), np.append(0, counts), np.append(0.0, totals))
    return amount
