"""Fail if a built page loads anything from another host: `python docs/offline.py build/docs`."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

LOADING = {"audio", "embed", "iframe", "img", "input", "link", "object", "script", "source", "track", "video"}
SOURCES = {"data", "href", "poster", "src", "srcset"}
ELSEWHERE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
STYLE_LOADS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*(?:https?:)?//[^\s'\")]+", re.IGNORECASE)
NAMES_ONLY = {"canonical", "license", "author"}


class Loads(HTMLParser):
    """Collects what one page would fetch from another host."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag's addresses and its style."""
        if tag == "link" and dict(attrs).get("rel") in NAMES_ONLY:
            return
        for name, value in attrs:
            if tag in LOADING and name in SOURCES and value and ELSEWHERE.match(value):
                self.found.append(f"<{tag} {name}={value}>")
            if name == "style" and value:
                self.found += STYLE_LOADS.findall(value)


def loads_of(path: Path) -> Iterator[str]:
    """Yield what a page or a style sheet loads from another host."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        page = Loads()
        page.feed(text)
        yield from page.found
    yield from STYLE_LOADS.findall(text)


def main(folder: Path) -> int:
    """Print each load from elsewhere; return how the process should end."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".html", ".css"})
    found = [f"{path}: {load}" for path in files for load in loads_of(path)]
    print(*found, f"{len(files)} pages and style sheets, {len(found)} loads from elsewhere", sep="\n")  # noqa: T201 - a script
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
