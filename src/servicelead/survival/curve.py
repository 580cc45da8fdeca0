"""The share that survives each age, of customers or of their revenue, with intervals that know what is independent."""

from statistics import NormalDist
from typing import Literal

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import is_number, kind_of
from servicelead._typing import FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.survival import (
    at_risk,
    greenwood,
    infinitesimal_jackknife,
    log_log_bounds,
    product_limit,
    risk_slots,
)
from servicelead.survival.lifetimes import Lifetimes
from servicelead.tables.base import frozen_array
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["SurvivalCurve", "kaplan_meier"]

Variance = Literal["greenwood", "infinitesimal_jackknife"]

#: Products of exact fractions miss a quantile by rounding alone.
_ROUNDING = 1e-12
_TOO_FEW = "fewer than two independent units were at risk"


@frozen(kw_only=True, eq=False)
class SurvivalCurve:
    """The share that survives each age, at the ages at which something ended.

    Attributes
    ----------
    times
        Ages at which something ended, ascending, in `unit`.
    n_at_risk, n_events
        Rows under observation just before each time, and rows that end at it.
    at_risk, lost
        The same by weight; equal to the counts where survival is not weighted.
    survival
        Share that survives each time.
    variance
        Of the logarithm of the survival; NaN where nothing is left, or with fewer than two independent units at risk.
    n_units
        Independent units: accounts, or rows.
    observed_until
        The longest any row was observed; nothing is known beyond.
    confidence
        Of the intervals.
    method
        ``"greenwood"`` or ``"infinitesimal_jackknife"``; intervals are log-log.
    unit
        What one unit of time is.
    """

    times: FloatArray = field(repr=False)
    n_at_risk: IntArray = field(repr=False)
    n_events: IntArray = field(repr=False)
    at_risk: FloatArray = field(repr=False)
    lost: FloatArray = field(repr=False)
    survival: FloatArray = field(repr=False)
    variance: FloatArray = field(repr=False)
    n_units: int
    observed_until: float
    confidence: float
    method: Variance
    unit: str

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        r"""Lower and upper bound at each time, :math:`S^{\exp(\pm z \sqrt V / |\log S|)}`; NaN where there is none."""
        return log_log_bounds(self.survival, self.variance, NormalDist().inv_cdf((1 + self.confidence) / 2))

    @property
    def table(self) -> ResultTable:
        """Every time with who was at risk, the survival, its standard error and its bounds; NaN where there is none."""
        lower, upper = self.bounds
        return ResultTable(
            {
                "time": self.times,
                "n_at_risk": self.n_at_risk,
                "n_events": self.n_events,
                "at_risk": self.at_risk,
                "lost": self.lost,
                "survival": self.survival,
                "standard_error": self.survival * np.sqrt(self.variance),
                "survival_lower": lower,
                "survival_upper": upper,
            },
            title=f"survival by age in {self.unit}",
        )

    def at(self, time: float) -> Estimate:
        """Return the share that survives an age.

        Parameters
        ----------
        time
            At least 0, in `unit`.

        Returns
        -------
        Estimate
            A proportion. Undefined beyond the longest that anybody was observed, unless nothing was left before.
            Without bounds where nothing ended yet, where nothing is left, or with fewer than two independent units at
            risk.

        Raises
        ------
        InvalidValueError
            For a negative age, or one that is no number.

        Examples
        --------
        >>> curve = kaplan_meier(Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0]))
        >>> print(curve.at(10))
        0.4444 proportion [0.06619, 0.7849] (95%, log-log, greenwood, n = 6)
        """
        if not is_number(time) or time < 0:
            raise InvalidValueError(f"SurvivalCurve.at: time must be a number of at least 0; got {kind_of(time)}")
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        value = 1.0 if place < 0 else float(self.survival[place])
        method = f"log-log, {self.method}"
        if time > self.observed_until and value > 0:
            return Estimate.undefined(
                "nobody was observed for so long",
                method=method,
                unit="proportion",
                confidence=self.confidence,
                n=self.n_units,
            )
        lower, upper = (None, None) if place < 0 else (_known(bound[place]) for bound in self.bounds)
        return Estimate(
            value=value,
            lower=lower,
            upper=upper,
            confidence=self.confidence,
            method=method,
            n=self.n_units,
            unit="proportion",
            reason=None if lower is not None else self._why_unbounded(value),
        )

    def quantile(self, share: float = 0.5) -> Estimate:
        """Return the age by which a share has been lost.

        It is the first time at which no more than ``1 - share`` survives; its bounds are the first times at which the
        bounds of the survival say so (R. Brookmeyer, J. Crowley, Biometrics 38, 1982).

        Parameters
        ----------
        share
            Strictly between 0 and 1; one half gives the median.

        Returns
        -------
        Estimate
            In `unit`; undefined where less than the share was lost while anybody was observed, and without the bound
            that is not reached.

        Raises
        ------
        InvalidValueError
            For a share out of range.

        Examples
        --------
        >>> curve = kaplan_meier(Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0], unit="months"))
        >>> print(curve.quantile(0.5))
        8 months [3, ?] (95%, log-log, greenwood, n = 6; the upper bound is not reached while anybody was observed)
        """
        require_within("SurvivalCurve.quantile: share", share)
        left = 1 - share
        value = self._first_at_most(self.survival, left)
        method = f"log-log, {self.method}"
        if value is None:
            return Estimate.undefined(
                "less was lost while anybody was observed",
                method=method,
                unit=self.unit,
                confidence=self.confidence,
                n=self.n_units,
            )
        lower, upper = (self._first_at_most(bound, left) for bound in self.bounds)
        missing = " and ".join(name for name, bound in (("lower", lower), ("upper", upper)) if bound is None)
        return Estimate(
            value=value,
            lower=lower,
            upper=upper,
            confidence=self.confidence,
            method=method,
            n=self.n_units,
            unit=self.unit,
            reason=self._why_not_reached(missing) if missing else None,
        )

    @property
    def median(self) -> Estimate:
        """The age by which half has been lost."""
        return self.quantile(0.5)

    def _first_at_most(self, shares: FloatArray, left: float) -> float | None:
        reached = np.flatnonzero(shares <= left + _ROUNDING)
        return float(self.times[reached[0]]) if len(reached) else None

    def _why_not_reached(self, bounds: str) -> str:
        if np.isnan(self.variance).all():
            return "the survival has no interval"
        return f"the {bounds} bound is not reached while anybody was observed"

    def _why_unbounded(self, value: float) -> str:
        if value == 1:
            return "nothing has ended by then"
        return "nothing is left" if value == 0 else _TOO_FEW


