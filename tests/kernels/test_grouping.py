import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicelead.kernels import grouping
from servicelead.kernels.grouping import compress, group_rows, group_sums

ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(-3, 5), min_size=width, max_size=width), min_size=1, max_size=20)
)


@given(numbers=st.lists(st.integers(0, 30), max_size=30), dense=st.booleans())
def test_compress_numbers_what_occurs(numbers: list[int], dense: bool) -> None:  # noqa: FBT001 - drawn
    """Ascending, each once, and each number points at itself: by the table and by sorting."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "_DENSE", 100 if dense else -1)
        present, ids = compress(np.array(numbers, dtype=np.int64), 31 if dense else 10**12)
    assert sorted(set(numbers)) == present.tolist()
    assert numbers == present[ids].tolist()


@given(rows=ROWS, wide=st.booleans())
def test_equal_rows_are_grouped_in_order(rows: list[list[int]], wide: bool) -> None:  # noqa: FBT001 - drawn
    """Distinct rows in lexicographic order, also where a row does not fit into one number."""
    given_rows = np.array(rows, dtype=np.int32)
    if wide:  # columns whose spans multiply beyond 64 bits, the same in every row but for one bit
        far = np.full((len(rows), 3), 2**30, dtype=np.int32)
        far[::2] = -(2**30)
        given_rows = np.hstack([given_rows, far])
    distinct, ids = group_rows(given_rows)
    assert sorted(set(map(tuple, given_rows.tolist()))) == [tuple(row) for row in distinct.tolist()]
    assert given_rows.tolist() == distinct[ids].tolist()


def test_no_rows_have_no_groups() -> None:
    """Nothing in, nothing out, as wide as before."""
    distinct, ids = group_rows(np.zeros((0, 3), dtype=np.int32))
    assert ((0, 3), 0) == (distinct.shape, len(ids))


@given(amounts=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=8), n=st.integers(1, 3))
def test_sums_are_exact_or_refused(amounts: list[int], n: int) -> None:
    """The sum of whole numbers to the last unit, and an error where it does not fit into 64 bits."""
    ids = np.arange(len(amounts)) % n
    expected = [sum(amounts[i::n]) for i in range(n)]
    if all(-(2**63) <= total < 2**63 for total in expected):
        assert expected == group_sums(ids, np.array(amounts, dtype=np.int64), n).tolist()
    else:
        with pytest.raises(OverflowError):
            group_sums(ids, np.array(amounts, dtype=np.int64), n)
