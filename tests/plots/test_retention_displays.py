from collections.abc import Iterator
from datetime import date
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt

from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.plots import CohortDisplay, WaterfallDisplay
from servicelead.retention import MovementLedger, cohort_triangle
from servicelead.tables import Business


@pytest.fixture(autouse=True)
def _no_figures_left() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def ledger() -> MovementLedger:
    """Return a ledger in which everything moves."""
    return MovementLedger.from_movements(
        {
            "account_id": ["a", "b", "a", "b", "b", "c", "a"],
            "occurred_at": [date(2024, m, 5).isoformat() for m in (1, 1, 2, 2, 3, 3, 4)],
            "movement": ["new", "new", "expansion", "churn", "reactivation", "new", "contraction"],
            "amount": [100, 60, 20, 60, 50, 30, 10],
        },
        as_of=date(2024, 4, 30),
        currency="USD",
    )


def test_bars_are_the_movements(ledger: MovementLedger) -> None:
    """Each bar is as long as its movement and begins where the one before it ended."""
    display = WaterfallDisplay.from_ledger(ledger, "2024-02", "2024-04")
    boxes = [(bar.get_y(), bar.get_height()) for bar in display.ax_.patches]  # type: ignore[attr-defined]  # bars
    assert [(0, 160), (160, 30), (190, 20), (210, 50), (250, 10), (190, 60), (0, 190)] == boxes
    assert ["160", "+30", "+20", "+50", "-10", "-60", "190"] == [text.get_text() for text in display.ax_.texts]
    assert "2024-02 to 2024-04" in display.ax_.get_title()


def test_the_last_period_by_default(ledger: MovementLedger) -> None:
    """Axes of the caller's are used."""
    figure, ax = plt.subplots()
    display = WaterfallDisplay.from_ledger(ledger, ax=ax)
    assert (figure, ax) == (display.figure_, display.ax_)
    assert "2024-04 (" in display.ax_.get_title()


def test_cells_are_the_triangle(ledger: MovementLedger) -> None:
    """What is not yet observable is blank, and the last row is all cohorts old enough."""
    display = CohortDisplay.from_ledger(ledger, "net_revenue_retention_ratio")
    table = cohort_triangle(ledger)
    image: Any = display.ax_.images[0].get_array()
    shown = np.asarray(np.ma.filled(image, np.nan))
    assert np.array_equal(table["net_revenue_retention_ratio"], shown.ravel(), equal_nan=True)
    assert ["2024-01", "2024-03", "all old enough"] == [label.get_text() for label in display.ax_.get_yticklabels()]
    assert np.count_nonzero(np.isfinite(shown)) == len(display.ax_.texts)


def test_nothing_to_draw() -> None:
    """An empty ledger has no waterfall, and an empty triangle is drawn as such."""
    empty = MovementLedger.from_business(Business.from_frames(as_of=date(2024, 1, 31), currency="USD"))
    with pytest.raises(UnknownNameError, match="no period"):
        WaterfallDisplay.from_ledger(empty)
    assert [] == list(CohortDisplay.from_ledger(empty).ax_.images)
    with pytest.raises(InvalidValueError, match="measure"):
        CohortDisplay.from_ledger(empty, "churn")  # type: ignore[arg-type]  # on purpose
