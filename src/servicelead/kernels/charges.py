"""Charges spread over the months or weeks they are for."""

import numpy as np

from servicelead._typing import IntArray
from servicelead.kernels.segments import concatenate_ranges

__all__ = ["spread_charges"]


def spread_charges(amounts: IntArray, n_units: IntArray, n_served: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Split a charge that comes again and again into equal parts of the units of time it is for.

    Of ``amount = q n + r`` each unit receives q and the first r of every charge one more.

    Parameters
    ----------
    amounts : int64 (k,)
        One charge each, at least 0.
    n_units : int64 (k,)
        Units of time a charge covers, at least 1.
    n_served : int64 (k,)
        Units of time in all, of as many charges as that takes; the rest of the last charge is left out.

    Returns
    -------
    owner, unit, part : int64 (n_served.sum(),)
        Which amount, which of its units of time, and what that receives.

    Examples
    --------
    >>> owner, unit, part = spread_charges(np.array([100]), np.array([3]), np.array([4]))
    >>> unit.tolist(), part.tolist()
    ([0, 1, 2, 3], [34, 33, 33, 34])
    """
    owner = np.repeat(np.arange(len(amounts)), n_served)
    unit = concatenate_ranges(np.zeros(len(amounts), dtype=np.int64), n_served)
    whole, rest = np.divmod(amounts, n_units)
    return owner, unit, whole[owner] + (unit % n_units[owner] < rest[owner])
