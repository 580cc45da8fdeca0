"""How much of what was sold is used."""

from fractions import Fraction
from typing import Annotated

from attrs import field, frozen

from servicelead.calculators.amounts import Number, exact, quotient
from servicelead.calculators.inputs import count

__all__ = ["Adoption"]


@frozen(kw_only=True)
class Adoption:
    """Licences used of those sold, and how far the active users go.

    An account that uses more than it bought is reported as over-deployed; its ratio is not clipped to 1.

    Attributes
    ----------
    n_sold
        Licences sold, at least 0.
    n_used
        Licences in use, at least 0; may exceed `n_sold`.
    n_basic, n_advanced
        Active users of basic features only, and of advanced ones, at least 0; by default nobody was classed.

    Raises
    ------
    UndefinedRateError
        By an output whose denominator is 0.

    Examples
    --------
    >>> adoption = Adoption(n_sold=500, n_used=380, n_basic=285, n_advanced=95)
    >>> adoption.licence_utilisation_ratio, adoption.advanced_share
    (0.76, 0.25)
    >>> Adoption(n_sold=100, n_used=112).n_over_deployed
    12.0
    """

    n_sold: Number = field(**count("licences sold", unit="licences"))
    n_used: Number = field(**count("licences in use", unit="licences"))
    n_basic: Number = field(default=0, **count("active users of basic features only", unit="users"))
    n_advanced: Number = field(default=0, **count("active users of advanced features", unit="users"))

    @property
    def licence_utilisation_ratio(self) -> Annotated[float, "ratio"]:
        """``n_used / n_sold``; above 1 is over-deployment."""
        return float(
            quotient(self, "licence_utilisation_ratio", exact(self.n_used), exact(self.n_sold), nothing="n_sold of 0")
        )

    @property
    def n_over_deployed(self) -> Annotated[float, "licences"]:
        """``max(n_used - n_sold, 0)``."""
        return float(max(exact(self.n_used) - exact(self.n_sold), Fraction(0)))

    @property
    def n_unused(self) -> Annotated[float, "licences"]:
        """``max(n_sold - n_used, 0)``."""
        return float(max(exact(self.n_sold) - exact(self.n_used), Fraction(0)))

    @property
    def basic_share(self) -> Annotated[float, "proportion"]:
        """``n_basic / (n_basic + n_advanced)``."""
        return self._share("basic_share", self.n_basic)

    @property
    def advanced_share(self) -> Annotated[float, "proportion"]:
        """``n_advanced / (n_basic + n_advanced)``."""
        return self._share("advanced_share", self.n_advanced)

    def _share(self, output: str, part: Number) -> float:
        active = exact(self.n_basic) + exact(self.n_advanced)
        return float(quotient(self, output, exact(part), active, nothing="no active users"))
