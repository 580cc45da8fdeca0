import sys
from collections.abc import Iterator

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

import servicelead as sl
from servicelead.attribution import MarkovChain
from servicelead.exceptions import MissingDependencyError
from servicelead.plots import TransitionDisplay

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def journeys(**paths: tuple[int, int]) -> sl.Journeys:
    """Return paths by their labels, `_` between them, with what was won and lost."""
    columns = {
        "path": [path.replace("_", " > ") for path in paths],
        "won": [won for won, _ in paths.values()],
        "lost": [lost for _, lost in paths.values()],
    }
    return sl.Journeys.from_paths(columns, path="path", conversions="won", nonconversions="lost")


def texts(display: TransitionDisplay) -> list[str]:
    """Return every text that was drawn."""
    return [text.get_text() for text in display.ax_.texts]


@pytest.mark.parametrize("order", [1, 2])
def test_arrows_carry_the_probability_of_a_step(order: int) -> None:
    """Of four journeys three go from ad to call; call is left five times, four of them for an end; at any order."""
    chain = MarkovChain(order=order).fit(journeys(ad_call=(2, 1), ad=(0, 1), call_call=(1, 0)))
    display = TransitionDisplay.from_chain(chain)
    assert ("start", "ad", "call", "converted", "not converted") == display.nodes
    assert {"0.80", "0.20", "0.75", "0.25", "0.60"} == {text for text in texts(display) if text.startswith("0.")}
    drawn = [text for text in texts(display) if text and not text.startswith("0.")]
    assert sorted(display.nodes) == sorted(drawn)
    assert [0, 4, 1, 0, 0] == display.steps[0].tolist()
    assert [0, 0, 1, 3, 1] == display.steps[2].tolist()


def test_only_the_most_visited_and_the_most_frequent_are_drawn() -> None:
    """Probabilities stay those of all steps."""
    chain = MarkovChain().fit(journeys(a_b_a_b=(5, 0), c_a=(1, 0), d=(0, 1)))
    display = TransitionDisplay.from_chain(chain, most=2, n_arrows=1)
    assert ("start", "a", "b", "converted", "not converted") == display.nodes
    assert ["0.91"] == [text for text in texts(display) if text.startswith("0.")]  # 10 of a's 11 steps lead to b


def test_names_are_text() -> None:
    """Neither a formula nor a box of the picture: a channel may be called start."""
    chain = MarkovChain().fit(sl.Journeys.from_paths({"path": ["$x$ > start"], "n": [1]}, path="path", conversions="n"))
    display = TransitionDisplay.from_chain(chain)
    display.figure_.canvas.draw()
    assert 2 == display.nodes.count("start")


def test_teams_and_channels_stand_together() -> None:
    """A label of several dimensions is written out."""
    business = sl.datasets.simulate_business(n_accounts=60, seed=0).business
    chain = MarkovChain(by=("team", "channel")).fit(sl.Journeys.from_business(business))
    assert "services support_case" in TransitionDisplay.from_chain(chain).nodes


def test_nothing_and_one_label_are_drawn() -> None:
    """An empty chain is a start and two ends; again, and on given axes."""
    empty = TransitionDisplay.from_chain(MarkovChain().fit(journeys()))
    assert ("start", "converted", "not converted") == empty.nodes
    one = TransitionDisplay.from_chain(MarkovChain().fit(journeys(a=(1, 1))))
    assert 4 == len(one.nodes)
    _, ax = plt.subplots()
    assert one.plot(ax).ax_ is ax


def test_missing_matplotlib_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says what to install."""
    chain = MarkovChain().fit(journeys(a=(1, 1)))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match="servicelead"):
        TransitionDisplay.from_chain(chain)
