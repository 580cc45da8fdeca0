"""A number with its interval, or the reason why there is none."""

import math
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import optional

from servicelead._arguments import require_within
from servicelead._fields import as_int, number, proportion, refuse, text, whole
from servicelead.uncertainty._confidence import DEFAULT_CONFIDENCE

__all__ = ["Estimate"]

_RATIO = "linearised ratio over accounts, Student t"


@frozen(kw_only=True)
class Estimate:
    """A value, the interval that comes with it, and how both were found.

    An estimate that cannot be made is undefined: it has a reason in place of numbers. A bound that cannot be given
    (a median not yet reached, a variance of one observation) is None, with a reason too. Nothing is ever NaN or
    infinite.

    Attributes
    ----------
    value
        The point estimate in `unit`; None if undefined.
    lower, upper
        Bounds of the interval in `unit`, ``lower <= upper``; None where there is none.
    confidence
        Nominal coverage of the interval, strictly between 0 and 1.
    method
        How the interval was found: wilson, newcombe, student ...
    n
        Number of independent observations, at least 0.
    unit
        What one of it is: proportion, USD, days ...
    reason
        Why the value or a bound is missing; None where all three are there.

    Examples
    --------
    >>> estimate = Estimate(
    ...     value=0.8, lower=0.49, upper=0.9433, confidence=0.95, method="wilson", n=10, unit="proportion"
    ... )
    >>> print(estimate)
    0.8 proportion [0.49, 0.9433] (95%, wilson, n = 10)
    >>> print(Estimate.undefined("no trials", method="wilson", unit="proportion"))
    undefined: no trials
    """

    value: float | None = field(validator=optional(number()))
    lower: float | None = field(validator=optional(number()))
    upper: float | None = field(validator=optional(number()))
    confidence: float = field(validator=proportion())
    method: str = field(validator=text())
    n: int = field(converter=as_int, validator=whole(0))
    unit: str = field(validator=text())
    reason: str | None = field(default=None, validator=optional(text()))

    @upper.validator
    def _orders_the_bounds(self, attribute: "Attribute[Any]", value: float | None) -> None:
        if value is not None and self.lower is not None and value < self.lower:
            refuse(self, attribute, "at least lower", "a smaller number", "swap the bounds")
        if self.value is None and (value is not None or self.lower is not None):
            refuse(self, attribute, "None like value", "a bound without a value", "use Estimate.undefined")

    @reason.validator
    def _explains_what_is_missing(self, attribute: "Attribute[Any]", value: str | None) -> None:
        is_incomplete = None in (self.value, self.lower, self.upper)
        if is_incomplete and value is None:
            refuse(self, attribute, "given where a number is missing", "None", "say why there is none")
        if not is_incomplete and value is not None:
            refuse(self, attribute, "None where no number is missing", "text", "leave it out")

    @classmethod
    def undefined(
        cls,
        reason: str,
        *,
        method: str,
        unit: str,
        confidence: float = DEFAULT_CONFIDENCE,
        n: int = 0,
    ) -> "Estimate":
        """Make an estimate that says why it has no value.

        Parameters
        ----------
        reason
            Why it cannot be made.
        method, unit, confidence, n
            As for any estimate.

        Returns
        -------
        Estimate
            With `value`, `lower` and `upper` None.
        """
        return cls(
            value=None, lower=None, upper=None, confidence=confidence, method=method, n=n, unit=unit, reason=reason
        )

    @classmethod
    def of_ratio(
        cls,
        value: float,
        error: float,
        *,
        n: int,
        unit: str,
        nothing: str,
        limits: tuple[float, float] = (-math.inf, math.inf),
        confidence: float = DEFAULT_CONFIDENCE,
    ) -> "Estimate":
        r"""Make the estimate of a ratio of sums over accounts from its linearised standard error.

        .. math:: R \pm t_{n-1} \sqrt{V(R)}

        Parameters
        ----------
        value, error
            The ratio and its standard error; NaN where there is nothing to divide by, or fewer than two accounts.
        n
            Number of accounts.
        unit, confidence
            As for any estimate.
        nothing
            Why there is nothing to divide by, where there is not.
        limits
            What the ratio can be: the interval is kept to it, unless the ratio itself lies outside.

        Returns
        -------
        Estimate
            Undefined where there is nothing to divide by; without bounds for fewer than two accounts.

        Raises
        ------
        InvalidValueError
            When the confidence is not between 0 and 1.
        """
        require_within("Estimate.of_ratio: confidence", confidence)
        if math.isnan(value):
            return cls.undefined(nothing, method=_RATIO, unit=unit, confidence=confidence, n=n)
        lower = upper = reason = None
        if math.isnan(error):
            reason = "one account says nothing of how accounts vary"
        else:
            from scipy.special import stdtrit  # noqa: PLC0415 - heavy, loaded on first use

            half = float(stdtrit(n - 1, (1 + confidence) / 2)) * error
            lower, upper = max(value - half, min(limits[0], value)), min(value + half, max(limits[1], value))
        return cls(
            value=value, lower=lower, upper=upper, confidence=confidence, method=_RATIO, n=n, unit=unit, reason=reason
        )

    @property
    def is_defined(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def figures(self) -> tuple[float, float, float]:
        """The value and its bounds for a column of numbers: NaN where there is none."""
        value, lower, upper = (math.nan if each is None else each for each in (self.value, self.lower, self.upper))
        return value, lower, upper

    def __str__(self) -> str:
        if self.value is None:
            return f"undefined: {self.reason}"
        bounds = ", ".join("?" if bound is None else f"{bound:.4g}" for bound in (self.lower, self.upper))
        why = "" if self.reason is None else f"; {self.reason}"
        how = f"{100 * self.confidence:.4g}%, {self.method}, n = {self.n}{why}"
        return f"{self.value:.4g} {self.unit} [{bounds}] ({how})"
