import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from propensity.rankings import evaluated, foreseeable
from servicelead.exceptions import MissingDependencyError, UnknownNameError
from servicelead.plots import GainDisplay, ProfitDisplay, ReliabilityDisplay
from servicelead.propensity import choose_accounts

mpl.use("Agg")
FOUND = evaluated(*foreseeable(200), value=100.0, cost=20.0)


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def test_reliability_shows_the_bins() -> None:
    """What was promised and what happened, beside the diagonal."""
    diagonal, happened = ReliabilityDisplay.from_evaluation(FOUND, "logistic").ax_.get_lines()
    table = FOUND.calibration("logistic")
    np.testing.assert_allclose(100 * table["score"], np.asarray(happened.get_xdata()))
    np.testing.assert_allclose(100 * table["rate"], np.asarray(happened.get_ydata()))
    np.testing.assert_array_equal(np.asarray(diagonal.get_xdata()), np.asarray(diagonal.get_ydata()))


def test_reliability_of_the_prior_is_one_point_a_fold_at_most() -> None:
    """Ties stay together."""
    _, happened = ReliabilityDisplay.from_evaluation(FOUND, "prior").ax_.get_lines()
    assert 1 <= len(np.asarray(happened.get_xdata())) <= 4


def test_gain_goes_from_none_to_all_for_every_model() -> None:
    """And the prior is the diagonal."""
    lines = GainDisplay.from_evaluation(FOUND).ax_.get_lines()
    assert ["model", "logistic", "prior"] == [line.get_label() for line in lines]
    for line in lines:
        assert (0, 100) == (np.asarray(line.get_ydata())[0], np.asarray(line.get_ydata())[-1])
    np.testing.assert_allclose(np.asarray(lines[2].get_xdata()), np.asarray(lines[2].get_ydata()))
    assert 3 == len({line.get_linestyle() for line in lines})


def test_profit_ends_where_everybody_was_called() -> None:
    """Whatever the ranking, all models end at the same profit; the highest point is marked."""
    display = ProfitDisplay.from_evaluation(FOUND)
    lines = [line for line in display.ax_.get_lines() if line.get_label() in FOUND.models]
    ends = [np.asarray(line.get_ydata())[-1] for line in lines]
    np.testing.assert_allclose([np.sum(FOUND.label * 100.0 - 20.0)] * 3, ends)
    assert "realised profit" == display.ax_.get_ylabel()


def test_profit_of_a_choice_is_expected_until_it_is_known() -> None:
    """The label says which."""
    assert "expected profit" == ProfitDisplay.from_choice(choose_accounts([0.5], 10.0)).ax_.get_ylabel()
    known = choose_accounts([0.5], 10.0, labels=[1])
    assert "realised profit" == ProfitDisplay.from_choice(known).ax_.get_ylabel()


def test_profit_needs_values() -> None:
    """Without them nothing has a price."""
    with pytest.raises(UnknownNameError, match="value of each row"):
        ProfitDisplay.from_evaluation(evaluated(*foreseeable(200)))


@pytest.mark.parametrize("display", [ReliabilityDisplay, GainDisplay, ProfitDisplay])
def test_they_draw_on_axes_that_are_given(
    display: type[ReliabilityDisplay | GainDisplay | ProfitDisplay],
) -> None:
    """And make no figure of their own."""
    _, ax = plt.subplots()
    assert ax is display.from_evaluation(FOUND, ax=ax).ax_


@pytest.mark.parametrize("display", [ReliabilityDisplay, GainDisplay, ProfitDisplay])
def test_without_matplotlib_they_say_what_to_install(
    display: type[ReliabilityDisplay | GainDisplay | ProfitDisplay], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plots are optional."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=display.__name__):
        display.from_evaluation(FOUND)
