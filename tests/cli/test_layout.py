from hypothesis import given
from hypothesis import strategies as st

from servicelead.cli.layout import Column, fit, plain_lines

WORDS = st.text(alphabet="abc de", max_size=30)


@st.composite
def column_sets(draw: st.DrawFn) -> list[Column]:
    """Return some columns of equal length, the first of which always stays."""
    n = draw(st.integers(0, 4))
    ranks = draw(st.lists(st.integers(1, 9), max_size=4, unique=True))
    return [
        Column(
            title=f"t{rank}",
            cells=draw(st.lists(WORDS, min_size=n, max_size=n)),
            right=draw(st.booleans()),
            wraps=draw(st.booleans()) or rank == 0,
            rank=rank,
        )
        for rank in [0, *ranks]
    ]


@given(column_sets(), st.integers(14, 100))
def test_lines_fit_and_nothing_shown_is_cut(columns: list[Column], width: int) -> None:
    """No line is wider than asked, and every letter of a column that is shown is there."""
    shown = fit(columns, width)
    lines = plain_lines(shown, width)
    assert max(map(len, lines)) <= width
    for letter in "abcde":
        assert sum("".join(column.cells).count(letter) for column in shown) == "".join(lines).count(letter)


@given(column_sets(), st.integers(14, 100))
def test_the_least_needed_go_first(columns: list[Column], width: int) -> None:
    """A column that stays is needed at least as much as each that goes."""
    shown = fit(columns, width)
    gone = [column.rank for column in columns if column not in shown]
    assert max(column.rank for column in shown) < min(gone, default=10)
    assert 0 in [column.rank for column in shown]
