import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

import servicelead as sl
from cli.conftest import Said
from servicelead.attribution import LastNonDirect, Linear, MarkovChain, Shapley, TimeDecay
from servicelead.cli.strategies import DEFAULT, STRATEGIES, with_choices

Say = Callable[..., Said]


def journeys_of(folder: Path, **window: object) -> sl.Journeys:
    """Return the journeys of a folder."""
    return sl.Journeys.from_business(sl.read_folder(folder), sl.JourneyWindow(**window))  # type: ignore[arg-type]  # a test's


def a_deal(folder: Path) -> str:
    """Return a won deal of a few touches."""
    journeys = journeys_of(folder)
    found: str = journeys.opportunity_ids()[journeys.is_won & (journeys.lengths >= 3)][0]
    return found


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_rule_has_a_name(strategy: str, clean_folder: Path, say: Say) -> None:
    """Each name runs its rule, and the totals printed are the library's."""
    said = say("attribute", clean_folder, "--strategy", strategy)
    assert (0, "") == (said.code, said.err)
    table = sl.attribute(journeys_of(clean_folder), STRATEGIES[strategy]()).by(
        "team", minor_units=True, intervals=False
    )
    assert all(f"{cents / 100:,.0f}" in said.out for cents in table["minor_units"].tolist())
    model = STRATEGIES[strategy]()
    assert f"({with_choices(strategy, model)}; 90 days before each close)" in said.words
    learns = isinstance(model, MarkovChain | Shapley)
    assert learns == ("shares out credit; it does not measure what a touch caused" in said.words)


@pytest.mark.parametrize("removal", ["to-null", "redistribute"])
def test_a_chain_says_what_goes_with_each_channel(removal: str, clean_folder: Path, say: Say) -> None:
    """Removal effects stand below the credit, with drag and what it is not where there is any."""
    said = say("attribute", clean_folder, "--strategy", "markov", "--removal", removal, "--by", "channel")
    table = MarkovChain(removal=removal.replace("-", "_")).fit(journeys_of(clean_folder)).removal_effect  # type: ignore[arg-type]  # a test's
    assert "Part of all conversions that goes with each channel" in said.words
    below = said.words.split("Part of all conversions")[1]
    for row in table.rows():
        assert f"{row['channel']} {row['removal_effect'] + 0.0:.4f}" in below
    has_drag = bool((table["drag"] > 0).any())
    assert has_drag == (removal == "redistribute")
    assert has_drag == ("drag USD" in below) == ("such touches go with losses, and need not cause them" in below)


def test_a_game_says_what_each_channel_adds(clean_folder: Path, say: Say) -> None:
    """The game of rates shows its values, which may be below 0 and credit not. The game of sums has nothing more."""
    said = say("attribute", clean_folder, "--strategy", "shapley", "--game", "rate")
    values = Shapley(game="rate").fit(journeys_of(clean_folder)).values
    below = said.words.split("What each channel adds to the rate of winning")[1]
    for row in values.rows():
        assert f"{row['channel']} {row['value']:.4f}" in below
    assert "adds to the rate" not in say("attribute", clean_folder, "--strategy", "shapley").words


def test_what_a_manager_must_know_is_there(clean_folder: Path, say: Say) -> None:
    """Unattributed value, touches outside windows and the default rule are stated."""
    said = say("attribute", clean_folder)
    attribution = sl.attribute(journeys_of(clean_folder), STRATEGIES[DEFAULT]())
    assert f"Attributed: {attribution.attributed_value:,.2f} USD" in said.out
    assert f"Unattributed: {float(attribution.unattributed['value'].sum()):,.2f} USD" in said.out
    found = re.search(r"Touches: (\S+), of which (\S+) in .* deal, (\S+) only in .*, (\S+) in no journey", said.words)
    assert found is not None
    total, won, elsewhere, none = (int(n.replace(",", "")) for n in found.groups())
    journeys = attribution.journeys
    assert len(journeys.touches) == total == won + elsewhere + none
    assert (len(set(journeys.won().rows.tolist())), journeys.outside_windows) == (won, none)
    assert "NOTHING TO CREDIT" not in said.out


def test_rejected_rows_are_not_passed_over(faulty_folder: Path, say: Say) -> None:
    """Figures from a folder with rejected rows say so."""
    assert "3 rows of tables rejected and not in these figures" in say("attribute", faulty_folder).words


