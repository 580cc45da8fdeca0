"""A file in blocks: text in any encoding, cut where lines end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.adapters import text
from servicelead.adapters.line_ends import count_lines
from servicelead.adapters.text import TextBlocks, decode

PIECES = st.lists(st.sampled_from(["a", "š", "\U0001f600", '"', "\n", "\r", "\r\n", "\n\n"])).map("".join)


@given(PIECES, st.integers(1, 9), st.sampled_from(["utf-8-sig", "utf-16", "utf-32-be", "utf-8"]))
def test_lines_are_those_of_splitlines(
    tmp_path_factory: pytest.TempPathFactory, content: str, block: int, codec: str
) -> None:
    """A line ends at LF, CR or CR LF, wherever a block of bytes ends and whatever the encoding."""
    path = tmp_path_factory.getbasetemp() / "a.csv"
    path.write_bytes(content.encode(codec))
    expected = content.encode().splitlines(keepends=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_BLOCK", block)
        patch.setattr(text, "_STEP", block)
        blocks = TextBlocks(path, codec)
        assert expected == list(blocks.lines())
        assert len(expected) == blocks.n_lines
        blocks = TextBlocks(path, codec)
        found = b""
        while (end := blocks.end()) > blocks.at:
            found += blocks.until(end)
            assert len(found.splitlines()) == count_lines(found)
            blocks.at = end
        assert content.encode() == found
        assert len(expected) == blocks.n_lines


@pytest.mark.parametrize(("codec", "data"), [("utf-8-sig", b"a\xff\n"), ("utf-16-le", b"a\x00\x00\xd8\n\x00")])
def test_what_is_no_text_stays_marked(tmp_path: Path, codec: str, data: bytes) -> None:
    """An undecodable byte is a lone surrogate in its line, in every encoding."""
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert ["a\udcff\n"] == [decode(line, codec) for line in TextBlocks(path, codec).lines()]
