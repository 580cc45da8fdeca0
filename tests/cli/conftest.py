"""A small simulated folder, and what a command said."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from servicelead.cli import console, main
from servicelead.datasets import simulate_business


class Said(NamedTuple):
    """Exit code and what was written."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """What was written to stdout, on one line, as wrapping may break a sentence anywhere."""
        return " ".join(self.out.split())


@pytest.fixture(scope="session")
def clean_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder without faults; not to be written to."""
    return simulate_business(60, seed=3).write_csv(tmp_path_factory.mktemp("clean"))


@pytest.fixture
def faulty_folder(tmp_path: Path) -> Path:
    """Return a folder with three refused rows of two reasons, and a file nothing reads."""
    folder = simulate_business(60, seed=3).write_csv(tmp_path / "faulty")
    with (folder / "touchpoints.csv").open("a", encoding="utf-8") as file:
        width = (folder / "touchpoints.csv").read_text().partition("\n")[0].count(",")
        file.write(f"too,short\nsecret name{',x' * width}\nother{',x' * width}\n")
    (folder / "notes.csv").write_text("a\n1\n")
    return folder


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Return what runs a command and returns what it said, without progress, which depends on the machine."""
    monkeypatch.setattr(console, "_PATIENCE", 3600.0)

    def run(*words: str | Path) -> Said:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run
