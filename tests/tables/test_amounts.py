"""Amounts of any currency to exact minor units."""

import decimal
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead._typing import MISSING
from servicelead.domain import ExchangeRate, Money, Opportunity
from servicelead.exceptions import CurrencyError, IngestError, MixedCurrencyError
from servicelead.tables import Business, Reject, Source
from servicelead.tables.minor_units import LARGEST, minor_units, product
from tables.samples import AS_OF, assert_counted, at, business, codes, deal

RATES = {"date": ["2026-01-01", "2026-01-11"], "from": ["EUR", "eur "], "to": ["USD", "USD"], "rate": ["1.10", "1.2"]}


def minor(amount: Any, currency: str | None = "USD", **more: Any) -> Any:
    """Return the minor units a deal's amount becomes."""
    return business(opportunities=[deal("o", amount=amount, **more)], currency=currency).opportunities.amount[0]


@given(st.integers(0, LARGEST), st.sampled_from([("JPY", 0), ("USD", 2), ("KWD", 3)]))
def test_every_amount_to_2_63_is_exact(units: int, currency: tuple[str, int]) -> None:
    """Text, decimals and whole numbers keep every minor unit."""
    code, places = currency
    amount = Decimal(units).scaleb(-places, decimal.Context(prec=30))
    assert units == minor(format(amount, "f"), code) == minor(amount, code)
    if places == 0:
        assert units == minor(units, code)


@given(st.integers(0, 10**12))
def test_floats_of_decimal_amounts_are_exact(cents: int) -> None:
    """19.99 is 1999 cents, without a finding."""
    made = business(opportunities=[deal("o", amount=cents / 100)])
    assert cents == made.opportunities.amount[0]
    assert {} == codes(made.findings)


@given(st.decimals(0, 10**15, allow_nan=False, allow_infinity=False, places=7))
def test_surplus_decimals_are_rounded_half_even_once(amount: Decimal) -> None:
    """The result is the half-even rounding, and the finding says whether there was one to do."""
    made = business(opportunities=[deal("o", amount=str(amount))])
    expected = int((amount * 100).to_integral_value(ROUND_HALF_EVEN))
    assert expected == made.opportunities.amount[0]
    assert ({} if amount * 100 == expected else {"amount_rounded": 1}) == codes(made.findings)


def test_rounding_ignores_the_caller_s_decimal_context() -> None:
    """Neither few digits nor traps there change an amount; 41 digits are rounded once, not twice."""
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        assert 1_234_567 == minor("12345.67")
        assert (9_223_372_036_854_775_807, True) == minor_units(
            Decimal("92233720368547758.065000000000000000000001"), 2
        )
        assert Decimal("1524157875019052.1") == product(Decimal("12345678.9"), Decimal(123456789))
    assert (12, True) == minor_units(Decimal("0.125"), 2)
    assert (None, False) == minor_units(Decimal("1e300"), 2)
    assert (0, False) == minor_units(Decimal("0e300"), 2)


@pytest.mark.parametrize("amount", ["92233720368547758.08", 92_233_720_368_547_759, 1e17, Decimal("1e20")])
def test_one_minor_unit_too_many_is_rejected(amount: object) -> None:
    """Whatever it was given as."""
    assert {"amount_too_large": 1} == codes(business(opportunities=[deal("o", amount=amount)]).rejects)


def test_large_floats_with_a_fraction_of_a_cent_are_told() -> None:
    """The tolerance is that of the number's own last place, not a share of it."""
    made = business(opportunities=[deal("o", amount=12_345_678_901.005)])
    assert {"amount_rounded": 1} == codes(made.findings)


def test_without_a_currency_amounts_are_measures() -> None:
    """They are floats; what is infinite or claims an unknown currency is rejected."""
    rows = [deal("o1", amount="1.23456789"), deal("o2", amount="1e999"), deal("o3", currency="euro")]
    made = business(opportunities=rows, currency=None)
    assert made.currency is None
    assert [1.23456789] == made.opportunities.amount.tolist()
    assert {"not_finite": 1, "unknown_currency": 1} == codes(made.rejects)
    assert_counted(made)


def test_the_only_currency_named_is_the_business_s() -> None:
    """Rows without one are in it too."""
    made = business(opportunities=[deal("o1", currency="kwd"), deal("o2")], currency=None)
    assert "KWD" == made.currency
    assert [100_000, 100_000] == made.opportunities.amount.tolist()


