"""The shifted beta-geometric model fitted to a cohort, with what it foretells and how sure that is."""

from collections.abc import Callable
from math import exp, log
from statistics import NormalDist
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._typing import FloatArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.shifted_beta import (
    log_likelihood,
    log_likelihood_derivatives,
    survival_gradient,
)
from servicelead.kernels.survival import log_log_bounds
from servicelead.retention.projection import ShiftedBetaGeometric, require_periods
from servicelead.retention.projection_maximum import greatest_likelihood, survivor_counts
from servicelead.tables.base import frozen_array
from servicelead.uncertainty import Estimate

__all__ = ["GoodnessOfFit", "ShiftedBetaGeometricFit", "fit_survivors"]

_METHOD = "Wald, log scale"
_STEP = 1e-5


@frozen(kw_only=True, eq=False)
class GoodnessOfFit:
    """How far losses lie from what the model expects of them.

    Attributes
    ----------
    table
        ``period``, ``observed`` and ``expected`` losses; in the last row, without period, those who stayed to the end.
    statistic
        Pearson's chi-squared.
    degrees_of_freedom
        Periods less two.
    p_value
        Probability of a statistic at least as large if the model is right; None without degrees of freedom. It is not
        to be relied on where fewer than about 5 are expected.
    """

    table: ResultTable = field(repr=False)
    statistic: float
    degrees_of_freedom: int
    p_value: float | None


