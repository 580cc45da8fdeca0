import importlib.util
import shutil
import struct
import sys
from pathlib import Path
from types import ModuleType

import pytest

from report.businesses import business_of
from servicelead.report import write_report

SCRIPT = Path(__file__).parents[2] / "docs" / "screenshots.py"


@pytest.fixture
def screenshots(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script that takes the pictures of the documentation."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec = importlib.util.spec_from_file_location("screenshots", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_a_browser_the_page_says_so(
    screenshots: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whoever has no Chromium can build the documentation, without its pictures."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert screenshots.screenshot(tmp_path / "report.html", width=390, at_most=844) is None
    assert capsys.readouterr().out.startswith("No picture here: it takes Chromium")


@pytest.mark.browser
def test_a_picture_is_as_wide_as_its_window(screenshots: ModuleType, tmp_path: Path) -> None:
    """The picture of a page is a PNG of the size that was asked for; a deal is unfolded for its own."""
    page = write_report(business_of(n_accounts=1), tmp_path / "report.html")
    whole = screenshots.screenshot(page, width=390, at_most=844)
    assert whole.startswith(b"\x89PNG")
    assert (390, 844) == struct.unpack(">II", whole[16:24])
    _, height = struct.unpack(">II", screenshots.screenshot(page, width=390, at_most=844, of=".deal")[16:24])
    assert 200 < height < 844
