import pytest

from servicelead.domain import Team
from servicelead.report.charts import Piece, bars, columns, strips
from servicelead.report.credit import Line, Month
from servicelead.report.rules import Compared


def line(value: float, lower: float | None = None, upper: float | None = None) -> Line:
    """Return a line of credit with a value and its interval."""
    return Line(
        label="x",
        team=None,
        n_touches=1,
        conversions=1.0,
        value=value,
        lower=lower,
        upper=upper,
        share=None,
        cost=None,
        roi=None,
    )


def test_bars_share_one_scale_from_zero() -> None:
    """The longest whisker reaches the end; a bar without an interval has no whisker."""
    first, second = bars([line(60, 20, 100), line(25)])
    assert (0.0, 600.0, 200.0, 1000.0) == (first.zero, first.width, first.lower, first.upper)
    assert (0.0, 250.0, None, None) == (second.zero, second.width, second.lower, second.upper)


def test_a_whisker_may_reach_below_zero() -> None:
    """The axis then stands where zero is, and bars begin there."""
    first, second = bars([line(25, -25, 75), line(50)])
    assert (250.0, 250.0, 0.0, 1000.0) == (first.zero, first.width, first.lower, first.upper)
    assert (250.0, 500.0) == (second.zero, second.width)


@pytest.mark.parametrize("lines", [[], [line(0.0)]])
def test_nothing_to_draw(lines: list[Line]) -> None:
    """No lines, or nothing but zeros, is no division by zero."""
    assert [0.0] * len(lines) == [bar.width for bar in bars(lines)]


def test_strips_run_from_nothing_to_everything() -> None:
    """A tick stands at its share; the band spans them; a label without shares has no strip."""
    some, none = strips(
        [Compared(label="a", team=None, shares=(0.5, 0.25, None)), Compared(label="b", team=None, shares=(None,))]
    )
    assert none is None
    assert some is not None
    assert (250.0, 500.0, (500.0, 250.0)) == (some.low, some.high, some.ticks)


def test_columns_stack_teams() -> None:
    """Pieces stack upwards from the line, the largest month to the top."""
    months = [
        Month(month="2026-01", value={Team.SALES: 2.0, Team.SERVICES: 6.0}),
        Month(month="2026-02", value={Team.SALES: 0.0, Team.SERVICES: 4.0}),
    ]
    first, second = columns(months)
    assert (
        Piece(team=Team.SALES, top=750.0, height=250.0),
        Piece(team=Team.SERVICES, top=0.0, height=750.0),
    ) == first.pieces
    assert (
        Piece(team=Team.SALES, top=1000.0, height=0.0),
        Piece(team=Team.SERVICES, top=500.0, height=500.0),
    ) == second.pieces
    assert (50.0, 400.0, 550.0) == (first.start, first.width, second.start)
    assert columns([]) == ()


@pytest.mark.parametrize(
    ("n", "labelled"),
    [(1, [0]), (2, [0, 1]), (4, [0, 1, 2, 3]), (5, [0, 2, 4]), (12, [0, 3, 6, 9]), (36, [0, 9, 18, 27])],
)
def test_labels_stand_under_their_columns(n: int, labelled: list[int]) -> None:
    """Up to four evenly spaced months are named, each below the middle of its own column."""
    months = [Month(month=f"m{i}", value={Team.SALES: 1.0}) for i in range(n)]
    drawn = [(i, column) for i, column in enumerate(columns(months)) if column.label]
    assert [f"m{i}" for i in labelled] == [column.label for _, column in drawn]
    assert [pytest.approx((i + 0.5) * 1000 / n) for i in labelled] == [column.middle for _, column in drawn]
