"""How sure a total of credit is: accounts are the independent units."""

from typing import Literal, NamedTuple, Protocol

import numpy as np

from servicelead._arguments import require_within
from servicelead._typing import BoolArray, FloatArray
from servicelead.attribution.results.dimensions import Cells
from servicelead.attribution.results.refits import Again
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
    again: Again | None = None,
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
    its intervals rest on ``again``: what it said when units were drawn again, the replicates. ``"student"`` takes their
    variance :math:`V^*`. ``"log"`` takes it too, and lies between two kinds of ends, on the scale of the
    logarithm (or log-odds): with :math:`u = V / V^*` the part of that variance that is there without fitting, u of the
    way from the replicates' percentiles, which reach out to the value itself, to the ends that a rule would have. So
    what few accounts carry is treated as for a rule, and what was learned has the shape that the fits show. Where the
    model says that signs are in doubt, the percentiles reach out to its extremes, too.
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
    of_value = _Estimate(total, factor * squares, _rests_on(squares, fourths), again)
    share_variance = factor * residuals / (whole**2 or np.nan)
    shares = None
    if again is not None:
        shares = Again(*(shares_of_replicates(totals, rounding_of(values)) for totals in again))
    of_share = _Estimate(share, share_variance, _rests_on(residuals, residual_fourths), shares)
    if method == "student":
        reach = _quantile(n - 1.0, confidence)
        return Bounds(*of_value.symmetric(reach), *of_share.symmetric(reach))
    if (values < 0).any() or (again is not None and (again.values < 0).any()):
        return Bounds(*of_value.between(_plainly, confidence), *of_share.between(_plainly, confidence))
    return Bounds(*of_value.between(_on_logs, confidence), *of_share.between(_on_log_odds, confidence))


class _Estimate(NamedTuple):
    """A number per cell, and how it varies: given what was fitted, and as it was when all was fitted again."""

    middle: FloatArray
    given_the_fit: FloatArray
    freedom: FloatArray
    again: Again | None

    @property
    def variance(self) -> FloatArray:
        if self.again is None:
            return self.given_the_fit
        drawn = self.again.values
        return drawn.var(axis=0, ddof=1) if len(drawn) > 1 else np.full(len(self.middle), np.nan)

    def symmetric(self, quantile: FloatArray) -> tuple[FloatArray, FloatArray]:
        reach = quantile * np.sqrt(self.variance)
        return self.middle - reach, self.middle + reach

    def between(self, scale: "_Scale", confidence: float) -> tuple[FloatArray, FloatArray]:
        """Return ends on a scale, so far from what was seen to a rule's as the variance is there without fitting."""
        variance = self.variance
        ones = np.ones(len(self.middle))
        part = np.divide(self.given_the_fit, variance, out=ones, where=variance > self.given_the_fit)
        reach = part * _quantile(self.freedom, confidence) * np.sqrt(variance)
        lower, upper = self._seen((1 - confidence) / 2)
        return scale(self.middle, -reach, part, lower), scale(self.middle, reach, part, upper)

    def _seen(self, tail: float) -> tuple[FloatArray, FloatArray]:
        if self.again is None:
            return self.middle, self.middle
        lower, upper = percentiles(self.again.values, tail)
        reached = np.concatenate([self.middle[None], self.again.extremes])
        return np.minimum(lower, reached.min(axis=0)), np.maximum(upper, reached.max(axis=0))


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


def _quantile(freedom: float | FloatArray, confidence: float) -> FloatArray:
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

    return np.asarray(stdtrit(freedom, (1 + confidence) / 2), dtype=np.float64)


class _Scale(Protocol):
    """Part of the way from what was seen to the middle, and a reach beyond it, on some scale: float64 (cells,) each."""

    def __call__(self, middle: FloatArray, reach: FloatArray, part: FloatArray, seen: FloatArray) -> FloatArray: ...


def _plainly(middle: FloatArray, reach: FloatArray, part: FloatArray, seen: FloatArray) -> FloatArray:
    return part * middle + reach + (1 - part) * seen


def _on_logs(middle: FloatArray, reach: FloatArray, part: FloatArray, seen: FloatArray) -> FloatArray:
    positive = middle > 0
    return np.where(positive, middle**part * _factor(reach, middle, positive) * seen ** (1 - part), seen)


def _on_log_odds(middle: FloatArray, reach: FloatArray, part: FloatArray, seen: FloatArray) -> FloatArray:
    inside = (middle > 0) & (middle < 1)
    factor = _factor(reach, middle * (1 - middle), inside)
    with np.errstate(divide="ignore"):  # certainty has infinite odds
        odds = (middle / (1 - middle)) ** part * factor * (seen / np.maximum(1 - seen, 0)) ** (1 - part)
        return np.where(inside, 1 / (1 + 1 / odds), seen)


def _factor(reach: FloatArray, slope: FloatArray, where: BoolArray) -> FloatArray:
    """Return what a reach multiplies by on the scale of the logarithm."""
    steps = np.divide(reach, slope, out=np.zeros(len(reach)), where=where)
    factor: FloatArray = np.exp(np.clip(steps, -_FAR, _FAR))
    return factor
