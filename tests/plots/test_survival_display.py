import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from servicelead.exceptions import InvalidValueError, MissingDependencyError
from servicelead.plots import SurvivalDisplay
from servicelead.retention import Lifetimes, kaplan_meier

mpl.use("Agg")
WORKED = Lifetimes(durations=[3, 5, 5, 8, 12, 12], events=[1, 1, 0, 1, 0, 0], unit="months")


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def test_steps_fall_at_events_and_end_where_observation_does() -> None:
    """From all at 0 to the last share at 12."""
    (line,) = SurvivalDisplay.from_curves(kaplan_meier(WORKED)).ax_.get_lines()
    assert [0, 3, 5, 8, 12] == np.asarray(line.get_xdata()).tolist()
    np.testing.assert_allclose(np.asarray(line.get_ydata()), [100, 83.33333, 66.66667, 44.44444, 44.44444], rtol=1e-6)
    assert "steps-post" == line.get_drawstyle()


def test_several_curves_are_told_apart() -> None:
    """By name, by colour and by pattern; names are text, never formulas."""
    display = SurvivalDisplay.from_curves({"$x$": kaplan_meier(WORKED), "b": kaplan_meier(WORKED.take([0, 1, 2]))})
    legend = display.ax_.get_legend()
    assert legend is not None
    assert [r"\$x\$", "b"] == [text.get_text() for text in legend.get_texts()]
    assert 2 == len({line.get_linestyle() for line in display.ax_.get_lines()})


def test_nothing_observed_is_a_level_line() -> None:
    """Without events everybody is still there."""
    stays = Lifetimes(durations=[3, 4], events=[0, 0])
    (line,) = SurvivalDisplay.from_curves(kaplan_meier(stays)).ax_.get_lines()
    assert [100, 100] == np.asarray(line.get_ydata()).tolist()


def test_it_draws_on_axes_that_are_given() -> None:
    """And makes no figure of its own."""
    _, ax = plt.subplots()
    assert ax is SurvivalDisplay.from_curves(kaplan_meier(WORKED), ax=ax).ax_


def test_curves_of_several_units_are_refused() -> None:
    """Days and months have no common axis; no curve has none at all."""
    days = kaplan_meier(Lifetimes(durations=[1, 2], events=[1, 0]))
    with pytest.raises(InvalidValueError, match="one unit of time"):
        SurvivalDisplay.from_curves({"a": kaplan_meier(WORKED), "b": days})
    with pytest.raises(InvalidValueError, match="got 0 curves"):
        SurvivalDisplay.from_curves({})


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plot is optional."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match="SurvivalDisplay"):
        SurvivalDisplay.from_curves(kaplan_meier(WORKED))
