import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from servicelead.columns.table import ResultTable
from servicelead.exceptions import MissingDependencyError, UnknownNameError
from servicelead.plots import AttributionErrorDisplay

mpl.use("Agg")

TABLE = ResultTable(
    {
        "scenario": ["calm", "calm", "rough", "rough"],
        "strategy": ["linear", "$markov$", "linear", "$markov$"],
        "mean": [0.25, 0.5, np.nan, -0.125],
    },
    title="allocation error by team",
)


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def test_cells_are_the_means() -> None:
    """One row per strategy, one column per scenario, an undefined mean blank, and names as they are."""
    display = AttributionErrorDisplay.from_summary(TABLE)
    shown = display.ax_.images[0].get_array()
    assert shown is not None
    assert np.array_equal([[0.25, np.nan], [0.5, -0.125]], np.ma.filled(shown, np.nan), equal_nan=True)
    assert (-0.125, 0.5) == display.ax_.images[0].get_clim()
    assert ["0.25", "0.50", "-0.12"] == [text.get_text() for text in display.ax_.texts]
    assert ["linear", "$markov$"] == [label.get_text() for label in display.ax_.get_yticklabels()]
    assert ["calm", "rough"] == [label.get_text() for label in display.ax_.get_xticklabels()]
    assert "Allocation error by team: means over seeds" == display.ax_.get_title()
    display.figure_.canvas.draw()


def test_axes_of_the_callers() -> None:
    """It draws where it is told to, and a table that does not vary is drawn too."""
    figure, ax = plt.subplots()
    flat = ResultTable({"scenario": ["calm"], "strategy": ["linear"], "mean": [0.0]})
    display = AttributionErrorDisplay.from_summary(flat, ax=ax)
    assert (figure, ax) == (display.figure_, display.ax_)
    figure.canvas.draw()


def test_another_table_is_refused() -> None:
    """A table that is no summary is the library's own error."""
    with pytest.raises(UnknownNameError, match="strategy"):
        AttributionErrorDisplay.from_summary(ResultTable({"scenario": ["calm"], "mean": [0.1]}))


def test_missing_matplotlib_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r"servicelead\[plot\]"):
        AttributionErrorDisplay.from_summary(TABLE)
