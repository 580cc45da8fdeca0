"""Whether a package of high touch, charged for, covers what it costs."""

from fractions import Fraction
from typing import Annotated

from attrs import field, frozen

from servicelead.calculators.amounts import Amount, Number, UnitRate, amount, exact, quotient, unit_rate
from servicelead.calculators.inputs import count, money, number, unit_cost

__all__ = ["HighTouchPackage"]


@frozen(kw_only=True)
class HighTouchPackage:
    """The price of a package of high touch against its cost.

    Attributes
    ----------
    price_value
        Yearly price of one package: `Money` or a plain number, at least 0.
    n_hours
        Hours of people that one package takes in a year, at least 0.
    cost_per_hour
        What an hour costs, in major units, at least 0.
    other_cost
        Other yearly cost of one package, at least 0.
    n_packages
        Packages sold, at least 0.

    Raises
    ------
    UndefinedRateError
        By `margin_ratio` at a price of 0, and by `price_per_hour` without hours.

    Examples
    --------
    >>> package = HighTouchPackage(price_value=6_000, n_hours=40, cost_per_hour=90, other_cost=400, n_packages=25)
    >>> package.package_cost, package.margin_ratio, package.total_margin_value
    (4000.0, 0.3333333333333333, 50000.0)
    """

    price_value: Amount = field(**money("yearly price of one package"))
    n_hours: Number = field(**number("hours of people that one package takes in a year", unit="hours", lowest=0))
    cost_per_hour: Amount = field(**unit_cost("what an hour costs", per="hour"))
    other_cost: Amount = field(default=0, **money("other yearly cost of one package"))
    n_packages: Number = field(default=1, **count("packages sold", unit="packages"))

    @property
    def package_cost(self) -> Annotated[Amount, "money"]:
        """``n_hours * cost_per_hour + other_cost``: the floor of the price."""
        return amount(self, self._cost)

    @property
    def margin_value(self) -> Annotated[Amount, "money"]:
        """``price_value - package_cost``, of one package."""
        return amount(self, exact(self.price_value) - self._cost)

    @property
    def margin_ratio(self) -> Annotated[float, "ratio"]:
        """``margin_value / price_value``."""
        price = exact(self.price_value)
        return float(quotient(self, "margin_ratio", price - self._cost, price, nothing="a price_value of 0"))

    @property
    def total_margin_value(self) -> Annotated[Amount, "money"]:
        """``n_packages * margin_value``."""
        return amount(self, exact(self.n_packages) * (exact(self.price_value) - self._cost))

    @property
    def price_per_hour(self) -> Annotated[UnitRate, "money per hour"]:
        """``price_value / n_hours``: what an hour is sold for."""
        price, hours = exact(self.price_value), exact(self.n_hours)
        return unit_rate(self, quotient(self, "price_per_hour", price, hours, nothing="n_hours of 0"))

    @property
    def _cost(self) -> Fraction:
        return exact(self.n_hours) * exact(self.cost_per_hour) + exact(self.other_cost)
