"""Why a touch of one deal has the share it has."""

from typing import Any

import numpy as np

from servicelead.attribution.results.credit import Block, Credit
from servicelead.attribution.results.totals import minor_units_in, shares_in
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.exceptions import UnknownNameError
from servicelead.tables.journeys import Journeys

__all__ = ["explain"]


def explain(journeys: Journeys, source: Credit, opportunity_id: str) -> ResultTable:
    """Return one row per touch of an opportunity's journey: what it was, its share, its value, and why."""
    codes, vocabulary = journeys.journey_codes("opportunity")
    wanted = vocabulary.get(opportunity_id)
    found = np.flatnonzero((codes == wanted) & (codes >= 0))
    if not len(found):
        raise UnknownNameError("no journey of that opportunity; Journeys.opportunity_ids() lists them")
    journey = int(found[0])
    block = Block.of(journeys, journey, journey + 1)
    span = block.placements
    columns: dict[str, Any] = {
        "position": np.arange(1, block.last - block.first + 1),
        "touchpoint_id": journeys.require_business("explanations").touches.touchpoint_id.read(journeys.rows[span]),
        "occurred_at": journeys.times[span].astype("datetime64[us]"),
        "age_days": journeys.ages[span] / DAY,
    }
    for name in ("channel", "team"):
        columns[name] = journeys.vocabulary(name).decode(journeys.codes(name)[span])
    share = shares_in(journeys, source, block)
    columns |= {"share": share, "value": share * journeys.value[journey]}
    if journeys.minor_units is not None:
        columns["minor_units"] = minor_units_in(journeys, source, block, journeys.minor_units)
    columns["reason"] = np.array(source.reasons(journeys, journey), dtype=object)
    return ResultTable(columns, backend=journeys.backend)
