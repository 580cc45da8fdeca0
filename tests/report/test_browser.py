from collections.abc import Iterator
from pathlib import Path

import pytest

from report.browser import Browser
from report.businesses import business_of, empty_business, named_business
from servicelead.datasets import simulate_business
from servicelead.report import write_report

pytestmark = pytest.mark.browser

LONG = ("<b>channel</b>" * 30, "word " * 60, "account" * 50, '"deal"' * 50)
_OVERFLOW = """
document.querySelectorAll("details").forEach(each => { each.open = true; });
const page = document.documentElement;
const frames = [...document.querySelectorAll(".scroll")];
const wide = [...document.querySelectorAll("body *")].filter(each =>
    each.getBoundingClientRect().right > page.clientWidth + 0.5 && !frames.some(frame => frame.contains(each)));
return [page.scrollWidth - page.clientWidth, wide.map(each => each.tagName)];
"""
_CONTRAST = """
function light(colour) {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}
function behind(element) {
    for (let each = element; each; each = each.parentElement) {
        const colour = getComputedStyle(each).backgroundColor;
        if (!colour.startsWith("rgba(0, 0, 0, 0")) return colour;
    }
}
return Math.min(...[...document.querySelectorAll("p, a, small, th, td, dt, dd, h1, h2, h3, summary")].map(element => {
    const pair = [light(getComputedStyle(element).color), light(behind(element))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}));
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return an ordinary page, one of long hostile names, and an empty one."""
    folder = tmp_path_factory.mktemp("pages")
    ordinary = simulate_business(n_accounts=1000, seed=0).business
    return [
        write_report(business, folder / f"{name}.html")
        for name, business in (
            ("ordinary", ordinary),
            ("long", named_business(LONG)),
            ("empty", empty_business()),
        )
    ]


@pytest.fixture(scope="module", params=[(390, False), (390, True), (1280, False), (1280, True)], ids=str)
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a browser as wide as a telephone or a desk screen, light or dark."""
    width, dark = request.param
    with Browser(width=width, height=900, profile=tmp_path_factory.mktemp("profile"), dark=dark) as window:
        yield window


def test_pages_fit_and_read_well(browser: Browser, pages: list[Path]) -> None:
    """With everything unfolded nothing sticks out, the console is silent, and text stands out from its ground."""
    for page in pages:
        browser.open(page)
        assert browser.run(_OVERFLOW) == [0, []]
        assert browser.run(_CONTRAST) >= 4.5
        assert browser.console() == []


def test_the_keyboard_skips_to_the_figures(browser: Browser, pages: list[Path]) -> None:
    """The first link leads past the headline, and shows itself once it has the focus."""
    browser.open(pages[0])
    at = browser.run('const skip = document.querySelector("a"); skip.focus(); return skip.getBoundingClientRect().top')
    assert at >= 0
    target = browser.run('document.activeElement.click(); return document.querySelector(":target").id')
    assert target == "main"


def test_what_matters_is_not_out_of_sight(browser: Browser, pages: list[Path]) -> None:
    """Touches of deals, rejected rows, and all that is sourced and influenced, fit without scrolling sideways."""
    named = write_report(named_business(("one", "two", "three", "four")), pages[0].parent / "named.html")
    for page in (pages[0], named):
        browser.open(page)
        hidden = browser.run("""
            document.querySelectorAll("details").forEach(each => { each.open = true; });
            const frames = [...document.querySelectorAll(".scroll:has(.blocks), .pair .scroll")];
            return [frames.length > 2, frames.filter(each => each.scrollWidth > each.clientWidth).length];
        """)
        assert hidden == [True, 0]


def test_month_labels_stand_below_their_bars(browser: Browser, tmp_path: Path) -> None:
    """With two months each name is centred below its own bar."""
    closes = {
        "opportunity_id": ["o0", "o1"],
        "account_id": ["a0", "a1"],
        "created_at": ["2026-03-02T00:00:00Z"] * 2,
        "closed_at": ["2026-03-10", "2026-04-10"],
        "outcome": ["won"] * 2,
        "amount": ["10.00"] * 2,
    }
    browser.open(write_report(business_of(opportunities=closes), tmp_path / "months.html"))
    apart = browser.run("""
        const middle = each => { const box = each.getBoundingClientRect(); return (box.left + box.right) / 2; };
        const bars = new Set([...document.querySelectorAll(".columns rect")].map(middle));
        const labels = [...document.querySelectorAll(".under span")].map(middle);
        return labels.map(label => Math.min(...[...bars].map(bar => Math.abs(bar - label))));
    """)
    assert len(apart) == 2
    assert max(apart) < 1


def test_hostile_names_run_nothing(browser: Browser, pages: list[Path]) -> None:
    """A name that is markup makes no element."""
    browser.open(pages[1])
    assert browser.run('return [document.scripts.length, document.querySelectorAll("b, img").length]') == [0, 0]


def test_prints_with_everything_unfolded(pages: list[Path], tmp_path: Path) -> None:
    """On paper nothing is cut off, and what is folded on the screen is there."""
    with Browser(width=700, height=1000, profile=tmp_path) as paper:
        paper.devtools("Emulation.setEmulatedMedia", {"media": "print"})
        paper.open(pages[0])
        folded = 'return [...document.querySelectorAll("details table")].filter(each => !each.checkVisibility()).length'
        assert paper.run(folded) == 0
        assert paper.run("return document.documentElement.scrollWidth") == 700
        frames = 'return [...document.querySelectorAll(".scroll")].filter(each => each.scrollWidth > 700).length'
        assert paper.run(frames) == 0
