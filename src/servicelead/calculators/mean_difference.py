"""Two arms of accounts compared by their means, without assuming that they spread alike."""

from math import sqrt
from typing import Annotated

from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import is_number, kind_of
from servicelead.calculators.amounts import Number, undefined
from servicelead.calculators.inputs import number, whole
from servicelead.exceptions import InvalidValueError, SolveError
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["MeanDifference"]

_METHOD = "welch"
_LARGEST = 10**9  # accounts per arm


@frozen(kw_only=True)
class MeanDifference:
    r"""Difference of the means of two independent arms, by Welch's t.

    .. math:: t = \frac{\bar x_1 - \bar x_2}{\sqrt{s_1^2/n_1 + s_2^2/n_2}}, \qquad
              \nu = \frac{(s_1^2/n_1 + s_2^2/n_2)^2}{\frac{(s_1^2/n_1)^2}{n_1-1} + \frac{(s_2^2/n_2)^2}{n_2-1}}

    Attributes
    ----------
    n_treated, n_control
        Accounts in each arm, at least 2.
    treated_mean, control_mean
        Mean over the accounts, in any one unit.
    treated_sd, control_sd
        Standard deviation over the accounts (divided by n - 1), at least 0.

    Raises
    ------
    UndefinedRateError
        By `t_statistic`, `p_value` and `degrees_of_freedom` when no arm has any spread.

    Notes
    -----
    B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
    involved", Biometrika 34, 1947.

    Examples
    --------
    >>> orders = MeanDifference(
    ...     n_treated=40, treated_mean=6.1, treated_sd=2.0, n_control=40, control_mean=5.0, control_sd=2.0
    ... )
    >>> print(orders.interval(unit="orders"))
    1.1 orders [0.2097, 1.99] (95%, welch, n = 80)
    """

    n_treated: int = field(**whole("accounts in the treated arm", unit="accounts", least=2))
    treated_mean: Number = field(**number("mean over the treated accounts", unit="the unit measured"))
    treated_sd: Number = field(**number("standard deviation over them", unit="the unit measured", lowest=0))
    n_control: int = field(**whole("accounts in the control arm", unit="accounts", least=2))
    control_mean: Number = field(**number("mean over the control accounts", unit="the unit measured"))
    control_sd: Number = field(**number("standard deviation over them", unit="the unit measured", lowest=0))

    @property
    def difference(self) -> Annotated[float, "the unit measured"]:
        """``treated_mean - control_mean``."""
        return float(self.treated_mean) - float(self.control_mean)

    @property
    def standard_error(self) -> Annotated[float, "the unit measured"]:
        """``sqrt(treated_sd ** 2 / n_treated + control_sd ** 2 / n_control)``."""
        treated, control = self._variances
        return sqrt(treated + control)

    @property
    def t_statistic(self) -> Annotated[float, "standard errors"]:
        """``difference / standard_error``."""
        if not self.standard_error:
            undefined(self, "t_statistic", "two arms without any spread")
        return self.difference / self.standard_error

    @property
    def degrees_of_freedom(self) -> Annotated[float, "degrees of freedom"]:
        """Welch's effective degrees of freedom."""
        treated, control = self._variances
        if not treated + control:
            undefined(self, "degrees_of_freedom", "two arms without any spread")
        scale = max(treated, control)  # so that no square underflows
        treated, control = treated / scale, control / scale
        return (treated + control) ** 2 / (treated**2 / (self.n_treated - 1) + control**2 / (self.n_control - 1))

    @property
    def p_value(self) -> Annotated[float, "probability"]:
        """Two-sided, of `t_statistic` with `degrees_of_freedom`."""
        from scipy.special import stdtr  # noqa: PLC0415 - heavy, loaded on first use

        return float(2 * stdtr(self.degrees_of_freedom, -abs(self.t_statistic)))

    def interval(
        self, confidence: float = DEFAULT_CONFIDENCE, *, less: float = 0.0, unit: str = "the unit measured"
    ) -> Estimate:
        """Return the difference, less a known constant, with its interval.

        Parameters
        ----------
        confidence
            Nominal coverage, strictly between 0 and 1.
        less
            Subtracted from the difference: a cost per account, say.
        unit
            What one of it is.

        Returns
        -------
        Estimate
            Without bounds, with the reason, when neither arm has any spread.
        """
        require_within("MeanDifference.interval: confidence", confidence)
        value, n = self.difference - less, self.n_treated + self.n_control
        if not self.standard_error:
            return Estimate(
                value=value,
                lower=None,
                upper=None,
                confidence=confidence,
                method=_METHOD,
                n=n,
                unit=unit,
                reason="no spread in either arm, so nothing says how sure the means are",
            )
        from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

        reach = float(stdtrit(self.degrees_of_freedom, (1 + confidence) / 2)) * self.standard_error
        return Estimate(
            value=value,
            lower=value - reach,
            upper=value + reach,
            confidence=confidence,
            method=_METHOD,
            n=n,
            unit=unit,
        )

    def sample_size(self, effect: Number, *, power: float = 0.8, confidence: float = DEFAULT_CONFIDENCE) -> int:
        """Return the accounts each arm needs for an effect to show.

        The smallest n at which two arms of n accounts that spread as these do, and truly differ by `effect`, give an
        interval that leaves out 0 on the effect's side with probability `power` (noncentral t).

        Parameters
        ----------
        effect
            True difference to find, not 0.
        power, confidence
            Probabilities, strictly between 0 and 1.

        Returns
        -------
        int
            At least 2.

        Raises
        ------
        InvalidValueError
            An effect of 0, or a probability out of range.
        SolveError
            More than a thousand million accounts would be needed.

        Examples
        --------
        >>> half_a_deviation = MeanDifference(
        ...     n_treated=10, treated_mean=0, treated_sd=1, n_control=10, control_mean=0, control_sd=1
        ... )
        >>> half_a_deviation.sample_size(0.5)
        64
        """
        require_within("MeanDifference.sample_size: power", power)
        require_within("MeanDifference.sample_size: confidence", confidence)
        if not is_number(effect) or not effect:
            got = kind_of(effect) if not is_number(effect) else "0"
            raise InvalidValueError(
                f"MeanDifference.sample_size: effect must be a number other than 0; got {got}; "
                "no sample shows what is not there: give the smallest effect that matters",
            )
        size = 2
        while self._power(size, float(effect), confidence) < power:
            size *= 2
            if size > _LARGEST:
                raise SolveError(
                    f"MeanDifference.sample_size: more than {_LARGEST:,} accounts per arm would be needed; "
                    "look for a larger effect or a measure that spreads less",
                )
        lower = size // 2
        while size - lower > 1:
            middle = (lower + size) // 2
            enough = self._power(middle, float(effect), confidence) >= power
            lower, size = (lower, middle) if enough else (middle, size)
        return size

    def _power(self, size: int, effect: float, confidence: float) -> float:
        """Return the probability that two arms of this size show the effect."""
        treated, control = float(self.treated_sd) ** 2, float(self.control_sd) ** 2
        if not treated + control:
            return 1.0
        from scipy.special import nctdtr, stdtrit  # noqa: PLC0415 - heavy, loaded on first use

        freedom = (size - 1) * (treated + control) ** 2 / (treated**2 + control**2)
        shift = abs(effect) * sqrt(size / (treated + control))
        return 1.0 - float(nctdtr(freedom, shift, stdtrit(freedom, (1 + confidence) / 2)))

    @property
    def _variances(self) -> tuple[float, float]:
        return float(self.treated_sd) ** 2 / self.n_treated, float(self.control_sd) ** 2 / self.n_control
