"""The published marketing paths, and what two other libraries make of them (how: in the JSON file beside)."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import servicelead as sl
from servicelead.attribution import FirstTouch, LastTouch, Linear, PositionBased, Shapley, Strategy, attribute

pytestmark = pytest.mark.data
PEERS = json.loads(Path(__file__).with_name("marketing_paths_peers.json").read_text(encoding="utf-8"))
RULES: dict[str, Strategy] = {
    "first": FirstTouch(),
    "last": LastTouch(),
    "linear": Linear(),
    "position": PositionBased(first=0.4, last=0.4),
    "position_70_10": PositionBased(first=0.7, last=0.1),
    "shapley": Shapley(game="sum"),
}


@pytest.fixture(scope="module")
def journeys(data_folder: Path) -> sl.Journeys:
    """Return the journeys of the published paths."""
    return sl.Journeys.from_paths(
        pd.read_csv(data_folder / "marketing_paths" / "paths.csv"),
        path="path",
        conversions="total_conversions",
        value="total_conversion_value",
        nonconversions="total_null",
    )


def test_everything_published_is_read(journeys: sl.Journeys) -> None:
    """19,785 conversions of 74,802.971587 and 68,602 non-conversions."""
    assert 19_785 == journeys.weight[journeys.is_won].sum()
    assert 68_602 == journeys.weight[~journeys.is_won].sum()
    assert 74_802.971587 == pytest.approx(math.fsum(journeys.value), abs=5e-7)
    assert 12 == len(journeys.vocabulary("channel"))


@pytest.mark.parametrize(
    ("peer", "rule"), [(peer, rule) for peer in ("ChannelAttribution", "mta") for rule in PEERS[peer]]
)
def test_totals_are_those_of_the_peers(journeys: sl.Journeys, peer: str, rule: str) -> None:
    """Conversions and value of every channel to 1e-9 relative."""
    table = attribute(journeys, RULES[rule]).by("channel", intervals=False)
    for kind in ("conversions", "value"):
        figures: dict[str, Any] = {name: figure for name, figure in PEERS[peer][rule][kind].items() if figure}
        ours = dict(zip(table["channel"].tolist(), table[kind].tolist(), strict=True))
        assert figures == pytest.approx({name: figure for name, figure in ours.items() if figure}, rel=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_totals_add_up_to_what_was_published(journeys: sl.Journeys, rule: str) -> None:
    """Each rule shares out all of it."""
    table = attribute(journeys, RULES[rule]).by("channel", intervals=False)
    assert 19_785 == pytest.approx(math.fsum(table["conversions"]), rel=1e-12)
    assert 74_802.971587 == pytest.approx(math.fsum(table["value"]), abs=5e-7)
