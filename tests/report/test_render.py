import re
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from report.businesses import business_of, empty_business, many_channels, named_business
from report.pages import Page, read
from servicelead import Journeys, JourneyWindow, attribute, read_folder
from servicelead.attribution import FirstTouch, Linear, MarkovChain, PositionBased, Shapley, Weighted
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, MissingDependencyError
from servicelead.report import render, render_report
from servicelead.report.places import touch_places
from servicelead.tables import Business

PLAIN = ("one", "two", "three", "four")
ONLY_SALES = {
    "touchpoint_id": ["t1", "t2"],
    "account_id": ["a0", "a1"],
    "occurred_at": ["2026-03-01T00:00:00Z"] * 2,
    "team": ["sales"] * 2,
    "channel": ["call"] * 2,
}
UNMAPPED = {**ONLY_SALES, "team": ["sales", "interim"]}
UNREADABLE = {**ONLY_SALES, "occurred_at": ["never", "someday"]}
EARLY_SERVICES = {
    **ONLY_SALES,
    "team": ["sales", "services"],
    "occurred_at": ["2026-03-01T00:00:00Z", "2025-05-01T00:00:00Z"],
}
_BLOCKS = {"h2", "p", "svg", "table", "details", "ul"}


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
    """The page has a language, its landmarks once, one first heading with none skipped, and words for pictures."""
    tags = [tag for tag, _ in page.tags]
    assert ["en"] == page.values("lang", "html")
    assert [1, 1, 1, 1, 1] == [tags.count(landmark) for landmark in ("header", "nav", "main", "footer", "h1")]
    pictures = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert pictures
    assert all(attrs.get("role") == "img" and attrs.get("aria-label") for attrs in pictures)
    headings = [int(tag[1]) for tag in tags if tag in {"h1", "h2", "h3", "h4"}]
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_the_first_link_skips_to_the_figures(page: Page) -> None:
    """Whoever uses the keyboard need not pass the headline and the contents."""
    first = next(attrs for tag, attrs in page.tags if tag == "a")
    (main,) = (attrs for tag, attrs in page.tags if tag == "main")
    assert f"#{main['id']}" == first["href"]


def test_tables_stay_tables(page: Page) -> None:
    """Every table has a caption and says what its parts are, for it is laid out anew on a telephone."""
    roles = {
        "table": {"table"},
        "thead": {"rowgroup"},
        "tbody": {"rowgroup"},
        "tr": {"row"},
        "td": {"cell"},
        "th": {"columnheader", "rowheader"},
    }
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") > 10
    assert tags.count("table") == tags.count("caption")
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    headings = tags[tags.index("thead") : tags.index("tbody")]
    assert "a" not in headings
    for tag, attrs in page.tags:
        assert attrs.get("role") in roles.get(tag, {attrs.get("role")})
        if attrs.get("role") in {"cell", "rowheader"}:
            assert attrs.get("data-label")


def test_nothing_moves(html: str) -> None:
    """Nobody has to ask for less motion, for there is none."""
    assert not re.search("transition|animation|scroll-behavior|@keyframes", html)


