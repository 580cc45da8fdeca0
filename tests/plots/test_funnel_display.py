import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from servicelead.exceptions import InvalidValueError, MissingDependencyError
from servicelead.plots import FunnelDisplay
from servicelead.plots.palette import TEAM_COLOURS
from servicelead.refinery import Funnel
from tables.samples import at, business, lead

mpl.use("Agg")


def funnel(*leads: Any) -> Funnel:
    """Return the funnel of leads that only their record tells of."""
    return Funnel.from_business(business(leads=list(leads)), maturity=timedelta(days=30))


LEADS = funnel(*(lead(str(i), stage="accepted" if i % 2 else "new", owner=f"${i}$") for i in range(8)))


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Close every figure a test opens."""
    yield
    plt.close("all")


def widths(display: FunnelDisplay) -> list[float]:
    """Return how far the bars reach."""
    return [bar.get_width() for bar in display.ax_.patches]  # type: ignore[attr-defined]  # bars


def test_bars_are_the_shares_that_got_so_far() -> None:
    """All, then half of them up to accepted, then none; the first on top, each with its numbers."""
    display = FunnelDisplay.from_funnel(LEADS)
    assert [100, 50, 50, 50, 0, 0] == widths(display)
    assert display.ax_.yaxis_inverted()
    assert ["8 of 8", "4 of 8"] == [text.get_text() for text in display.ax_.texts][:2]
    assert ["new", "working\n50% of new", "qualified"] == [t.get_text() for t in display.ax_.get_yticklabels()][:3]
    assert "30 days" in display.ax_.get_title()


def test_groups_are_told_apart() -> None:
    """By name, colour and pattern; teams wear their colours."""
    display = FunnelDisplay.from_funnel(
        funnel(lead("1", stage="won"), lead("2", team="sales"), lead("3", team="sales", stage="working")), "team"
    )
    assert [100, 50, 0, 0, 0, 0] + [100] * 6 == widths(display)
    legend = display.ax_.get_legend()
    assert legend is not None
    assert ["sales", "services"] == [text.get_text() for text in legend.get_texts()]
    first, last = display.ax_.patches[0], display.ax_.patches[-1]
    assert mpl.colors.to_rgba(TEAM_COLOURS[next(t for t in TEAM_COLOURS if t == "sales")]) == first.get_facecolor()
    assert first.get_hatch() != last.get_hatch()


def test_labels_are_text_and_never_formulas() -> None:
    """Six owners can be drawn; those without one are named so."""
    display = FunnelDisplay.from_funnel(funnel(lead("1", owner="$x$"), lead("2")), "owner")
    legend = display.ax_.get_legend()
    assert legend is not None
    assert [r"\$x\$", "(none)"] == [text.get_text() for text in legend.get_texts()]


def test_too_many_groups_are_refused() -> None:
    """Eight owners have no patterns of their own."""
    with pytest.raises(InvalidValueError, match="at most 6 groups; got 8"):
        FunnelDisplay.from_funnel(LEADS, "owner")


def test_nothing_old_enough_is_said() -> None:
    """No bars, and the reason; no leads at all draw nothing by team."""
    display = FunnelDisplay.from_funnel(funnel(lead("1", created_at=at(170))))
    assert [0] * 6 == widths(display)
    assert {"none old enough yet"} == {text.get_text() for text in display.ax_.texts}
    assert [] == widths(FunnelDisplay.from_funnel(funnel(), "team"))


def test_it_draws_on_axes_that_are_given() -> None:
    """And makes no figure of its own."""
    _, ax = plt.subplots()
    assert ax is FunnelDisplay.from_funnel(LEADS, ax=ax).ax_


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plot is optional."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match="FunnelDisplay"):
        FunnelDisplay.from_funnel(LEADS)
