"""``servicelead.toml``: what it means, and what it says when it means nothing."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from servicelead.adapters import Config, load_config
from servicelead.adapters.config import TABLES
from servicelead.exceptions import ConfigError
from servicelead.tables import build

AS_OF = "as_of = 2024-12-31\n"

FULL = """
as_of = 2024-12-31T12:00:00+01:00
zone = "Europe/Ljubljana"
currency = "EUR"
fiscal_year_start = 4

[files.tickets]
file = "export/tickets 2024.csv"
delimiter = ";"
encoding = "latin-1"

[[tables.touchpoints]]
file = "calls.csv"
name = "calls"
columns = { touchpoint_id = "Call ID" }
constants = { team = "services", cost = 4.5, occurred_at = 2024-01-01 }
values = { channel = { phone = "support_call" } }

[[tables.touchpoints]]
query = "SELECT * FROM tickets"

[tables.accounts]
file = "accounts.parquet"

[checks.late]
table = "touchpoints"
query = "SELECT 1"
says = "nothing is late"
"""


def parse(text: str) -> Config:
    """Return the configuration of a document."""
    return Config.from_mapping(tomllib.loads(text))


def test_everything_is_read() -> None:
    """Every key of a full configuration has its place."""
    config = parse(FULL)
    assert dt.datetime(2024, 12, 31, 11, tzinfo=dt.UTC) == config.as_of
    assert ("Europe/Ljubljana", "EUR", 4) == (config.zone, config.currency, config.fiscal_year_start)
    tickets = config.files["tickets"]
    assert ("export/tickets 2024.csv", ";", "latin-1") == (tickets.file, tickets.delimiter, tickets.encoding)
    calls, query = config.tables["touchpoints"]
    assert ("calls.csv", "calls", None) == (calls.file, calls.name, calls.query)
    assert {"touchpoint_id": "Call ID"} == calls.columns
    assert {"team": "services", "cost": 4.5, "occurred_at": dt.date(2024, 1, 1)} == calls.constants
    assert {"channel": {"phone": "support_call"}} == calls.values
    assert query.query == "SELECT * FROM tickets"
    assert config.tables["accounts"][0].file == "accounts.parquet"
    assert ("touchpoints", "nothing is late") == (config.checks["late"].table, config.checks["late"].says)


def test_little_is_needed() -> None:
    """The date is enough; everything else has a default."""
    assert Config(as_of=dt.date(2024, 12, 31)) == parse(AS_OF)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["as_of is required", "as_of = 2024-12-31"]),
        ('as_of = "2024-12-31"', ["as_of must be a TOML date", "got text"]),
        (AS_OF + 'zonne = "UTC"', ["unknown key 'zonne'", "did you mean 'zone'?"]),
        (AS_OF + "xyzzy = 1", ["unknown key 'xyzzy'. Known keys: as_of, zone"]),
        (AS_OF + 'zone = "Europe/Nowhere"', ["zone must be a time zone", "'Europe/Nowhere'"]),
        (AS_OF + 'zone = "../UTC"', ["zone must be a time zone"]),
        (AS_OF + 'currency = "euro"', ["currency must be an ISO 4217 code"]),
        (AS_OF + "fiscal_year_start = 13", ["a month from 1 to 12", "got 13"]),
        (AS_OF + "fiscal_year_start = true", ["a month from 1 to 12", "got a flag"]),
        (AS_OF + "tables = 3", ["[tables]: must be a table of keys", "got a number"]),
        (AS_OF + "[tables.touchpoint]", ["unknown table 'touchpoint'", "did you mean 'touchpoints'?"]),
        (AS_OF + "[tables.leads]\ncolums = {}", ["[tables.leads]: unknown key 'colums'", "did you mean 'columns'?"]),
        (AS_OF + "[tables.leads]\ncolumns = { a = 1 }", ["[tables.leads.columns]: a must be the name", "a number"]),
        (AS_OF + "[tables.leads]\nconstants = { a = [] }", ["[tables.leads.constants]: a must be", "got a list"]),
        (
            AS_OF + "[tables.leads]\nvalues = { a = { b = 1 } }",
            ["[tables.leads.values.a]: b must be the canonical label"],
        ),
        (AS_OF + "[tables.leads]\nvalues = { a = 1 }", ["[tables.leads.values.a]: must be a table"]),
        (AS_OF + '[tables.leads]\nfile = "a.csv"\nquery = "SELECT 1"', ["takes a file or a query; got both"]),
        (AS_OF + '[tables.leads]\nfile = "../a.csv"', ["file must be the path of a file inside the folder"]),
        (AS_OF + '[tables.leads]\nfile = "/etc/passwd"', ["file must be the path of a file inside the folder"]),
        (AS_OF + '[tables.leads]\nfile = "C:\\\\a.csv"', ["file must be the path of a file inside the folder"]),
        (AS_OF + '[tables.leads]\nname = "a/b"', ["name must be a name without slashes"]),
        (
            AS_OF + '[tables.leads]\ncolumns = { team = "x" }\nconstants = { team = "sales" }',
            ["mapped or constant; got 'team' as both"],
        ),
        (
            AS_OF + '[tables.touchpoints]\nvalues = { team = { CS = "service" } }',
            ["[tables.touchpoints]: values.team must be one of marketing, sales", "did you mean 'services'?"],
        ),
        (
            AS_OF + '[tables.opportunities]\nconstants = { outcome = "xyzzy" }',
            ["[tables.opportunities]: constants.outcome must be one of won, lost, open; got 'xyzzy'."],
        ),
        (AS_OF + "[tables.leads]\nconstants = { team = 1 }", ["constants.team must be one of", "got 1."]),
        (
            AS_OF + '[tables.leads]\nencoding = "cp1252"',
            ["[tables.leads]: unknown key 'encoding'", '\n[files.leads]\nencoding = "cp1252"'],
        ),
        (
            AS_OF + '[tables.leads]\nfile = "in/my leads.csv"\ndelimiter = ";"',
            ['\n[files."my leads"]\nfile = "in/my leads.csv"\ndelimiter = ";"'],
        ),
        (AS_OF + '[files.a]\ndelimiter = ";;"', ["[files.a]: delimiter must be one character"]),
        (AS_OF + '[files.a]\ndelimiter = "\\""', ["delimiter must be one character"]),
        (AS_OF + '[files.a]\nencoding = "latin-99"', ["encoding must be a text encoding", "latin-99"]),
        (AS_OF + '[files.a]\nencoding = "base64"', ["encoding must be a text encoding"]),
        (AS_OF + '[checks.a]\ntable = "leads"\nquery = "SELECT 1"', ["[checks.a]: says is required"]),
        (AS_OF + '[checks.a]\ntable = "lead"\nquery = "SELECT 1"\nsays = "x"', ["unknown table 'lead'", "'leads'"]),
    ],
)
def test_mistakes_are_named_with_their_remedy(text: str, words: list[str]) -> None:
    """A message names the place, the rule, what it got, and what was probably meant."""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(("content", "reason"), [(b"as_of = ", "not_toml"), (b"\xff", "not_toml"), (None, "no_config")])
def test_unreadable_files_say_what_to_write(tmp_path: Path, content: Any, reason: str) -> None:
    """A missing or broken file is a configuration error of its own."""
    path = tmp_path / "servicelead.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert (reason, "servicelead.toml") == (caught.value.reason, caught.value.file)


def test_every_canonical_table_can_be_configured() -> None:
    """The tables of a configuration are those of a business, and its exchange rates."""
    assert {*build.TABLES, "exchange_rates"} == set(TABLES)


@pytest.mark.parametrize(
    "text",
    [
        'values = { team = { CS = " Services " } }',
        'values = { team = { "n/a" = "" }, channel = { phone = "anything" } }',
        'constants = { team = "CS" }\nvalues = { team = { CS = "services" } }',
    ],
)
def test_words_are_allowed_as_they_are_in_files(text: str) -> None:
    """Case and blanks do not matter, a word may be emptied, free labels may be anything, constants are mapped too."""
    assert parse(f"{AS_OF}[tables.touchpoints]\n{text}").tables["touchpoints"]
