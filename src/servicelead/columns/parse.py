"""Raw columns to what a table means by them: instants, exact amounts, numbers, flags, choices, labels.

Every parser returns the values of all rows and the problems it met, by the stable code of
`servicelead.tables.rejects`; a row with a problem holds a missing value. Text is parsed once per distinct
label, so cost grows with distinct values rather than rows.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, Codes, IntArray, ObjectArray
from servicelead.columns.frames import AWARE, DATE, LOCAL, NO_MOMENT, Moments, Numbers, RawColumn, Texts
from servicelead.columns.zones import DAY, FIRST, LAST, Zone

__all__ = ["Amounts", "Parsed", "amounts", "choices", "flags", "instants", "labels", "number_text", "numbers"]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST_NUMBER = 60  # digits; more is a typing error, and converting thousands of digits takes quadratic time
_NOT_FINITE = {"nan", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"}
_TRUE, _FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall-clock arithmetic on purpose
_MICROSECOND = timedelta(microseconds=1)

Problems = Mapping[str, BoolArray]


class Parsed(NamedTuple):
    """Values of all rows, and which rows met which problem."""

    values: Array
    problems: Problems


class Amounts(NamedTuple):
    """Amounts before their currency is known: exact decimals per distinct label, or numbers per row."""

    codes: Codes | None
    decimals: list[Decimal | None]
    numbers: Array | None
    problems: Problems

    def present(self) -> BoolArray:
        """Return which rows have an amount."""
        if self.codes is not None:
            known = np.array([d is not None for d in self.decimals] + [False], dtype=bool)
            return known[self.codes]
        return _present(self.numbers)  # type: ignore[arg-type]  # one of the two is there

    def as_float(self) -> Array:
        """Return float64 amounts in major units, NaN where missing."""
        if self.codes is not None:
            table = np.array([np.nan if d is None else float(d) for d in self.decimals] + [np.nan])
            return table[self.codes]
        return _as_float(self.numbers)  # type: ignore[arg-type]  # one of the two is there

    def decimal(self, row: int) -> Decimal | None:
        """Return the exact amount of one row; None where it is missing. A float is the decimal it is written as."""
        if self.codes is not None:
            return self.decimals[self.codes[row]] if self.codes[row] >= 0 else None
        number = self.numbers[row : row + 1]  # type: ignore[index]  # one of the two is there
        return Decimal(repr(number[0].item())) if _present(number)[0] else None


def labels(column: RawColumn) -> tuple[Codes, ObjectArray]:
    """Return codes and distinct labels of a column read as text; whole numbers lose a trailing ``.0``."""
    if isinstance(column, Texts):
        return column.encoded
    if isinstance(column, Moments):
        distinct, codes = np.unique(column.values, return_inverse=True)
        texts = [str(np.datetime64(int(v), "us")) for v in distinct]
    else:
        distinct, codes = np.unique(column.values, return_inverse=True)
        texts = [number_text(v) for v in distinct.tolist()]
    missing = (column.form == NO_MOMENT) if isinstance(column, Moments) else ~_present(column.values)
    out = codes.astype(np.int32)
    out[missing] = -1
    table = np.empty(len(texts), dtype=object)
    table[:] = texts
    return out, table


def number_text(value: int | float) -> str:  # noqa: PYI041 - the two are written differently
    """Return a number as a label: a whole one without a trailing ``.0``."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _present(values: Array) -> BoolArray:
    present: BoolArray = ~np.isnan(values) if values.dtype.kind == "f" else values != MISSING
    return present


def _as_float(values: Array) -> Array:
    return values if values.dtype.kind == "f" else np.where(values == MISSING, np.nan, values.astype(np.float64))


def _by_label(column: Texts, parse: Callable[[str], Any], blank: Any, dtype: Any) -> tuple[Array, dict[str, BoolArray]]:
    """Parse each distinct label; `parse` returns a value or the code of a problem as text."""
    codes, distinct = column.encoded
    results = [parse(label) for label in distinct.tolist()]
    bad = {result for result in results if isinstance(result, str)}
    values = np.array([blank if isinstance(r, str) else r for r in results] + [blank], dtype=dtype)
    problems = {}
    for code in sorted(bad):
        hit = np.array([r == code if isinstance(r, str) else False for r in results] + [False], dtype=bool)
        problems[code] = hit[codes]
    return values[codes], problems


