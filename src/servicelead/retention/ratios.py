"""Money over money per slice, with intervals over independent accounts."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.kernels.grouping import group_sums
from servicelead.kernels.totals import label_totals
from servicelead.uncertainty import Estimate

__all__ = ["METHOD", "Ratios", "estimate", "linearised"]

METHOD = "linearised ratio over accounts, Student t"


class Ratios(NamedTuple):
    """Per slice: numerator and denominator in minor units, standard error of their ratio, and accounts behind it.

    The error is NaN where there is none: fewer than two accounts, or nothing to divide by.
    """

    above: IntArray
    below: IntArray
    error: FloatArray
    n: IntArray

    def take(self, places: IntArray) -> "Ratios":
        """Return the ratios of some slices."""
        return Ratios(self.above[places], self.below[places], self.error[places], self.n[places])

    @property
    def value(self) -> FloatArray:
        """The ratios; NaN where there is nothing to divide by."""
        out: FloatArray = np.full(len(self.n), np.nan)
        np.divide(self.above, self.below, out=out, where=self.below > 0)
        return out


def linearised(label: IntArray, above: IntArray, below: IntArray, n_labels: int) -> Ratios:
    r"""Return the ratio of sums per label, its variance linearised over the n units of each label.

    .. math:: R = \frac{\sum_a x_a}{\sum_a y_a}, \qquad
              V(R) = \frac{n}{n-1} \frac{\sum_a (x_a - R\, y_a)^2}{(\sum_a y_a)^2}

    Parameters
    ----------
    label : int64 (u,)
        In [0, n_labels); one unit is one account, and no label has an account twice.
    above, below : int64 (u,)
    n_labels : int

    Examples
    --------
    >>> found = linearised(np.array([0, 0]), np.array([3, 1]), np.array([2, 2]), 1)
    >>> found.value.tolist(), found.error.tolist(), found.n.tolist()
    ([1.0], [0.5], [2])
    """
    sums = [group_sums(label, column, n_labels) for column in (above, below)]
    n = np.bincount(label, minlength=n_labels)
    fits = (sums[1] > 0) & (n > 1)
    ratio = np.divide(sums[0], sums[1], out=np.zeros(n_labels), where=sums[1] > 0)
    squares = label_totals(label, (above - ratio[label] * below) ** 2, n_labels)
    variance = np.divide(n * squares, np.maximum(n - 1, 1), out=np.zeros(n_labels), where=fits)
    error = np.divide(np.sqrt(variance), sums[1], out=np.full(n_labels, np.nan), where=fits)
    return Ratios(sums[0], sums[1], error, n)


def estimate(
    ratios: Ratios, place: int, *, confidence: float, nothing: str, limits: tuple[float, float], unit: str = "ratio"
) -> Estimate:
    """Return one slice's ratio with its interval, kept to what the ratio can be, or the reason why there is none."""
    n, value = int(ratios.n[place]), float(ratios.value[place])
    if np.isnan(value):
        return Estimate.undefined(nothing, method=METHOD, unit=unit, confidence=confidence, n=n)
    lower = upper = reason = None
    if np.isnan(ratios.error[place]):
        reason = "one account says nothing of how accounts vary"
    else:
        from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

        half = float(stdtrit(n - 1, (1 + confidence) / 2)) * float(ratios.error[place])
        # A ratio of negative balances lies outside of its limits, and so may its interval.
        lower, upper = max(value - half, min(limits[0], value)), min(value + half, max(limits[1], value))
    return Estimate(
        value=value, lower=lower, upper=upper, confidence=confidence, method=METHOD, n=n, unit=unit, reason=reason
    )
