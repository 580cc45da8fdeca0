"""k of n: a rate that knows its counts."""

from math import sqrt
from typing import Literal, TypeAlias, get_args

from attrs import Attribute, field, frozen

from servicelead._arguments import require_within
from servicelead._fields import as_int, kind_of, refuse, whole
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.uncertainty._confidence import DEFAULT_CONFIDENCE
from servicelead.uncertainty.estimate import Estimate

__all__ = ["IntervalMethod", "Rate"]

IntervalMethod: TypeAlias = Literal["wilson", "clopper_pearson", "jeffreys"]

_NO_TRIALS = "no trials: nothing was observed that could have succeeded"


@frozen
class Rate:
    """Successes among trials.

    ``value = successes / trials``

    Rates add by adding both counts. Without trials a rate is undefined and says why; it is never 0, infinite or NaN.

    Attributes
    ----------
    successes
        Whole number from 0 to `trials`.
    trials
        Whole number of at least 0.

    Examples
    --------
    >>> won = Rate(8, 10)
    >>> won.value
    0.8
    >>> print(won.interval())
    0.8 proportion [0.4902, 0.9433] (95%, wilson, n = 10)
    >>> print(won + Rate(1, 10))
    9 of 20 (0.45)
    """

    successes: int = field(converter=as_int, validator=whole(0))
    trials: int = field(converter=as_int, validator=whole(0))

    @trials.validator
    def _are_enough(self, attribute: "Attribute[int]", value: int) -> None:
        if value < self.successes:
            refuse(self, attribute, "at least successes", "a smaller number", "count every success as a trial")

    @property
    def is_defined(self) -> bool:
        """Whether there was any trial."""
        return self.trials > 0

    @property
    def value(self) -> float:
        """``successes / trials``, in [0, 1]; an `UndefinedRateError` without trials."""
        self._require_trials("value")
        return self.successes / self.trials

    def interval(self, confidence: float = DEFAULT_CONFIDENCE, *, method: IntervalMethod = "wilson") -> Estimate:
        """Return the rate with a two-sided interval.

        Parameters
        ----------
        confidence
            Nominal coverage, strictly between 0 and 1.
        method
            ``"wilson"``: the score interval, near its nominal coverage on average. ``"clopper_pearson"``: the exact
            interval, never below it. ``"jeffreys"``: quantiles of the posterior
            ``Beta(successes + 1/2, trials - successes + 1/2)``, from 0 where nothing and to 1 where all succeeded.

        Returns
        -------
        Estimate
            In proportions, with ``n = trials``; undefined, with a reason, without trials.

        Raises
        ------
        InvalidValueError
            An unknown method or a confidence out of range.

        Notes
        -----
        L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science
        16(2), 2001.

        Examples
        --------
        >>> print(Rate(0, 10).interval())
        0 proportion [0, 0.2775] (95%, wilson, n = 10)
        """
        require_within("Rate.interval: confidence", confidence)
        if method not in get_args(IntervalMethod):
            raise InvalidValueError(
                f"Rate.interval: method must be one of {', '.join(get_args(IntervalMethod))}; got {kind_of(method)}; "
                "wilson is the default",
            )
        if not self.is_defined:
            return Estimate.undefined(_NO_TRIALS, method=method, unit="proportion", confidence=confidence)
        lower, upper = _jeffreys(self, confidence) if method == "jeffreys" else _frequentist(self, confidence, method)
        return Estimate(
            value=self.value,
            lower=lower,
            upper=upper,
            confidence=confidence,
            method=method,
            n=self.trials,
            unit="proportion",
        )

    def minus(self, other: "Rate", confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Return the difference of two independent rates with Newcombe's hybrid score interval.

        With p, q the rates and (l, u), (m, v) their Wilson intervals, the interval of p - q is
        ``p - q - sqrt((p - l)^2 + (v - q)^2)`` to ``p - q + sqrt((u - p)^2 + (q - m)^2)``.

        Parameters
        ----------
        other
            The rate to subtract, of other trials.
        confidence
            Nominal coverage, strictly between 0 and 1.

        Returns
        -------
        Estimate
            In proportions, from -1 to 1, with n the trials of both; undefined, with a reason, if either has none.

        Raises
        ------
        InvalidValueError
            A confidence out of range.

        Notes
        -----
        R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
        methods", Statistics in Medicine 17(8), 1998, method 10.

        Examples
        --------
        >>> print(Rate(12, 40).minus(Rate(30, 60)))
        -0.2 proportion [-0.3711, -0.002892] (95%, newcombe, n = 100)
        """
        require_within("Rate.minus: confidence", confidence)
        n = self.trials + other.trials
        if not (self.is_defined and other.is_defined):
            which = "the first rate" if not self.is_defined else "the second rate"
            reason = f"no trials in {which}"
            return Estimate.undefined(reason, method="newcombe", unit="proportion", confidence=confidence, n=n)
        p, q, difference = self.value, other.value, self.value - other.value
        p_lower, p_upper = _frequentist(self, confidence, "wilson")
        q_lower, q_upper = _frequentist(other, confidence, "wilson")
        return Estimate(
            value=difference,
            lower=difference - sqrt((p - p_lower) ** 2 + (q_upper - q) ** 2),
            upper=difference + sqrt((p_upper - p) ** 2 + (q - q_lower) ** 2),
            confidence=confidence,
            method="newcombe",
            n=n,
            unit="proportion",
        )

    def over(self, other: "Rate", confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Return the ratio of two independent rates with an interval by Donner and Zou's method.

        With p, q the rates and (l, u), (m, v) their Wilson intervals, the bounds of p / q are

            ``l (2p - l) / (pq + sqrt((pq)^2 - l (2p - l) v (2q - v)))``
            ``(pq + sqrt((pq)^2 - u (2p - u) m (2q - m))) / (m (2q - m))``

        Parameters
        ----------
        other
            The rate to divide by, of other trials.
        confidence
            Nominal coverage, strictly between 0 and 1.

        Returns
        -------
        Estimate
            A ratio of at least 0, with n the trials of both; undefined, with a reason, if either has no trials or the
            other no successes.

        Raises
        ------
        InvalidValueError
            A confidence out of range.

        Notes
        -----
        A. Donner, G. Y. Zou, "Closed-form confidence intervals for functions of the normal mean and standard
        deviation", Statistical Methods in Medical Research 21(4), 2012.

        Examples
        --------
        >>> print(Rate(30, 60).over(Rate(12, 40)))
        1.667 ratio [1.007, 2.884] (95%, donner_zou, n = 100)
        """
        require_within("Rate.over: confidence", confidence)
        n = self.trials + other.trials
        if not (self.trials and other.successes):
            reason = "no trials in the first rate" if not self.trials else "no successes in the second rate"
            return Estimate.undefined(reason, method="donner_zou", unit="ratio", confidence=confidence, n=n)
        p, q = self.value, other.value
        p_lower, p_upper = _frequentist(self, confidence, "wilson")
        q_lower, q_upper = _frequentist(other, confidence, "wilson")
        top, bottom = p_lower * (2 * p - p_lower), q_upper * (2 * q - q_upper)
        high, low = p_upper * (2 * p - p_upper), q_lower * (2 * q - q_lower)
        return Estimate(
            value=p / q,
            lower=top / (p * q + sqrt((p * q) ** 2 - top * bottom)) if top else 0.0,
            upper=(p * q + sqrt((p * q) ** 2 - high * low)) / low,
            confidence=confidence,
            method="donner_zou",
            n=n,
            unit="ratio",
        )

    def exceeds(self, threshold: float) -> float:
        """Return the probability that the true rate lies above a threshold, given the counts.

        ``P(rate > threshold)`` under the Jeffreys posterior ``Beta(successes + 1/2, trials - successes + 1/2)``.

        Parameters
        ----------
        threshold
            A rate, strictly between 0 and 1.

        Returns
        -------
        float
            In [0, 1].

        Raises
        ------
        UndefinedRateError
            Without trials: the prior alone is no evidence.
        InvalidValueError
            A threshold out of range.

        Examples
        --------
        >>> round(Rate(60, 100).exceeds(0.5), 6)
        0.977522
        """
        require_within("Rate.exceeds: threshold", threshold)
        self._require_trials("exceeds")
        from scipy.special import betaincc  # noqa: PLC0415 - heavy, loaded on first use

        return float(betaincc(self.successes + 0.5, self.trials - self.successes + 0.5, threshold))

    def _require_trials(self, what: str) -> None:
        if not self.is_defined:
            raise UndefinedRateError(
                f"Rate.{what} must be asked of at least one trial; got {_NO_TRIALS}; check is_defined first",
            )

    def __add__(self, other: object) -> "Rate":
        if not isinstance(other, Rate):
            return NotImplemented
        return Rate(self.successes + other.successes, self.trials + other.trials)

    def __str__(self) -> str:
        share = f"{self.value:.4g}" if self.is_defined else "undefined: no trials"
        return f"{self.successes} of {self.trials} ({share})"


def _frequentist(rate: Rate, confidence: float, method: Literal["wilson", "clopper_pearson"]) -> tuple[float, float]:
    from scipy.stats import binomtest  # noqa: PLC0415 - heavy, loaded on first use

    test = binomtest(rate.successes, rate.trials)
    bounds = test.proportion_ci(confidence, method="exact" if method == "clopper_pearson" else "wilson")
    return float(bounds.low), float(bounds.high)


def _jeffreys(rate: Rate, confidence: float) -> tuple[float, float]:
    from scipy.stats import beta  # noqa: PLC0415 - heavy, loaded on first use

    failures = rate.trials - rate.successes
    tail = (1 - confidence) / 2
    posterior = beta(rate.successes + 0.5, failures + 0.5)
    # At the ends the equal-tailed interval would leave out the rate observed.
    lower = float(posterior.ppf(tail)) if rate.successes else 0.0
    upper = float(posterior.isf(tail)) if failures else 1.0
    return lower, upper