def _float_of(label: str) -> float | str:
    text = label.strip()
    if text.lower() in _NOT_FINITE:
        return "not_finite"
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return "not_a_number"
    value = float(text)
    return value if np.isfinite(value) else "not_finite"


def numbers(column: RawColumn) -> Parsed:
    """Return float64 numbers, NaN where missing; infinities are a problem."""
    if isinstance(column, Texts):
        return Parsed(*_by_label(column, _float_of, np.nan, np.float64))
    if isinstance(column, Moments):
        return Parsed(np.full(len(column), np.nan), {"not_a_number": column.form != NO_MOMENT})
    values = _as_float(column.values)
    infinite = np.isinf(values)
    if infinite.any():
        return Parsed(np.where(infinite, np.nan, values), {"not_finite": infinite})
    return Parsed(values, {})


def _decimal_of(label: str) -> Decimal | str:
    text = label.strip()
    if text.lower() in _NOT_FINITE:
        return "not_finite"
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return "not_a_number"
    return Decimal(text)


def amounts(column: RawColumn) -> Amounts:
    """Return exact amounts; text stays decimal, integers stay integers."""
    if isinstance(column, Texts):
        codes, distinct = column.encoded
        results = [_decimal_of(label) for label in distinct.tolist()]
        decimals = [None if isinstance(r, str) else r for r in results]
        problems = {}
        for code in sorted({r for r in results if isinstance(r, str)}):
            hit = np.array([r == code if isinstance(r, str) else False for r in results] + [False], dtype=bool)
            problems[code] = hit[codes]
        return Amounts(codes, decimals, None, problems)
    if isinstance(column, Numbers) and column.is_flag:
        return Amounts(None, [], np.full(len(column), np.nan), {"not_a_number": _present(column.values)})
    if isinstance(column, Numbers) and column.values.dtype.kind == "i":
        return Amounts(None, [], column.values, {})
    parsed = numbers(column)
    return Amounts(None, [], parsed.values, parsed.problems)


def _flag_of(label: str) -> int | str:
    text = label.strip().lower()
    return 1 if text in _TRUE else 0 if text in _FALSE else "not_a_flag"


def flags(column: RawColumn) -> Parsed:
    """Return int8 truth values: 1, 0, or -1 where missing."""
    if isinstance(column, Texts):
        return Parsed(*_by_label(column, _flag_of, -1, np.int8))
    if isinstance(column, Moments):
        return Parsed(np.full(len(column), -1, dtype=np.int8), {"not_a_flag": column.form != NO_MOMENT})
    present = _present(column.values)
    good = (column.values == 0) | (column.values == 1)
    values = np.where(present & good, np.where(present & good, column.values, 0), -1).astype(np.int8)
    bad = present & ~good
    return Parsed(values, {"not_a_flag": bad} if bad.any() else {})


def choices(column: RawColumn, allowed: tuple[str, ...], problem: str) -> Parsed:
    """Return int8 codes of the allowed words (case and outer blanks do not matter), -1 where missing or unknown."""
    codes, distinct = labels(column)
    position = {word: code for code, word in enumerate(allowed)}
    table = np.array([position.get(t.strip().lower(), -1) for t in distinct.tolist()] + [-1], dtype=np.int8)
    values = table[codes]
    bad = (values < 0) & (codes >= 0)
    return Parsed(values, {problem: bad} if bad.any() else {})


def _moments_of_labels(distinct: ObjectArray) -> tuple[IntArray, Array]:
    """Parse ISO 8601 texts: the usual shapes by numpy, whole groups at once, and the rest one by one."""
    values = np.full(len(distinct) + 1, MISSING, dtype=np.int64)
    form = np.zeros(len(distinct) + 1, dtype=np.int8)
    lengths = np.fromiter(map(len, distinct.tolist()), dtype=np.int64, count=len(distinct))
    rest = np.ones(len(distinct), dtype=bool)
    for shape, kind in _SHAPES:
        rows = np.flatnonzero(lengths == len(shape))
        texts = distinct[rows].astype(f"U{len(shape)}")
        fits = _fits(texts, shape)
        rows, texts = rows[fits], texts[fits].astype(f"U{len(shape.partition('Z')[0].partition('+')[0])}")
        try:
            moments = texts.astype("datetime64[us]").astype(np.int64)
        except ValueError:
            continue  # a 30 February is among them: one by one, to find it
        values[rows], form[rows], rest[rows] = moments, kind, False
    for row in np.flatnonzero(rest).tolist():
        values[row], form[row] = _moment_of(distinct[row])
    return values, form


