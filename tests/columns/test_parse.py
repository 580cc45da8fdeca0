"""Raw columns to instants, amounts, numbers, flags and choices."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead._typing import MISSING
from servicelead.columns import parse
from servicelead.columns.frames import from_array
from servicelead.columns.zones import Zone

PARIS = Zone("Europe/Paris")
UTC = Zone("UTC")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


def read(values: Any, zone: Zone = UTC, *, deadline: bool = False) -> tuple[list[str], dict[str, list[bool]]]:
    """Return instants as text, and the problems met."""
    parsed = parse.instants(from_array(values), zone, deadline=deadline)
    texts = parsed.values.astype("datetime64[us]").astype(str).tolist()
    return texts, {code: rows.tolist() for code, rows in parsed.problems.items() if rows.any()}


@pytest.mark.parametrize(
    "text",
    ["2026-03-05T14:00:00Z", "2026-03-05 14:00:00Z", "2026-03-05T15:00:00+01:00", "2026-03-05T14:00:00.000000+00:00",
     "2026-03-05T14:00Z", "20260305T140000Z", "2026-W10-4T14:00:00Z", "2026-03-05T14:00:00.000Z",
     " 2026-03-05T14:00:00Z "],
)  # fmt: skip
def test_forms_of_iso_8601_are_one_instant(text: str) -> None:
    """Separators, precision and offset change nothing."""
    assert (["2026-03-05T14:00:00.000000"], {}) == read([text])


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01T00:00:00Z", "yesterday", "05/03/2026", "1772719200", "12121212112",
             "0000-12-31T00:00:00Z", "1" * 5_000, "2026-03-05T25:00:00Z"],
)  # fmt: skip
def test_what_is_no_time_is_a_problem_of_its_row_alone(text: str) -> None:
    """Rows around it are read."""
    parsed = parse.instants(from_array([text, "2026-03-05", None, ""]), UTC)
    assert [True, False, False, False] == parsed.problems["not_a_time"].tolist()
    assert [True, False, True, True] == (parsed.values == MISSING).tolist()


@given(st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=5, minutes=45))]),
                    min_value=dt.datetime(1, 1, 2), max_value=dt.datetime(9999, 12, 30)))  # fmt: skip  # noqa: DTZ001
def test_objects_texts_and_microseconds_are_one_instant(moment: dt.datetime) -> None:
    """An aware datetime, its ISO text and its microseconds mean the same."""
    expected = (moment - EPOCH) // MICROSECOND
    for column in ([moment], [moment.isoformat()], np.array([expected])):
        parsed = parse.instants(from_array(column), PARIS)
        assert ([expected], {}) == (parsed.values.tolist(), dict(parsed.problems))


def test_the_first_and_last_year() -> None:
    """Years 1 and 9999 are read; microseconds beyond them are no time."""
    assert ["0001-01-01T00:00:00.000000", "9999-12-31T23:59:59.999999"] == read(
        ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
    )[0]
    assert {"not_a_time": [True, True, False]} == read(np.array([2**62, -(2**62), 0]))[1]


def test_a_date_is_its_first_or_last_microsecond_in_the_zone() -> None:
    """A start is 00:00, a deadline the last microsecond, of the day in the zone."""
    for dates in (["2026-07-01"], [dt.date(2026, 7, 1)], np.array(["2026-07-01"], dtype="datetime64[D]")):
        assert (["2026-06-30T22:00:00.000000"], {"date_only": [True]}) == read(dates, PARIS)
        assert (["2026-07-01T21:59:59.999999"], {"date_only": [True]}) == read(dates, PARIS, deadline=True)


def test_local_times_are_read_in_the_zone() -> None:
    """Skipped hours are refused, repeated ones are the first occurrence."""
    texts, problems = read(["2026-07-01T02:00:00", "2026-03-29T02:30:00", "2026-10-25T02:30:00"], PARIS)
    assert ["2026-07-01T00:00:00.000000", "NaT", "2026-10-25T00:30:00.000000"] == texts
    expected = {
        "local_time": [True, True, True],
        "ambiguous_time": [False, False, True],
        "nonexistent_time": [False, True, False],
    }
    assert expected == problems


def test_numbers_with_a_fraction_and_truth_values_are_no_times() -> None:
    """Only whole numbers are microseconds."""
    assert {"not_a_time": [True, False]} == read([1.5, None])[1]
    assert {"not_a_time": [True, False]} == read([True, None])[1]


@given(st.integers(-(2**63 - 1), 2**63 - 1), st.integers(0, 3))
def test_decimal_text_is_exact(units: int, places: int) -> None:
    """An amount's text is its decimal, digit by digit."""
    amount = Decimal(units).scaleb(-places)
    for cell in (format(amount, "f"), amount):
        (parsed,) = parse.amounts(from_array([cell])).decimals
        assert amount == parsed


