"""Amounts of any currency to exact minor units of the business's."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, Codes, IntArray
from servicelead.columns.parse import Amounts
from servicelead.columns.zones import DAY, Zone
from servicelead.domain.currencies import currency_exponent
from servicelead.tables.decimals import digits_of, digits_of_numbers, rounded_products
from servicelead.tables.draft import KEPT, Draft
from servicelead.tables.exchange import NO_CURRENCY, ExchangeRates, currency_codes, has_amount
from servicelead.tables.minor_units import LARGEST, minor_units, product

__all__ = ["convert_amounts", "exact_minor_units"]


def convert_amounts(draft: Draft, currency: str | None, rates: ExchangeRates | None, zone: Zone, as_of: int) -> None:
    """Turn the draft's amounts into columns: int64 minor units of `currency`, or float64 without one.

    An amount in another currency is converted at its row's date and rounded half-even once; the rate used is
    kept in the attribute ``exchange_rate`` and what it came from in ``original_currency``.
    """
    own, codes, names = np.ones(draft.n, dtype=bool), np.full(draft.n, -1, dtype=np.int32), np.empty(0, dtype=object)
    if draft.amounts and "currency" in draft.texts:
        codes, labels = draft.texts.pop("currency")
        names = np.array([*currency_codes(labels), currency or NO_CURRENCY], dtype=object)  # none named: the business's
        draft.reject((names == NO_CURRENCY)[codes] & (codes >= 0), "unknown_currency", "currency")
        own = (names == currency)[codes] | ~has_amount(draft)
    for name, amounts in draft.amounts.items():
        if currency is None:
            draft.columns[name] = amounts.as_float()
            draft.reject(np.isinf(draft.columns[name]), "not_finite", name)
        else:
            draft.columns[name] = _minor_units(draft, name, amounts, currency, own)
    foreign = np.flatnonzero(~own & (draft.fate == KEPT))
    if len(foreign) and rates is not None and currency is not None:
        days = _rate_days(draft, zone, as_of)[foreign]
        _exchange(draft, foreign, codes[foreign], names, days=days, rates=rates, currency=currency)


def _rate_days(draft: Draft, zone: Zone, as_of: int) -> IntArray:
    """Return the day in the zone of whose rate each row is converted; never one after as_of."""
    at = np.full(draft.n, MISSING, dtype=np.int64)
    for name in reversed(draft.table.rate_dates):
        values = draft.columns.get(name)
        if values is not None:
            at = np.where(values == MISSING, at, values)
    return zone.to_local(np.where(at == MISSING, as_of, np.minimum(at, as_of))) // DAY


def _exchange(
    draft: Draft, rows: IntArray, codes: Codes, names: Array, *, days: IntArray, rates: ExchangeRates, currency: str
) -> None:
    """Convert rows in other currencies, given by code; those without a rate, or too large, are rejected."""
    units = sorted(set(names[np.unique(codes)].tolist()))
    unit = np.array([units.index(name) if name in units else -1 for name in names.tolist()], dtype=np.int32)[codes]
    used: list[Decimal] = []
    place = np.full(len(rows), -1, dtype=np.int64)
    for position, name in enumerate(units):
        here = unit == position
        places, series = rates.latest(name, currency, days[here])
        place[here] = np.where(places < 0, -1, places + len(used))
        used += series
    found = place >= 0
    draft.reject(_mask(draft.n, rows[~found]), "no_exchange_rate", "currency")
    rows, place, unit = rows[found], place[found], unit[found]
    for name, amounts in draft.amounts.items():
        filled = amounts.present()[rows]
        minor, _ = exact_minor_units(amounts, rows[filled], currency_exponent(currency), used, place[filled])
        draft.columns[name][rows[filled]] = minor
        draft.reject(_mask(draft.n, rows[filled][minor == MISSING]), "amount_too_large", name)
    rate, origin = np.full(draft.n, np.nan), np.full(draft.n, -1, dtype=np.int32)
    rate[rows], origin[rows] = np.array([float(r) for r in used])[place], unit
    draft.attributes["exchange_rate"] = rate
    draft.attributes["original_currency"] = (origin, np.array(units, dtype=object))


def _mask(n: int, rows: IntArray) -> BoolArray:
    mask = np.zeros(n, dtype=bool)
    mask[rows] = True
    return mask


def exact_minor_units(
    amounts: Amounts, rows: IntArray, exponent: int, rates: Sequence[Decimal] = (Decimal(1),), place: Any = 0
) -> tuple[IntArray, BoolArray]:
    """Return minor units of amounts at some rows, each times the rate at its place, and which had to be rounded.

    All of a product's digits count, and it is rounded half-even once; one too large for int64 is `MISSING`. Whole
    columns are multiplied as integers; the few products that int64 does not hold are multiplied as decimals, each
    distinct one once.
    """
    place = np.broadcast_to(place, len(rows))
    if amounts.codes is not None:
        used, identity = np.unique(amounts.codes[rows], return_inverse=True)
        amount = digits_of([amounts.decimals[code] or Decimal(0) for code in used.tolist()])[identity]
    else:
        identity = amounts.numbers[rows]  # type: ignore[index]  # one of the two is there
        amount = digits_of_numbers(identity)
    minor, rounded, exact = rounded_products(amount, digits_of(rates)[place], exponent)
    rest = np.flatnonzero(~exact)
    if len(rest):
        _, identity = np.unique(identity[rest], return_inverse=True)
        _, first, back = np.unique(identity * len(rates) + place[rest], return_index=True, return_inverse=True)
        products = [
            minor_units(product(amounts.decimal(int(rows[i])) or Decimal(0), rates[place[i]]), exponent)
            for i in rest[first].tolist()
        ]
        minor[rest] = np.array([MISSING if p.units is None else p.units for p in products], dtype=np.int64)[back]
        rounded[rest] = np.array([p.rounded for p in products], dtype=bool)[back]
    return minor, rounded


def _minor_units(draft: Draft, name: str, amounts: Amounts, currency: str, own: BoolArray) -> IntArray:
    """Return exact minor units of rows in the currency itself; more decimals than it has are rounded and counted."""
    exponent = currency_exponent(currency)
    if amounts.codes is not None:
        rows = np.flatnonzero(own & amounts.present())
        column = np.full(draft.n, MISSING, dtype=np.int64)
        column[rows], rounded = exact_minor_units(amounts, rows, exponent)
        draft.reject(_mask(draft.n, rows[column[rows] == MISSING]), "amount_too_large", name)
        draft.remark(_mask(draft.n, rows[rounded]), "amount_rounded", name)
        return column
    values = amounts.numbers if amounts.numbers is not None else np.empty(0)
    present = own & amounts.present()
    values = np.where(present, values, 0)
    if values.dtype.kind == "i":
        scale = 10**exponent
        large = np.abs(values) > LARGEST // scale
        minor = np.where(large, 0, values) * scale
    else:
        scaled = values * 10.0**exponent
        large = np.abs(scaled) >= 2.0**63
        scaled = np.where(large, 0.0, scaled)
        # A float of a decimal amount is off by a unit or two in the last place; more than that is a real fraction.
        draft.remark(np.abs(scaled - np.rint(scaled)) > 4 * np.spacing(np.abs(scaled)), "amount_rounded", name)
        minor = np.rint(scaled).astype(np.int64)
    draft.reject(large, "amount_too_large", name)
    return np.where(present & ~large, minor, MISSING)
