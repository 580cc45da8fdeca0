"""Won value that no touch can be credited with, and why."""

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.tables.journeys import UNATTRIBUTED_REASONS, Journeys

__all__ = ["unattributed"]


def unattributed(journeys: Journeys) -> ResultTable:
    """Return won journeys without touches, by reason: number, value, and minor units where there is a currency."""
    hollow = journeys.is_won & (journeys.lengths == 0)
    reasons = [code for code in range(1, len(UNATTRIBUTED_REASONS)) if (journeys.unattributed_reason == code).any()]
    rows = [hollow & (journeys.unattributed_reason == code) for code in reasons]
    columns: dict[str, object] = {
        "reason": np.array([UNATTRIBUTED_REASONS[code] for code in reasons], dtype=object),
        "n": np.array([int(np.sum(journeys.weight[mask])) for mask in rows], dtype=np.int64),
        "value": np.array([float(np.sum(journeys.value[mask])) for mask in rows], dtype=np.float64),
    }
    if journeys.minor_units is not None:
        totals = [int(np.sum(journeys.minor_units[mask])) for mask in rows]
        columns["minor_units"] = np.array(totals, dtype=np.int64)
    table = ResultTable(columns, backend=journeys.backend)
    return table.take(table["n"] > 0)