@pytest.mark.parametrize("currency", ["USD", None, "GBP"])
def test_mixed_currencies_need_rates(currency: str | None) -> None:
    """Two currencies in one business are an error that names them and the remedy."""
    rows = [deal("o1", currency="EUR"), deal("o2", currency="USD")]
    with pytest.raises(
        MixedCurrencyError,
        match=r"EUR, USD.*exchange_rates=.*exchange_rates\.csv.*currency = \"(USD|EUR|GBP)\" in servicelead",
    ):
        business(opportunities=rows, currency=currency)
    with pytest.raises(MixedCurrencyError, match=r"say which to report in.*currency = \"EUR\" as a first line of"):
        business(opportunities=rows, currency=None, exchange_rates=RATES)


def test_a_currency_that_is_none_is_refused() -> None:
    """The business's currency is an ISO 4217 code."""
    with pytest.raises(CurrencyError, match="ISO 4217"):
        business(currency="Dollars")


def test_amounts_are_converted_at_the_row_s_date() -> None:
    """The latest rate on or before the close counts, and is kept with where the amount came from."""
    rows = [
        deal("o1", day=9, currency="EUR"), deal("o2", day=10, currency="EUR"), deal("o3", currency="USD"),
        deal("o4", day=11), deal("o5", day=-1, created_at=at(-2), currency="EUR"),
        deal("o6", day=12, currency="EUR", amount="0.125"), deal("o7", day=13, currency="EUR", amount=None),
    ]  # fmt: skip
    made = business(opportunities=rows, exchange_rates=RATES)
    deals = made.opportunities
    assert [11_000, 12_000, 10_000, 10_000, 15, MISSING] == deals.amount.tolist()
    assert [1.1, 1.2, None, None, 1.2, None] == [None if np.isnan(r) else r for r in deals.attributes["exchange_rate"]]
    origin = deals.vocabulary("original_currency").decode(deals.codes("original_currency"))
    assert ["EUR", "EUR", None, None, "EUR", None] == origin.tolist()
    assert {"no_exchange_rate": 1} == codes(made.rejects)
    assert_counted(made)


def test_a_currency_without_an_amount_needs_no_rate() -> None:
    """A row that names a foreign currency but holds no amount is kept, with rates, without, and without a currency."""
    rows = [deal("o1", currency="USD"), deal("o2", day=-1, created_at=at(-2), currency="EUR", amount=None)]
    for rates in (None, RATES):
        made = business(opportunities=rows, exchange_rates=rates)
        assert (2, 0) == (len(made.opportunities), len(made.rejects))
    none = business(opportunities=[deal("o1", currency="EUR", amount=None)], currency=None)
    assert (1, None) == (len(none.opportunities), none.currency)


def test_an_amount_is_judged_after_its_conversion() -> None:
    """Three decimals of a dinar are exact, and what is too large for the one currency may fit the other."""
    rates = {"date": ["2026-01-01"] * 2, "from": ["KWD", "IDR"], "to": ["USD"] * 2, "rate": [3.25, 0.00006]}
    rows = [deal("o1", amount="1.004", currency="KWD"), deal("o2", amount="1e18", currency="IDR", day=11)]
    made = business(opportunities=rows, exchange_rates=rates)
    assert [326, 6_000_000_000_000_000] == made.opportunities.amount.tolist()
    assert {} == codes(made.findings)
    too_large = business(opportunities=[deal("o", amount="9e16", currency="KWD")], exchange_rates=rates)
    assert {"amount_too_large": 1} == codes(too_large.rejects)


def test_rates_after_as_of_are_not_read() -> None:
    """A close in the future is converted at the rate of as_of."""
    rates = {"date": ["2026-01-01", "2026-07-05"], "from": ["EUR"] * 2, "to": ["USD"] * 2, "rate": [1.0, 9.0]}
    made = business(opportunities=[deal("o", day=200, currency="EUR")], exchange_rates=rates)
    assert [10_000] == made.opportunities.amount.tolist()


