"""The wheel holds the package, the whole package, and nothing but the package."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "servicelead"

pytestmark = [
    pytest.mark.wheel,
    pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="needs hatchling: pip install hatchling"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Return a freshly built wheel, opened."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    # S603: the command is written above
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    (built,) = folder.glob("*.whl")
    return ZipFile(built)


def test_holds_the_whole_package(wheel: ZipFile) -> None:
    """Every file of the package, templates and type marker included, is in the wheel, and no other file is."""
    expected = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    actual = {name for name in wheel.namelist() if not name.partition("/")[0].endswith(".dist-info")}
    assert expected == actual
    assert "servicelead/py.typed" in actual


def test_says_who_made_it_and_how_to_run_it(wheel: ZipFile) -> None:
    """The wheel carries its licence and the `servicelead` command."""
    (entry_points,) = [name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")]
    assert "servicelead = servicelead.cli:main" in wheel.read(entry_points).decode()
    assert any(name.endswith("/LICENSE") for name in wheel.namelist())