@pytest.mark.parametrize(
    ("text", "code"),
    [("nan", "not_finite"), ("-inf", "not_finite"), ("1,200.00", "not_a_number"), ("$5", "not_a_number"),
     ("9" * 5_000, "not_a_number"), ("1e99999999", "not_a_number"), ("٣", "not_a_number"), ("1_000", "not_a_number")],
)  # fmt: skip
def test_what_is_no_amount_is_a_problem(text: str, code: str) -> None:
    """Neither amounts nor numbers guess, and no text takes long."""
    for reader in (parse.amounts, parse.numbers):
        assert {code: [True, False]} == {k: v.tolist() for k, v in reader(from_array([text, "1"])).problems.items()}


def test_amounts_of_truth_values_or_dates_are_refused() -> None:
    """True is not an amount of one."""
    assert [True, False] == parse.amounts(from_array([True, None])).problems["not_a_number"].tolist()
    assert [True] == parse.amounts(from_array([dt.date(2026, 1, 1)])).problems["not_a_number"].tolist()


def test_numbers_refuse_infinity() -> None:
    """NaN is missing, infinity a problem, and an overflow is infinity."""
    parsed = parse.numbers(from_array(np.array([1.0, np.nan, np.inf])))
    assert [False, False, True] == parsed.problems["not_finite"].tolist()
    assert [True] == parse.numbers(from_array(["1e999"])).problems["not_finite"].tolist()


def test_flags_are_words_or_numbers() -> None:
    """Yes and no in several spellings; other words and numbers are problems."""
    parsed = parse.flags(from_array(["TRUE", "no", "1", "perhaps", None]))
    assert [1, 0, 1, -1, -1] == parsed.values.tolist()
    assert [False, False, False, True, False] == parsed.problems["not_a_flag"].tolist()
    assert [1, 0, -1] == parse.flags(from_array([True, False, None])).values.tolist()
    assert [False, False, True] == parse.flags(from_array([1.0, 0.0, 2.0])).problems["not_a_flag"].tolist()
    assert [True] == parse.flags(from_array([dt.date(2026, 1, 1)])).problems["not_a_flag"].tolist()


def test_choices_ignore_case_and_blanks() -> None:
    """An unknown word is counted under the code asked for."""
    parsed = parse.choices(from_array([" Won", "lost", "maybe", None]), ("won", "lost"), "unknown_choice")
    assert [0, 1, -1, -1] == parsed.values.tolist()
    assert [False, False, True, False] == parsed.problems["unknown_choice"].tolist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [(np.array([7, 12]), ["7", "12"]), ([7.0, 12.5], ["7", "12.5"]), ([7, None], ["7", None]),
     (np.array([2**64 - 1, 1], dtype=np.uint64), ["18446744073709551615", "1"]), (["", "  "], [None, None]),
     ([10**30, 1], [str(10**30), "1"])],
)  # fmt: skip
def test_identifiers_of_any_kind_are_text(values: Any, expected: list[str | None]) -> None:
    """Whole numbers lose a trailing .0, keep every digit, and blanks are missing."""
    codes, labels = parse.labels(from_array(values))
    assert expected == [labels[code] if code >= 0 else None for code in codes]
