"""Columns under other names: suggested with the line to write, never taken silently."""

import tomllib
from pathlib import Path

import pytest

from servicelead.adapters import read_folder, read_sources
from servicelead.adapters.config import SourceConfig
from servicelead.adapters.likeness import likely_columns, mapping_lines
from servicelead.adapters.trade_names import TRADE_NAMES
from servicelead.adapters.words import kinds_of
from servicelead.exceptions import IngestError
from servicelead.tables.build import TABLES

DEALS = "Id,Account ID,CreatedDate,Close Date,outcome,Deal Value (USD),Colour\no,a,2024-01-01,2024-02-01,won,5,red\n"


@pytest.mark.parametrize(
    ("table", "name", "canonical"),
    [
        ("opportunities", "Close Date", "closed_at"),
        ("opportunities", "CLOSED-AT", "closed_at"),
        ("opportunities", "Deal Value", "amount"),
        ("opportunities", "Ammount", "amount"),
        ("opportunities", "CreatedDate", "created_at"),
        ("opportunities", "Account ID", "account_id"),
        ("accounts", "Id", "account_id"),
        ("touchpoints", "Activity Date", "occurred_at"),
        ("exchange_rates", "Rate", "rate"),
        ("opportunities", "Colour", None),
        ("opportunities", "servicelead_amount", None),
    ],
)
def test_names_of_the_trade_and_slips_are_known(table: str, name: str, canonical: str | None) -> None:
    """Case, blanks, marks and units do not matter; a name like none of ours suggests nothing."""
    assert ({canonical: name} if canonical else {}) == likely_columns(table, [name])


def test_columns_that_are_there_are_not_suggested() -> None:
    """What the source has under our name, and a column suggested already, is not suggested."""
    assert {} == likely_columns("opportunities", ["amount", "Deal Value"])
    assert ["Who Id"] == list(likely_columns("touchpoints", ["Who Id"]).values())
    assert {"amount": "Amount (USD)"} == likely_columns("opportunities", ["Deal Value", "Amount (USD)"])


def test_trade_names_are_of_canonical_columns() -> None:
    """Every name is an alias of a column that some table has."""
    columns = {name for table in [*TABLES, "exchange_rates"] for name in kinds_of(table)}
    assert set() == TRADE_NAMES.keys() - columns


@pytest.mark.parametrize("name", ["Amount", 'say "amount"', "C:\\amount", "a\nb", "d\u00e9j\u00e0"])
def test_lines_are_toml(name: str) -> None:
    """The suggested lines parse to the mapping, whatever the column is called."""
    _, *lines = mapping_lines(None, "opportunities", {"amount": name})
    assert {"tables": {"opportunities": {"columns": {"amount": name}}}} == tomllib.loads("\n".join(lines))


def test_lines_stand_in_place_of_the_columns_there() -> None:
    """Where columns are mapped already, the new line maps these too, as TOML states a key once."""
    stated = SourceConfig(columns={"account_id": "Acct", "deal value": "Val"})
    where, *lines = mapping_lines(stated, "opportunities", {"amount": "Sum"})
    assert where.endswith("of [tables.opportunities], in place of its columns:")
    expected = {"account_id": "Acct", "deal value": "Val", "amount": "Sum"}
    assert {"columns": expected} == tomllib.loads("\n".join(lines))


def test_columns_that_the_configuration_made_are_not_suggested() -> None:
    """A mapped or constant attribute has its meaning, however like a column of ours it is called."""
    stated = SourceConfig(columns={"close_date": "Closed"}, constants={"deal_value": 5})
    assert {} == likely_columns("opportunities", ["close_date", "deal_value"], stated)


def test_a_missing_column_is_answered_with_the_lines_that_mend_it(tmp_path: Path) -> None:
    """The error ends in lines that, pasted, make the folder readable; nothing is taken before they are."""
    (tmp_path / "servicelead.toml").write_text("as_of = 2024-12-31\n")
    (tmp_path / "opportunities.csv").write_text(DEALS)
    with pytest.raises(IngestError) as caught:
        read_folder(tmp_path)
    assert ("missing_column", "opportunities.csv", "opportunity_id") == (
        caught.value.reason, caught.value.file, caught.value.column
    )  # fmt: skip
    message, lines = str(caught.value).split("\n", 1)
    assert message.endswith("If one of them is it, write in servicelead.toml:")
    assert lines.startswith("[tables.opportunities]\ncolumns = { ")
    with (tmp_path / "servicelead.toml").open("a") as file:
        file.write(lines)
    assert [500.0] == [100 * value for value in read_folder(tmp_path).opportunities.amount.tolist()]


def test_a_missing_column_like_none_is_answered_with_dots(tmp_path: Path) -> None:
    """Where nothing looks like it, the lines have a place to fill in; of two that would do, the first is named."""
    (tmp_path / "servicelead.toml").write_text(
        'as_of = 2024-12-31\n[tables.touchpoints]\nconstants = { team = "sales" }\n'
    )
    (tmp_path / "touchpoints.csv").write_text("touchpoint_id,occurred_at,channel\n")
    assert 1 == len(read_sources(tmp_path).tables)
    with pytest.raises(IngestError, match=r"needs the column account_id or lead_id; it has 'team'") as caught:
        read_folder(tmp_path)
    assert str(caught.value).endswith(
        'among the keys of this source of [tables.touchpoints]:\ncolumns = { account_id = "..." }'
    )
