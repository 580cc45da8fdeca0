"""Looking at a file before it is read."""

from pathlib import Path

import pytest

from servicelead.adapters import survey
from servicelead.exceptions import IngestError


@pytest.mark.parametrize(
    ("encoding", "declared", "expected"),
    [
        ("utf-8", None, "utf-8-sig"),
        ("utf-8-sig", None, "utf-8-sig"),
        ("utf-16", None, "utf-16"),
        ("utf-32", None, "utf-32"),
        ("latin-1", "latin-1", "latin-1"),
        ("utf-8", "UTF8", "utf-8-sig"),
    ],
)
def test_encoding_is_declared_or_marked(tmp_path: Path, encoding: str, declared: str | None, expected: str) -> None:
    """A declared encoding goes before a byte-order mark, and that before UTF-8."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding=encoding)
    assert expected == survey.find_encoding(path, declared)


def test_unmarked_utf16_names_the_line_to_write(tmp_path: Path) -> None:
    """UTF-16 without a mark is refused with the declaration that would read it."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-16-le")
    with pytest.raises(IngestError, match=r'\n\[files\.a\]\nencoding = "utf-16-le"$') as caught:
        survey.find_encoding(path, None)
    assert caught.value.reason == "not_text"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("a,b", ","),
        ("a;b", ";"),
        ("a\tb", "\t"),
        ("a|b", "|"),
        ("a", ","),
        ('"a,b,c";d', ";"),
        ("a,b;c", ","),
        ("", ","),
    ],
)
def test_delimiter_splits_the_header_into_most_cells(header: str, expected: str) -> None:
    """Delimiters inside quotes do not count; the comma wins ties."""
    assert expected == survey.find_delimiter(header)
