"""Writing files so that after a crash the old one or the new one is there, whole."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final
from uuid import uuid4

__all__ = ["replacing"]

#: A temporary file this old, in seconds, is one whose writer was killed.
_ABANDONED: Final = 86_400


@contextmanager
def replacing(path: Path, *, binary: bool = False, errors: str = "strict") -> Iterator[IO[Any]]:
    """Open a stream whose content takes the place of a file in one step, once it is all written.

    A temporary file beside it is written, flushed to the disk and renamed, and the folder flushed. Missing folders
    are made. When anything fails, the file is as it was and the temporary one is gone; one that a killed process
    left is swept a day later, by whoever writes the same file.

    Parameters
    ----------
    path
        The file.
    binary
        Bytes instead of UTF-8 text; text is written as it is, line ends included.
    errors
        What to do with text that UTF-8 cannot hold, as for `open`.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "new folder" / "note.txt"
    >>> with replacing(file) as stream:
    ...     _ = stream.write("done")
    >>> file.read_text()
    'done'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not `tempfile`, whose files only their owner can read: results are there to be handed on.
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    _sweep(path)
    text = {} if binary else {"encoding": "utf-8", "errors": errors, "newline": ""}
    try:
        with temporary.open("xb" if binary else "x", **text) as stream:  # type: ignore[call-overload]  # text or none
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _sweep(path: Path) -> None:
    """Delete temporary files of this file whose writers were killed; those still at work are younger."""
    temporary = re.compile(re.escape(f".{path.name}.") + "[0-9a-f]{32}")
    with suppress(OSError):  # the folder may be closed to us, another process may sweep first
        for file in path.parent.iterdir():
            if temporary.fullmatch(file.name) and time.time() - file.stat().st_mtime > _ABANDONED:
                file.unlink()
