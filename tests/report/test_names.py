from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from budget import drawn, examples
from report.businesses import N_NAMES, crowded_business, named_business
from report.pages import Page, read
from servicelead.attribution import LastTouch, Linear
from servicelead.report import render_report
from servicelead.tables import Business

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table>' onfocus='x",
    "{{ 7 * 7 }}{% raw %}<!-- ]]>",
)
PLAIN = ("one", "two", "three", "four")
#: What spreadsheets, templates, browsers and terminals might take for more than text.
FRAGMENTS = (
    *HOSTILE,
    "</style><style>*{display:none}",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@SUM(A1)",
    "{% include 'x' %}",
    "{# #}",
    "&lt;",
    "&#60;",
    "\u202e",
    "\u2066",
    "\u200f",
    "\N{COMBINING ACUTE ACCENT}" * 40,
    "W" * 300,
    "'",
    '"',
    "\\",
    "`",
    " ",
    "%s",
    "\N{GRINNING FACE}",
    "a",
)


def page_of(business: Business) -> Page:
    """Return a business's page under two rules, which shows every name that eight would show."""
    return read(render_report(business, strategies={"Linear": Linear(), "Last touch": LastTouch()}))


def test_hostile_names_are_inert() -> None:
    """Names that look like markup change no tag and no attribute, and are shown as they are."""
    tame, wild = page_of(named_business(PLAIN)), page_of(named_business(HOSTILE))
    assert tame.skeleton == wild.skeleton
    assert all(" ".join(name.split()) in wild.text for name in HOSTILE)


def test_a_thousand_names_are_inert() -> None:
    """A thousand names made of hostile fragments, ten thousand in the audit, leave the skeleton as it was."""
    chance = Random(0)  # noqa: S311 - names, not secrets
    tame = page_of(crowded_business([f"{i:02} name" for i in range(N_NAMES)])).skeleton
    for _ in range(0, drawn(1000), N_NAMES):
        names = [f"{i:02} {''.join(chance.choices(FRAGMENTS, k=chance.randint(1, 6)))}x" for i in range(N_NAMES)]
        page = page_of(crowded_business(names))
        assert tame == page.skeleton
        assert all(" ".join(name.split()) in page.text for name in names)


@settings(max_examples=examples(10))
@given(st.tuples(*[st.text(st.characters(codec="utf-8"), min_size=2).filter(lambda s: s.strip() == s)] * 4))
def test_any_names_are_inert(names: tuple[str, str, str, str]) -> None:
    """No name at all changes the skeleton."""
    distinct = [f"{i}{name}" for i, name in enumerate(names)]
    tame = [f"{i}x" for i in range(4)]
    assert page_of(named_business(tame)).skeleton == page_of(named_business(distinct)).skeleton
