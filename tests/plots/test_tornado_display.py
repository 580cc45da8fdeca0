import sys
from collections.abc import Iterator

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from servicelead.calculators import LeadEconomics, tornado
from servicelead.exceptions import MissingDependencyError
from servicelead.plots import TornadoDisplay

mpl.use("Agg")
BASE = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
FOUND = tornado(BASE, "revenue", {"close_rate": (0.20, 0.30), "deal_value": (10_000, 20_000), "n_leads": (12, 35)})


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def test_bars_run_from_the_base_to_either_end() -> None:
    """The longest at the top, on both sides of the base case."""
    display = TornadoDisplay.from_tornado(FOUND)
    low, high = ([bar.get_x() + bar.get_width() for bar in group.patches] for group in display.ax_.containers)  # type: ignore[attr-defined]  # bars have patches
    assert FOUND.table["at_low"].tolist() == low
    assert FOUND.table["at_high"].tolist() == high
    assert {36_000.0} == {bar.get_x() for group in display.ax_.containers for bar in group.patches}  # type: ignore[attr-defined]  # the same
    bottom, top = display.ax_.get_ylim()
    assert bottom > top
    assert "n leads, 12 to 35" == display.ax_.get_yticklabels()[0].get_text()


def test_it_draws_on_axes_that_are_given() -> None:
    """And makes no figure of its own."""
    _, ax = plt.subplots()
    display = TornadoDisplay.from_tornado(FOUND, ax=ax)
    assert ax is display.ax_
    assert [1] == plt.get_fignums()


def test_without_matplotlib_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typed error with the command."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDependencyError, match=r"TornadoDisplay\.plot .*servicelead\[plot\]"):
        TornadoDisplay.from_tornado(FOUND)
