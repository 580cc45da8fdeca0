"""Fields that hold an amount and the currency it is in."""

from decimal import Decimal
from typing import Any, TypeAlias, cast

from attrs import Attribute, Factory

from servicelead._fields import Validator, is_number, kind_of, refuse
from servicelead.domain._decimals import as_decimal
from servicelead.domain.currencies import currency_code
from servicelead.domain.money import Money
from servicelead.exceptions import MixedCurrencyError

__all__ = ["Amount", "AmountLike", "amount", "as_amount", "currency_beside", "currency_of"]

#: Money, or a number in the major units of the currency named beside it.
Amount: TypeAlias = Money | Decimal
AmountLike: TypeAlias = Money | Decimal | float | str


def as_amount(value: AmountLike) -> Amount:
    """Return money as it is and every other number as an exact decimal."""
    return value if isinstance(value, Money) else cast("Decimal", as_decimal(value))


def amount() -> Validator:
    """Require money or a finite decimal number of any sign."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, Money) and not (isinstance(value, Decimal) and is_number(value)):
            rule = "Money, a finite number or its decimal text"
            refuse(instance, attribute, rule, kind_of(value), "write digits with a point and no thousands separators")

    return check


def currency_of(field: str) -> Any:
    """Take as default the currency of the money in another field, if it is money."""

    def default(instance: Any) -> str | None:
        value = getattr(instance, field)
        return value.currency if isinstance(value, Money) else None

    return Factory(default, takes_self=True)


def currency_beside(field: str) -> Validator:
    """Require a known currency or None, and the very currency of another field where that is money."""
    is_known = currency_code()

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if value is not None:
            is_known(instance, attribute, value)
        money = getattr(instance, field)
        if isinstance(money, Money) and money.currency != value:
            name = type(instance).__name__
            raise MixedCurrencyError(
                f"{name}.{attribute.name} must be the currency of {name}.{field}; "
                f"got {value or 'None'} beside money in {money.currency}; leave {attribute.name} out",
            )

    return check
