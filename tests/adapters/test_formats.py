"""Dates and numbers as others write them."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from servicelead.adapters import read_folder
from servicelead.adapters.formats import UNREADABLE, is_format, moments, numbers
from servicelead.exceptions import ConfigError

HEAD = 'as_of = 2026-12-31\nzone = "UTC"\ncurrency = "EUR"\n[tables.opportunities]\nconstants = { outcome = "won" }\n'
DEALS = (
    "opportunity_id;account_id;created_at;closed_at;amount\n"
    "o1;a;5/1/2026 09:30;31/03/2026;1.200,50\n"
    "o2;a;6/1/2026 00:00;2026-03-31;7\n"
    "o3;a;7/1/2026 00:00;;1,200.50\n"
    "o4;a;8/1/2026 00:00;1/4/2026; \n"
)

# Years of two digits are these.
FIRST, LAST = dt.datetime.fromisoformat("1969-01-01"), dt.datetime.fromisoformat("2068-12-31")


@given(
    st.datetimes(min_value=FIRST, max_value=LAST).map(lambda moment: moment.replace(microsecond=0)),
    st.sampled_from(
        ["%d/%m/%Y %H:%M:%S", "%m-%d-%y %I.%M.%S %p", "%b %d, %Y at %H:%M:%S", "%Y%m%d%H%M%S%z"],
    ),
)
def test_what_a_pattern_writes_is_read(moment: dt.datetime, form: str) -> None:
    """The text that Python writes by a pattern is the same moment in ISO 8601."""
    zone, offset = ("+0230", "+02:30") if "%z" in form else ("", "")
    assert moment.isoformat() + offset == moments(form)(moment.strftime(form.replace("%z", "")) + zone)


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%d/%m/%Y", " 5/3/2026 ", "2026-03-05"),
        ("%d/%m/%Y", "31/02/2026", UNREADABLE),
        ("%d/%m/%Y", "05/03/2026 10:00", UNREADABLE),
        ("%d/%m/%Y", "٠٥/٠٣/2026", UNREADABLE),
        ("%d. %b %y", "5. MARCH 69", "1969-03-05"),
        ("%d. %b %y", "5. mar 68", "2068-03-05"),
        ("%m/%d/%Y %I:%M %p", "3/5/2026 12:00 AM", "2026-03-05T00:00:00"),
        ("%m/%d/%Y %I:%M %p", "3/5/2026 13:00 PM", UNREADABLE),
        ("%d.%m.%Y %H:%M:%S.%f", "5.3.2026 1:2:3.5", "2026-03-05T01:02:03.500000"),
        ("%d.%m.%Y %H:%M%z", "5.3.2026 1:02Z", "2026-03-05T01:02:00+00:00"),
        ("%d.%m.%Y %H:%M%z", "5.3.2026 1:02-03:30", "2026-03-05T01:02:00-03:30"),
        ("%d%%%m%%%Y", "5%3%2026", "2026-03-05"),
    ],
)
def test_hand_worked_moments(form: str, text: str, expected: str) -> None:
    """Days and months may have one digit; what does not fit, or is no day, is unreadable."""
    assert expected == moments(form)(text)


@pytest.mark.parametrize(
    "form",
    [
        *("%d/%m", "%m/%Y", "%d/%m/%Y %M", "%d/%m/%Y %d", "%d/%m/%Y %I", "%d/%m/%Y %H %p"),
        *("%x", "%d/%m/%Y%", "dd", "%d%m%y%Y"),
    ],
)
def test_patterns_tell_a_whole_date_once(form: str) -> None:
    """A pattern without day, month or year, with half a time of day, or with an unknown directive is refused."""
    assert not is_format(form)


@pytest.mark.parametrize(
    ("marks", "text", "expected"),
    [
        ((",", "."), "1.200,50", "1200.50"),
        ((",", "."), "-1.234.567", "-1234567"),
        ((",", "."), "1200,5", "1200.5"),
        ((",", "."), "1.20", UNREADABLE),
        ((",", "."), "12.3456,7", UNREADABLE),
        ((",", None), "1.200", UNREADABLE),
        ((",", None), "+5,", "+5"),
        ((".", ","), "14,500.25", "14500.25"),
        ((",", " "), "1 200\u00a0300,5", "1200300.5"),
        ((".", "'"), "1'200", "1200"),
        ((",", "."), "nan", UNREADABLE),
        ((",", "."), " ", " "),
    ],
)
def test_hand_worked_numbers(marks: tuple[str, str | None], text: str, expected: str) -> None:
    """Thousands are groups of three; a number in another way of writing is unreadable, never guessed."""
    assert expected == numbers(*marks)(text)


def test_a_source_says_how_it_writes(tmp_path: Path) -> None:
    """Cells that fit are read, cells that do not are rejected as any other, and empty ones stay empty."""
    (tmp_path / "servicelead.toml").write_text(
        HEAD + 'formats = { created_at = "%d/%m/%Y %H:%M", closed_at = "%d/%m/%Y" }\ndecimal = ","\nthousands = "."\n'
    )
    (tmp_path / "opportunities.csv").write_text(DEALS)
    business = read_folder(tmp_path)
    table = business.opportunities.columns()
    assert ["o1", "o4"] == table["opportunity_id"].tolist()
    assert ["2026-01-05T09:30:00.000000", "2026-01-08T00:00:00.000000"] == table["created_at"].astype(str).tolist()
    assert [1200.5] == table["amount"][:1].tolist()
    assert ["2026-03-31T23:59:59.999999", "2026-04-01T23:59:59.999999"] == table["closed_at"].astype(str).tolist()
    found = {(reject.record, reject.line, reject.column, reject.code) for reject in business.reject_list}
    assert {(2, 3, "closed_at", "not_a_time"), (3, 4, "amount", "not_a_number")} <= found


def test_a_format_is_of_text(tmp_path: Path) -> None:
    """A column that has times already needs none, and numbers of Parquet are taken as they are."""
    day = dt.date(2026, 1, 1)
    columns = {"opportunity_id": ["o"], "account_id": ["a"], "created_at": [day], "closed_at": [day], "amount": [1.5]}
    parquet.write_table(pa.table(columns), tmp_path / "opportunities.parquet")
    (tmp_path / "servicelead.toml").write_text(HEAD + 'decimal = ","\n')
    assert [150] == read_folder(tmp_path).opportunities.amount.tolist()
    (tmp_path / "servicelead.toml").write_text(HEAD + 'formats = { created_at = "%d/%m/%Y" }\n')
    with pytest.raises(ConfigError, match=r"formats\.created_at must be of a column of text; got one of date32"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('formats = { created_at = "%d/%m" }', "created_at must be a pattern of a whole date"),
        ('formats = { amount = "%d/%m/%Y" }', "formats are for columns that hold times; got 'amount'"),
        ("formats = { created_at = 1 }", "got a number"),
        ('decimal = ";"', "decimal must be a point or a comma"),
        ('thousands = "_"', "thousands must be one of"),
        ('thousands = "."', "must be different marks"),
        ('formats = { closed_at = "%d/%m/%Y" }', "there is no column 'closed_at'"),
    ],
)
def test_mistakes_in_formats_are_named(tmp_path: Path, line: str, words: str) -> None:
    """What cannot be meant is an error with its remedy."""
    (tmp_path / "servicelead.toml").write_text(HEAD + line + "\n")
    (tmp_path / "opportunities.csv").write_text("opportunity_id,account_id,created_at\n")
    with pytest.raises(ConfigError) as caught:
        read_folder(tmp_path)
    assert words in str(caught.value)
