"""Exact decimals to whole minor units, whatever decimal context the caller has set."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

__all__ = ["LARGEST", "MinorUnits", "minor_units", "product"]

#: The largest amount of minor units a column holds.
LARGEST = 2**63 - 1
# More digits than any product of two numbers the parsers accept: nothing is rounded before it is meant to be.
_EXACT = Context(prec=300, rounding=ROUND_HALF_EVEN, traps=[])
_TOO_LONG = 20  # decimal digits that no int64 has


class MinorUnits(NamedTuple):
    """An amount in minor units, None when it does not fit int64; whether it had to be rounded."""

    units: int | None
    rounded: bool


def minor_units(amount: Decimal, exponent: int) -> MinorUnits:
    """Return a finite amount of major units in minor units, rounded half-even once.

    Examples
    --------
    >>> minor_units(Decimal("0.125"), 2)
    MinorUnits(units=12, rounded=True)
    """
    if amount and amount.adjusted() + exponent > _TOO_LONG:
        return MinorUnits(None, rounded=False)
    exact = _EXACT.scaleb(amount, exponent)
    whole = _EXACT.to_integral_value(exact)
    units = int(whole)
    return MinorUnits(units if abs(units) <= LARGEST else None, whole != exact)


def product(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the exact product of two decimals."""
    return _EXACT.multiply(amount, rate)