@pytest.mark.parametrize(
    ("change", "record", "column", "reason"),
    [
        ({"rate": ["1.1", "0"]}, 2, "rate", "out_of_range"),
        ({"rate": [1.1, -2.0]}, 2, "rate", "out_of_range"),
        ({"rate": ["1.1", None]}, 2, "rate", "missing_value"),
        ({"rate": [1.1, float("nan")]}, 2, "rate", "missing_value"),
        ({"rate": ["1,1", "1"]}, 1, "rate", "not_a_number"),
        ({"rate": ["1.1", "inf"]}, 2, "rate", "not_finite"),
        ({"date": ["x", "2026-01-01"]}, 1, "date", "not_a_time"),
        ({"date": ["2026-01-01", None]}, 2, "date", "missing_value"),
        ({"from": ["EUR", ""]}, 2, "from", "missing_value"),
        ({"to": [None, "USD"], "rate": ["1", "x"]}, 1, "to", "missing_value"),
        ({"date": ["2026-01-01"] * 2}, 2, "rate", "second_rate"),
    ],
)
def test_a_rate_that_cannot_be_used_names_its_cell(
    change: dict[str, list[Any]], record: int, column: str, reason: str
) -> None:
    """Rates are few and all are needed: a bad one is an error with file, record, column and reason."""
    for rates, file, number in (
        (RATES | change, None, record),
        (Source(frame=RATES | change, name="rates.csv", records=np.array([7, 9])), "rates.csv", (7, 9)[record - 1]),
    ):
        with pytest.raises(IngestError, match=f"record {number}, column {column}: .* got {reason}") as raised:
            business(exchange_rates=rates)
        error = raised.value
        assert (file, number, column, reason) == (error.file, error.record, error.column, error.reason)


def test_rates_need_their_columns_and_records() -> None:
    """A missing column and a record that could not be read are named, with their file."""
    with pytest.raises(IngestError, match="needs the column from, to; it has date, rate") as raised:
        Business.from_frames(as_of=AS_OF, exchange_rates={"date": [], "rate": []})
    assert ("from", "missing_column") == (raised.value.column, raised.value.reason)
    torn = Reject(file="rates.csv", table="exchange_rates", record=3, code="unclosed_quote")
    with pytest.raises(IngestError, match=r"rates.csv record 3: .* got unclosed_quote") as raised:
        business(exchange_rates=[Source(frame=RATES), Source(frame=RATES, rejects=[torn])])
    assert ("rates.csv", 3, "unclosed_quote") == (raised.value.file, raised.value.record, raised.value.reason)


def test_rates_of_several_files_are_one_table() -> None:
    """They follow one another; the same rate twice is one, another rate of the same day is an error."""
    parts = [Source(frame={name: [cells[i]] for name, cells in RATES.items()}, name=f"{i}.csv") for i in (1, 0, 1)]
    rows = [deal("o1", day=9, currency="EUR"), deal("o2", day=10, currency="EUR")]
    assert [11_000, 12_000] == business(opportunities=rows, exchange_rates=parts).opportunities.amount.tolist()
    other = Source(frame={name: [cells[1]] for name, cells in RATES.items()} | {"rate": ["1.3"]}, name="other.csv")
    with pytest.raises(IngestError, match=r"other.csv record 1, column rate: .* got second_rate"):
        business(opportunities=rows, exchange_rates=[*parts, other])


def test_rates_may_be_objects() -> None:
    """Domain objects say the same as a table, and a currency is worth itself."""
    rate = ExchangeRate(date=date(2026, 1, 1), from_currency="EUR", to_currency="USD", rate="1.1")
    won = Opportunity(
        opportunity_id="o", account_id="a", created_at=date(2026, 1, 2), outcome="open", amount=Money.of("10", "EUR")
    )
    made = Business.from_objects(opportunities=[won], exchange_rates=[rate], currency="USD", as_of=AS_OF)
    assert [1_100] == made.opportunities.amount.tolist()


def test_a_row_without_a_date_is_converted_at_as_of() -> None:
    """Also where its table has no column of dates at all."""
    account = {"account_id": "a", "annual_recurring_revenue": "10", "currency": "EUR"}
    for row in (account, account | {"created_at": None}):
        assert [1_200] == business(accounts=[row], exchange_rates=RATES).accounts.annual_recurring_revenue.tolist()
    still_open = {name: cell for name, cell in deal("o", outcome="open", currency="EUR").items() if name != "closed_at"}
    made = business(opportunities=[still_open], exchange_rates=RATES)
    assert [11_000] == made.opportunities.amount.tolist()  # the day it was created


def test_a_refund_is_a_payment_and_a_negative_price_is_not() -> None:
    """Payments may be negative; what a subscription costs may not."""
    payment = {"payment_id": "p", "account_id": "a", "paid_at": at(1), "amount": "-5.00"}
    assert [-500] == business(payments=[payment]).payments.amount.tolist()
    price = {"subscription_id": "s", "account_id": "a", "started_at": at(1), "amount": "-5.00", "period": "month"}
    assert {"negative_number": 1} == codes(business(subscriptions=[price]).rejects)
