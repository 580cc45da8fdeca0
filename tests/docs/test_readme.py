import re
import subprocess
import sys
from pathlib import Path

import pytest

import servicelead as sl
from servicelead.attribution import Linear

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURE = (ROOT / "docs" / "_static" / "readme-journey.svg").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the one code block of a language."""
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert 1 == len(blocks)
    return blocks[0]


def links(page: str) -> list[str]:
    """Return the targets of a page's links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", page)


def test_the_code_prints_what_the_page_says() -> None:
    """Whoever runs the README's lines sees the output printed below them."""
    run = subprocess.run(  # noqa: S603 - the code of our own page
        [sys.executable, "-W", "error", "-c", block("python")], capture_output=True, text=True, check=True
    )
    assert block("text") == run.stdout
    assert not run.stderr


def test_the_code_is_ten_lines() -> None:
    """Ten lines, as announced."""
    assert 10 == sum(map(bool, block("python").splitlines()))


@pytest.mark.parametrize("target", links(README))
def test_a_link_is_relative_and_leads_somewhere(target: str) -> None:
    """Every link of the README names a file that is there."""
    assert not re.match(r"[a-z]+:|/", target)
    assert (ROOT / target.partition("#")[0]).is_file()


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_a_command_exists(command: str) -> None:
    """The two commands the README starts with are there and are targets of the Makefile."""
    assert re.search(rf"^{command}\b", README, re.MULTILINE)
    assert re.search(rf"^{command.split()[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_picture_shows_what_the_library_computes() -> None:
    """The deal of the picture, attributed, gives the cents that the picture shows, by touch and by team."""
    touches = ["marketing", "services", "services", "sales", "services", "services"]
    business = sl.Business.from_frames(
        touchpoints={
            "touchpoint_id": [f"t{i}" for i in range(6)],
            "account_id": ["a"] * 6,
            "occurred_at": [f"2026-03-{i + 1:02}T09:00:00Z" for i in range(6)],
            "team": touches,
            "channel": ["any"] * 6,
        },
        opportunities={
            "opportunity_id": ["o"],
            "account_id": ["a"],
            "created_at": ["2026-03-01T00:00:00Z"],
            "closed_at": ["2026-03-20"],
            "outcome": ["won"],
            "amount": ["10000.00"],
        },
        as_of="2026-03-31",
        currency="USD",
    )
    credit = sl.attribute(sl.Journeys.from_business(business), Linear())
    by_team = credit.by("team", minor_units=True)
    teams = [by_team.row(team=team)["minor_units"] for team in ("marketing", "services", "sales")]
    computed = [10_000_00, *credit.minor_units.tolist(), *teams]
    drawn = re.findall(r'class="money">\$([\d,.]+)<', PICTURE)
    assert [f"{cents / 100:,.2f}" for cents in computed] == drawn
