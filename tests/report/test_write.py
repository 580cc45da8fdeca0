import os
from pathlib import Path

import pytest

from report.businesses import business_of, named_business
from servicelead.report import render_report, write_report


def test_writes_the_page_and_returns_its_path(tmp_path: Path) -> None:
    """The file holds the page, its folder is made, and nothing else is left there."""
    path = write_report(business_of(), tmp_path / "new" / "report.html")
    assert render_report(business_of()) == path.read_text(encoding="utf-8")
    assert [path] == list(path.parent.iterdir())


def test_replaces_an_older_page(tmp_path: Path) -> None:
    """Writing twice leaves the second text, whichever kind of path was given."""
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    assert path == write_report(business_of(), str(path))
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_failure_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fails, the older page stands and no temporary file is left."""
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        message = "no space left on device"
        raise OSError(message)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_report(business_of(), path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [path] == list(tmp_path.iterdir())


def test_half_a_character_is_no_reason_to_fail(tmp_path: Path) -> None:
    """A name that UTF-8 cannot hold is written as a reference."""
    names = ("half \ud800", "two", "three", "four")
    assert "half &#55296;" in write_report(named_business(names), tmp_path / "r.html").read_text(encoding="utf-8")
