"""Where a command writes: results to stdout, progress and errors to stderr; nothing in the data can steer a terminal.

Lines fit the terminal, or 80 columns where there is none. Headers are bold on a terminal, unless NO_COLOR is set.
"""

import shutil
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import evolve

from servicelead.cli.layout import Column, column_widths, fit, plain_lines

__all__ = ["error", "heading", "line", "table", "verbatim", "width", "working"]

_PATIENCE = 2.0  # seconds before progress shows
_TICK, _LOGGED_TICK = 0.5, 30.0  # seconds between signs of life: on a terminal, in a log


def width() -> int:
    """Return how many columns there are: the terminal's, 80 where there is none."""
    return max(shutil.get_terminal_size((80, 24)).columns, 40)


def line(text: str = "", *, indent: int = 0) -> None:
    """Write a paragraph, wrapped."""
    pad = " " * indent
    lines = textwrap.wrap(
        _safe(text),
        width(),
        initial_indent=pad,
        subsequent_indent=pad,
        break_long_words=False,
        break_on_hyphens=False,
    )
    _write("\n".join(lines))


def verbatim(text: str) -> None:
    """Write one line as it is, to be copied."""
    _write(_safe(text))


def heading(text: str) -> None:
    """Write a heading after an empty line."""
    line()
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415 - heavy, and only for a terminal

        Console(highlight=False, emoji=False, markup=False, width=width()).print(_safe(text), style="bold")
    else:
        line(text)


def table(columns: Sequence[Column]) -> list[str]:
    """Write a table; return the titles of columns there was no room for."""
    safe = [evolve(column, title=_safe(column.title), cells=map(_safe, column.cells)) for column in columns]
    shown = fit(safe, width())
    if sys.stdout.isatty():
        _write_rich(shown)
    else:
        _write("\n".join(plain_lines(shown, width())))
    return [column.title for column in safe if column not in shown]


def error(text: str) -> None:
    """Write an error to stderr."""
    lines = [_safe(line, sys.stderr.encoding) for line in text.split("\n")]
    sys.stderr.write("servicelead: error: " + "\n".join(lines) + "\n")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on stderr what takes long, and for how long, once it has taken two seconds."""
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(what, done), daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()


def _watch(what: str, done: threading.Event) -> None:
    started, terminal = time.monotonic(), sys.stderr.isatty()
    wait, shown = _PATIENCE, False
    while not done.wait(wait):
        wait, shown = _TICK if terminal else _LOGGED_TICK, True
        seconds = time.monotonic() - started
        sys.stderr.write(f"\r{what} ... {seconds:.0f} s" if terminal else f"{what} ... {seconds:.0f} s\n")
        sys.stderr.flush()
    if terminal and shown:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _write_rich(columns: Sequence[Column]) -> None:
    from rich import box  # noqa: PLC0415 - heavy, and only for a terminal
    from rich.console import Console  # noqa: PLC0415 - the same
    from rich.table import Table  # noqa: PLC0415 - the same
    from rich.text import Text  # noqa: PLC0415 - the same

    # A divider of one space and one of padding: the gap of the plain layout, so that both fit alike.
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column, size in zip(columns, column_widths(columns, width()), strict=True):
        side = "right" if column.right else "left"
        grid.add_column(Text(column.title), justify=side, width=size, overflow="fold")  # type: ignore[arg-type]  # a literal
    for row in zip(*(column.cells for column in columns), strict=True):
        grid.add_row(*map(Text, row))
    Console(width=width()).print(grid)


def _safe(text: str, encoding: str | None = None) -> str:
    """Return text without control characters, in characters that the output can show."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    code = encoding or sys.stdout.encoding or "utf-8"
    return printable.encode(code, "backslashreplace").decode(code)
