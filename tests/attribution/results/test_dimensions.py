from itertools import pairwise

import numpy as np
import pytest

from attribution.hand import deal, journeys, touch
from servicelead.attribution.results import dimensions
from servicelead.attribution.results.dimensions import cells
from servicelead.columns.vocabulary import Vocabulary
from servicelead.kernels import grouping

FOUND = journeys(
    [
        touch("t1", "05-01", "ad", group="web", campaign="x"),
        touch("t2", "05-02", "ad"),
        touch("t3", "05-03", "call", group="desk"),
        touch("t4", "05-04", "ad", campaign="x"),
        touch("t5", "05-05", "ad", group="web", campaign="x"),
    ],
    [deal("o", "05-06", "1.00")],
)


@pytest.mark.parametrize("dense", [1 << 22, 0])
def test_each_placement_is_in_the_cell_of_its_labels(dense: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crossing by table or by sort, the labels of a placement's cell are its own; one cell has none at all."""
    monkeypatch.setattr(grouping, "_DENSE", dense)
    for names in (("group",), ("group", "campaign"), ("campaign", "channel", "group"), ("group", "account", "month")):
        table = cells(FOUND, names)
        for name, labels in table.labels().items():
            own = FOUND.vocabulary(name).decode(FOUND.codes(name)).tolist()
            assert own == labels[table.codes].tolist()
            assert labels[table.unlabelled] is None
        assert table.n == len(set(zip(*table.keys, strict=True)))


def test_more_cells_than_64_bits_can_number() -> None:
    """Dimensions of a hundred thousand labels each, four of them, are crossed without wrapping round."""
    n = 100_000
    columns = [np.arange(n, dtype=np.int32)] * 4
    codes, keys = dimensions._crossed(columns, [n + 1] * 4)
    assert n + 1 == len(keys[0])
    assert np.arange(n).tolist() == codes.tolist()
    assert all(one[:-1].tolist() == other[:-1].tolist() for one, other in pairwise(keys))


def test_more_rows_find_their_cell_or_get_one() -> None:
    """A known pair keeps its cell, an unknown pair or label gets one at the end, no label at all has its own."""
    table = cells(FOUND, ("channel", "group"))
    channels, groups = Vocabulary(["call", "fax"]), FOUND.vocabulary("group")
    rows = [np.array([0, 1, -1, 1], dtype=np.int32), np.array([groups.code("desk"), -1, -1, -1], dtype=np.int32)]
    wider, where = table.including(rows, [channels, groups])
    labels = list(zip(*(column.tolist() for column in wider.labels().values()), strict=True))
    assert [("call", "desk"), ("fax", None), (None, None), ("fax", None)] == [labels[cell] for cell in where]
    assert table.n + 1 == wider.n
    assert table.codes.tolist() == wider.codes.tolist()
    assert ("call", "desk") == labels[int(table.codes[2])]
