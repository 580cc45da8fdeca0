import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Said

Say = Callable[..., Said]


@pytest.mark.parametrize("command", ["report", "demo"])
def test_the_five_figures_come_last(command: str, clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """A report is written and summed up; the demo does so after validating and attributing, twice if asked."""
    page = tmp_path / "demo" / "report.html"
    page.parent.mkdir()
    if command == "report":
        runs = [say("report", clean_folder, "--out", page, "--lookback", "60")]
    else:
        runs = [say("demo", "--folder", page.parent, "--accounts", "60") for _ in range(2)]
    assert runs[0] == runs[-1]
    for said in runs:
        assert (0, "") == (said.code, said.err)
        figures = said.out.partition("Five figures")[2]
        assert all(f"\n{n}. " in figures for n in range(1, 6))
        assert str(page) in "".join(figures.split())
        assert "published range 5 to 15" in figures
        assert all(f"\n{team}" in figures for team in ("services", "marketing", "sales"))
    assert page.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert ("servicelead validate" in runs[0].out) == (command == "demo")


def test_the_demo_spares_other_files(say: Say, tmp_path: Path) -> None:
    """A folder with somebody's files, or a file, is refused before anything is written."""
    (tmp_path / "touchpoints.csv").write_text("mine")
    said = say("demo", "--folder", tmp_path)
    assert 2 == said.code
    assert "Name another" in said.err
    assert ["touchpoints.csv"] == [path.name for path in tmp_path.iterdir()]
    assert 2 == say("demo", "--folder", tmp_path / "touchpoints.csv").code
    assert "mine" == (tmp_path / "touchpoints.csv").read_text()


def test_the_commands_shown_can_be_copied(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo names the program as it was called itself."""
    monkeypatch.setattr(sys, "argv", ["/somewhere/servicelead/__main__.py"])
    monkeypatch.setattr(sys, "orig_argv", [".venv/bin/python", "-m", "servicelead", "demo"])
    said = say("demo", "--folder", tmp_path / "my demo", "--accounts", "5")
    assert f"\n$ .venv/bin/python -m servicelead validate '{tmp_path / 'my demo'}'\n" in said.out
