"""How sure a total of credit is: accounts are the independent units."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import FloatArray
from servicelead.attribution.dimensions import Cells
from servicelead.kernels.clusters import cluster_squares
from servicelead.kernels.totals import label_totals
from servicelead.tables.journeys import Journeys

__all__ = ["Bounds", "credit_bounds"]


class Bounds(NamedTuple):
    """Interval ends of value and of share, per cell; NaN with fewer than two independent units."""

    value_lower: FloatArray
    value_upper: FloatArray
    share_lower: FloatArray
    share_upper: FloatArray


def credit_bounds(journeys: Journeys, cells: Cells, values: FloatArray, confidence: float) -> Bounds:
    r"""Return Student t intervals of each cell's value and share, clustered by account.

    With :math:`y_{ac}` the value account a gives cell c and n the accounts that have a closed journey,

    .. math:: V_c = \tfrac{n}{n-1} \sum_a y_{ac}^2, \qquad
              V(s_c) = \tfrac{n}{n-1} \sum_a (y_{ac} - s_c\, y_a)^2 / Y^2

    (uncentred for totals; linearised for shares). On aggregated paths each conversion or non-conversion is a unit.
    """
    n = n_units(journeys)
    if n < 2:
        nothing = np.full(cells.n, np.nan)
        return Bounds(nothing, nothing, nothing, nothing)
    from scipy.stats import t as student  # noqa: PLC0415 - heavy, loaded on first use

    # c conversions of total value v are c units of v / c each: their squares add up to v^2 / c.
    scale = np.repeat(1.0 / np.sqrt(np.maximum(journeys.weight, 1)), journeys.lengths)
    used = values != 0
    account = np.repeat(journeys.account, journeys.lengths)[used]
    scaled = (values * scale)[used]
    total = label_totals(cells.codes, values, cells.n)
    whole = float(np.sum(total))
    share = total / whole if whole else np.full(cells.n, np.nan)
    squares, residuals = cluster_squares(account, cells.codes[used], scaled, share)
    factor = n / (n - 1)
    quantile = float(student.ppf((1 + confidence) / 2, n - 1))
    half = quantile * np.sqrt(factor * squares)
    half_share = quantile * np.sqrt(factor * residuals) / abs(whole) if whole else share
    return Bounds(total - half, total + half, share - half_share, share + half_share)


def n_units(journeys: Journeys) -> int:
    """Return the number of independent units: accounts that have a closed journey, or journeys of paths."""
    closed = journeys.outcome != journeys.OPEN
    if journeys.business is None:
        return int(np.sum(journeys.weight[closed]))
    return len(np.unique(journeys.account[closed]))
