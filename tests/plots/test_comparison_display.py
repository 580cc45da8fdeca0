import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from servicelead import Journeys
from servicelead.attribution import Comparison, FirstTouch, Linear, Shapley, compare
from servicelead.datasets import simulate_business
from servicelead.exceptions import MissingDependencyError, UnknownNameError
from servicelead.plots import ComparisonDisplay

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Return three models on a simulated business."""
    journeys = Journeys.from_business(simulate_business(n_accounts=200, seed=0).business)
    return compare(journeys, [FirstTouch(), Linear(), Shapley()])


def test_marks_are_the_shares(comparison: Comparison) -> None:
    """Each model's marks lie at its shares, in percent, the line between the smallest and the largest."""
    display = ComparisonDisplay.from_comparison(comparison)
    table = comparison.by("channel")
    lines, *marks = display.ax_.collections
    assert ["first_touch", "linear", "shapley"] == [mark.get_label() for mark in marks]
    for mark in marks:
        assert np.allclose(100 * table[str(mark.get_label())], np.asarray(mark.get_offsets())[:, 0])
    shares = 100 * np.stack([table[name] for name in comparison.models])
    ends = np.array([np.asarray(path.vertices)[:, 0] for path in lines.get_paths()])
    assert np.allclose(np.stack([shares.min(axis=0), shares.max(axis=0)], axis=1), ends)
    assert table["channel"].tolist() == [label.get_text() for label in display.ax_.get_yticklabels()]
    assert display.figure_ is display.ax_.figure


def test_other_dimensions_fewer_labels_given_axes(comparison: Comparison) -> None:
    """By team, of conversions, the largest two, on axes of the caller's."""
    _, ax = plt.subplots()
    display = ComparisonDisplay.from_comparison(comparison, by="team", of="conversions", most=2, ax=ax)
    assert display.ax_ is ax
    assert comparison.by("team", of="conversions")["team"][:2].tolist() == [t.get_text() for t in ax.get_yticklabels()]
    assert "share of credited conversions, %" == ax.get_xlabel()


def test_hostile_names_are_text() -> None:
    """A formula in the name of a channel or a model is not typeset, and a leading underscore hides no model."""
    journeys = Journeys.from_paths(
        {"path": ["$call$ > mail"], "won": [1], "value": [3.0]}, path="path", conversions="won", value="value"
    )
    display = ComparisonDisplay.from_comparison(compare(journeys, {"$a$": FirstTouch(), "_b": Linear()}))
    display.figure_.canvas.draw()
    legend = display.ax_.get_legend()
    assert legend is not None
    assert 2 == len(legend.get_texts())


def test_more_models_than_marks() -> None:
    """A ninth model is drawn too."""
    journeys = Journeys.from_paths(
        {"path": ["call"], "won": [1], "value": [3.0]}, path="path", conversions="won", value="value"
    )
    display = ComparisonDisplay.from_comparison(compare(journeys, {f"model {i}": Linear() for i in range(9)}))
    assert 10 == len(display.ax_.collections)


def test_nothing_to_draw(comparison: Comparison) -> None:
    """A comparison on no journeys gives an empty picture."""
    nobody = comparison.journeys.of_accounts(np.zeros(200, dtype=bool))
    display = ComparisonDisplay.from_comparison(compare(nobody, [FirstTouch(), Linear()]))
    assert [] == list(display.ax_.get_yticklabels())


def test_unknown_dimension(comparison: Comparison) -> None:
    """A misspelt dimension is the library's own error."""
    with pytest.raises(UnknownNameError):
        ComparisonDisplay.from_comparison(comparison, by="chanel")


def test_missing_matplotlib_names_the_remedy(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r"servicelead\[plot\]"):
        ComparisonDisplay.from_comparison(comparison)
