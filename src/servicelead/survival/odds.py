"""Odds of an event in a period, with rows that come in clusters: what regressions of person-periods report."""

from math import exp, sqrt
from statistics import NormalDist

import numpy as np

from servicelead._typing import BoolArray, FloatArray, IntArray
from servicelead.exceptions import ConvergenceError
from servicelead.kernels.logistic import clustered_logistic_covariance, fit_logistic
from servicelead.uncertainty import Estimate

__all__ = ["odds_ratios"]

_METHOD = "logistic, clustered by account"


def odds_ratios(
    event: BoolArray,
    design: FloatArray,
    accounts: IntArray,
    *,
    undefined: str | None,
    penalty: float,
    confidence: float,
) -> list[Estimate]:
    """Return the odds ratio of each column of a design, with rows clustered by account.

    Parameters
    ----------
    event : bool (n,)
    design : float64 (n, k)
        The first column is the intercept, which alone has no ridge penalty.
    accounts : int64 (n,)
        Rows of one are not independent.
    undefined
        Why there is no answer; None where there is.
    penalty
        On squared coefficients, above 0.
    confidence
        Of the intervals.

    Returns
    -------
    list of Estimate
        One per column.

    Raises
    ------
    ConvergenceError
        When the coefficients are not found.
    """
    units, cluster = np.unique(accounts, return_inverse=True)
    n = len(units)
    if undefined is not None:
        nothing = Estimate.undefined(undefined, method=_METHOD, unit="odds ratio", confidence=confidence, n=n)
        return [nothing] * design.shape[1]
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0
    found, gain = fit_logistic(design, event, ridge)
    if not gain < 1e-9:
        raise ConvergenceError("odds_ratios: the coefficients must be found; they were not; raise the penalty")
    covariance = clustered_logistic_covariance(design, event, ridge, found, cluster.astype(np.int64))
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    return [
        Estimate(
            value=exp(middle),
            lower=exp(middle - reach * sqrt(variance)),
            upper=exp(middle + reach * sqrt(variance)),
            confidence=confidence,
            method=_METHOD,
            n=n,
            unit="odds ratio",
        )
        for middle, variance in zip(found.tolist(), np.diag(covariance).tolist(), strict=True)
    ]
