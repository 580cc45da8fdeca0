"""The stages leads were in, from when to when: the history of stages as it can be read."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import MISSING, Array, BoolArray, IntArray
from servicelead.domain.leads import LeadStage
from servicelead.domain.stage_moves import StageMoves
from servicelead.tables.business import Business

__all__ = ["StageStays", "legal_table", "own_leads", "stage_stays"]

_STAGES = list(LeadStage)


class StageStays(NamedTuple):
    """Stays of leads in stages, by lead and time; consecutive entries into one stage are one stay.

    Attributes
    ----------
    lead, row
        int64 (m,): row of the lead in ``leads``, and of the entry in ``stage_history``.
    stage, before
        int8 (m,): the stage, and the one the lead was in before it; -1 for its first.
    entered_at, left_at
        int64 (m,): UTC microseconds; the end is `MISSING` where the lead is still there.
    n_repeated
        Entries into the stage the lead was in already.
    n_elsewhere
        Entries of leads that ``leads`` does not have.
    """

    lead: IntArray
    row: IntArray
    stage: Array
    before: Array
    entered_at: IntArray
    left_at: IntArray
    n_repeated: int
    n_elsewhere: int


def own_leads(business: Business) -> IntArray:
    """Return the rows of the leads that were not merged into another."""
    return np.flatnonzero(business.leads.merged_into < 0)


def legal_table(moves: StageMoves) -> BoolArray:
    """Return which stage may follow which, (10, 9): the last row is for the first entry of a lead.

    A first entry may also be into what follows a start: systems that log changes have no row for the first stage.
    """
    table = np.zeros((len(_STAGES) + 1, len(_STAGES)), dtype=np.bool_)
    for stage in _STAGES:
        table[_STAGES.index(stage), [_STAGES.index(after) for after in moves.after(stage)]] = True
    starts = [_STAGES.index(stage) for stage in moves.starts]
    table[-1, starts] = True
    table[-1] |= table[starts].any(axis=0)
    return table


def stage_stays(business: Business, moves: StageMoves) -> StageStays:
    """Return every stay of leads that were not merged away; entries of merged leads are their survivor's.

    Entries of a lead at one instant have no order of their own. They are read in the order in which the moves list
    stages, round and round, from the stage on that the row before them says.
    """
    history, own = business.stage_history, own_leads(business)
    place = np.full(len(business.leads.vocabularies["lead_id"]) + 1, -1, dtype=np.int64)
    place[business.leads.lead_id[own]] = own
    lead = place[history.lead_id]
    row = np.flatnonzero(lead >= 0)
    lead, stage, entered_at = lead[row], history.stage[row], history.entered_at[row]
    order = _read_in_order(lead, stage, entered_at, moves)
    row, stage = row[order], stage[order]
    begins = _differs(lead)
    kept = np.flatnonzero(begins | _differs(stage))
    lead, stage, entered_at = lead[kept], stage[kept], entered_at[kept]
    begins = begins[kept]
    return StageStays(
        lead=lead,
        row=row[kept],
        stage=stage,
        before=np.where(begins, np.int8(-1), np.roll(stage, 1)),
        entered_at=entered_at,
        left_at=np.where(np.roll(begins, -1), MISSING, np.roll(entered_at, -1)),
        n_repeated=len(row) - len(kept),
        n_elsewhere=len(history) - len(row),
    )


def _read_in_order(lead: IntArray, stage: Array, entered_at: IntArray, moves: StageMoves) -> IntArray:
    """Return the rows with those of one lead and instant put in the order of the stages."""
    order = np.arange(len(lead))
    starts = _differs(lead) | _differs(entered_at)
    if starts.all():
        return order
    run = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    tied = np.flatnonzero(~(starts & np.append(starts[1:], True)))
    rank = np.full(len(_STAGES), len(moves.order))
    rank[[_STAGES.index(listed) for listed in moves.order]] = np.arange(len(moves.order))
    earlier = first[run[tied]] - 1
    is_same = (earlier >= 0) & (lead[earlier] == lead[tied])
    from_rank = np.where(is_same, rank[stage[earlier]], 0)
    turn = (rank[stage[tied]] - from_rank) % (len(moves.order) + 1)
    order[tied] = tied[np.lexsort((turn, run[tied]))]
    return order


def _differs(values: Array) -> BoolArray:
    """Mark rows that differ from the row before them; the first row does."""
    differs = np.ones(len(values), dtype=np.bool_)
    differs[1:] = values[1:] != values[:-1]
    return differs
