import sys
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from report.businesses import business_of, empty_business, named_business
from report.pages import Page, read
from servicelead import Journeys, JourneyWindow, attribute
from servicelead.attribution import FirstTouch, Linear, PositionBased, Weighted
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, MissingDependencyError
from servicelead.report import render, render_report
from servicelead.report.places import touch_places
from servicelead.tables import Business

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table>' onfocus='x",
    "{{ 7 * 7 }}{% raw %}<!-- ]]>",
)
PLAIN = ("one", "two", "three", "four")


@pytest.fixture(scope="module")
def business() -> Business:
    """Return a simulated business."""
    return simulate_business(n_accounts=200, seed=0).business


@pytest.fixture(scope="module")
def html(business: Business) -> str:
    """Return its page."""
    return render_report(business)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    """Return its page, read."""
    return read(html)


def test_headline_says_it_in_words(business: Business, page: Page) -> None:
    """The headline gives the share of services in touches and in credited revenue."""
    services = attribute(Journeys.from_business(business), PositionBased()).by("team").row(team="services")
    touches = business.touches
    share = (touches.team[touches.account_id >= 0] == 2).mean()
    expected = f"Services made {share:.1%} of all touches and get {services['share']:.1%} of the credited revenue."
    assert expected in page.text
    assert f"{services['share_lower']:.1%} to {services['share_upper']:.1%} of credited revenue" in page.text


def test_money_is_exact(business: Business, page: Page) -> None:
    """Every channel stands with its credited value to the last minor unit."""
    table = attribute(Journeys.from_business(business), PositionBased()).by("channel", minor_units=True)
    for row in table.rows():
        units, rest = divmod(row["minor_units"], 100)
        assert f"{units:,}.{rest:02d}" in page.text


def test_same_business_same_page(business: Business, html: str) -> None:
    """The page depends on nothing but the business."""
    assert html == render_report(business)


