"""Where retention is going: customers who drop out with a chance of their own, so that those who stay are loyaler."""

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from servicelead._arguments import require_whole
from servicelead._fields import above, is_number, kind_of
from servicelead._typing import FloatArray
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.shifted_beta import survival
from servicelead.uncertainty import DEFAULT_CONFIDENCE

if TYPE_CHECKING:
    from servicelead.retention.projection_fit import ShiftedBetaGeometricFit

__all__ = ["ShiftedBetaGeometric", "require_periods"]

_MOST_PERIODS = 100_000


@frozen(kw_only=True)
class ShiftedBetaGeometric:
    r"""Customers who may each leave at every renewal, with a probability that is their own and stays the same.

    The probabilities are beta-distributed over customers. Those with high ones leave first, so the retention rate of a
    cohort rises with age although nobody becomes more loyal:

    .. math:: r(t) = \frac{\beta + t - 1}{\alpha + \beta + t - 1}, \qquad S(t) = \prod_{j=1}^{t} r(j)

    A curve drawn through the retention of the first years, or its mean continued, foretells too few survivors.

    Attributes
    ----------
    alpha, beta
        Parameters of the distribution of the probability of leaving, above 0; its mean is alpha / (alpha + beta).

    Notes
    -----
    P. S. Fader, B. G. S. Hardie, "How to project customer retention", Journal of Interactive Marketing 21(1), 2007;
    discounted lifetimes: "Customer-base valuation in a contractual setting: the perils of ignoring heterogeneity",
    Marketing Science 29(1), 2010.

    Examples
    --------
    >>> model = ShiftedBetaGeometric(alpha=0.668088, beta=3.806096)
    >>> model.survival(12)[[0, 1, 12]].round(4).tolist()
    [1.0, 0.8507, 0.378]
    >>> round(model.discounted_lifetime(0.10), 4)
    5.9223
    """

    alpha: float = field(validator=above(0))
    beta: float = field(validator=above(0))

    @classmethod
    def fit(cls, survivors: Any, *, confidence: float = DEFAULT_CONFIDENCE) -> "ShiftedBetaGeometricFit":
        """Fit the model to one cohort's survivors by maximum likelihood.

        Parameters
        ----------
        survivors
            How many customers there were at the start, and how many were left after each period: whole numbers that
            never rise, of at least two periods.
        confidence
            Of the intervals, between 0 and 1.

        Returns
        -------
        ShiftedBetaGeometricFit
            The model with intervals, projection and goodness of fit.

        Raises
        ------
        InvalidValueError
            Survivors that rise, are no whole numbers, or are of fewer than two periods; nobody at the start.
        SolveError
            Where the likelihood has no greatest value: nobody left, nobody left after the first period, nobody stayed
            through it, or those who stay do not become loyaler.
        ConvergenceError
            When the greatest value is not found.

        Examples
        --------
        >>> fit = ShiftedBetaGeometric.fit([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> round(fit.model.alpha, 6), round(fit.model.beta, 6), round(fit.log_likelihood, 3)
        (0.668088, 3.806095, -1611.158)
        """
        # The fit holds a model, so its module imports this one.
        from servicelead.retention.projection_fit import fit_survivors  # noqa: PLC0415 - see above

        return fit_survivors(survivors, confidence)

    @property
    def mean_churn_rate(self) -> float:
        """Share that leaves in the first period: ``alpha / (alpha + beta)``."""
        return self.alpha / (self.alpha + self.beta)

    def survival(self, n_periods: int) -> FloatArray:
        """Return the share that is left after 0, 1, ... `n_periods` periods: float64 (n_periods + 1,).

        Raises
        ------
        InvalidValueError
            For a number of periods that is not whole, negative or above 100,000.
        """
        return survival(self.alpha, self.beta, require_periods("survival: n_periods", n_periods, 0))

    def retention_rate(self, period: int) -> float:
        """Return the share of those left before a period, counted from 1, that stay through it.

        Raises
        ------
        InvalidValueError
            For a period below 1.
        """
        period = require_periods("retention_rate: period", period, 1)
        return (self.beta + period - 1) / (self.alpha + self.beta + period - 1)

    def discounted_lifetime(self, discount_rate: float) -> float:
        r"""Return the expected number of periods a new customer pays for, payments to come discounted.

        .. math:: \sum_{t \ge 0} \frac{S(t)}{(1 + d)^t} = {}_2F_1\left(1, \beta; \alpha + \beta; \tfrac{1}{1 + d}\right)

        The first payment, at once and certain, counts 1.

        Parameters
        ----------
        discount_rate
            Per period, above 0: .10 for 10% a year where periods are years. Without discount the lifetime need not be
            finite.

        Raises
        ------
        InvalidValueError
            For a rate that is not above 0.
        """
        return self._discounted(0, discount_rate)

    def discounted_residual_lifetime(self, discount_rate: float, *, n_periods: int) -> float:
        r"""Return the expected number of further periods a customer pays for who has stayed so far, discounted.

        Just before the renewal that ends the customer's n-th period:

        .. math:: \sum_{t \ge n} \frac{S(t) / S(n - 1)}{(1 + d)^{t - n}}

        Parameters
        ----------
        discount_rate
            Per period, above 0.
        n_periods
            Periods the customer has paid for, at least 1.

        Raises
        ------
        InvalidValueError
            For a rate that is not above 0, or fewer than 1 period.

        Examples
        --------
        >>> model = ShiftedBetaGeometric(alpha=0.668088, beta=3.806096)
        >>> [round(model.discounted_residual_lifetime(0.10, n_periods=n), 4) for n in (1, 5)]
        [5.4145, 6.8967]
        """
        age = require_periods("discounted_residual_lifetime: n_periods", n_periods, 1)
        return self.retention_rate(age) * self._discounted(age, discount_rate)

    def _discounted(self, age: int, discount_rate: float) -> float:
        if not is_number(discount_rate) or not discount_rate > 0:
            raise InvalidValueError(
                f"ShiftedBetaGeometric: discount_rate must be a number above 0; got {kind_of(discount_rate)}; "
                "write .10 for 10% a period"
            )
        from scipy.special import hyp2f1  # noqa: PLC0415 - heavy, loaded on first use

        later = self.beta + age
        return float(hyp2f1(1.0, later, self.alpha + later, 1.0 / (1.0 + discount_rate)))


def require_periods(name: str, value: Any, lowest: int) -> int:
    """Return a number of periods, or refuse it."""
    return require_whole(name, value, lowest, _MOST_PERIODS)
