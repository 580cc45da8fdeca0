"""The check that the documentation's pages load nothing from elsewhere does find what it looks for."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "offline.py"


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the check on a folder of pages."""
    # S603: the command is written here
    return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://elsewhere.example/x.js"></script>',
        '<img src="//elsewhere.example/x.png">',
        '<link rel="stylesheet" href="http://elsewhere.example/x.css">',
        '<p style="background: url(https://elsewhere.example/x.png)">',
        "<style>@import 'https://elsewhere.example/x.css';</style>",
    ],
)
def test_finds_loads_from_elsewhere(page: str, tmp_path: Path) -> None:
    """A script, picture or style from another host fails the build."""
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    done = check(tmp_path)
    assert done.returncode == 1
    assert "elsewhere.example" in done.stdout


def test_links_are_welcome(tmp_path: Path) -> None:
    """A link that a reader may follow, and everything that lies beside the page, passes."""
    page = '<a href="https://elsewhere.example">x</a><script src="_static/x.js"></script><link rel="icon" href="x.ico">'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert check(tmp_path).returncode == 0


def test_nothing_to_look_at_is_a_failure(tmp_path: Path) -> None:
    """A folder without pages was not checked, and says so."""
    assert check(tmp_path).returncode == 1
