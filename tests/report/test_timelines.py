import pytest

from servicelead.domain import Team
from servicelead.report.credit import Month
from servicelead.report.deals import Deal, Touch
from servicelead.report.timelines import Piece, columns, trail


def deal(*touches: tuple[float, float]) -> Deal:
    """Return a deal with touches of the given days before the close and shares."""
    return Deal(
        opportunity_id="o",
        account_id="a",
        closed="2026-03-10",
        value=1.0,
        services_share=1.0,
        n_touches=len(touches),
        touches=tuple(
            Touch(
                position=i,
                when="",
                days_before=days,
                channel="case",
                team=Team.SERVICES,
                share=share,
                value=share,
                reason="",
            )
            for i, (days, share) in enumerate(touches)
        ),
        unattributed="",
    )


def test_a_trail_runs_from_the_first_touch_to_the_close() -> None:
    """A touch stands by its days before the close, as high as its share of the largest."""
    drawn = trail(deal((40, 0.5), (10, 0.25), (0, 0.25)))
    assert [(0.0, 0.0), (750.0, 500.0), (1000.0, 500.0)] == [(mark.at, mark.top) for mark in drawn]
    assert {Team.SERVICES} == {mark.team for mark in drawn}


def test_a_trail_of_a_single_day_or_without_credit() -> None:
    """Touches at the very close stand at the right; those without a share have no height."""
    assert [(1000.0, 0.0)] == [(mark.at, mark.top) for mark in trail(deal((0, 1.0)))]
    assert [(0.0, 1000.0)] == [(mark.at, mark.top) for mark in trail(deal((3, 0.0)))]
    assert trail(deal()) == ()


def test_columns_stack_teams() -> None:
    """Pieces stack upwards from the line, the largest month to the top, before lines of round amounts."""
    months = [
        Month(month="2026-01", value={Team.SALES: 2.0, Team.SERVICES: 6.0}),
        Month(month="2026-02", value={Team.SALES: 0.0, Team.SERVICES: 4.0}),
    ]
    drawn = columns(months)
    first, second = drawn.columns
    assert (
        Piece(team=Team.SALES, top=750.0, height=250.0),
        Piece(team=Team.SERVICES, top=0.0, height=750.0),
    ) == first.pieces
    assert (
        Piece(team=Team.SALES, top=1000.0, height=0.0),
        Piece(team=Team.SERVICES, top=500.0, height=500.0),
    ) == second.pieces
    assert [(1000.0, 0.0), (750.0, 2.0), (500.0, 4.0), (250.0, 6.0), (0.0, 8.0)] == [
        (level.top, level.amount) for level in drawn.levels
    ]


def test_what_is_negative_hangs_below_the_line() -> None:
    """Negative pieces begin at zero and go down, one below the other; no height is negative."""
    month = Month(month="m", value={Team.SALES: 3.0, Team.SERVICES: -1.0, Team.PARTNER: -4.0})
    (column,) = columns([month]).columns
    assert (
        Piece(team=Team.SALES, top=0.0, height=375.0),
        Piece(team=Team.SERVICES, top=375.0, height=125.0),
        Piece(team=Team.PARTNER, top=500.0, height=500.0),
    ) == column.pieces


def test_few_months_are_bars_and_not_walls() -> None:
    """However few there are, a column takes at most an eighth of the picture, in the middle of its part."""
    months = [Month(month=f"m{i}", value={Team.SALES: 1.0}) for i in range(2)]
    assert [(190.0, 120.0, 250.0), (690.0, 120.0, 750.0)] == [
        (column.start, column.width, column.middle) for column in columns(months).columns
    ]


@pytest.mark.parametrize("months", [[], [Month(month="m", value={Team.SALES: 0.0})]])
def test_no_amounts_no_levels(months: list[Month]) -> None:
    """No months, or nothing but zeros, is no division by zero."""
    drawn = columns(months)
    assert () == drawn.levels
    assert all(piece.height == 0 for column in drawn.columns for piece in column.pieces)


@pytest.mark.parametrize(
    ("n", "labelled"),
    [(1, [0]), (2, [0, 1]), (4, [0, 1, 2, 3]), (5, [0, 2, 4]), (12, [0, 3, 6, 9]), (36, [0, 9, 18, 27])],
)
def test_labels_stand_under_their_columns(n: int, labelled: list[int]) -> None:
    """Up to four evenly spaced months are named, each below the middle of its own column."""
    months = [Month(month=f"m{i}", value={Team.SALES: 1.0}) for i in range(n)]
    drawn = [(i, column) for i, column in enumerate(columns(months).columns) if column.label]
    assert [f"m{i}" for i in labelled] == [column.label for _, column in drawn]
    assert [pytest.approx((i + 0.5) * 1000 / n) for i in labelled] == [column.middle for _, column in drawn]