def _known(bound: float) -> float | None:
    return None if np.isnan(bound) else float(bound)


def kaplan_meier(
    lifetimes: Lifetimes,
    *,
    weighted: bool = False,
    variance: Variance | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> SurvivalCurve:
    r"""Return the share that survives each age, with those not yet gone counted as long as they were seen.

    With :math:`Y_j` the weight at risk at time :math:`t_j` and :math:`d_j` that of what ends then,

    .. math:: S(t) = \prod_{t_j \le t} \left(1 - \frac{d_j}{Y_j}\right)

    A row is at risk from its entry (not at that very time, unless it is 0) to its duration, included: of equal times
    events come before those who leave observation. Intervals are log-log,
    :math:`S^{\exp(\pm z \sqrt V / |\log S|)}`, with V the variance of log S:

    * ``"greenwood"``: :math:`\sum d_j / (Y_j (Y_j - d_j))`, for rows that are independent and weigh the same;
    * ``"infinitesimal_jackknife"``: the sum over accounts of the squared influence of each on log S. Dollars of one
      account come and go together, so there are as many independent units as accounts, not as dollars.

    Parameters
    ----------
    lifetimes
        What was observed.
    weighted
        Whether each row counts by its weight, say revenue, or as one.
    variance
        How it is found. By default ``"greenwood"`` where rows are independent and count as one, else
        ``"infinitesimal_jackknife"``; both agree where there is no late entry.
    confidence
        Of the intervals, between 0 and 1.

    Returns
    -------
    SurvivalCurve
        Without rows where nothing ended.

    Raises
    ------
    InvalidValueError
        When weights are asked for and there are none; when Greenwood's variance is asked for weighted rows, or for
        several rows of one account; for a confidence out of range.

    Notes
    -----
    E. L. Kaplan, P. Meier, 1958; M. Greenwood, 1926; D. Y. Lin, L. J. Wei, 1989; log-log bounds of J. D. Kalbfleisch,
    R. L. Prentice, "The Statistical Analysis of Failure Time Data", 1980.

    Examples
    --------
    >>> lifetimes = Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0], weights=[9, 1, 1, 1, 1, 1])
    >>> kaplan_meier(lifetimes).survival.round(7).tolist()
    [0.8333333, 0.6666667, 0.4444444]
    >>> kaplan_meier(lifetimes, weighted=True).survival.round(4).tolist()
    [0.3571, 0.2857, 0.1905]
    """
    require_within("kaplan_meier: confidence", confidence)
    if weighted and lifetimes.weights is None:
        raise InvalidValueError("kaplan_meier: weighted needs weights; got lifetimes without; give Lifetimes.weights")
    is_simple = not weighted and lifetimes.n_units == len(lifetimes)
    if variance not in (None, "greenwood", "infinitesimal_jackknife") or (variance == "greenwood" and not is_simple):
        raise InvalidValueError(
            "kaplan_meier: variance must be infinitesimal_jackknife, or greenwood for rows that count as one and are "
            f"each an account's only one; got {kind_of(variance)}; leave it out to have the right one chosen"
        )
    method: Variance = variance or ("greenwood" if is_simple else "infinitesimal_jackknife")
    durations, events, n = lifetimes.durations, lifetimes.events, len(lifetimes)
    times = np.unique(durations[events])
    first, stop = risk_slots(times, durations, np.zeros(n) if lifetimes.entry is None else lifetimes.entry)
    ones = np.ones(n)
    weights = lifetimes.weights if weighted and lifetimes.weights is not None else ones
    n_at_risk = at_risk(first, stop, ones, len(times)).astype(np.int64)
    n_events = np.bincount(stop[events] - 1, minlength=len(times))
    lost = np.bincount(stop[events] - 1, weights=weights[events], minlength=len(times)).astype(np.float64)
    # Sums in another order may differ in the last bit, and must not where everything is lost.
    risk = np.where(n_events == n_at_risk, lost, np.maximum(at_risk(first, stop, weights, len(times)), lost))
    clusters = np.arange(n) if lifetimes.accounts is None else lifetimes.accounts
    # One account alone at risk moves every row the same way, which looks like certainty.
    if len(np.unique(clusters[stop > first])) < 2:
        spread: FloatArray = np.full(len(times), np.nan)
    elif method == "greenwood":
        spread = greenwood(risk, lost)
    else:
        spread = infinitesimal_jackknife(first, stop, events, weights=weights, clusters=clusters, risk=risk, lost=lost)
    columns = (times, n_at_risk, n_events, risk, lost, product_limit(risk, lost), spread)
    names = ("times", "n_at_risk", "n_events", "at_risk", "lost", "survival", "variance")
    return SurvivalCurve(
        **{name: frozen_array(column) for name, column in zip(names, columns, strict=True)},
        n_units=lifetimes.n_units,
        observed_until=float(durations.max(initial=0.0)),
        confidence=confidence,
        method=method,
        unit=lifetimes.unit,
    )
