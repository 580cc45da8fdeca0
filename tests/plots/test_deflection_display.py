import sys
from collections.abc import Iterator

import matplotlib as mpl
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt

from servicelead.calculators import Deflection, overstated_deflection
from servicelead.exceptions import MissingDependencyError
from servicelead.plots import DeflectionDisplay

DEFLECTION = Deflection(
    n_events=10_000,
    n_unentitled_events=5_000,
    success_rate=0.48,
    intent_given_success_rate=0.60,
    no_further_action_given_intent_rate=0.80,
)


@pytest.fixture(autouse=True)
def _no_figures_left() -> Iterator[None]:
    yield
    plt.close("all")


def test_bars_are_the_table() -> None:
    """One bar per way of counting, as long as its cases, and only the first as defined is in colour."""
    display = DeflectionDisplay.from_deflection(DEFLECTION)
    table = overstated_deflection(DEFLECTION)
    bars = display.ax_.patches
    assert table["deflected_cases"].tolist() == [bar.get_width() for bar in bars]  # type: ignore[attr-defined]  # bars
    assert table["reckoning"].tolist() == [label.get_text() for label in display.ax_.get_yticklabels()]
    assert 2 == len({bar.get_facecolor() for bar in bars})
    assert "3,456  (1.50 times)" in [text.get_text() for text in display.ax_.texts]


def test_without_deflection_there_is_nothing_to_compare_with() -> None:
    """No bar claims a multiple of 0."""
    display = DeflectionDisplay.from_deflection(
        Deflection(
            **dict.fromkeys(
                ("n_events", "success_rate", "intent_given_success_rate", "no_further_action_given_intent_rate"), 0
            )
        )
    )
    assert {"0"} == {text.get_text() for text in display.ax_.texts}


def test_drawn_on_given_axes() -> None:
    """Axes of the caller's are used."""
    figure, ax = plt.subplots()
    assert (figure, ax) == ((display := DeflectionDisplay.from_deflection(DEFLECTION, ax=ax)).figure_, display.ax_)


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r"servicelead\[plot\]"):
        DeflectionDisplay.from_deflection(DEFLECTION)
