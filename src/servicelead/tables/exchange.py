"""Exchange rates by date, and the currency of a business."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from attrs import field, frozen

from servicelead._typing import MISSING, Array, BoolArray, IntArray
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.zones import DAY, Zone
from servicelead.domain.currencies import currency_exponent
from servicelead.exceptions import IngestError, MixedCurrencyError, UnknownNameError
from servicelead.tables.draft import KEPT, Draft
from servicelead.tables.source import Source, sources_of

__all__ = ["NO_CURRENCY", "ExchangeRates", "currency_codes", "find_currency", "has_amount"]

#: What is no currency that there is.
NO_CURRENCY = ""
_TABLE = "exchange_rates"
_COLUMNS = ("date", "from", "to", "rate")
_NOT_A_DAY = {"not_a_time", "nonexistent_time"}


@frozen(eq=False)
class ExchangeRates:
    """Rates by date: one unit of ``from`` is worth `rate` units of ``to`` on that day and until the next rate.

    Attributes
    ----------
    series
        For each (from, to): days since 1970-01-01, ascending, and their rates.
    """

    series: Mapping[tuple[str, str], tuple[IntArray, list[Decimal]]] = field(repr=False)

    @classmethod
    def from_frame(cls, frame: Any) -> "ExchangeRates":
        """Build from a table with the columns date, from, to, rate, or the `Source` objects of several.

        Rates are few and all of them are needed, so one that cannot be used is an error, not a rejected row.

        Raises
        ------
        IngestError
            When a column is missing, a row was refused by the reader or has no date, no currency or no positive
            rate, or a day has two rates. It names the file, the record and the column, and its reason is the code a
            rejected row would have, or ``second_rate``.
        """
        pairs: dict[tuple[str, str], dict[int, Decimal]] = {}
        for source in sources_of(frame):
            for place, day, pair, rate in _rates_of(source):
                if rate <= 0:
                    raise _error(source, place, "rate", "out_of_range")
                if pairs.setdefault(pair, {}).setdefault(day, rate) != rate:
                    raise _error(source, place, "rate", "second_rate")
        return cls({pair: (np.array(sorted(by_day)), [by_day[d] for d in sorted(by_day)])
                    for pair, by_day in pairs.items()})  # fmt: skip

    def latest(self, source: str, target: str, days: IntArray) -> tuple[IntArray, list[Decimal]]:
        """Return for each day the position of the latest rate on or before it, -1 where there is none; and the rates.

        A currency is worth itself.
        """
        if source == target:
            return np.zeros(len(days), dtype=np.int64), [Decimal(1)]
        known, rates = self.series.get((source, target), (np.empty(0, dtype=np.int64), []))
        return np.searchsorted(known, days, side="right") - 1, rates


def _rates_of(source: Source) -> Iterator[tuple[int, int, tuple[str, str], Decimal]]:
    """Yield row, day, pair of currencies and rate of each row of a table of rates."""
    if source.rejects:
        first = source.rejects[0]
        raise IngestError(
            f"{first.file} record {first.record}: every exchange rate must be readable; got {first.code}; correct the "
            "row",
            file=first.file or None,
            record=first.record,
            reason=first.code,
        )
    raw, _ = read_columns(source.frame)
    absent = [name for name in _COLUMNS if name not in raw]
    if absent:
        raise IngestError(
            f"{source.name or _TABLE} needs the column {', '.join(absent)}; it has {', '.join(raw)}; rename one (in a "
            f'file\'s settings: columns = {{ {absent[0]} = "your column" }})',
            file=source.name or None,
            column=absent[0],
            reason="missing_column",
        )
    instants, bad_days = parse.instants(raw["date"], Zone("UTC"))
    amounts = parse.amounts(raw["rate"])
    units = {name: parse.labels(raw[name]) for name in ("from", "to")}
    problems = [("date", code, rows) for code, rows in bad_days.items() if code in _NOT_A_DAY]
    problems += [("date", "missing_value", instants == MISSING)]
    problems += [(name, "missing_value", codes < 0) for name, (codes, _) in units.items()]
    problems += [("rate", code, rows) for code, rows in amounts.problems.items()]
    problems += [("rate", "missing_value", ~amounts.present())]
    first_bad = min((int(np.argmax(rows)) for *_, rows in problems if rows.any()), default=None)
    if first_bad is not None:
        column, code = next((column, code) for column, code, rows in problems if rows[first_bad])
        raise _error(source, first_bad, column, code)
    names = [_upper(labels)[codes] for codes, labels in units.values()]
    for row, (day, one, two) in enumerate(zip((instants // DAY).tolist(), *(n.tolist() for n in names), strict=True)):
        yield row, day, (one, two), amounts.decimal(row) or Decimal(0)


def _error(source: Source, row: int, column: str, code: str) -> IngestError:
    record = row + 1 if source.records is None else int(source.records[row])
    return IngestError(
        f"{source.name or _TABLE} record {record}, column {column}: an exchange rate has a date, two currencies and "
        f"a positive number, and a day has one; got {code}; correct the cell",
        file=source.name or None,
        record=record,
        column=column,
        reason=code,
    )


def _upper(labels: Array) -> Array:
    return np.array([label.strip().upper() for label in labels.tolist()], dtype=object)


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
            used = np.unique(codes[(codes >= 0) & (draft.fate == KEPT) & has_amount(draft)])
            named |= {label for label in currency_codes(labels[used]) if label != NO_CURRENCY}
    if not has_rates and len(named | ({currency} if currency else set())) > 1:
        raise MixedCurrencyError(
            f"amounts are in {', '.join(sorted(named))}{f' and the business in {currency}' if currency else ''}; "
            "pass exchange_rates= (date, from, to, rate) and currency=, or convert the amounts first. A folder gives "
            "them by exchange_rates.csv, or another file under [tables.exchange_rates], and by "
            f'currency = "{currency or min(named)}" in servicelead.toml'
        )
    if currency is None and len(named) > 1:
        raise MixedCurrencyError(
            "the tables name several currencies; say which to report in: currency=, or in a folder "
            f'currency = "{min(named)}" as a first line of servicelead.toml'
        )
    return currency or next(iter(named), None)


def has_amount(draft: Draft) -> BoolArray:
    """Return which rows hold an amount: a currency beside an empty one (many exports fill it in) says nothing."""
    present = np.zeros(draft.n, dtype=bool)
    for amounts in draft.amounts.values():
        present |= amounts.present()
    return present


def currency_codes(labels: Array) -> list[str]:
    """Return upper-case ISO 4217 codes; an empty text where a label is none."""
    out = []
    for label in labels.tolist():
        word = label.strip().upper()
        try:
            currency_exponent(word)
        except (ValueError, UnknownNameError):
            word = NO_CURRENCY
        out.append(word)
    return out
