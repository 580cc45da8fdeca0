"""What touches and programmes cost, per cell of a cross-table of credit."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servicelead._typing import Codes, FloatArray
from servicelead.attribution.results.dimensions import Cells
from servicelead.columns.vocabulary import Vocabulary
from servicelead.columns.zones import DAY
from servicelead.kernels.segments import concatenate_ranges
from servicelead.kernels.totals import label_totals
from servicelead.tables.base import major_units
from servicelead.tables.business import Business
from servicelead.tables.journey_dimensions import month_codes
from servicelead.tables.journeys import Journeys

__all__ = ["costs", "period"]

_MONTHS = {"month", "touch_month"}
_SPEND = {"channel", "team"} | _MONTHS
_TOUCHES = {
    "team": "team",
    "channel": "channel",
    "group": "group",
    "campaign": "campaign",
    "lead": "lead_id",
    "account": "account_id",
}


class _Costs(NamedTuple):
    """Amounts in major units, and the label of each in every dimension."""

    amounts: FloatArray
    columns: list[Codes]
    vocabularies: list[Vocabulary]


def costs(journeys: Journeys, cells: Cells) -> tuple[Cells, FloatArray]:
    """Return the cells, with those added that only cost, and the cost of each in major units.

    Every touch of the analysis period (from the earliest window's start to the latest journey's end) counts once,
    in or out of won journeys. Spend is added where all dimensions are channel, team or month; it is spread evenly
    over its days. Costs have the month in which they arose. NaN where a dimension does not say whose cost it is.
    """
    business = journeys.business
    if business is None or not all(name in _TOUCHES or name in _MONTHS for name in cells.names):
        return cells, np.full(cells.n, np.nan)
    begin, end = period(journeys)
    parts = [_of_touches(journeys, business, cells.names, begin, end)]
    if set(cells.names) <= _SPEND and journeys.population is None:
        parts.append(_of_spend(business, cells.names, begin, end))
    places = []
    for part in parts:
        cells, where = cells.including(part.columns, part.vocabularies)
        places.append(where)
    amounts = np.concatenate([part.amounts for part in parts])
    return cells, label_totals(np.concatenate(places), amounts, cells.n)


def period(journeys: Journeys) -> tuple[int, int]:
    """Return the analysis period: (start, end]."""
    if not journeys.n:
        return 0, 0
    return int(journeys.begins().min()), int(journeys.ends().max())


def _of_touches(journeys: Journeys, business: Business, names: Sequence[str], begin: int, end: int) -> _Costs:
    touches = journeys.touches
    times = business.touches.occurred_at
    amounts = np.nan_to_num(major_units(business.touches.cost, business.currency))
    counted = (times > begin) & (times <= end) & (amounts != 0)
    counted &= journeys.speaks_for(business.touches.account_id)
    columns, vocabularies = [], []
    for name in names:
        if name in _MONTHS:
            codes, vocabulary = month_codes(business.zone.months(times[counted]))
        else:
            codes, vocabulary = touches.codes(_TOUCHES[name])[counted], touches.vocabulary(_TOUCHES[name])
        columns.append(codes.astype(np.int32))
        vocabularies.append(vocabulary)
    return _Costs(amounts[counted], columns, vocabularies)


def _of_spend(business: Business, names: Sequence[str], begin: int, end: int) -> _Costs:
    """Return spend by row and month, cut to the analysis period by whole days of the business's zone."""
    spend, zone = business.spend, business.zone
    first = zone.to_local(spend.start) // DAY
    n_days = np.maximum(-(-zone.to_local(spend.end) // DAY) - first, 1)
    row = np.repeat(np.arange(len(spend)), n_days)
    day = concatenate_ranges(first, n_days)
    counted = (zone.day_start(day + 1) - 1 > begin) & (zone.day_start(day) <= end)
    month = day[counted].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    pairs, days = np.unique(np.stack([row[counted], month]), axis=1, return_counts=True)
    rows, months = pairs
    amounts = np.nan_to_num(major_units(spend.amount, business.currency))[rows] * days / n_days[rows]
    columns, vocabularies = [], []
    for name in names:
        codes, vocabulary = (
            month_codes(months) if name in _MONTHS else (spend.codes(name)[rows], spend.vocabulary(name))
        )
        columns.append(codes.astype(np.int32))
        vocabularies.append(vocabulary)
    return _Costs(amounts, columns, vocabularies)
