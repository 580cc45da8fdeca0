"""Exchange rates, and amounts of any currency to exact minor units of the business's."""

from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._typing import MISSING, Array, BoolArray, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.parse import Amounts
from servicelead.columns.zones import DAY, Zone
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import InvalidValueError, MixedCurrencyError, UnknownNameError
from servicelead.tables.draft import KEPT, Draft
from servicelead.tables.minor_units import LARGEST, minor_units, product

__all__ = ["ExchangeRates", "convert_amounts", "find_currency"]

_NONE = ""  # no currency that there is


@frozen(eq=False)
class ExchangeRates:
    """Rates by date: one unit of ``from`` is worth `rate` units of ``to`` on that day and until the next rate.

    Attributes
    ----------
    series
        For each (from, to): days since 1970-01-01, ascending, and their rates.
    """

    series: Mapping[tuple[str, str], tuple[list[int], list[Decimal]]] = field(repr=False)

    @classmethod
    def from_frame(cls, frame: Any) -> "ExchangeRates":
        """Build from a table with the columns date, from, to, rate.

        Raises
        ------
        InvalidValueError
            When a column is missing, a row has no date, no currency or no positive rate, or a day has two rates.
        """
        raw, _ = read_columns(frame)
        absent = [name for name in ("date", "from", "to", "rate") if name not in raw]
        if absent:
            raise InvalidValueError(f"exchange_rates needs the column {', '.join(absent)}; it has {', '.join(raw)}")
        days, _ = parse.instants(raw["date"], Zone("UTC"))
        rates = parse.amounts(raw["rate"])
        units = [parse.labels(raw[name]) for name in ("from", "to")]
        rows: dict[tuple[str, str], dict[int, Decimal]] = {}
        for row in range(len(days)):
            rate = rates.decimal(row)
            pair = tuple(str(labels[codes[row]]).strip().upper() if codes[row] >= 0 else "" for codes, labels in units)
            if days[row] == MISSING or "" in pair or rate is None or rate <= 0:
                raise InvalidValueError(
                    f"exchange_rates row {row + 1} must have a date, two currencies and a positive rate; correct it"
                )
            if rows.setdefault((pair[0], pair[1]), {}).setdefault(int(days[row] // DAY), rate) != rate:
                raise InvalidValueError(f"exchange_rates row {row + 1} gives a day's second rate; keep one of the two")
        return cls({pair: (sorted(by_day), [by_day[d] for d in sorted(by_day)]) for pair, by_day in rows.items()})

    def rate(self, source: str, target: str, day: int) -> Decimal | None:
        """Return the latest rate on or before a day; None where there is none."""
        if source == target:
            return Decimal(1)
        days, rates = self.series.get((source, target), ([], []))
        place = bisect_right(days, day)
        return rates[place - 1] if place else None


def find_currency(drafts: list[Draft], currency: str | None, *, has_rates: bool) -> str | None:
    """Return the currency of the business: the one named, else the only one that rows with an amount name.

    Raises
    ------
    MixedCurrencyError
        When rows with an amount name several currencies (or another than the business's) and there are no rates.
    """
    if currency is not None:
        currency_exponent(currency)
    named: set[str] = set()
    for draft in drafts:
        if "currency" in draft.texts:
            codes, labels = draft.texts["currency"]
            used = np.unique(codes[(codes >= 0) & (draft.fate == KEPT) & _has_amount(draft)])
            named |= {label for label in _codes_of(labels[used]) if label != _NONE}
    if not has_rates and len(named | ({currency} if currency else set())) > 1:
        raise MixedCurrencyError(
            f"amounts are in {', '.join(sorted(named))}{f' and the business in {currency}' if currency else ''}; "
            "pass exchange_rates= (date, from, to, rate) and currency=, or convert the amounts first"
        )
    if currency is None and len(named) > 1:
        raise MixedCurrencyError("the tables name several currencies; say which to report in: currency=")
    return currency or next(iter(named), None)


def _has_amount(draft: Draft) -> BoolArray:
    """Return which rows hold an amount: a currency beside an empty one (many exports fill it in) says nothing."""
    present = np.zeros(draft.n, dtype=bool)
    for amounts in draft.amounts.values():
        present |= amounts.present()
    return present


def _codes_of(labels: Array) -> list[str]:
    """Return upper-case ISO 4217 codes; an empty text where a label is none."""
    out = []
    for label in labels.tolist():
        word = label.strip().upper()
        try:
            currency_exponent(word)
        except (ValueError, UnknownNameError):
            word = _NONE
        out.append(word)
    return out


def convert_amounts(draft: Draft, currency: str | None, rates: ExchangeRates | None, zone: Zone, as_of: int) -> None:
    """Turn the draft's amounts into columns: int64 minor units of `currency`, or float64 without one.

    An amount in another currency is converted at its row's date and rounded half-even once; the rate used is
    kept in the attribute ``exchange_rate`` and what it came from in ``original_currency``.
    """
    own, units = np.ones(draft.n, dtype=bool), np.empty(0, dtype=object)
    if draft.amounts and "currency" in draft.texts:
        codes, labels = draft.texts.pop("currency")
        units = np.array([*_codes_of(labels), currency or _NONE], dtype=object)[codes]  # none named: the business's
        draft.reject((units == _NONE) & (codes >= 0), "unknown_currency", "currency")
        own = (units == currency) | ~_has_amount(draft)
    for name, amounts in draft.amounts.items():
        if currency is None:
            draft.columns[name] = amounts.as_float()
            draft.reject(np.isinf(draft.columns[name]), "not_finite", name)
        else:
            draft.columns[name] = _minor_units(draft, name, amounts, currency, own)
    foreign = np.flatnonzero(~own & (draft.fate == KEPT))
    if len(foreign) and rates is not None and currency is not None:
        days = _rate_days(draft, zone, as_of)[foreign]
        _exchange(
            draft,
            foreign,
            units[foreign].tolist(),
            [rates.rate(unit, currency, day) for unit, day in zip(units[foreign].tolist(), days.tolist(), strict=True)],
            currency,
        )


def _rate_days(draft: Draft, zone: Zone, as_of: int) -> IntArray:
    """Return the day in the zone of whose rate each row is converted; never one after as_of."""
    at = np.full(draft.n, MISSING, dtype=np.int64)
    for name in reversed(draft.table.rate_dates):
        values = draft.columns.get(name)
        if values is not None:
            at = np.where(values == MISSING, at, values)
    return zone.to_local(np.where(at == MISSING, as_of, np.minimum(at, as_of))) // DAY


def _exchange(draft: Draft, rows: IntArray, units: list[str], rates: list[Decimal | None], currency: str) -> None:
    exponent = currency_exponent(currency)
    names = sorted(set(units))
    kept, origin = np.full(draft.n, np.nan), np.full(draft.n, -1, dtype=np.int32)
    without_rate = np.zeros(draft.n, dtype=bool)
    large = {name: np.zeros(draft.n, dtype=bool) for name in draft.amounts}
    for row, unit, rate in zip(rows.tolist(), units, rates, strict=True):
        if rate is None:
            without_rate[row] = True
            continue
        kept[row], origin[row] = float(rate), names.index(unit)
        for name, amounts in draft.amounts.items():
            amount = amounts.decimal(row)
            if amount is not None:
                exchanged = minor_units(product(amount, rate), exponent).units
                large[name][row] = exchanged is None
                draft.columns[name][row] = MISSING if exchanged is None else exchanged
    draft.reject(without_rate, "no_exchange_rate", "currency")
    for name, too_large in large.items():
        draft.reject(too_large, "amount_too_large", name)
    draft.attributes["exchange_rate"] = kept
    draft.attributes["original_currency"] = (origin, np.array(names, dtype=object))


def _minor_units(draft: Draft, name: str, amounts: Amounts, currency: str, own: BoolArray) -> IntArray:
    """Return exact minor units of rows in the currency itself; more decimals than it has are rounded and counted."""
    exponent = currency_exponent(currency)
    if amounts.codes is not None:
        table = np.full(len(amounts.decimals) + 1, MISSING, dtype=np.int64)
        rounded, large = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
        for code, amount in enumerate(amounts.decimals):
            if amount is not None:
                units, rounded[code] = minor_units(amount, exponent)
                large[code] = units is None
                table[code] = MISSING if units is None else units
        draft.reject(own & large[amounts.codes], "amount_too_large", name)
        draft.remark(own & rounded[amounts.codes], "amount_rounded")
        return np.where(own, table[amounts.codes], MISSING)
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
        draft.remark(np.abs(scaled - np.rint(scaled)) > 4 * np.spacing(np.abs(scaled)), "amount_rounded")
        minor = np.rint(scaled).astype(np.int64)
    draft.reject(large, "amount_too_large", name)
    return np.where(present & ~large, minor, MISSING)
