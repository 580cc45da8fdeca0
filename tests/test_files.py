"""A file is the old one or the new one, never half of either."""

import os
from pathlib import Path

import pytest

from servicelead._files import replacing


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """Text and bytes arrive as they were written, and nothing else is left in the folder."""
    for binary, content in ((False, "líne\r\n"), (True, b"\x00\xff")):
        file = tmp_path / "folder" / "file"
        with replacing(file, binary=binary) as stream:
            stream.write(content)
        assert (content if binary else "líne\r\n".encode()) == file.read_bytes()
        assert [file] == list(file.parent.iterdir())


def test_a_failure_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    """When the writer fails half way, the old content stands and no temporary file is left."""
    file = tmp_path / "file"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(file) as stream:  # noqa: PT012 - the failure is inside
        stream.write("ne")
        raise ZeroDivisionError
    assert ("old", [file]) == (file.read_text(), list(tmp_path.iterdir()))


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """When the system refuses to flush or to rename, the old content stands and the error is passed on."""
    file = tmp_path / "file"
    file.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(*((os, "fsync", refuse) if call == "fsync" else (Path, "replace", refuse)))
    with pytest.raises(OSError, match="no space"), replacing(file) as stream:
        stream.write("new")
    assert ("old", [file]) == (file.read_text(), list(tmp_path.iterdir()))
