"""How sure a total of credit is: accounts are the independent units."""

from typing import Literal, NamedTuple

import numpy as np

from servicelead._arguments import require_within
from servicelead._typing import FloatArray
from servicelead.attribution.results.dimensions import Cells
from servicelead.attribution.results.replicates import percentiles, shares_of_replicates
from servicelead.attribution.results.wholes import credited_value, rounding_of, shares_of_credited
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.clusters import cluster_squares
from servicelead.kernels.totals import label_totals
from servicelead.tables.journeys import Journeys

__all__ = ["Bounds", "BoundsMethod", "check_intervals", "credit_bounds", "n_units"]

BoundsMethod = Literal["log", "student"]

#: Degrees of freedom that a variance has at the least: fewer make ends absurd, and hold the truth no oftener.
_FREEDOM = 4.0
#: A factor of e**700 either way says all there is to say, and is still a number.
_FAR = 700.0


class Bounds(NamedTuple):
    """Interval ends of value and of share, per cell; NaN with fewer than two independent units."""

    value_lower: FloatArray
    value_upper: FloatArray
    share_lower: FloatArray
    share_upper: FloatArray


def check_intervals(confidence: float, method: str) -> None:
    """Refuse a confidence outside (0, 1) and an unknown method of intervals.

    Raises
    ------
    InvalidValueError
    """
    require_within("by: confidence", confidence)
    if method not in {"log", "student"}:
        raise InvalidValueError('by(method=) must be "log" or "student"; leave it out for "log"')


def credit_bounds(
    journeys: Journeys,
    cells: Cells,
    values: FloatArray,
    *,
    confidence: float,
    method: BoundsMethod = "log",
    replicates: FloatArray | None = None,
) -> Bounds:
    r"""Return the intervals of each cell's value and share, clustered by account.

    With :math:`y_{ac}` the value account a gives cell c and n the accounts that have a closed journey,

    .. math:: V_c = \tfrac{n}{n-1} \sum_a y_{ac}^2, \qquad
              V(s_c) = \tfrac{n}{n-1} \sum_a (y_{ac} - s_c\, y_a)^2 / Y^2

    (uncentred for totals; linearised for shares). On aggregated paths each conversion or non-conversion is a unit.

    ``"student"`` is :math:`\pm\, t_{n-1}` standard errors, which promises too much where a few large accounts make the
    total. ``"log"`` takes the same standard error on the scale of the logarithm (of the log-odds for a share), so that
    an end never crosses 0 or 1, and as many degrees of freedom as the accounts that the variance rests on,
    :math:`(\sum_a y_{ac}^2)^2 / \sum_a y_{ac}^4`, at least 4. Where a value is negative, all are on the plain scale.

    A model that was fitted on these journeys varies with them twice: by what they won, and by what they taught it. So
    its intervals rest on ``replicates``, float64 (m, cells): what it said when units were drawn again. ``"student"``
    takes their variance. Instead of ``"log"`` the ends are their percentiles, as far out as a t quantile is on the
    normal scale, and reach out to the value itself. With u the part of their variance that V is, the degrees of freedom
    :math:`\nu` are

    .. math:: \frac{1}{\nu} = \frac{u^2}{\nu_V} + \frac{(1 - u)^2}{m - 1}

    References
    ----------
    Satterthwaite, "An approximate distribution of estimates of variance components", 1946. Hesterberg, "What teachers
    should know about the bootstrap", 2015: expanded percentiles.
    """
    n = n_units(journeys)
    if n < 2:
        nothing = np.full(cells.n, np.nan)
        return Bounds(nothing, nothing, nothing, nothing)
    total = label_totals(cells.codes, values, cells.n)
    share, whole = shares_of_credited(journeys, total), credited_value(journeys)
    used = values != 0
    account = np.repeat(journeys.account, journeys.lengths)[used]
    squares, residuals, fourths, residual_fourths = cluster_squares(
        account, cells.codes[used], values[used], share, _copies(journeys)
    )
    factor = n / (n - 1)
    variance, share_variance = factor * squares, factor * residuals / (whole**2 or np.nan)
    freedom, share_freedom = _rests_on(squares, fourths), _rests_on(residuals, residual_fourths)
    if replicates is not None:
        shares = shares_of_replicates(replicates, rounding_of(values))
        if method == "log":
            return Bounds(
                *_expanded(total, replicates, variance, freedom, confidence),
                *_expanded(share, shares, share_variance, share_freedom, confidence),
            )
        variance, share_variance = _variance(replicates), _variance(shares)
    error, share_error = np.sqrt(variance), np.sqrt(share_variance)
    if method == "student":
        plain = _quantiles(np.full(cells.n, n - 1.0), confidence)
        return Bounds(*_plain(total, plain * error), *_plain(share, plain * share_error))
    reach, share_reach = _quantiles(freedom, confidence) * error, _quantiles(share_freedom, confidence) * share_error
    if (values < 0).any():
        return Bounds(*_plain(total, reach), *_plain(share, share_reach))
    return Bounds(*_on_logs(total, reach), *_on_log_odds(share, share_reach))


