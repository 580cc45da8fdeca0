from collections.abc import Iterator
from pathlib import Path

import pytest

from report.browser import Browser
from report.businesses import business_of, empty_business, many_channels, named_business
from servicelead.datasets import simulate_business
from servicelead.report import write_report

pytestmark = pytest.mark.browser

LONG = ("<b>channel</b>" * 30, "word " * 60, "account" * 50, '"deal"' * 50)
_OVERFLOW = """
document.querySelectorAll("details").forEach(each => { each.open = true; });
const page = document.documentElement;
const unseen = each => each.closest("thead") && getComputedStyle(each.closest("thead")).position === "absolute";
const wide = [...document.querySelectorAll("body *")].filter(each =>
    each.getBoundingClientRect().right > page.clientWidth + 0.5 && !unseen(each));
const frames = [...document.querySelectorAll(".frame")].filter(each => each.scrollWidth > each.clientWidth);
return [page.scrollWidth - page.clientWidth, wide.map(each => each.tagName), frames.length];
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
    """Return an ordinary page, one of long hostile names, and the awkward ones."""
    folder = tmp_path_factory.mktemp("pages")
    ordinary = simulate_business(n_accounts=1000, seed=0).business
    return [
        write_report(business, folder / f"{name}.html")
        for name, business in (
            ("ordinary", ordinary),
            ("long", named_business(LONG)),
            ("empty", empty_business()),
            ("one", business_of(n_accounts=1)),
            ("huge", business_of(n_accounts=3, amount="90000000000000.01")),
            ("many", many_channels(200)),
            ("refused", business_of(amount="-5.00")),
            ("lost", business_of(outcome="lost", currency=None)),
        )
    ]


_WINDOWS = [(390, False), (390, True), (800, False), (1280, False), (1280, True)]


@pytest.fixture(scope="module", params=_WINDOWS, ids=str)
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a browser as wide as a telephone, a tablet or a desk screen, light or dark."""
    width, dark = request.param
    with Browser(width=width, height=900, profile=tmp_path_factory.mktemp("profile"), dark=dark) as window:
        yield window


def test_pages_fit_and_read_well(browser: Browser, pages: list[Path]) -> None:
    """With everything unfolded nothing sticks out or scrolls sideways, no console speaks, and text stands out."""
    for page in pages:
        browser.open(page)
        beyond, wide, scrolling = browser.run(_OVERFLOW)
        assert (page.stem, 0, []) == (page.stem, beyond, wide)
        # Hundreds of billions to the cent, ten times in a row, are more than any screen holds.
        assert scrolling == 0 or page.stem == "huge"
        assert browser.run(_CONTRAST) >= 4.5
        assert browser.console() == []


def test_everything_has_a_name(browser: Browser, pages: list[Path]) -> None:
    """What the browser tells a screen reader: every picture, link, control, table and landmark is named."""
    browser.open(pages[0])
    browser.run('document.querySelectorAll("details").forEach(each => { each.open = true; })')
    nodes = browser.devtools("Accessibility.getFullAXTree", {})["nodes"]
    told = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if not node["ignored"]]
    roles = {
        "image",
        "link",
        "DisclosureTriangle",
        "table",
        "columnheader",
        "rowheader",
        "region",
        "navigation",
        "heading",
    }
    assert roles <= {role for role, _ in told}
    assert [] == [role for role, name in told if role in roles and not name]
    # Laid out anew or not, tables are tables, with as many as there are in the page.
    assert browser.run('return document.querySelectorAll("table").length') == [r for r, _ in told].count("table")


def test_the_keyboard_reaches_a_deal(browser: Browser, pages: list[Path]) -> None:
    """Tab leads to the first deal, the focus is to be seen, and Enter unfolds it."""
    browser.open(pages[0])
    focus = 'return document.activeElement.matches(".deal summary")'
    for _ in range(80):
        browser.press("Tab")
        if browser.run(focus):
            break
    assert browser.run(focus)
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("Enter")
    assert browser.run(
        "return document.activeElement.parentElement.open && document.activeElement.innerText.length > 9"
    )
    assert browser.run('return document.querySelector(".deal .trail").getBoundingClientRect().height') > 20


def test_the_keyboard_skips_to_the_figures(browser: Browser, pages: list[Path]) -> None:
    """The first link leads past the headline, and shows itself once it has the focus."""
    browser.open(pages[0])
    at = browser.run('const skip = document.querySelector("a"); skip.focus(); return skip.getBoundingClientRect().top')
    assert at >= 0
    target = browser.run('document.activeElement.click(); return document.querySelector(":target").id')
    assert target == "main"


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


@pytest.mark.parametrize("dark", [False, True])
def test_prints_with_everything_unfolded(pages: list[Path], tmp_path: Path, dark: bool) -> None:  # noqa: FBT001 - a table of cases
    """On paper nothing is cut off, what is folded on the screen is there, and the ground is white."""
    with Browser(width=690, height=1000, profile=tmp_path) as paper:
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        paper.devtools("Emulation.setEmulatedMedia", {"media": "print", "features": [theme]})
        for page in pages[:2]:
            paper.open(page)
            folded = "return [...document.querySelectorAll('details table')].filter(x => !x.checkVisibility()).length"
            assert paper.run(folded) == 0
            assert paper.run("return document.documentElement.scrollWidth") == 690
            frames = "return [...document.querySelectorAll('.frame')].filter(x => x.scrollWidth > x.clientWidth).length"
            assert paper.run(frames) == 0
            assert paper.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
