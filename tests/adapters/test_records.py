"""Records out of lines: nothing is lost and little is refused."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead.adapters.records import read_records

TEXTS = st.lists(st.sampled_from(["1", "a", ",", ",", '"', '"', "\n", "\n", "\r", "\0", "\udcff", "š"])).map("".join)


def lines_of(text: str) -> list[str]:
    """Return the physical lines of a text, each with its own end."""
    return list(io.StringIO(text, newline=""))


@settings(max_examples=examples(300))
@given(TEXTS)
def test_records_take_every_line_once(text: str) -> None:
    """The lines of all records, blank and broken ones included, are the lines of the text."""
    assert len(lines_of(text)) == sum(record.n_lines for record in read_records(lines_of(text), ",", 2))


@given(TEXTS)
def test_only_one_line_is_refused_for_a_quote(text: str) -> None:
    """A quote that goes wrong never costs more than the line it is on."""
    for record in read_records(lines_of(text), ",", 2):
        if record.code in ("unclosed_quote", "record_too_long"):
            assert record.n_lines == 1


def test_forgotten_quotes_cost_their_lines_only() -> None:
    """Between lines that open a quote and never close it, all others are kept."""
    found = list(read_records(['1,"2\n', *["3,4\n"] * 50] * 20, ",", 2))
    assert [None, "unclosed_quote"] == sorted({record.code for record in found}, key=str)
    assert 20 * 50 == sum(record.code is None for record in found)
