"""Money: a whole number of minor units in one currency, added and split exactly."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from math import floor
from typing import Literal

from attrs import field, frozen

from servicelead._fields import as_int, is_number, kind_of, whole
from servicelead.domain._decimals import as_decimal
from servicelead.domain.currencies import currency_code, currency_exponent
from servicelead.exceptions import InvalidValueError, MixedCurrencyError

__all__ = ["Money"]


@total_ordering
@frozen
class Money:
    """An exact amount of money.

    ``amount = minor_units / 10 ** currency_exponent(currency)``

    Amounts of one currency add, subtract, negate, compare and multiply by whole numbers. Two currencies in one
    operation are an error; they are merely unequal under ``==``. Money times a rate is not offered, because it would
    have to round: use `Money.of` with ``rounding``, or `Money.split`, whose parts add up to the whole.

    Attributes
    ----------
    minor_units
        Whole number of the currency's smallest unit: cents for USD, yen for JPY. Any size, any sign.
    currency
        ISO 4217 code.

    Examples
    --------
    >>> price = Money.of("12.50", "USD")
    >>> print(price * 3 - Money(50, "USD"))
    USD 37.00
    >>> print(*price.split([1, 1, 1]), sep=", ")
    USD 4.17, USD 4.17, USD 4.16
    """

    minor_units: int = field(converter=as_int, validator=whole())
    currency: str = field(validator=currency_code())

    @classmethod
    def of(
        cls,
        amount: Decimal | Fraction | float | str,
        currency: str,
        *,
        rounding: Literal["half_even"] | None = None,
    ) -> "Money":
        """Make money from an amount in major units.

        Parameters
        ----------
        amount
            Finite decimal number or text such as ``"12.50"``; a float counts as its shortest decimal form.
        currency
            ISO 4217 code.
        rounding
            None refuses more decimals than the currency has; ``"half_even"`` rounds them away, ties to the even
            minor unit.

        Returns
        -------
        Money

        Raises
        ------
        InvalidValueError
            Not a finite amount, or too many decimals and no ``rounding``.
        CurrencyError
            The currency is unknown.

        Examples
        --------
        >>> Money.of("12.5", "USD")
        Money(minor_units=1250, currency='USD')
        >>> Money.of("12.345", "USD", rounding="half_even").minor_units
        1234
        """
        exponent = currency_exponent(currency)
        decimal = as_decimal(amount)
        if not is_number(decimal):
            raise InvalidValueError(
                f"Money.of: amount must be a finite decimal number or its text; got {kind_of(amount)}; "
                "write digits with a point, without thousands separators or signs of currency",
            )
        if rounding not in (None, "half_even"):
            raise InvalidValueError(
                f"Money.of: rounding must be 'half_even' or None; got {kind_of(rounding)}; choose one of the two",
            )
        minor_units = Fraction(decimal) * 10**exponent
        if rounding is None and minor_units.denominator != 1:
            raise InvalidValueError(
                f"Money.of: amount must have at most {exponent} decimals in {currency}; got more; "
                'round it yourself or pass rounding="half_even"',
            )
        return cls(round(minor_units), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact, with the currency's number of decimals."""
        # Built from text: arithmetic would round to the decimal context's precision.
        return Decimal(f"{self.minor_units}E-{currency_exponent(self.currency)}")

    def split(self, weights: Sequence[Decimal | Fraction | float]) -> "tuple[Money, ...]":
        """Split into parts in proportion to weights, by the largest remainder method.

        Each part is first the floor of its exact share ``minor_units * weight / sum(weights)``; the minor units left
        over go one each to the largest remainders. The parts add up to the whole exactly and each is within one minor
        unit of its exact share.

        Parameters
        ----------
        weights
            One finite number of at least 0 per part, not all 0. Floats count at their exact binary value.

        Returns
        -------
        tuple of Money
            One part per weight, in order. Ties go to the earliest part; a negative amount is the negated split of
            its absolute value.

        Raises
        ------
        InvalidValueError
            No weights, a negative or non-finite one, or nothing but zeros.

        Examples
        --------
        >>> [part.minor_units for part in Money(-100, "USD").split([1, 1, 1])]
        [-34, -33, -33]
        """
        if not all(is_number(weight) and weight >= 0 for weight in weights):
            raise InvalidValueError(
                "Money.split: weights must be finite numbers of at least 0; got one that is not; "
                "drop negative shares before splitting",
            )
        exact = [Fraction(weight) for weight in weights]
        total = sum(exact)
        if not total:
            raise InvalidValueError(
                "Money.split: weights must not all be 0; got none above 0; pass equal weights to split equally",
            )
        sign = -1 if self.minor_units < 0 else 1
        quotas = [abs(self.minor_units) * weight / total for weight in exact]
        parts = [floor(quota) for quota in quotas]
        left_over = abs(self.minor_units) - sum(parts)
        by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - quotas[place])
        for place in by_remainder[:left_over]:
            parts[place] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def _require_same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MixedCurrencyError(
                f"Money: both amounts must be in one currency; got {self.currency} and {other.currency}; "
                "convert one of them at a stated rate first",
            )

    def __add__(self, other: object) -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        self._require_same_currency(other)
        return Money(self.minor_units + other.minor_units, self.currency)

    def __sub__(self, other: object) -> "Money":
        return self + -other if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> "Money":
        return Money(-self.minor_units, self.currency)

    def __mul__(self, factor: object) -> "Money":
        if isinstance(factor, bool) or not isinstance(factor, int):
            return NotImplemented
        return Money(self.minor_units * factor, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._require_same_currency(other)
        return self.minor_units < other.minor_units

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:f}"
