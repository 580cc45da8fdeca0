"""Amounts in foreign currencies: whole columns at a time, and each as the rule for one of them says."""

from bisect import bisect_right
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead._typing import MISSING
from servicelead.columns import parse
from servicelead.columns.frames import from_array
from servicelead.tables.conversion import exact_minor_units
from servicelead.tables.decimals import digits_of, digits_of_numbers
from servicelead.tables.exchange import ExchangeRates
from servicelead.tables.minor_units import minor_units, product
from tables.samples import at, business, codes, deal

PLAIN = st.decimals(-(10**6), 10**6, allow_nan=False, allow_infinity=False, places=4)
LONG = st.decimals(-(10**16), 10**16, allow_nan=False, allow_infinity=False, places=20)
ODD = st.builds(Decimal, st.sampled_from(["0", "-0", "1e17", "9223372036854775807", "1e-30", "5e3", "1e300", "1e-300"]))
TEXTS = st.lists((PLAIN | LONG | ODD).map(str), min_size=1, max_size=8).map(lambda cells: np.array(cells, dtype=object))
NUMBERS = st.lists(st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-999, 999), min_size=1, max_size=8).map(np.array)
FLOATS = st.lists(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9).map(lambda n: n / 1000),
    min_size=1,
    max_size=8,
).map(np.array)
RATES = st.lists(
    st.decimals("0.0001", 10**4, places=6) | st.sampled_from([Decimal("1e-40"), Decimal(2) ** -64, Decimal("1e20")]),
    min_size=1,
    max_size=4,
)


def slowly(amounts: parse.Amounts, rows: list[int], rates: list[Decimal]) -> list[tuple[int, bool]]:
    """Return each product as the scalar rule has it, and whether it was rounded where it fits."""
    out = []
    for row, rate in zip(rows, rates, strict=True):
        amount = amounts.decimal(row)
        assert amount is not None
        units, rounded = minor_units(product(amount, rate), 2)
        out.append((MISSING, False) if units is None else (units, rounded))
    return out


def converted(amounts: parse.Amounts, rows: Any, rates: list[Decimal], place: Any) -> list[tuple[int, bool]]:
    """Return the same of whole columns."""
    units, rounded = exact_minor_units(amounts, rows, 2, rates, place)
    return list(zip(units.tolist(), (rounded & (units != MISSING)).tolist(), strict=True))


@settings(max_examples=examples(300))
@given(TEXTS | NUMBERS | FLOATS, RATES, st.data())
def test_a_column_is_converted_as_each_of_its_cells_would_be(
    cells: Any, rates: list[Decimal], data: st.DataObject
) -> None:
    """Text, whole numbers and floats, long and short, tied and not: the integers are those of exact decimals."""
    amounts = parse.amounts(from_array(cells))
    rows = np.flatnonzero(amounts.present())
    place = np.array([data.draw(st.integers(0, len(rates) - 1)) for _ in rows], dtype=np.int64)
    expected = slowly(amounts, rows.tolist(), [rates[i] for i in place.tolist()])
    assert expected == converted(amounts, rows, rates, place)


@given(st.integers(-(10**6), 10**6), st.integers(0, 9), st.sampled_from(["0.5", "1.5", "0.05", "2.5"]))
def test_ties_go_to_the_even_unit(whole: int, digit: int, rate: str) -> None:
    """Half a minor unit is rounded to the even neighbour, above and below nothing."""
    amounts = parse.amounts(from_array([f"{whole}.{digit}5"]))
    expected = slowly(amounts, [0], [Decimal(rate)])
    assert expected == converted(amounts, np.array([0]), [Decimal(rate)], np.array([0]))


@pytest.mark.parametrize("rate", ["1", "2", "0.5", "4", "16", "0.000000001", "1E+18"])
@pytest.mark.parametrize("amount", [2**63 - 1, -(2**63) + 1, 2**62, 3 * 2**60, 10**17, 1])
def test_products_about_the_largest_integer_are_exact(amount: int, rate: str) -> None:
    """What int64 would wrap is multiplied as decimals, and refused where the product itself is too large."""
    amounts = parse.amounts(from_array(np.array([amount])))
    expected = slowly(amounts, [0], [Decimal(rate)])
    assert expected == converted(amounts, np.array([0]), [Decimal(rate)], np.array([0]))


@settings(max_examples=examples(500))
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**12), 10**12).map(lambda n: n / 10**5))
def test_a_float_is_the_decimal_it_is_written_as(value: float) -> None:
    """Where its digits are known they are those of its shortest writing; up to 15 digits they are known."""
    digits = digits_of_numbers(np.array([value]))
    written = Decimal(repr(value))
    if digits.known[0]:
        assert written == Decimal(int(digits.whole[0])).scaleb(-int(digits.places[0]))
    else:
        assert not (len(written.normalize().as_tuple().digits) <= 15 and -15 <= written.adjusted() - 14 <= 0)


def test_decimals_of_more_digits_than_an_integer_are_not_known() -> None:
    """The rule for one of them takes over."""
    digits = digits_of([Decimal("-12.50"), Decimal(10**18), Decimal("1e18"), Decimal("0.1000000000000000055")])
    assert [True, False, True, False] == digits.known.tolist()
    assert [Decimal("-12.50"), Decimal("1e18")] == [
        Decimal(int(digits.whole[i])).scaleb(-int(digits.places[i])) for i in (0, 2)
    ]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["EUR", "GBP"])), min_size=1, max_size=4, unique=True),
    st.lists(st.tuples(st.integers(-3, 44), st.sampled_from(["EUR", "GBP", "USD", "CHF"])), max_size=8),
)
def test_each_row_has_the_latest_rate_of_its_day(quoted: list[tuple[int, str]], wanted: list[tuple[int, str]]) -> None:
    """The rate is that on or before the day; a currency is worth itself; without one the row is refused."""
    table = {"date": [at(day) for day, _ in quoted], "from": [unit for _, unit in quoted],
             "to": ["USD"] * len(quoted), "rate": [f"1.{day:02}" for day, _ in quoted]}  # fmt: skip
    rows = [deal(f"o{i}", day=day, created_at=at(-9), currency=unit) for i, (day, unit) in enumerate(wanted)]
    made = business(opportunities=rows, exchange_rates=table)
    expected = {}
    for i, (day, unit) in enumerate(wanted):
        days = sorted(d for d, name in quoted if name == unit)
        place = bisect_right(days, day)
        if unit == "USD":
            expected[f"o{i}"] = 10_000
        elif place:
            expected[f"o{i}"] = 10_000 + 100 * days[place - 1]
    keys = made.opportunities.vocabulary("opportunity_id").decode(made.opportunities.opportunity_id).tolist()
    assert expected == dict(zip(keys, made.opportunities.amount.tolist(), strict=True))
    assert len(wanted) - len(expected) == codes(made.rejects).get("no_exchange_rate", 0)


@pytest.mark.parametrize("target", ["USD", "EUR"])
def test_a_currency_is_worth_itself_on_every_day(target: str) -> None:
    """One unit, whatever is quoted."""
    places, rates = ExchangeRates({}).latest(target, target, np.array([-5, 5]))
    assert [Decimal(1)] * 2 == [rates[place] for place in places.tolist()]
