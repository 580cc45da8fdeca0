"""Refused rows as columns."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.tables import Business, Reject, Rejects
from servicelead.tables.merging import merge
from tables.samples import AS_OF, business, touch

REJECTS = st.lists(
    st.builds(
        Reject,
        file=st.sampled_from(["a.csv", "b.csv"]),
        table=st.sampled_from(["touchpoints", "leads"]),
        record=st.integers(1, 4),
        column=st.sampled_from(["", "team"]),
        code=st.sampled_from(["nul_byte", "missing_value"]),
        line=st.none() | st.integers(1, 9),
    ),
    max_size=8,
)


@given(REJECTS, REJECTS)
def test_columns_hold_what_the_objects_say(first: list[Reject], second: list[Reject]) -> None:
    """Items, slices, sums, groups and the number of rows are those of the list of objects."""
    columns = Rejects.of(first) + second
    both = first + second
    assert both == list(columns)
    assert both[1::2] == list(columns[1::2])
    assert [reject in columns for reject in both] == [True] * len(both)
    assert len({(r.file, r.table, r.record) for r in both}) == columns.n_rows
    groups = columns.groups(examples=2)
    assert len(both) == sum(group.n for group in groups)
    for group in groups:
        same = [r for r in both if (r.file, r.table, r.column, r.code) == (group.file, group.table, group.column,
                                                                           group.code)]  # fmt: skip
        assert (len(same), tuple(r.record for r in same[:2]), tuple(r.line for r in same[:2])) == (
            group.n, group.records, group.lines)  # fmt: skip


def test_nothing_is_an_empty_sequence() -> None:
    """Without rejects there are no items, groups or rows."""
    for none in (Rejects(), Rejects.of([]), Rejects.concatenated([])):
        assert (0, 0, (), []) == (len(none), none.n_rows, none.groups(), list(none))
        assert not none
    with pytest.raises(IndexError):
        Rejects()[0]


def test_a_column_that_cannot_be_read_at_all_costs_arrays() -> None:
    """A hundred thousand bad cells are no objects until somebody asks, and the last of them is as good as the first."""
    n = 100_000
    made = Business.from_frames(
        touchpoints={
            "touchpoint_id": np.arange(n),
            "account_id": np.full(n, "a"),
            "occurred_at": np.full(n, "soon"),
            "team": np.full(n, "services"),
            "channel": np.full(n, "call"),
        },
        as_of=AS_OF,
    )
    assert n == len(made.reject_list) == made.reject_list.n_rows
    assert 24 * n > len(pickle.dumps(made.reject_list))
    assert (
        Reject(file="", table="touchpoints", record=n, column="occurred_at", code="not_a_time")
        == (made.reject_list[-1])
    )
    assert "Rejects(100,000 of 100,000 rows)" == repr(made.reject_list)
    assert ["occurred_at"] == made.reasons["column"].tolist()


def test_added_businesses_keep_the_rejects_of_both() -> None:
    """In the order of the parts."""
    parts = [business(touchpoints=[touch(f"t{name}", name, team=None, channel=None)]) for name in "ab"]
    merged = merge(*parts).business
    assert [*parts[0].reject_list, *parts[1].reject_list] == list(merged.reject_list)
