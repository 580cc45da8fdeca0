from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from servicelead.calculators import Adoption, LeadEconomics, Uniform, monte_carlo
from servicelead.exceptions import UnknownNameError
from servicelead.plots import MonteCarloDisplay

mpl.use("Agg")
BASE = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
RESULT = monte_carlo(BASE, ["revenue", "expected_wins"], {"n_leads": Uniform(low=12, high=35)}, seed=1, n=300)


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def test_every_draw_is_in_the_picture() -> None:
    """The bars' heights add up to the draws; the line is the median."""
    display = MonteCarloDisplay.from_monte_carlo(RESULT)
    (bars,) = display.ax_.containers
    assert 300 == sum(bar.get_height() for bar in bars.patches)  # type: ignore[attr-defined]  # bars have patches
    median = RESULT.summary().row(output="revenue")["median"]
    assert [median, median] == np.asarray(display.ax_.get_lines()[0].get_xdata()).tolist()
    assert "revenue (money)" == display.ax_.get_xlabel()


def test_another_output_can_be_drawn() -> None:
    """One of those watched, and no other."""
    assert "expected wins (wins)" == MonteCarloDisplay.from_monte_carlo(RESULT, "expected_wins").ax_.get_xlabel()
    with pytest.raises(UnknownNameError, match="revenue, expected_wins"):
        MonteCarloDisplay.from_monte_carlo(RESULT, "net_value")


def test_nothing_defined_is_an_empty_picture() -> None:
    """No bars, no line, no error."""
    result = monte_carlo(
        Adoption(n_sold=0, n_used=1), "licence_utilisation_ratio", {"n_used": Uniform(low=0, high=9)}, seed=1, n=9
    )
    display = MonteCarloDisplay.from_monte_carlo(result)
    assert [] == list(display.ax_.get_lines())
