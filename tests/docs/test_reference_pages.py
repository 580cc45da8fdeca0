import re
import subprocess
import sys
import tomllib
from pathlib import Path

import attrs
import pytest

import servicelead
from servicelead.adapters.config import TABLES as FOLDER_TABLES
from servicelead.adapters.config import CheckConfig, Config, FileConfig, SourceConfig
from servicelead.tables.build import TABLES

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def headings(page: Path) -> set[str]:
    """Return the second-level headings of a page."""
    return set(re.findall(r"^## `?(.*?)`?$", page.read_text(encoding="utf-8"), re.MULTILINE))


def packages() -> list[str]:
    """Return the public parts of the library."""
    return [name for name in servicelead._CONTENTS if not name.startswith("_")]


def section(page: str, heading: str) -> str:
    """Return the text below a heading, up to the next."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def keys(text: str) -> set[str]:
    """Return the keys a section's table explains."""
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def test_every_canonical_table_has_its_section() -> None:
    """The page of canonical tables describes each table once, and no other."""
    assert {*TABLES, "exchange_rates"} == headings(REFERENCE / "canonical-tables.md")
    assert {*FOLDER_TABLES} == {*TABLES, "exchange_rates"}


@pytest.mark.parametrize("package", packages())
def test_every_part_of_the_library_has_its_page(package: str) -> None:
    """The names of each public sub-package are documented from their docstrings."""
    page = (REFERENCE / f"{package}.md").read_text(encoding="utf-8")
    assert f".. automodule:: servicelead.{package}\n   :members:" in page


@pytest.mark.parametrize("page", sorted(REFERENCE.glob("*.md")), ids=lambda page: page.stem)
def test_every_page_is_in_the_table_of_contents(page: Path) -> None:
    """A reader finds each page of the reference from its first."""
    listed = (REFERENCE / "index.md").read_text(encoding="utf-8").splitlines()
    assert page.stem == "index" or page.stem in listed


def test_every_command_has_its_section() -> None:
    """The page of the command line tells of each command, and of no other."""
    said = subprocess.run(
        [sys.executable, "-m", "servicelead", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = set(re.findall(r"^    (\w+)(?: |$)", said.partition("commands:")[2], re.MULTILINE))
    assert commands == headings(REFERENCE / "command-line.md")


@pytest.mark.parametrize(
    ("heading", "config"),
    [("`[tables.NAME]`", SourceConfig), ("`[files.NAME]`", FileConfig), ("`[checks.NAME]`", CheckConfig)],
)
def test_every_key_of_a_section_is_explained(heading: str, config: type[attrs.AttrsInstance]) -> None:
    """The page of servicelead.toml explains the keys that are read, and no others."""
    page = (REFERENCE / "servicelead-toml.md").read_text(encoding="utf-8")
    known = {a.name for a in attrs.fields(config)} - ({"name"} if config is not SourceConfig else set())
    assert known == keys(section(page, heading))


def test_every_key_of_the_business_is_explained() -> None:
    """So it does with the keys at the top of the file; the others are its sections."""
    page = (REFERENCE / "servicelead-toml.md").read_text(encoding="utf-8")
    sections = {"tables", "files", "checks", "qualification"}
    assert {a.name for a in attrs.fields(Config)} - sections == keys(section(page, "The business"))
    assert "## `[qualification]`" in page


def test_the_example_on_the_page_is_accepted() -> None:
    """The check shown on the page of servicelead.toml can be copied."""
    page = (REFERENCE / "servicelead-toml.md").read_text(encoding="utf-8")
    shown = page.partition("```toml\n")[2].partition("```")[0]
    config = Config.from_mapping(tomllib.loads("as_of = 2026-04-30\n" + shown))
    assert ["ticket_before_signup"] == list(config.checks)


def test_the_changelog_tells_of_this_version() -> None:
    """The newest entry of the changelog is the version that would be released."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert project["version"] == newest[1]
