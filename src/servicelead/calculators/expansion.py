"""What revenue costs from new customers, and from those one has."""

from fractions import Fraction
from typing import Annotated

from attrs import field, frozen

from servicelead.calculators.amounts import Amount, exact, quotient
from servicelead.calculators.inputs import money

__all__ = ["ExpansionEconomics"]


@frozen(kw_only=True)
class ExpansionEconomics:
    """Acquisition against expansion: the cost of one unit of new revenue from either.

    Attributes
    ----------
    acquisition_cost, acquisition_revenue
        Spent on winning new customers, and the yearly revenue they brought: `Money` or plain numbers, at least 0.
    expansion_cost, expansion_revenue
        The same for existing customers.

    Raises
    ------
    UndefinedRateError
        By a ratio whose denominator is 0.

    Examples
    --------
    >>> sums = ExpansionEconomics(
    ...     acquisition_cost=150_000, acquisition_revenue=100_000, expansion_cost=30_000, expansion_revenue=100_000
    ... )
    >>> sums.acquisition_cost_ratio, sums.expansion_cost_ratio, sums.advantage_ratio
    (1.5, 0.3, 5.0)
    """

    acquisition_cost: Amount = field(**money("spent on winning new customers"))
    acquisition_revenue: Amount = field(**money("yearly revenue of the customers won"))
    expansion_cost: Amount = field(**money("spent on selling to existing customers"))
    expansion_revenue: Amount = field(**money("yearly revenue gained from existing customers"))

    @property
    def acquisition_cost_ratio(self) -> Annotated[float, "ratio"]:
        """``acquisition_cost / acquisition_revenue``."""
        return float(self._acquisition("acquisition_cost_ratio"))

    @property
    def expansion_cost_ratio(self) -> Annotated[float, "ratio"]:
        """``expansion_cost / expansion_revenue``."""
        return float(self._expansion("expansion_cost_ratio"))

    @property
    def advantage_ratio(self) -> Annotated[float, "ratio"]:
        """``acquisition_cost_ratio / expansion_cost_ratio``: how many times dearer a new customer's revenue is."""
        name = "advantage_ratio"
        dear, cheap = self._acquisition(name), self._expansion(name)
        return float(quotient(self, name, dear, cheap, nothing="an expansion_cost of 0"))

    def _acquisition(self, output: str) -> Fraction:
        cost, revenue = exact(self.acquisition_cost), exact(self.acquisition_revenue)
        return quotient(self, output, cost, revenue, nothing="an acquisition_revenue of 0")

    def _expansion(self, output: str) -> Fraction:
        cost, revenue = exact(self.expansion_cost), exact(self.expansion_revenue)
        return quotient(self, output, cost, revenue, nothing="an expansion_revenue of 0")
