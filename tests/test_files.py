"""A file is the old one or the new one, never half of either."""

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest

from budget import examples
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


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    """The next writer of a file deletes its temporary files of yesterday, and neither today's nor any other file."""
    old, young, other = (
        tmp_path / f".{name}.{digit * 32}" for name, digit in (("file", "a"), ("file", "b"), ("x", "c"))
    )
    for left in (old, young, other):
        left.write_text("half")
    for left in (old, other):
        os.utime(left, (0, 0))
    with replacing(tmp_path / "file") as stream:
        stream.write("new")
    assert {young, other, tmp_path / "file"} == set(tmp_path.iterdir())


CALLS = [(io, "open"), *((os, name) for name in ("mkdir", "listdir", "open", "fsync", "replace", "close", "unlink"))]


class Disk:
    """A disk that fails once: at the n-th call."""

    def __init__(self, n: int) -> None:
        self.calls_left = n

    def failing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a call that this disk may refuse; streams it opens are its own too."""

        def tried(*args: Any, **kwargs: Any) -> Any:
            self.calls_left -= 1
            if self.calls_left == 0:
                raise OSError(errno.EIO, "the disk has failed")
            result = call(*args, **kwargs)
            return FailingStream(result, self) if isinstance(result, io.IOBase) else result

        return tried


class FailingStream:
    """A stream on a failing disk."""

    def __init__(self, stream: Any, disk: Disk) -> None:
        self.stream, self.disk = stream, disk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        self.disk.failing(bool)()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self.disk.failing(getattr(self.stream, name))


def test_whichever_call_fails_the_file_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For every n: when the n-th call to the system fails, the file is the old or the new one, whole."""
    file = tmp_path / "file"
    outcomes = []
    for n in count(1):
        file.write_text("old")
        with monkeypatch.context() as patch:
            disk = Disk(n)
            for owner, name in CALLS:
                patch.setattr(owner, name, disk.failing(getattr(owner, name)))
            try:
                with replacing(file) as stream:
                    stream.write("n")
                    stream.write("ew")
                failed = False
            except OSError:
                failed = True
        outcomes.append((failed, file.read_text()))
        if disk.calls_left > 0:
            break
    assert (False, "new") == outcomes[-1]
    assert len(outcomes) > 10
    # One call may fail without harm: the look for what others left.
    assert {(True, "old"), (True, "new"), (False, "new")} == set(outcomes)


WRITER = """
import os, random, signal, sys, time
from pathlib import Path
from servicelead._files import replacing

path = Path(sys.argv[1])
for _ in range(int(sys.argv[2])):
    begun, say = os.pipe()
    child = os.fork()
    while not child:
        for letter in (b"a", b"b"):
            with replacing(path, binary=True) as stream:
                stream.write(letter * 200_000)
                stream.write(letter * 100_000)
            os.write(say, b".")
    os.read(begun, 1)
    time.sleep(random.random() / 100)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(begun)
    os.close(say)
    if path.read_bytes() not in (b"a" * 300_000, b"b" * 300_000):
        sys.exit("half a file")
"""


@pytest.mark.skipif(os.name != "posix", reason="needs fork and kill -9")
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    """However often a writer is killed at whatever moment, the file is one that it wrote, whole."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "file"), str(examples(10))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    assert ("", 0) == (done.stderr, done.returncode)