# 0 stands for any digit, a space for the T or the space between date and time.
_SHAPES = (
    ("0000-00-00", DATE),
    ("0000-00-00 00:00:00", LOCAL),
    ("0000-00-00 00:00:00Z", AWARE),
    ("0000-00-00 00:00:00+00:00", AWARE),
    ("0000-00-00 00:00:00.000000", LOCAL),
    ("0000-00-00 00:00:00.000000Z", AWARE),
    ("0000-00-00 00:00:00.000000+00:00", AWARE),
)


def _fits(texts: Array, shape: str) -> BoolArray:
    if not len(texts):
        return np.zeros(0, dtype=bool)
    characters = texts.view(np.uint32).reshape(len(texts), len(shape))
    fits = np.ones(len(texts), dtype=bool)
    clock, _, offset = shape.partition("+")
    for place, expected in enumerate(clock):
        column = characters[:, place]
        if expected == "0":
            fits &= (column >= ord("0")) & (column <= ord("9"))
        elif expected == " ":
            fits &= (column == ord(" ")) | (column == ord("T"))
        else:
            fits &= column == ord(expected)
    for place, expected in enumerate("+" + offset if offset else "", start=len(clock)):
        fits &= characters[:, place] == ord(expected)
    return fits


def _moment_of(text: str) -> tuple[int, int]:
    text = text.strip()
    if len(text) > 40 or len(text) < 8:
        return MISSING, NO_MOMENT
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return MISSING, NO_MOMENT
    is_date = len(text) <= 10 and ":" not in text and "T" not in text
    if not is_date and not set("Tt ") & set(text):  # Python takes any separator, and so long numbers, for times
        return MISSING, NO_MOMENT
    offset = moment.utcoffset()
    micros = (moment.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
    if offset is not None:
        return micros - offset // _MICROSECOND, AWARE
    return micros, DATE if is_date else LOCAL


def instants(column: RawColumn, zone: Zone, *, deadline: bool = False) -> Parsed:
    """Return int64 UTC microseconds, `MISSING` where there is none.

    A date is 00:00 in the zone, or its last microsecond where `deadline`; it never changes zone. A local time
    is read in the zone: skipped by clocks is a problem, shown twice is its first occurrence (a problem code
    too, for the finding). Whole numbers are UTC microseconds. What lies outside the years 1 to 9999 is no time.

    The problems ``date_only``, ``local_time`` and ``ambiguous_time`` leave the value in place.
    """
    values, form, given = _moments(column)
    outside = (form != NO_MOMENT) & ((values < FIRST) | (values > LAST))
    if outside.any():
        values, form = np.where(outside, MISSING, values), np.where(outside, NO_MOMENT, form)
    problems: dict[str, BoolArray] = {}
    bad = given & (form == NO_MOMENT)
    if bad.any():
        problems["not_a_time"] = bad
    dates, local = form == DATE, form == LOCAL
    if dates.any():
        days = values[dates] // DAY
        values = values.copy()
        values[dates] = zone.day_start(days + 1) - 1 if deadline else zone.day_start(days)
        problems["date_only"] = dates
    if local.any():
        values = values.copy()
        values[local], ambiguous, nonexistent = zone.to_utc(values[local])
        problems["local_time"] = local
        for code, mask in (("ambiguous_time", ambiguous), ("nonexistent_time", nonexistent)):
            if mask.any():
                problems[code] = np.zeros(len(column), dtype=bool)
                problems[code][local] = mask
        values[problems.get("nonexistent_time", np.zeros(len(column), dtype=bool))] = MISSING
    return Parsed(values, problems)


def _moments(column: RawColumn) -> tuple[IntArray, Array, BoolArray]:
    """Return the moments of any column, the form of each, and which rows hold anything at all."""
    if isinstance(column, Moments):
        return column.values, column.form, column.form != NO_MOMENT
    if isinstance(column, Texts):
        codes, distinct = column.encoded
        table, forms = _moments_of_labels(distinct)
        return table[codes], forms[codes], codes >= 0
    given = _present(column.values)
    if column.values.dtype.kind == "i" and not column.is_flag:
        return column.values, np.where(given, AWARE, NO_MOMENT), given
    return np.full(len(column), MISSING, dtype=np.int64), np.full(len(column), NO_MOMENT), given
