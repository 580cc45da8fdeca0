"""The published marketing paths as Markov chains, and what two peers make of them (how: in the JSON file beside)."""

import json
from pathlib import Path

import pandas as pd
import pytest

import servicelead as sl
from servicelead.attribution import MarkovChain

pytestmark = pytest.mark.data
PEERS = json.loads(Path(__file__).with_name("marketing_paths_markov.json").read_text(encoding="utf-8"))


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


def effects(journeys: sl.Journeys, order: int) -> dict[str, float]:
    """Return each channel's removal effect."""
    table = MarkovChain(order=order).fit(journeys).removal_effect
    return dict(zip(table["channel"].tolist(), table["removal_effect"].tolist(), strict=True))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_chain_converts_as_often_as_the_paths(journeys: sl.Journeys, order: int) -> None:
    """19,785 of 88,387, whatever is remembered: as counted, and as solved through every state."""
    chain = MarkovChain(order=order).fit(journeys)
    rate = 19_785 / 88_387
    assert rate == pytest.approx(chain.conversion_probability, rel=1e-12)
    # One step from the start, and what each state reached is then worth.
    first = chain.chain.shares[[0], :] @ chain.solution.worth("conversions").states
    assert rate == pytest.approx(float(first[0]), rel=1e-12 if order < 4 else 1e-10)


@pytest.mark.parametrize("order", [1, 2])
def test_effects_are_those_of_the_exact_peer(journeys: sl.Journeys, order: int) -> None:
    """do-attribution, exact as well, to 1e-9 relative."""
    peer = PEERS["do-attribution"][str(order)]
    assert peer["removal_effect"] == pytest.approx(effects(journeys, order), rel=1e-9)
    assert peer["conversion_probability"] == pytest.approx(19_785 / 88_387, rel=1e-9)


@pytest.mark.parametrize("order", [1, 2])
def test_a_simulation_is_near_for_large_channels_and_misses_small_ones(journeys: sl.Journeys, order: int) -> None:
    """ChannelAttribution is within 5% of the exact effects of channels above .1; of the smallest, mi, it misses all."""
    ours, simulated = effects(journeys, order), PEERS["ChannelAttribution"][str(order)]
    large = {name: effect for name, effect in ours.items() if effect > 0.1}
    assert large == pytest.approx({name: simulated[name] for name in large}, rel=0.05)
    assert {1: 1.799458e-4, 2: 2.021734e-4}[order] == pytest.approx(ours["mi"], rel=1e-6)
    assert abs(simulated["mi"] / ours["mi"] - 1) > 0.5
