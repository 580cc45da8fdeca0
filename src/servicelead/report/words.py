"""How a figure is written: money, shares, intervals and times as a reader sees them."""

from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING
from servicelead.columns.zones import Zone
from servicelead.domain.currencies import currency_exponent

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "ABSENT",
    "Amount",
    "Amounts",
    "breakable",
    "count",
    "day",
    "defined",
    "minute",
    "number_of",
    "percent",
    "ratio",
    "short",
    "tenth",
]

#: Exact where there is a currency, a measure where there is none.
Amount: TypeAlias = Decimal | float
#: An interval that goes on for longer than so many times the value won says no more than that it does.
_FAR = 10
#: What stands where there is no figure.
ABSENT = "–"
_NAMED = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_LETTERED = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))


def defined(value: float) -> float | None:
    """Return a number, None for NaN."""
    return None if np.isnan(value) else float(value)


def breakable(name: str) -> "Markup":
    """Return a name of code, escaped, that may go on in the next line after an underscore and nowhere else."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with jinja2, which is optional

    return Markup("_<wbr>").join(escape(part) for part in name.split("_"))


def count(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,}"


def number_of(n: int, noun: str) -> str:
    """Return how many there are of something whose plural takes an s or, after ch, es."""
    return f"{n:,} {noun if n == 1 else noun + ('es' if noun.endswith('ch') else 's')}"


def percent(value: float | None) -> str:
    """Return a share in percent, with one decimal."""
    return ABSENT if value is None else f"{100 * value:.1f}%"


def ratio(value: float | None) -> str:
    """Return a ratio with two decimals."""
    return ABSENT if value is None else f"{value:,.2f}"


def tenth(value: float) -> str:
    """Return a number with one decimal."""
    return f"{value:,.1f}"


def short(amount: float) -> str:
    """Return a round amount as the axis of a picture has room for it: 250k, 1.5m."""
    size, letter = next((pair for pair in _LETTERED if abs(amount) >= pair[0]), (1.0, ""))
    return f"{amount / size:g}{letter}"


def day(instant: int, zone: Zone) -> str:
    """Return the calendar day of an instant in the zone."""
    return _local(instant, zone)[:10]


def minute(instant: int, zone: Zone) -> str:
    """Return day, hour and minute of an instant in the zone."""
    return _local(instant, zone)[:16].replace("T", " ")


def _local(instant: int, zone: Zone) -> str:
    if instant == MISSING:
        return ABSENT
    return str(zone.to_local(np.array([instant], dtype=np.int64)).astype("datetime64[us]")[0])


@frozen
class Amounts:
    """Writes amounts of one currency, or plain measures.

    Attributes
    ----------
    currency
        ISO 4217 code; None for measures, which have two decimals.
    """

    currency: str | None

    @property
    def decimals(self) -> int:
        """Number of decimals of an amount."""
        return currency_exponent(self.currency) if self.currency else 2

    @property
    def unit(self) -> str:
        """What stands behind a column's name: its unit in brackets, or nothing."""
        return f" ({self.currency})" if self.currency else ""

    def of(self, minor_units: int | None, value: float) -> Amount:
        """Return the exact amount where there are minor units, else the measure."""
        return value if minor_units is None else Decimal(minor_units).scaleb(-self.decimals)

    def full(self, amount: Amount | None) -> str:
        """Return an amount with all its decimals, without the currency."""
        return ABSENT if amount is None else f"{amount:,.{self.decimals}f}"

    def brief(self, amount: Amount | None) -> str:
        """Return an amount in as many digits as one reads at a glance: without decimals from a thousand on."""
        if amount is None:
            return ABSENT
        return f"{amount:,.{0 if abs(float(amount)) >= 1000 else self.decimals}f}"

    def upper_end(self, amount: float | None, whole: Amount) -> str:
        """Return the upper end of an interval, in words where so few accounts carry it that it leaves all bounds."""
        if amount is None or amount <= _FAR * float(whole):
            return self.brief(amount)
        return f"more than {_FAR} times all value won"

    def rough(self, amount: Amount) -> str:
        """Return an amount as one says it, with the currency: from a million on rounded, below with its decimals."""
        number = float(amount)
        said = self.full(amount)
        for size, name in _NAMED:
            if abs(number) >= size:
                said = f"{number / size:,.2f} {name}"
                break
        return f"{self.currency} {said}" if self.currency else said
