"""How long leads stay in each stage, those still there counted as long as they were seen."""

import numpy as np

from servicelead._typing import MISSING, Array
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.domain.leads import LeadStage
from servicelead.domain.stage_moves import StageMoves
from servicelead.survival import Lifetimes, kaplan_meier
from servicelead.tables.business import Business
from servicelead.tables.lead_groups import LeadGroups
from servicelead.tables.lead_stages import StageStays

__all__ = ["median_stays"]


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
    account = business.leads.account_id.astype(np.int64)
    alone = np.flatnonzero(account < 0)  # a lead without an account is a unit of its own
    account[alone] = len(business.leads.vocabularies["account_id"]) + alone
    durations = (np.where(stays.left_at == MISSING, business.as_of, stays.left_at) - stays.entered_at) / DAY
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
            lifetimes = Lifetimes(durations=durations[rows], events=left, accounts=account[stays.lead[rows]])
            median = kaplan_meier(lifetimes, confidence=confidence).median
            numbers = [np.nan if x is None else x for x in (median.value, median.lower, median.upper)]
            cells = (stage.value, len(rows), int(np.count_nonzero(left)), *numbers)
            for column, cell in zip(columns.values(), cells, strict=True):
                column.append(cell)
            labels.append(place)
    named: dict[str, Array] = {**groups.columns(np.array(labels, dtype=np.int64))}
    return ResultTable({**named, **columns}, backend=business.backend)
