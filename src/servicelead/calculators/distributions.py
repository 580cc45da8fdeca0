"""How an uncertain input may turn out: a few distributions, each drawn through its quantile function."""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from attrs import Attribute, field, frozen

from servicelead._fields import above, number, refuse
from servicelead._typing import FloatArray
from servicelead.calculators.contract import Input
from servicelead.exceptions import InvalidValueError
from servicelead.uncertainty import Rate

__all__ = ["Beta", "Distribution", "Normal", "Triangular", "Uniform"]


class Distribution(ABC):
    """What an input is drawn from."""

    @abstractmethod
    def quantile(self, probability: FloatArray, spec: Input) -> FloatArray:
        """Return the values below which the input lies with these probabilities, in [0, 1).

        Raises
        ------
        InvalidValueError
            The distribution reaches beyond the range of the input.
        """


@frozen(kw_only=True)
class Uniform(Distribution):
    """Any value between two bounds, all alike.

    Attributes
    ----------
    low, high
        Bounds, ``low <= high``.
    """

    low: float = field(validator=number())
    high: float = field(validator=number())

    @high.validator
    def _is_not_below(self, attribute: "Attribute[Any]", value: float) -> None:
        if value < self.low:
            refuse(self, attribute, "at least low", "a smaller number", "swap the bounds")

    def quantile(self, probability: FloatArray, spec: Input) -> FloatArray:
        """``low + p * (high - low)``."""
        _require_inside(self, self.low, self.high, spec)
        low, high = float(self.low), float(self.high)
        return np.minimum(low + probability * (high - low), high)


@frozen(kw_only=True)
class Triangular(Distribution):
    """A best guess between a lowest and a highest value.

    Attributes
    ----------
    low, mode, high
        Lowest, likeliest and highest value, in this order.
    """

    low: float = field(validator=number())
    mode: float = field(validator=number())
    high: float = field(validator=number())

    @high.validator
    def _is_in_order(self, attribute: "Attribute[Any]", value: float) -> None:
        if not self.low <= self.mode <= value:
            refuse(self, attribute, "so that low <= mode <= high", "another order", "swap them")

    def quantile(self, probability: FloatArray, spec: Input) -> FloatArray:
        """Invert the triangle's area: a square root on either side of the mode."""
        _require_inside(self, self.low, self.high, spec)
        low, mode, high = float(self.low), float(self.mode), float(self.high)
        if low == high:
            return np.full_like(probability, low)
        rising = low + np.sqrt(probability * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - probability) * (high - low) * (high - mode))
        return np.clip(np.where(probability < (mode - low) / (high - low), rising, falling), low, high)


@frozen(kw_only=True)
class Normal(Distribution):
    """A bell curve, cut to the range of the input.

    Attributes
    ----------
    mean, sd
        Of the curve before it is cut; `sd` is above 0.
    """

    mean: float = field(validator=number())
    sd: float = field(validator=above(0))

    def quantile(self, probability: FloatArray, spec: Input) -> FloatArray:
        """Quantiles of the normal distribution truncated to the input's range."""
        from scipy.stats import truncnorm  # noqa: PLC0415 - heavy, loaded on first use

        mean, sd = float(self.mean), float(self.sd)
        low, high = (spec.lowest - mean) / sd, (spec.highest - mean) / sd
        drawn = truncnorm.ppf(probability, low, high, loc=mean, scale=sd)
        # The quantile of 0 of an uncut curve is -inf.
        reach = 40 * sd
        cut = np.clip(drawn, max(spec.lowest, mean - reach), min(spec.highest, mean + reach))
        return np.asarray(cut, dtype=np.float64)


@frozen(kw_only=True)
class Beta(Distribution):
    """A rate that is known from counts, or from a prior.

    Attributes
    ----------
    alpha, beta
        Shapes, above 0; the mean is ``alpha / (alpha + beta)``.

    Examples
    --------
    >>> Beta.from_rate(Rate(12, 60))
    Beta(alpha=12.5, beta=48.5)
    """

    alpha: float = field(validator=above(0))
    beta: float = field(validator=above(0))

    @classmethod
    def from_rate(cls, rate: Rate) -> Self:
        """Return the Jeffreys posterior of a rate: ``Beta(successes + 1/2, trials - successes + 1/2)``."""
        return cls(alpha=rate.successes + 0.5, beta=rate.trials - rate.successes + 0.5)

    def quantile(self, probability: FloatArray, spec: Input) -> FloatArray:
        """Quantiles of the beta distribution; the input must be a proportion."""
        if (spec.lowest, spec.highest) != (0, 1):
            raise InvalidValueError(
                f"Beta must be of an input that is a proportion in [0, 1]; got {spec.name}; use Triangular or Normal",
            )
        from scipy.special import betaincinv  # noqa: PLC0415 - heavy, loaded on first use

        return np.asarray(betaincinv(float(self.alpha), float(self.beta), probability), dtype=np.float64)


def _require_inside(distribution: Distribution, low: float, high: float, spec: Input) -> None:
    if low < spec.lowest or high > spec.highest:
        raise InvalidValueError(
            f"{type(distribution).__name__} of {spec.name} must lie in [{spec.lowest:g}, {spec.highest:g}]; "
            "got bounds beyond it; a percentage is written as a proportion: 23% is .23",
        )
