import csv
from collections.abc import Callable
from pathlib import Path

import pytest

import servicelead as sl
from cli.conftest import Said
from servicelead.attribution import FirstTouch, MarkovChain, Shapley, Strategy, compare

Say = Callable[..., Said]


@pytest.fixture(scope="module")
def journeys(clean_folder: Path) -> sl.Journeys:
    """Return the journeys of the folder."""
    return sl.Journeys.from_business(sl.read_folder(clean_folder))


def test_shares_distances_and_deals(clean_folder: Path, journeys: sl.Journeys, say: Say) -> None:
    """What is printed is what the library compares, underscores in names or not."""
    said = say("compare", clean_folder, "--models", "first_touch,markov,Shapley")
    comparison = compare(journeys, {"first-touch": FirstTouch(), "markov": MarkovChain(), "shapley": Shapley()})
    assert (0, "") == (said.code, said.err)
    for row in comparison.by("team").rows():
        line = next(line for line in said.out.splitlines() if line.startswith(row["team"]))
        assert [f"{100 * row[name]:.1f}%" for name in comparison.models] == line.split()[1:4]
    for row in comparison.distances("team").rows():
        assert f"{100 * row['from_last_touch']:.1f}%" in said.out
    deal = comparison.deals().rows()[0]
    assert f"{deal['opportunity']}" in said.out
    assert "none of them measures what a touch caused" in said.words


def test_every_share_is_written(clean_folder: Path, journeys: sl.Journeys, say: Say, tmp_path: Path) -> None:
    """`--out` writes the table that `--by` asks for."""
    out = tmp_path / "shares.csv"
    models: dict[str, Strategy] = {"first-touch": FirstTouch(), "shapley": Shapley()}
    said = say("compare", clean_folder, "--models", ",".join(models), "--by", "channel,month", "--out", out)
    table = compare(journeys, models).by("channel", "month")
    with out.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert ["channel", "month", "first-touch", "shapley"] == list(found[0])
    assert table["shapley"].tolist() == [float(row["shapley"]) for row in found]
    assert f"{len(table) - 25} more rows" in said.words


@pytest.mark.parametrize("width", [40, 80, 200])
def test_tables_fit(width: int, clean_folder: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns and more no line is too long; what there is no room for is named."""
    monkeypatch.setenv("COLUMNS", str(width))
    models = "first-touch,last-touch,linear,markov,shapley,w-shaped,full-path,time-decay"
    said = say("compare", clean_folder, "--by", "channel", "--models", models)
    assert max(map(len, said.out.splitlines())) <= max(width, 80)
    assert ("No room for" in said.out) == (width < 200)


@pytest.mark.parametrize(("by", "can_differ"), [("month", False), ("account,month", False), ("month,team", True)])
def test_where_models_cannot_differ_it_says_so(by: str, can_differ: bool, clean_folder: Path, say: Say) -> None:  # noqa: FBT001 - a case
    """By what a deal has and not its touches, all columns are alike, which is no finding."""
    said = say("compare", clean_folder, "--by", by, "--models", "first-touch,linear")
    assert can_differ == (f"By {by.replace(',', ' and ')} no two models can differ" not in said.words)


def test_nothing_to_compare(say: Say, tmp_path: Path) -> None:
    """A folder without won deals says so and shows no deals."""
    (tmp_path / "touchpoints.csv").write_text(
        "touchpoint_id,account_id,occurred_at,team,channel\nt,a,2026-01-01T00:00:00Z,sales,call\n"
    )
    (tmp_path / "servicelead.toml").write_text("as_of = 2026-02-01\n")
    said = say("compare", tmp_path)
    assert 0 == said.code
    assert "NOTHING TO CREDIT" in said.out
    assert "Deals with most money" not in said.out
