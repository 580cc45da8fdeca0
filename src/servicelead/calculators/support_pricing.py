"""What support costs the customer, year by year, and where that stands against its cost and the market."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated

import numpy as np
from attrs import field, frozen

from servicelead._fields import is_number
from servicelead.calculators.amounts import Amount, Number, amount, exact, quotient
from servicelead.calculators.inputs import flag, money, rate, ratio, whole, word
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError

__all__ = ["SupportPrice"]


@frozen(kw_only=True)
class SupportPrice:
    """A yearly support price: a percentage of what the product was sold for, escalated, with add-ons.

    ``price(year) = base_value * price_rate * (1 + escalator_ratio) ** (year - 1) + add_on_value``, the add-ons
    multiplied likewise if `add_ons_escalate`.

    Attributes
    ----------
    base_value
        Price of the product: `Money` or a plain number, at least 0.
    basis
        Whether that is the ``"list"`` price or the ``"net"`` price after discount. It changes no sum; it says
        which the percentage is of, because the two are confused.
    price_rate
        Support per year as a proportion of the base, in [0, 1]: .156 for 15.6%.
    escalator_ratio
        Yearly increase, at least 0: .05 for 5%.
    n_years
        Length of the contract, at least 1.
    add_on_value
        Yearly price of what comes on top in the first year, at least 0.
    add_ons_escalate
        Whether that increases too.
    delivery_cost
        What delivering a year of it costs: the floor of the price, at least 0.

    Examples
    --------
    >>> from servicelead import Money
    >>> quote = SupportPrice(
    ...     base_value=Money.of(100_000, "USD"), price_rate=0.156, escalator_ratio=0.05, n_years=4
    ... )
    >>> print(*map(quote.price, range(1, 5)), sep=", ")
    USD 15600.00, USD 16380.00, USD 17199.00, USD 18058.95
    """

    base_value: Amount = field(**money("price of the product"))
    basis: str = field(default="list", **word("which price of the product that is", "list", "net"))
    price_rate: Number = field(**rate("support per year as a proportion of the base"))
    escalator_ratio: Number = field(default=0, **ratio("yearly increase"))
    n_years: int = field(default=1, **whole("length of the contract", unit="years", least=1))
    add_on_value: Amount = field(default=0, **money("yearly price of what comes on top, in the first year"))
    add_ons_escalate: bool = field(default=False, **flag("whether that increases too"))
    delivery_cost: Amount = field(default=0, **money("what delivering a year of it costs"))

    def price(self, year: int) -> Amount:
        """Return the price of one year of the contract.

        Parameters
        ----------
        year
            From 1 to `n_years`.

        Returns
        -------
        Money or float

        Raises
        ------
        InvalidValueError
            The contract has no such year.
        """
        if isinstance(year, bool) or year not in range(1, self.n_years + 1):
            raise InvalidValueError(
                f"SupportPrice.price: year must be a whole number from 1 to n_years, {self.n_years}; "
                "got another; raise n_years",
            )
        return amount(self, self._price(year))

    @property
    def first_year_price(self) -> Annotated[Amount, "money"]:
        """``base_value * price_rate + add_on_value``."""
        return self.price(1)

    @property
    def last_year_price(self) -> Annotated[Amount, "money"]:
        """``price(n_years)``."""
        return self.price(self.n_years)

    @property
    def total_price(self) -> Annotated[Amount, "money"]:
        """``sum(price(year) for year in 1 .. n_years)``, of prices rounded year by year, as they are billed."""
        years = [exact(self.price(year)) for year in range(1, self.n_years + 1)]
        return amount(self, sum(years, Fraction(0)))

    @property
    def margin_value(self) -> Annotated[Amount, "money"]:
        """``first_year_price - delivery_cost``; below 0 the price is under its floor."""
        return amount(self, self._price(1) - exact(self.delivery_cost))

    @property
    def margin_ratio(self) -> Annotated[float, "ratio"]:
        """``margin_value / first_year_price``."""
        price = self._price(1)
        margin = price - exact(self.delivery_cost)
        return float(quotient(self, "margin_ratio", margin, price, nothing="a price of 0"))

    def position(self, market: Mapping[str, Number]) -> ResultTable:
        """Return where the price stands against stated market prices, the cheapest first.

        Parameters
        ----------
        market
            Prices per year of the same basis as proportions of the base, above 0, at most 1, by name;
            `servicelead.reference_points` has the published ends of the range.

        Returns
        -------
        ResultTable
            ``offer, price_rate, price, ratio``: `ratio` is our rate, add-ons left out, over theirs.

        Raises
        ------
        InvalidValueError
            A market price that is no such proportion.
        """
        if not all(is_number(value) and 0 < value <= 1 for value in market.values()):
            raise InvalidValueError(
                "SupportPrice.position: market must hold proportions above 0, at most 1; got another; "
                "write a percentage as its proportion: 15.6% is .156",
            )
        rates = np.array([float(value) for value in market.values()])
        table = {
            "offer": np.array(list(market), dtype=object),
            "price_rate": rates,
            "price": rates * float(exact(self.base_value)),
            "ratio": float(self.price_rate) / rates,
        }
        return ResultTable(table).take(np.argsort(rates, kind="stable"))

    def _price(self, year: int) -> Fraction:
        growth = (1 + exact(self.escalator_ratio)) ** (year - 1)
        add_ons = exact(self.add_on_value) * (growth if self.add_ons_escalate else 1)
        return exact(self.base_value) * exact(self.price_rate) * growth + add_ons