def _brightness(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "card", "note"])
@pytest.mark.parametrize("text", ["ink", "soft", "link"])
def test_text_stands_out(html: str, theme: int, ground: str, text: str) -> None:
    """The contrast of every colour of text with every ground is at least 4.5 to 1 (WCAG 2.2, 1.4.3), in both themes."""
    roots = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", roots[theme]))
    lighter, darker = sorted((_brightness(colours[text]), _brightness(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_every_figure_names_its_definition(page: Page) -> None:
    """Each definition is linked from the page, and every one begins with its formula in words."""
    defined = [name for name in page.values("id", "div") if name is not None and name.startswith("def-")]
    assert len(defined) > 15
    assert {f"#{name}" for name in defined} <= set(page.values("href", "a"))
    assert "Touches of services ÷ touches of sales" in page.text
    assert "Credited value ÷ all value that could be credited to a touch." in page.text
    assert "Return = (credited value − cost) ÷ cost." in page.text


def test_every_section_begins_with_its_answer(page: Page) -> None:
    """Under each question stands a sentence that answers it, before any picture or table."""
    blocks = [(tag, attrs.get("class")) for tag, attrs in page.tags if tag in _BLOCKS]
    below = [after for before, after in pairwise(blocks) if before[0] == "h2"]
    # The first section is figures, the last one definitions.
    answers = below[1:-1]
    assert answers
    assert [("p", "answer")] * len(answers) == answers


def test_touches_of_the_tables_are_defined(page: Page) -> None:
    """The column of touches holds those in windows, whatever became of the deal, and says so."""
    assert "#def-touches-in-windows" in page.values("href", "a")
    assert "Touches in the windows of won, lost and open journeys, each counted once." in page.text


def test_touches_add_up(business: Business, page: Page) -> None:
    """Credited, in other windows and in none: the page's touches, each counted once."""
    places = touch_places(Journeys.from_business(business))
    assert f"Touches: {len(business.touches):,}." in page.text
    assert f"where they can be credited: {places.won:,};" in page.text
    assert f"journeys still open: {places.lost_or_open:,}; in no window: {places.nowhere:,}." in page.text


def test_every_rule_is_compared(page: Page) -> None:
    """The page names all eight models and warns that credit is not effect."""
    for rule in ("First touch", "Last touch", "Linear", "Time decay, 7 days", "W-shaped", "Full path", "Markov chain"):
        assert rule in page.text
    assert "Credit is a share-out, not an effect." in page.text


def test_rejects_and_findings_say_where_and_what_to_do() -> None:
    """A refused row and an odd one stand with their rule, remedy and record number; their cells do not."""
    text = read(render_report(named_business(PLAIN))).text
    assert "not_a_time opportunities, column closed_at 1 times are ISO 8601" in text
    assert "unmapped_team touchpoints, column team 1 team is marketing, sales, services, product or partner" in text
    assert "Read: 5 rows, of which 4 kept, 1 rejected and 0 exact duplicates." in text
    assert not {"never", "somebody"} & set(text.split())


def test_names_of_code_break_at_underscores() -> None:
    """A code may go on in the next line after an underscore."""
    assert "not_<wbr>a_<wbr>time" in render_report(named_business(PLAIN))


@pytest.mark.parametrize(
    ("business", "words"),
    [
        (empty_business(), "There are no touches of known accounts to report on yet."),
        (business_of(outcome="lost"), "no deal has been won yet, so there is no revenue to share out"),
        (business_of(touchpoints=None), "There are no touches of known accounts"),
        (business_of(touchpoints=UNREADABLE), "touches were read (2 rows), and all were rejected."),
        (business_of(n_accounts=1), "no interval: one account"),
        (business_of(currency=None), "values without a currency"),
        (business_of(currency="JPY", amount="1201"), "JPY 2,402 won"),
        (business_of(currency="EUR", amount="7850.25"), "EUR 15,700.50 won, of which EUR 15,700.50 can be credited"),
        (business_of(n_accounts=2), "Few accounts: intervals are rough."),
        (business_of(opportunities=None), "no deal has been won yet"),
        (business_of(amount="0"), "no revenue could be credited to any touch"),
        (business_of(amount="90000000000000.01"), "90,000,000,000,000.01"),
        (business_of(amount="-5.00"), "negative_number opportunities, column amount 2"),
        (many_channels(200), "175 others"),
        (business_of(touchpoints=ONLY_SALES), "No touch of services is recorded."),
        (business_of(touchpoints=UNMAPPED), "recorded, and 50.0% of the credited revenue is under no team."),
        (business_of(touchpoints=EARLY_SERVICES), "Services made 50.0% of all touches and get no part of the credited"),
    ],
    ids=[
        "empty",
        "nothing won",
        "no touches",
        "all touches rejected",
        "one account",
        "no currency",
        "yen",
        "decimals",
        "few",
        "no deals",
        "zero",
        "huge",
        "negative",
        "many channels",
        "no services",
        "team not mapped",
        "services too early",
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
    assert "models put the share" not in text
    assert "By the model “My rule”" in text


def test_a_model_that_learns_is_explained_by_what_it_does() -> None:
    """Not by what its fit is called; and order, removal and measure are told."""
    models = {"Chain": MarkovChain(order=2), "Game": Shapley(game="rate")}
    text = read(render_report(business_of(), strategies=models)).text
    assert "removal would take from the chance to convert (order 2, removal to null, of conversions)." in text
    assert "adds to coalitions of the others (game of rates)." in text
    assert "ready to give credit" not in text
    assert "shares out credit by who was there when deals were won and lost. Neither measures effect." in text


def test_warnings_are_shown() -> None:
    """What a rule warns of stands on the page."""
    weighted = Weighted(weights={"unheard of": 1})
    (warning,) = attribute(Journeys.from_business(business_of()), weighted).warnings
    text = read(render_report(business_of(), strategies={"Linear": Linear(), "Weighted": weighted})).text
    assert f"Warnings of the models Weighted: {warning}" in text


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


def test_a_single_month_has_no_picture() -> None:
    """One month is a sentence and a row of a table; two are a picture."""
    assert "columns" not in read(render_report(business_of())).values("class", "svg")
    closes = {
        "opportunity_id": ["o0", "o1"],
        "account_id": ["a0", "a1"],
        "created_at": ["2026-03-02T00:00:00Z"] * 2,
        "closed_at": ["2026-03-10", "2026-04-10"],
        "outcome": ["won"] * 2,
        "amount": ["10.00"] * 2,
    }
    assert "columns" in read(render_report(business_of(opportunities=closes))).values("class", "svg")


def test_lines_of_files_are_told(tmp_path: Path) -> None:
    """A business read from files says what became of their lines."""
    (tmp_path / "touchpoints.csv").write_text(
        "touchpoint_id,account_id,occurred_at,team,channel\nt1,a,2026-03-01,sales,call\n\nt2,a,never,sales,call\n"
    )
    (tmp_path / "servicelead.toml").write_text("as_of = 2026-06-30\n")
    text = read(render_report(read_folder(tmp_path))).text
    assert "Lines of every file Lines of every file File Lines Header Blank Kept Rejected Duplicates" in text
    assert "touchpoints.csv 4 1 1 1 1 0" in text
