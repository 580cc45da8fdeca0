"""What became of every physical line."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.exceptions import InvalidValueError
from servicelead.tables import LineCount, Source
from servicelead.tables.merging import merge
from tables.samples import Row, assert_counted, at, business, columns, deal, touch


def source(rows: Sequence[Row], lines: list[int], n_lines: list[int] | None, physical: int, **more: Any) -> Source:
    """Return a file of rows that start on some lines and take so many; the rest of its lines were refused."""
    kept = sum(n_lines or [1] * len(rows))
    count = LineCount(file="f.csv", physical=physical, header=1, blank=0, kept=kept, rejected=physical - 1 - kept)
    given: dict[str, Any] = {"frame": columns(rows), "name": "f.csv", "line_counts": [count]}
    given |= {"lines": np.array(lines), "n_lines": None if n_lines is None else np.array(n_lines)}
    return Source(**given | more)


def test_lines_follow_the_fate_of_their_rows() -> None:
    """A refused row's lines are refused, a repeated row's are duplicates, and a reject tells its line."""
    rows = [touch("t1"), touch("t2", team=None), touch("t1"), touch("t3")]
    made = business(touchpoints=source(rows, [2, 5, 7, 8], [3, 2, 1, 2], physical=10))
    assert [("f.csv", 10, 1, 0, 5, 3, 1)] == [tuple(row.values()) for row in made.lines.rows()]
    assert [(2, 5)] == [(reject.record, reject.line) for reject in made.reject_list]
    assert [5] == made.rejects["line"].tolist()
    assert_counted(made)


@given(st.data())
def test_lines_add_up_whatever_becomes_of_rows(data: st.DataObject) -> None:
    """Each line of a file is of one kind, however its rows fare and however many tables read them."""
    n = data.draw(st.integers(0, 6))
    cell = st.sampled_from(["x", "x", None])
    rows = [touch(f"t{data.draw(st.integers(0, 3))}", data.draw(cell), channel=data.draw(cell)) for _ in range(n)]
    usage = [{"account_id": row["account_id"], "occurred_at": at(1), "feature": row["channel"]} for row in rows]
    n_lines = data.draw(st.none() | st.lists(st.integers(1, 3), min_size=n, max_size=n))
    physical = 1 + sum(n_lines or [1] * n) + data.draw(st.integers(0, 2))
    lines = list(range(2, 2 + n))
    first = source(rows, lines, n_lines, physical)
    second = source(usage, lines, n_lines, physical)
    made = business(touchpoints=first, usage=second)
    alone = business(touchpoints=first), business(usage=second)
    for table in (made, *alone):
        assert_counted(table)
    (row,) = made.lines.rows()
    # Usage has no identifier, so none of its rows is a duplicate: a line is refused only where both tables refuse it.
    refused = set.intersection(*({reject.record for reject in table.reject_list} for table in alone))
    taken = n_lines or [1] * n
    assert physical - 1 - sum(taken) + sum(taken[record - 1] for record in refused) == row["rejected"]
    assert 0 == row["duplicates"]


def test_a_query_moves_no_line() -> None:
    """Its rows are not those of a file: a file keeps the lines that were read, and is counted once."""
    count = LineCount(file="f.csv", physical=4, header=1, blank=1, kept=2, rejected=0)
    other = LineCount(file="g.csv", physical=2, header=1, blank=0, kept=1, rejected=0)
    query = Source(frame=columns([touch("t", team=None)]), name="q", line_counts=[count, other], is_query=True)
    made = business(touchpoints=query)
    assert [("f.csv", 2, 0), ("g.csv", 1, 0)] == [(r["file"], r["kept"], r["rejected"]) for r in made.lines.rows()]
    own = Source(frame=columns([deal("o1"), deal("o2", amount="x")]), name="f.csv", line_counts=[count])
    made = business(touchpoints=query, opportunities=own)
    assert [("f.csv", 1, 1), ("g.csv", 1, 0)] == [(r["file"], r["kept"], r["rejected"]) for r in made.lines.rows()]
    assert_counted(made)


def test_what_has_no_lines_has_none_in_the_account() -> None:
    """Frames and Parquet files are counted in rows alone, and added businesses have the files of both."""
    frames = business(touchpoints=[touch("t")])
    files = business(touchpoints=source([touch("u", "b")], [2], None, 2))
    assert 0 == len(frames.lines)
    for merged in (merge(frames, files).business, merge(files, frames).business):
        assert files.lines.rows() == merged.lines.rows()
    assert [None] == business(touchpoints=[touch("t", team=None)]).rejects["line"].tolist()


@pytest.mark.parametrize("name", ["records", "lines", "n_lines"])
def test_every_row_has_a_number(name: str) -> None:
    """A source that numbers other rows than it has is refused."""
    numbers: dict[str, Any] = {name: np.array([1, 2])}
    with pytest.raises(InvalidValueError, match=f"{name} must have a number for every row: got 2 numbers for 1 rows"):
        business(touchpoints=Source(frame=columns([touch("t")]), **numbers))
