"""Exchange rates: what turns the amounts of a business into its one currency."""

import datetime as dt
from decimal import Decimal

from attrs import Attribute, field, frozen

from servicelead._fields import above, other_than, refuse
from servicelead.domain._decimals import as_decimal
from servicelead.domain.currencies import currency_code

__all__ = ["ExchangeRate"]


def _as_rate(value: Decimal | float | str) -> Decimal:
    rate: Decimal = as_decimal(value)
    return rate


@frozen(kw_only=True)
class ExchangeRate:
    """The price of one currency in another on one day.

    ``amount in to_currency = rate * amount in from_currency``

    Attributes
    ----------
    date
        The day it holds, in the business's zone.
    from_currency, to_currency
        ISO 4217 codes; they differ.
    rate
        Units of `to_currency` for one unit of `from_currency`, both in major units; above 0.

    Examples
    --------
    >>> ExchangeRate(date=dt.date(2025, 3, 1), from_currency="EUR", to_currency="USD", rate="1.04").rate
    Decimal('1.04')
    """

    date: dt.date = field()
    from_currency: str = field(validator=currency_code())
    to_currency: str = field(validator=[currency_code(), other_than("from_currency")])
    rate: Decimal = field(converter=_as_rate, validator=above(0))

    @date.validator
    def _is_a_day(self, attribute: "Attribute[dt.date]", value: object) -> None:
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            refuse(self, attribute, "a date", f"an object of type {type(value).__name__}", "drop the time of day")