def test_needs_no_network_and_no_script(page: Page) -> None:
    """Every link stays on the page, and nothing is fetched or run."""
    assert all(link.startswith("#") or link == "data:," for link in page.values("href") if link is not None)
    assert [] == page.values("src")
    assert not {"script", "iframe", "img", "form"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_links_lead_somewhere(page: Page) -> None:
    """Identifiers are unique, and every link, label and definition points at one."""
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    targets = {link[1:] for link in page.values("href") if link is not None and link.startswith("#")}
    assert targets | set(page.values("aria-labelledby")) <= set(ids)
    assert {name for name in ids if name is not None and name.startswith("def-")} <= {f"{t}" for t in targets}


def test_is_made_for_screen_readers(page: Page) -> None:
    """Pictures have words, table headings a scope, scrolling frames a name and a place in the tab order."""
    pictures = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert pictures
    assert all(attrs.get("role") == "img" and attrs.get("aria-label") for attrs in pictures)
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    frames = [attrs for _, attrs in page.tags if attrs.get("class") == "scroll"]
    assert frames
    assert all(attrs.get("aria-label") and attrs.get("tabindex") == "0" for attrs in frames)
    headings = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_tables_that_become_blocks_stay_tables(page: Page) -> None:
    """Tables laid out anew on a telephone say what their parts are; cells of blocks carry their heading."""
    roles = {"tr": {"row"}, "td": {"cell"}, "th": {"columnheader", "rowheader"}}
    blocks = 0
    inside: list[tuple[str, dict[str, str | None]]] = []
    for tag, attrs in page.tags:
        if tag == "table":
            inside = [(tag, attrs)] if attrs.get("role") == "table" else []
            blocks += bool(inside)
        elif inside and tag in roles:
            assert attrs.get("role") in roles[tag]
            if "blocks" in (inside[0][1].get("class") or "") and attrs.get("role") in {"cell", "rowheader"}:
                assert attrs.get("data-label")
    assert blocks > 2


def test_touches_add_up(business: Business, page: Page) -> None:
    """Credited, in other windows and in none: the page's touches, each counted once."""
    places = touch_places(Journeys.from_business(business))
    assert f"Touches: {len(business.touches):,}." in page.text
    assert f"where they can be credited: {places.won:,};" in page.text
    assert f"journeys still open: {places.lost_or_open:,}; in no window: {places.nowhere:,}." in page.text


def test_every_rule_is_compared(page: Page) -> None:
    """The page names all seven rules and warns that credit is not effect."""
    for rule in ("First touch", "Last touch", "Linear", "Time decay, 7 days", "W-shaped", "Full path"):
        assert rule in page.text
    assert "Credit is a share-out, not an effect." in page.text


def test_hostile_names_are_inert() -> None:
    """Names that look like markup change no tag and no attribute, and are shown as they are."""
    tame, wild = read(render_report(named_business(PLAIN))), read(render_report(named_business(HOSTILE)))
    assert tame.skeleton == wild.skeleton
    assert all(" ".join(name.split()) in wild.text for name in HOSTILE)


@settings(max_examples=examples(20))
@given(st.tuples(*[st.text(st.characters(codec="utf-8"), min_size=2).filter(lambda s: s.strip() == s)] * 4))
def test_any_names_are_inert(names: tuple[str, str, str, str]) -> None:
    """No name at all changes the skeleton."""
    distinct = [f"{i}{name}" for i, name in enumerate(names)]
    tame = [f"{i}x" for i in range(4)]
    assert read(render_report(named_business(tame))).skeleton == read(render_report(named_business(distinct))).skeleton


def test_rejects_and_findings_say_where_and_what_to_do() -> None:
    """A refused row and an odd one stand with their rule, remedy and record number; their cells do not."""
    text = read(render_report(named_business(PLAIN))).text
    assert "not_a_time opportunities, column closed_at 1 times are ISO 8601" in text
    assert "unmapped_team touchpoints 1 team is marketing, sales, services, product or partner" in text
    assert "Read: 5 rows, of which 4 kept, 1 rejected and 0 exact duplicates." in text
    assert not {"never", "somebody"} & set(text.split())


@pytest.mark.parametrize(
    ("business", "words"),
    [
        (empty_business(), "There are no touches of known accounts to report on yet."),
        (business_of(outcome="lost"), "no deal has been won yet, so there is no revenue to share out"),
        (business_of(touchpoints=None), "There are no touches of known accounts"),
        (business_of(n_accounts=1), "no interval: one account"),
        (business_of(currency=None), "values without a currency"),
        (business_of(currency="JPY", amount="1201"), "JPY 2,402 won"),
        (business_of(currency="EUR", amount="7850.25"), "EUR 15,700.50 won, of which EUR 15,700.50 can be credited"),
        (business_of(n_accounts=2), "Few accounts: intervals are rough."),
        (business_of(opportunities=None), "no deal has been won yet"),
        (business_of(amount="0"), "no revenue could be credited to any touch"),
        (business_of(amount="90000000000000.01"), "90,000,000,000,000.01"),
    ],
    ids=[
        "empty",
        "nothing won",
        "no touches",
        "one account",
        "no currency",
        "yen",
        "decimals",
        "few",
        "no deals",
        "zero",
        "huge",
    ],
)
def test_awkward_businesses(business: Business, words: str) -> None:
    """A business that lacks something gets a page that says so, without NaN, None or an infinity."""
    text = read(render_report(business)).text
    assert words in text
    assert not {"nan", "none", "inf", "nan%"} & set(text.lower().replace(",", " ").split())


def test_the_first_strategy_leads() -> None:
    """The page's figures follow the first strategy; with a single one nothing is said of others."""
    text = read(render_report(business_of(), strategies={"My rule": FirstTouch()})).text
    assert "get 100.0% of the credited revenue" in text
    assert "rules put the share" not in text
    assert "By the rule “My rule”" in text


def test_warnings_are_shown() -> None:
    """What a rule warns of stands on the page."""
    weighted = Weighted(weights={"unheard of": 1})
    (warning,) = attribute(Journeys.from_business(business_of()), weighted).warnings
    text = read(render_report(business_of(), strategies={"Linear": Linear(), "Weighted": weighted})).text
    assert f"Warnings of the rules Weighted: {warning}" in text


def test_window_is_used() -> None:
    """Touches before the window are not credited, and the page says how long it is."""
    text = read(render_report(business_of(), window=JourneyWindow(lookback=timedelta(days=2)))).text
    assert "window of 2 days" in text
    assert "2,400.02: no touches in window, 2 deals" in text


@pytest.mark.parametrize("strategies", [{}, [Linear()]])
def test_strategies_need_names(strategies: Any) -> None:
    """Strategies without names, or none at all, are refused with the remedy."""
    with pytest.raises(InvalidValueError, match=r'write e.g. \{"Linear": Linear\(\)'):
        render_report(business_of(), strategies=strategies)


def test_missing_jinja_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without jinja2 the error says what to install."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    render._environment.cache_clear()
    with pytest.raises(MissingDependencyError, match=r"servicelead\[cli\]"):
        render_report(business_of())
