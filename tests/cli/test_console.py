import io
import os
import re
import sys
import threading

import pytest

from servicelead.cli import console
from servicelead.cli.layout import Column

HOSTILE = "\x1b[31mred\x1b[0m\n[bold]x[/bold]\u202e :smile: ü"


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")

    def isatty(self) -> bool:
        """Say so."""
        return True

    def text(self) -> str:
        """Return what was written."""
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined,no-any-return]  # a BytesIO


def use_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return what stdout and stderr go to from here on: a terminal; called in the test, as pytest sets them before."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return stream


def columns() -> list[Column]:
    """Return a table with a hostile label."""
    return [
        Column(title="name", cells=[HOSTILE, "plain"], wraps=True),
        Column(title="value", cells=["1", "20"], right=True),
    ]


def test_plain_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets aligned text and no escape sequence, whatever the data say."""
    console.table(columns())
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert ["name", "value"] == out.splitlines()[0].split()
    assert 3 == len(out.splitlines())


def test_a_terminal_gets_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets a bold header and a rule; markup, emoji codes and escapes in the data stay text."""
    terminal = use_terminal(monkeypatch)
    console.heading("Title")
    console.table(columns())
    out = terminal.text()
    assert "\x1b[1m" in out
    assert "─" in out
    assert "[bold]x[/bold]" in out
    assert ":smile:" in out
    assert "\x1b[31m" not in out
    assert "\u202e" not in out


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR no colour is set."""
    terminal = use_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    console.heading("Title")
    console.table(columns())
    assert not re.search(r"\x1b\[(3|4|9|10)\d", terminal.text())


def test_characters_the_output_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """An output of ASCII shows other characters escaped rather than failing."""
    stream = Terminal("ascii")
    monkeypatch.setattr(stream, "isatty", lambda: False)
    monkeypatch.setattr(sys, "stdout", stream)
    console.line("ü")
    console.table(columns())
    assert "\\xfc" in stream.text()


def test_width_is_the_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS is believed, 80 is taken where nothing says, and 40 is the least."""
    for given, expected in (("100", 100), ("1", 40)):
        monkeypatch.setenv("COLUMNS", given)
        assert expected == console.width()
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: (_ for _ in ()).throw(OSError))
    assert 80 == console.width()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_shows_after_a_while(*, is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long says so with the seconds, on one line of a terminal or as lines of a log."""
    stream = io.StringIO()
    shown = threading.Event()
    monkeypatch.setattr(stream, "isatty", lambda: is_terminal)
    monkeypatch.setattr(stream, "flush", shown.set)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(console, "_PATIENCE", 0.0)
    with console.working("counting"):
        assert shown.wait(30)
    assert stream.getvalue().startswith("\rcounting ... 0 s" if is_terminal else "counting ... 0 s\n")
    assert stream.getvalue().endswith("\r\x1b[K" if is_terminal else "s\n")


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under two seconds there is no progress to see."""
    terminal = use_terminal(monkeypatch)
    with console.working("counting"):
        pass
    assert "" == terminal.text()
