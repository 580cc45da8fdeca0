"""Standard errors of statistics of journeys, with accounts as the independent units."""

import numpy as np

from servicelead._typing import Codes, FloatArray
from servicelead.kernels.totals import label_totals

__all__ = ["clustered_error"]


def clustered_error(influence: FloatArray, weight: FloatArray, account: Codes | None, n: int) -> float:
    r"""Return the standard error of a statistic from how much each journey moves it.

    .. math:: \sqrt{\tfrac{n}{n-1} \sum_a \Big(\sum_{j \in a} w_j \phi_j\Big)^2}

    Parameters
    ----------
    influence : float64 (p,)
        Of one journey: its amount in a sum, the distance of its amount from the mean over the sum of weights in a mean.
    weight : float64 (p,)
        How many journeys each stands for.
    account : int32 (p,) or None
        The clusters; None where every single journey is a unit of its own, as on aggregated paths.
    n : int
        Number of independent units.

    Returns
    -------
    float
        NaN with fewer than two units.
    """
    if n < 2:
        return float("nan")
    if account is None:
        squares = weight * influence**2
    else:
        squares = label_totals(account, weight * influence, int(account.max(initial=-1)) + 1) ** 2
    return float(np.sqrt(n / (n - 1) * np.sum(squares)))
