"""Looking at a file before it is read."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.adapters import survey
from servicelead.exceptions import IngestError

PIECES = [b"a", b",", b'"', b"\n", b"\r", b"\r\n", b"\n\n"]


@given(st.lists(st.sampled_from(PIECES)).map(b"".join), st.integers(1, 5))
def test_lines_are_counted_as_splitlines_does(data: bytes, block: int) -> None:
    """A line ends at LF, CR or CR LF, wherever a block of bytes ends."""
    lines = data.splitlines()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey, "_BLOCK", block)
        path = Path(folder, "a.csv")
        path.write_bytes(data)
        counted = survey.survey_lines(path)
    expected = survey.Survey(n_lines=len(lines), n_filled=sum(map(bool, lines)), is_plain=True)
    assert expected == counted


@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    ("data", "is_plain"),
    [
        ("a,š,€,𝄞\n".encode(), True),
        (b"\xef\xbb\xbfa\n", True),
        (b"a,\xff\n", False),
        (b"a,\xc5\n", False),
        (b"a,\xc5", False),
        (b"a,\0\n", False),
        (b"", True),
    ],
)
def test_plain_text_is_valid_utf8_without_nul(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, block: int, *, is_plain: bool
) -> None:
    """Characters cut by a block's end are still characters; broken ones are found."""
    monkeypatch.setattr(survey, "_BLOCK", block)
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert is_plain == survey.survey_lines(path).is_plain


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
    with pytest.raises(IngestError, match='encoding = "utf-16-le"') as caught:
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