def test_options_reach_the_library(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """Half-life, window, dimensions and confidence change what is computed as the library's own arguments do."""
    out = tmp_path / "credit.json"
    options = "--strategy time-decay --half-life 3 --lookback 30.5 --max-touches 4 --restart-after-close"
    say("attribute", clean_folder, *options.split(), "--by", "team,channel", "--confidence", ".8", "--out", out)
    journeys = journeys_of(clean_folder, lookback=timedelta(days=30.5), max_touches=4, restart_after_close=True)
    table = sl.attribute(journeys, TimeDecay(half_life=timedelta(days=3))).by(
        "team", "channel", confidence=0.8, minor_units=True
    )
    found = json.loads(out.read_text())
    assert list(table.names) == list(found[0])
    assert table["value"].tolist() == [row["value"] for row in found]
    assert table["value_lower"].tolist() == [row["value_lower"] for row in found]


def test_channels_to_ignore(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """`--ignore` takes several channels; one that no touch has is a mistake worth telling."""
    out = tmp_path / "credit.json"
    words = ("attribute", clean_folder, "--strategy", "last-non-direct", "--ignore")
    assert 0 == say(*words, "email", "call", "--out", out).code
    table = sl.attribute(journeys_of(clean_folder), LastNonDirect(ignore={"email", "call"})).by("team")
    assert table["value"].tolist() == [row["value"] for row in json.loads(out.read_text())]
    said = say(*words, "e-mail")
    assert 2 == said.code
    assert "--by channel lists them" in said.err


def test_a_deal_is_explained(clean_folder: Path, say: Say) -> None:
    """`--explain` shows every touch of the deal and the reason of its share, in at most 80 columns."""
    deal = a_deal(clean_folder)
    said = say("attribute", clean_folder, "--explain", deal)
    table = sl.attribute(journeys_of(clean_folder), STRATEGIES[DEFAULT]()).explain(deal)
    assert 0 == said.code
    assert f"Deal {deal}: won" in said.out
    assert all(f"{100 * share:.1f}%" in said.out for share in table["share"].tolist())
    assert max(map(len, said.out.splitlines())) <= 80


@pytest.mark.parametrize("outcome", [sl.Journeys.LOST, sl.Journeys.OPEN])
def test_a_deal_not_won_has_no_value(outcome: int, clean_folder: Path, say: Say) -> None:
    """Explaining a lost or open deal says why there is no value."""
    journeys = journeys_of(clean_folder)
    deal = journeys.opportunity_ids()[
        (journeys.outcome == outcome) & (journeys.opportunity >= 0) & (journeys.lengths > 0)
    ][0]
    assert "no value to share" in say("attribute", clean_folder, "--explain", deal).words


def test_a_deal_without_touches(clean_folder: Path, say: Say) -> None:
    """Explaining a deal whose window is empty says so."""
    said = say("attribute", clean_folder, "--explain", a_deal(clean_folder), "--lookback", "0.000001")
    assert "No touch lies in its window" in said.words


def test_an_unknown_deal(clean_folder: Path, say: Say) -> None:
    """A deal that is not there is an error with a way to find those that are."""
    said = say("attribute", clean_folder, "--explain", "nope")
    assert 2 == said.code
    assert "--by opportunity lists those with credit" in said.err


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("by", ["team", "team,channel,month"])
def test_tables_fit(width: int, by: str, clean_folder: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns and more no line is too long; narrower ones lose only what cannot be left out."""
    monkeypatch.setenv("COLUMNS", str(width))
    said = say("attribute", clean_folder, "--by", by)
    assert max(map(len, said.out.splitlines())) <= max(width, 80)
    assert ("No room for" in said.out) == (width < 200)


def test_long_tables_are_cut_and_say_so(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """The screen shows the first rows, the file has all of them."""
    out = tmp_path / "credit.csv"
    said = say("attribute", clean_folder, "--by", "account", "--out", out)
    table = sl.attribute(journeys_of(clean_folder), Linear()).by("account")
    assert f"{len(table) - 25} more rows" in said.words
    with out.open(newline="") as file:
        assert len(table) == len(list(csv.DictReader(file)))


def test_every_format_reads_back(clean_folder: Path, say: Say, tmp_path: Path) -> None:
    """CSV, Parquet and JSON hold the same rows, an explained deal's instants included."""
    deal = a_deal(clean_folder)
    for suffix in ("csv", "parquet", "json"):
        assert 0 == say("attribute", clean_folder, "--explain", deal, "--out", tmp_path / f"deal.{suffix}").code
    with (tmp_path / "deal.csv").open(newline="") as file:
        from_csv = list(csv.DictReader(file))
    from_json = json.loads((tmp_path / "deal.json").read_text())
    from_parquet = parquet.read_table(tmp_path / "deal.parquet").to_pylist()
    shares = sl.attribute(journeys_of(clean_folder), STRATEGIES[DEFAULT]()).explain(deal)["share"].tolist()
    assert shares == [float(row["share"]) for row in from_csv]
    assert shares == [row["share"] for row in from_json]
    assert shares == [row["share"] for row in from_parquet]
    assert [row["occurred_at"] for row in from_csv] == [row["occurred_at"] for row in from_json]
    assert [row["occurred_at"][:19] for row in from_csv] == [
        row["occurred_at"].isoformat()[:19] for row in from_parquet
    ]


def test_results_never_replace_tables(clean_folder: Path, say: Say) -> None:
    """`--out` refuses to write over a table it was computed from."""
    before = (clean_folder / "touchpoints.csv").read_bytes()
    said = say("attribute", clean_folder, "--out", clean_folder / "touchpoints.csv")
    assert 2 == said.code
    assert "never replaces a table" in said.err
    assert before == (clean_folder / "touchpoints.csv").read_bytes()
