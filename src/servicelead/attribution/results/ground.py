"""What a table of credit shows whichever strategy gave it: its cells, their touches and their cost."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.attribution.results.costs import costs
from servicelead.attribution.results.dimensions import Cells, cells, check_dimensions
from servicelead.kernels.totals import exact_label_totals
from servicelead.tables.journeys import Journeys

__all__ = ["Ground", "ground"]

_BLOCK = 1 << 17  # placements; a whole column of temporaries costs more in page faults than in arithmetic
# Dimensions in which a touch has one place, in whichever journey it is.
_OF_TOUCHES = {"channel", "team", "group", "campaign", "lead", "touch_month", "account"}


class Ground(NamedTuple):
    """Cells of a cross-table, how many touches and placements each has, and what each cost."""

    cells: Cells
    counts: Mapping[str, IntArray]
    cost: FloatArray


def ground(journeys: Journeys, names: Sequence[str], segmentation: object | None) -> Ground:
    """Return the cells of some dimensions with their counts and costs, worked out once for all strategies."""
    check_dimensions(names)
    key = (*names, segmentation)

    def work_out() -> Ground:
        table, spent = costs(journeys, cells(journeys, names, segmentation))
        return Ground(table, _counts(journeys, table), spent)

    return journeys.once(key, work_out)


def _counts(journeys: Journeys, table: Cells) -> dict[str, IntArray]:
    """Return distinct touches and placements of each cell; of aggregated paths, each as often as it was walked."""
    if journeys.business is None:
        steps = np.repeat(journeys.weight, journeys.lengths)
        walked = exact_label_totals(table.codes, steps, table.n)
        return {"n_touches": walked, "n_placements": walked}
    placements, touches = np.zeros(table.n, dtype=np.int64), np.zeros(table.n, dtype=np.int64)
    if set(table.names) <= _OF_TOUCHES:  # a touch is in one cell only, however often it is placed
        seen = np.zeros(len(journeys.touches), dtype=bool)
        for begin in range(0, journeys.n_placements, _BLOCK):
            codes, rows = table.codes[begin : begin + _BLOCK], journeys.rows[begin : begin + _BLOCK]
            placements += np.bincount(codes, minlength=table.n)
            fresh = ~seen[rows]
            seen[rows] = True
            codes, rows = codes[fresh], rows[fresh]
            if (rows[1:] <= rows[:-1]).any():  # windows overlap within the block
                codes = codes[np.unique(rows, return_index=True)[1]]
            touches += np.bincount(codes, minlength=table.n)
    else:
        placements += np.bincount(table.codes, minlength=table.n)
        pairs = np.unique(journeys.rows * np.int64(table.n) + table.codes)
        touches += np.bincount(pairs % table.n, minlength=table.n)
    return {"n_touches": touches, "n_placements": placements}
