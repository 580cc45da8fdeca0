"""Why a touch of one deal has the share it has."""

from typing import TYPE_CHECKING, Any

import numpy as np

from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.exceptions import UnknownNameError

if TYPE_CHECKING:
    from servicelead.attribution.result import Attribution

__all__ = ["explain"]


def explain(attribution: "Attribution", opportunity_id: str) -> ResultTable:
    """Return one row per touch of an opportunity's journey: what it was, its share, its value, and why."""
    journeys = attribution.journeys
    codes, vocabulary = journeys.journey_codes("opportunity")
    wanted = vocabulary.get(opportunity_id)
    found = np.flatnonzero((codes == wanted) & (codes >= 0))
    if not len(found):
        raise UnknownNameError("no journey of that opportunity; Journeys.opportunity_ids() lists them")
    journey = int(found[0])
    begin, end = journeys.offsets[journey : journey + 2].tolist()
    span = slice(begin, end)
    columns: dict[str, Any] = {
        "position": np.arange(1, end - begin + 1),
        "touchpoint_id": journeys.require_business("explanations").touches.touchpoint_id.read(journeys.rows[span]),
        "occurred_at": journeys.times[span].astype("datetime64[us]"),
        "age_days": journeys.ages[span] / DAY,
    }
    for name in ("channel", "team"):
        columns[name] = journeys.vocabulary(name).decode(journeys.codes(name)[span])
    columns |= {"share": attribution.share[span], "value": attribution.value[span]}
    if journeys.minor_units is not None:
        columns["minor_units"] = attribution.minor_units[span]
    columns["reason"] = np.array(attribution.source.reasons(journeys, journey), dtype=object)
    return ResultTable(columns, backend=journeys.backend)
