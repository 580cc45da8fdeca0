"""Where lines end, and which of them end a record."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.adapters.line_ends import Lines, count_lines
from servicelead.adapters.records import read_records

TEXTS = st.lists(st.sampled_from(["1", ",", '"', '""', "\n", "\r", "\r\n", "\n\n"]), min_size=1).map("".join)


@given(TEXTS)
def test_lines_are_counted_as_splitlines_does(text: str) -> None:
    """A line ends at LF, CR or CR LF, and text after the last end is one too."""
    lines = text.encode().splitlines()
    records = Lines(text.encode()).each()
    assert len(lines) == count_lines(text.encode()) == records.n_lines
    assert [place for place, line in enumerate(lines) if line] == records.begins.tolist()


@given(TEXTS)
def test_records_outside_quotes_are_those_read_one_by_one(text: str) -> None:
    """Where quotes are believed, the records are the strict ones of the csv module, as far as quotes are closed."""
    found = Lines(text.encode()).outside_quotes(",")
    if found is None:
        return
    part = text.encode()[: found.n_bytes].decode()
    records = list(read_records(list(io.StringIO(part, newline="")), ","))
    assert not any(record.code for record in records)
    assert [record.n_lines for record in records if record.cells] == found.spans.tolist()
    assert sum(record.n_lines for record in records) == found.n_lines


@pytest.mark.parametrize("text", ['1,a"\nb",2\n', '1,"a"b\n', '"1\n', '1,"a" ,2\n'])
def test_quotes_elsewhere_are_not_believed(text: str) -> None:
    """A quote inside a cell, text after a closing one, or no end outside quotes leaves the records in doubt."""
    assert Lines(text.encode()).outside_quotes(",") is None
