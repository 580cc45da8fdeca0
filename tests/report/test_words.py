from decimal import Decimal

import numpy as np
import pytest

from servicelead._typing import MISSING
from servicelead.columns.zones import Zone
from servicelead.report import words
from servicelead.report.words import Amounts

INSTANT = int(np.datetime64("2026-07-01T23:30:00", "us").astype(np.int64))


def test_exact_amounts_keep_every_minor_unit() -> None:
    """Minor units past what a float can hold are written to the last one."""
    dollars = Amounts("USD")
    assert dollars.full(dollars.of(9_007_199_254_740_993, 0.0)) == "90,071,992,547,409.93"


@pytest.mark.parametrize(
    ("currency", "minor_units", "expected"),
    [("USD", 120001, "1,200.01"), ("JPY", 1200, "1,200"), ("KWD", -1200001, "-1,200.001"), ("USD", 0, "0.00")],
)
def test_decimals_are_the_currency_s(currency: str, minor_units: int, expected: str) -> None:
    """Yen have no decimals, dinars three."""
    amounts = Amounts(currency)
    assert expected == amounts.full(amounts.of(minor_units, 0.0))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (Decimal("12.50"), "EUR 12.50"),
        (Decimal("123456.78"), "EUR 123,456.78"),
        (15_700.5, "EUR 15,700.50"),
        (Decimal(2_345_678), "EUR 2.35 million"),
        (-3.2e9, "EUR -3.20 billion"),
        (0.0, "EUR 0.00"),
    ],
)
def test_rough_amounts_are_said_aloud(amount: Decimal | float, expected: str) -> None:
    """From a million on amounts are rounded and named, below they have all their decimals."""
    assert expected == Amounts("EUR").rough(amount)


def test_measures_have_two_decimals_and_no_unit() -> None:
    """Without a currency there is nothing to name."""
    measures = Amounts(None)
    assert ("", "1.50", "1.50") == (measures.unit, measures.full(1.5), measures.rough(1.5))
    assert Amounts("EUR").unit == " (EUR)"


def test_brief_amounts_are_read_at_a_glance() -> None:
    """From a thousand on they are whole."""
    dollars = Amounts("USD")
    brief = [dollars.brief(value) for value in (None, 12.345678, -1234.4, Decimal("5637873.43"))]
    assert ["–", "12.35", "-1,234", "5,637,873"] == brief


def test_an_interval_without_end_is_said_in_words() -> None:
    """An upper end of more than ten times the value won is not spelt out."""
    dollars = Amounts("USD")
    ends = [dollars.upper_end(end, Decimal("1000.00")) for end in (None, 9.5, 10_000.0, 10_000.5, 1e300)]
    assert ["–", "9.50", "10,000", *["more than 10 times all value won"] * 2] == ends


def test_axes_have_room_for_few_letters() -> None:
    """Round amounts of a picture's axis are cut to thousands, millions and billions."""
    assert ["0", "500", "20k", "-200k", "1.5m", "2bn"] == [
        words.short(amount) for amount in (0, 500, 20_000, -200_000, 1_500_000, 2e9)
    ]


def test_what_is_missing_is_a_dash() -> None:
    """Neither NaN nor None is ever printed."""
    assert words.defined(float("nan")) is None
    assert ["–", "–", "–"] == [words.percent(None), words.ratio(None), Amounts("USD").full(None)]
    assert words.day(MISSING, Zone("UTC")) == "–"


def test_days_and_minutes_are_local() -> None:
    """Half past eleven at night in UTC is the next day in Paris."""
    paris = Zone("Europe/Paris")
    assert ("2026-07-02", "2026-07-02 01:30") == (words.day(INSTANT, paris), words.minute(INSTANT, paris))


def test_figures_are_grouped() -> None:
    """Thousands stand apart, shares have one decimal."""
    assert ["1,234", "12.3%", "1,234.50", "7.8"] == [
        words.count(1234),
        words.percent(0.1234),
        words.ratio(1234.5),
        words.tenth(7.81),
    ]


def test_one_is_not_many() -> None:
    """A single thing is named in the singular."""
    assert ["1 deal", "2 deals", "0 rows", "1 touch", "1,200 touches"] == [
        words.number_of(1, "deal"),
        words.number_of(2, "deal"),
        words.number_of(0, "row"),
        words.number_of(1, "touch"),
        words.number_of(1200, "touch"),
    ]


def test_names_of_code_are_escaped_before_they_may_break() -> None:
    """What was written as markup stays text; only the breaks are markup."""
    assert "a_<wbr>&lt;b&gt;_<wbr>" == str(words.breakable("a_<b>_"))
