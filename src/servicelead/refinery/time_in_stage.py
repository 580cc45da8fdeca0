"""How long leads stay in each stage, those still there counted as long as they were seen."""

import numpy as np

from servicelead._typing import MISSING, Array
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.domain.leads import LeadStage
from servicelead.domain.stage_moves import StageMoves
from servicelead.survival import Lifetimes, kaplan_meier
from servicelead.tables.business import Business
from servicelead.tables.lead_groups import LeadGroups, units_of_leads
from servicelead.tables.lead_stages import StageStays, own_leads

__all__ = ["median_stays", "with_implied_starts"]

_MINUTE = 60_000_000


def with_implied_starts(business: Business, stays: StageStays, moves: StageMoves) -> StageStays:
    """Return the stays, and after them those in the start that no entry begins: from a lead's creation on.

    A lead has one where its first entry is into another stage, and where it has no entry and its record does not say
    that it moved on. None has one where there are several starts. They are no rows of ``stage_history``: -1.
    """
    if len(moves.starts) != 1:
        return stays
    start, leads, own = list(LeadStage).index(moves.starts[0]), business.leads, own_leads(business)
    first = np.flatnonzero(np.diff(stays.lead, prepend=-1))
    stage, left_at = np.full(len(leads), -1), np.full(len(leads), MISSING)
    stage[stays.lead[first]], left_at[stays.lead[first]] = stays.stage[first], stays.entered_at[first]
    still = (stage == -1) & np.isin(leads.stage, [-1, start])
    lead = own[(still | ((stage >= 0) & (stage != start)))[own]]
    entered_at = leads.created_at[lead]
    ends = np.where(left_at[lead] == MISSING, MISSING, np.maximum(left_at[lead], entered_at))
    return stays._replace(
        lead=np.append(stays.lead, lead),
        row=np.append(stays.row, np.full(len(lead), -1)),
        stage=np.append(stays.stage, np.full(len(lead), start, dtype=np.int8)),
        before=np.append(stays.before, np.full(len(lead), -1, dtype=np.int8)),
        entered_at=np.append(stays.entered_at, entered_at),
        left_at=np.append(stays.left_at, ends),
    )


def median_stays(
    business: Business, stays: StageStays, groups: LeadGroups, moves: StageMoves, confidence: float
) -> ResultTable:
    """Return the median days of each group's stays in each stage, final ones left out.

    Parameters
    ----------
    stays
        Of leads that all have a group.
    groups
        Of every row of leads, by the row.
    """
    unit = units_of_leads(business)
    until = np.where(stays.left_at == MISSING, business.as_of, stays.left_at)
    # In whole minutes the distinct lengths are few, and the curve is found several times sooner.
    durations = (until - stays.entered_at) // _MINUTE * _MINUTE / DAY
    stages = [stage for stage in moves.order if moves.after(stage)]
    group = groups.codes[stays.lead]
    order = np.argsort(group * len(LeadStage) + stays.stage, kind="stable")
    key = (group * len(LeadStage) + stays.stage)[order]
    columns: dict[str, list[object]] = {
        name: [] for name in ("stage", "n_stays", "n_left", "median_days", "median_days_lower", "median_days_upper")
    }
    labels = []
    for place in range(len(groups.labels)):
        for stage in stages:
            code = place * len(LeadStage) + list(LeadStage).index(stage)
            rows = order[np.searchsorted(key, code) : np.searchsorted(key, code, side="right")]
            left = stays.left_at[rows] != MISSING
            lifetimes = Lifetimes(durations=durations[rows], events=left, accounts=unit[stays.lead[rows]])
            median = kaplan_meier(lifetimes, confidence=confidence).median
            cells = (stage.value, len(rows), int(np.count_nonzero(left)), *median.figures)
            for column, cell in zip(columns.values(), cells, strict=True):
                column.append(cell)
            labels.append(place)
    named: dict[str, Array] = {**groups.columns(np.array(labels, dtype=np.int64))}
    return ResultTable({**named, **columns}, backend=business.backend)