def _expanded(
    middle: FloatArray, drawn: FloatArray, given_the_fit: FloatArray, freedom: FloatArray, confidence: float
) -> FloatArray:
    """Return percentiles of what was drawn, farther out where its variance rests on few accounts."""
    from scipy.special import ndtr  # noqa: PLC0415 - heavy, loaded on first use

    variance = _variance(drawn)
    part = np.divide(given_the_fit, variance, out=np.ones(len(middle)), where=variance > given_the_fit)
    freedom = 1.0 / (part**2 / freedom + (1.0 - part) ** 2 / max(len(drawn) - 1, 1))
    lower, upper = percentiles(drawn, ndtr(-_quantiles(freedom, confidence)))
    return np.stack([np.minimum(lower, middle), np.maximum(upper, middle)])


def _variance(drawn: FloatArray) -> FloatArray:
    return drawn.var(axis=0, ddof=1) if len(drawn) > 1 else np.full(drawn.shape[1], np.nan)


def n_units(journeys: Journeys) -> int:
    """Return the number of independent units: accounts that have a closed journey, or journeys of paths."""
    closed = journeys.outcome != journeys.OPEN
    if journeys.business is None:
        return int(np.sum(journeys.weight[closed]))
    return len(np.unique(journeys.account[closed]))


def _copies(journeys: Journeys) -> FloatArray | None:
    """Return how many units each account is: one, or as many as a path was walked."""
    if journeys.business is not None:
        return None
    copies = np.ones(int(journeys.account.max(initial=-1)) + 1)
    copies[journeys.account] = np.maximum(journeys.weight, 1)
    return copies


def _rests_on(squares: FloatArray, fourths: FloatArray) -> FloatArray:
    """Return how many equal accounts would vary as surely: the effective number behind a sum of squares, at least 4."""
    number = np.divide(squares**2, fourths, out=np.zeros(len(squares)), where=fourths > 0)
    return np.maximum(number, _FREEDOM)


def _quantiles(freedom: FloatArray, confidence: float) -> FloatArray:
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

    return np.asarray(stdtrit(freedom, (1 + confidence) / 2), dtype=np.float64)


def _plain(middle: FloatArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:
    return middle - reach, middle + reach


def _on_logs(middle: FloatArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:
    ratio = np.exp(np.minimum(np.divide(reach, middle, out=np.zeros(len(middle)), where=middle > 0), _FAR))
    return middle / ratio, middle * ratio


def _on_log_odds(middle: FloatArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:
    inside = (middle > 0) & (middle < 1)
    spread = np.divide(reach, middle * (1 - middle), out=np.zeros(len(middle)), where=inside)
    ratio = np.exp(np.minimum(spread, _FAR))
    return middle / (middle + (1 - middle) * ratio), middle * ratio / (middle * ratio + 1 - middle)
