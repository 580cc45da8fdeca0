"""Pictures of a report, taken by a headless Chromium while the documentation is built, where there is one."""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from report.browser import Browser  # it lies with the tests, which use it too

__all__ = ["screenshot"]

NO_BROWSER = "No picture here: it takes Chromium and its driver (Debian: chromium, chromium-driver) to make one."


def screenshot(page: Path, *, width: int, at_most: int, of: str = "html", dark: bool = False) -> bytes | None:
    """Return a picture of an element of a page, as PNG; None, and a word about it, without a browser.

    Parameters
    ----------
    page
        The HTML file.
    width, at_most
        Width of the window, and the greatest height of the picture, in CSS pixels.
    of
        CSS selector of the element; a ``details`` is unfolded first.
    dark
        Whether the reader prefers dark pages.
    """
    if not (shutil.which("chromedriver") and shutil.which("chromium")):
        print(NO_BROWSER)  # noqa: T201 - a page that is being built shows it
        return None
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        Browser(width=width, height=at_most, profile=Path(profile), dark=dark) as browser,
    ):
        browser.open(page)
        browser.run(f"const shown = document.querySelector({of!r}); if ('open' in shown) shown.open = true;")
        return browser.screenshot(of, at_most)
