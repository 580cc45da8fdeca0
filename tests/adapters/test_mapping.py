"""Columns get their canonical names, and keep what is theirs."""

import datetime as dt

import pyarrow as pa
import pytest

from servicelead.adapters.config import SourceConfig
from servicelead.adapters.mapping import map_columns
from servicelead.exceptions import ConfigError

ROWS = pa.table({"Ticket ID": ["a", "b"], "prio": ["high", None], "team": ["x", "y"], "note": ["n", "m"]})


def test_mapped_constant_and_other_columns() -> None:
    """Mapped columns move, constants fill, the rest stays; a name that is taken hides the source's own column."""
    source = SourceConfig(columns={"case_id": "Ticket ID", "copy": "prio", "severity": "prio"}, constants={"team": "s"})
    expected = {
        "case_id": ["a", "b"], "copy": ["high", None], "severity": ["high", None], "team": ["s", "s"],
        "note": ["n", "m"],
    }  # fmt: skip
    assert expected == map_columns(ROWS, source, table="cases", where="a.csv").to_pydict()


def test_labels_are_mapped_and_others_stay() -> None:
    """A label that is not named stays as it is, and a missing one missing."""
    source = SourceConfig(values={"prio": {"high": "3"}, "team": {"x": "sales"}})
    mapped = map_columns(ROWS, source, table="cases", where="a.csv")
    assert ["3", None] == mapped.column("prio").to_pylist()
    assert ["sales", "y"] == mapped.column("team").to_pylist()


def test_labels_of_several_batches_are_mapped() -> None:
    """Rows that arrived in batches are mapped as one column."""
    rows = pa.table({"a": pa.chunked_array([["x"], ["y", "x"], []], pa.string())})
    mapped = map_columns(rows, SourceConfig(values={"a": {"x": "1"}}), table="cases", where="a.csv")
    assert ["1", "y", "1"] == mapped.column("a").to_pylist()


@pytest.mark.parametrize("value", ["text", 3, 2.5, True, dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)])
@pytest.mark.parametrize("n_rows", [0, 2])
def test_constants_keep_their_kind(value: object, n_rows: int) -> None:
    """A constant is what TOML says it is, on no row as well."""
    source = SourceConfig(constants={"c": value})  # type: ignore[dict-item]  # parametrised over the kinds
    assert [value] * n_rows == map_columns(ROWS.slice(0, n_rows), source, table="cases", where="a.csv").column(
        "c"
    ).to_pylist()


def test_columns_of_write_rejects_are_left_out() -> None:
    """A corrected file need not be cleaned of its reasons."""
    rows = pa.table({"a": ["1"], "servicelead_code": ["not_a_time"]})
    assert ["a"] == map_columns(rows, SourceConfig(), table="cases", where="a.csv").column_names


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            SourceConfig(columns={"case_id": "TicketID"}),
            ["a.csv: there is no column 'TicketID'", "nearest: 'Ticket ID'", 'columns = { case_id = "Ticket ID" }'],
        ),
        (
            SourceConfig(columns={"case_id": "zzz"}),
            ["it has 'Ticket ID', 'prio', 'team', 'note'", 'columns = { case_id = "..." }'],
        ),
        (SourceConfig(values={"priority": {"a": "b"}}), ["there is no column 'priority'", "nearest: 'prio'"]),
    ],
)
def test_missing_columns_name_the_line_that_would_mend_it(source: SourceConfig, words: list[str]) -> None:
    """The message has the near matches and what to write."""
    with pytest.raises(ConfigError) as caught:
        map_columns(ROWS, source, table="cases", where="a.csv")
    for word in words:
        assert word in str(caught.value)
    assert caught.value.reason == "missing_column"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SourceConfig(columns={"severty": "prio"}), "a.csv: columns .* 'severty'; did you mean 'severity'"),
        (SourceConfig(constants={"sevreity": "high"}), "a.csv: constants .* 'sevreity'; did you mean 'severity'"),
        (SourceConfig(columns={"Opened-At": "note"}), "did you mean 'opened_at'"),
    ],
)
def test_misspelt_targets_are_refused(source: SourceConfig, words: str) -> None:
    """A target one slip away from an absent column of ours is named with it, and not taken for an attribute."""
    with pytest.raises(ConfigError, match=words) as caught:
        map_columns(ROWS, source, table="cases", where="a.csv")
    assert "unknown_column" == caught.value.reason


def test_attributes_may_be_called_like_what_is_there() -> None:
    """A name that is near to a column the source has, or to none, is an attribute."""
    source = SourceConfig(columns={"severity": "prio", "severty": "prio", "opened_by": "note"})
    assert {"severty", "opened_by"} < set(map_columns(ROWS, source, table="cases", where="a.csv").column_names)


def test_words_that_become_one_are_one() -> None:
    """Two words mapped to one are named once, also where blocks have dictionaries of their own."""
    blocks = [pa.array(["high", "urgent", None]).dictionary_encode(), pa.array(["low", "high"]).dictionary_encode()]
    source = SourceConfig(values={"severity": {"urgent": "high"}})
    column = map_columns(pa.table({"severity": pa.chunked_array(blocks)}), source, table="cases", where="a.csv")[
        "severity"
    ]
    assert ["high", "high", None, "low", "high"] == column.to_pylist()
    assert [["high", "low"]] * 2 == [chunk.dictionary.to_pylist() for chunk in column.chunks]