@frozen(kw_only=True, eq=False)
class ShiftedBetaGeometricFit:
    """A `ShiftedBetaGeometric` model fitted to a cohort by maximum likelihood.

    Intervals are Wald's, from the observed information about log alpha and log beta by the delta method: on the
    logarithm for parameters and lifetimes, on log(-log S) for survival. They are of the expected share or lifetime; a
    small cohort scatters more than that.

    Attributes
    ----------
    model
        The fitted model.
    survivors
        What it was fitted to: customers at the start and after each period.
    log_likelihood
        Its greatest value.
    covariance
        Of log alpha and log beta, float64 (2, 2).
    confidence
        Of the intervals.
    """

    model: ShiftedBetaGeometric
    survivors: FloatArray = field(repr=False)
    log_likelihood: float
    covariance: FloatArray = field(repr=False)
    confidence: float

    @property
    def n(self) -> int:
        """Customers at the start."""
        return int(self.survivors[0])

    @property
    def alpha(self) -> Estimate:
        """First parameter, with its interval."""
        return self._on_log_scale(lambda model: model.alpha, "alpha")

    @property
    def beta(self) -> Estimate:
        """Second parameter, with its interval."""
        return self._on_log_scale(lambda model: model.beta, "beta")

    def project(self, n_periods: int) -> ResultTable:
        """Return what is expected to be left after each period, with intervals.

        Parameters
        ----------
        n_periods
            From the start of the cohort, at least 1; those observed are among them.

        Returns
        -------
        ResultTable
            ``period``, ``is_observed``, ``retention_rate`` (of those left before it), ``survival``, ``survival_lower``,
            ``survival_upper`` and ``survivors``, from period 1 on.

        Raises
        ------
        InvalidValueError
            For a number of periods that is not whole, below 1 or above 100,000.

        Examples
        --------
        >>> fit = ShiftedBetaGeometric.fit([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> row = fit.project(12).row(period=12)
        >>> [round(row[name], 3) for name in ("survival", "survival_lower", "survival_upper")]
        [0.378, 0.34, 0.416]
        """
        n = require_periods("project: n_periods", n_periods, 1)
        share = self.model.survival(n)
        slopes = survival_gradient(self.model.alpha, self.model.beta, n)
        variance = np.einsum("ti,ij,tj->t", slopes, self.covariance, slopes)
        lower, upper = log_log_bounds(share, variance, self._reach)
        period = np.arange(1, n + 1)
        return ResultTable(
            {
                "period": period,
                "is_observed": period < len(self.survivors),
                "retention_rate": share[1:] / share[:-1],
                "survival": share[1:],
                "survival_lower": lower[1:],
                "survival_upper": upper[1:],
                "survivors": self.n * share[1:],
            }
        )

    def discounted_lifetime(self, discount_rate: float) -> Estimate:
        """Return `ShiftedBetaGeometric.discounted_lifetime` with an interval, in periods.

        Examples
        --------
        >>> fit = ShiftedBetaGeometric.fit([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> print(fit.discounted_lifetime(0.10))
        5.922 periods [5.643, 6.215] (95%, Wald, log scale, n = 1000)
        """
        return self._on_log_scale(lambda model: model.discounted_lifetime(discount_rate), "periods")

    def discounted_residual_lifetime(self, discount_rate: float, *, n_periods: int) -> Estimate:
        """Return `ShiftedBetaGeometric.discounted_residual_lifetime` with an interval, in periods."""
        return self._on_log_scale(
            lambda model: model.discounted_residual_lifetime(discount_rate, n_periods=n_periods), "periods"
        )

    def goodness_of_fit(self) -> GoodnessOfFit:
        r"""Compare the losses of each period with those expected: :math:`\sum (O - E)^2 / E`.

        Examples
        --------
        >>> test = ShiftedBetaGeometric.fit([1000, 869, 743, 653, 593, 551, 517, 491]).goodness_of_fit()
        >>> round(test.statistic, 2), test.degrees_of_freedom
        (12.34, 5)
        """
        n_periods = len(self.survivors) - 1
        share = self.model.survival(n_periods)
        observed = np.append(-np.diff(self.survivors), self.survivors[-1])
        expected = self.n * np.append(-np.diff(share), share[-1])
        statistic = float(np.sum((observed - expected) ** 2 / expected))
        freedom = n_periods - 2
        p_value = None
        if freedom:
            from scipy.special import chdtrc  # noqa: PLC0415 - heavy, loaded on first use

            p_value = float(chdtrc(freedom, statistic))
        period = np.array([*range(1, n_periods + 1), None], dtype=object)
        table = ResultTable({"period": period, "observed": observed, "expected": expected})
        return GoodnessOfFit(table=table, statistic=statistic, degrees_of_freedom=freedom, p_value=p_value)

    def mean_absolute_percentage_error(self, later: Any) -> float:
        r"""Return how far the projection lies from survivors that were held back, on average.

        .. math:: \frac{1}{m} \sum_t \frac{|n_0 S(t) - n_t|}{n_t}

        Parameters
        ----------
        later
            Survivors after each of the periods that follow those fitted, above 0.

        Returns
        -------
        float
            A share: .0283 is 2.83%.

        Raises
        ------
        InvalidValueError
            For survivors that are not above 0, that rise, or that are more than those fitted last.

        Examples
        --------
        >>> fit = ShiftedBetaGeometric.fit([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> round(fit.mean_absolute_percentage_error([468, 445, 427, 409, 394]), 4)
        0.0283
        """
        held = survivor_counts("mean_absolute_percentage_error: later", later)
        if not len(held) or held[-1] <= 0 or held[0] > self.survivors[-1]:
            raise InvalidValueError(
                "mean_absolute_percentage_error: later must be survivors above 0, no more than those fitted last; got "
                "none, 0, or more; give the periods that follow"
            )
        begun = len(self.survivors)
        foretold = self.n * self.model.survival(begun + len(held) - 1)[begun:]
        return float(np.mean(np.abs(foretold - held) / held))

    @property
    def _reach(self) -> float:
        return NormalDist().inv_cdf((1 + self.confidence) / 2)

    def _on_log_scale(self, figure: Callable[[ShiftedBetaGeometric], float], unit: str) -> Estimate:
        """Return a positive figure of the model with its interval; central differences give its slope."""
        value = figure(self.model)
        slope = np.empty(2)
        for place, step in enumerate(np.eye(2) * _STEP):
            up, down = (
                figure(ShiftedBetaGeometric(alpha=self.model.alpha * exp(side[0]), beta=self.model.beta * exp(side[1])))
                for side in (step.tolist(), (-step).tolist())
            )
            slope[place] = log(up / down) / (2 * _STEP)
        spread = exp(self._reach * float(np.sqrt(slope @ self.covariance @ slope)))
        return Estimate(
            value=value,
            lower=value / spread,
            upper=value * spread,
            confidence=self.confidence,
            method=_METHOD,
            n=self.n,
            unit=unit,
        )


def fit_survivors(survivors: Any, confidence: float) -> ShiftedBetaGeometricFit:
    """Return the fit of greatest likelihood; see `ShiftedBetaGeometric.fit`."""
    require_within("ShiftedBetaGeometric.fit: confidence", confidence)
    counts = survivor_counts("ShiftedBetaGeometric.fit: survivors", survivors)
    alpha, beta = greatest_likelihood(counts)
    hessian = log_likelihood_derivatives(counts, alpha, beta)[1]
    return ShiftedBetaGeometricFit(
        model=ShiftedBetaGeometric(alpha=alpha, beta=beta),
        survivors=frozen_array(counts),
        log_likelihood=log_likelihood(counts, alpha, beta),
        covariance=frozen_array(np.linalg.inv(-hessian)),
        confidence=confidence,
    )
