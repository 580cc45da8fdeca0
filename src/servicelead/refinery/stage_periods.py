"""One row per stay of a lead or a deal in a stage and period of it: whether it moved on within."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servicelead._typing import MISSING, BoolArray, Codes, IntArray
from servicelead.columns.zones import DAY
from servicelead.domain.leads import LeadStage
from servicelead.domain.stage_moves import StageMoves
from servicelead.exceptions import UnknownNameError
from servicelead.kernels.segments import concatenate_ranges
from servicelead.refinery.progress import PROGRESS
from servicelead.tables.business import Business
from servicelead.tables.lead_stages import stage_stays
from servicelead.tables.opportunities import WON

__all__ = ["StagePeriods", "Stays", "stage_periods", "stays_of_leads", "stays_of_opportunities"]

_ENDS = (LeadStage.WON, LeadStage.LOST, LeadStage.REJECTED)


class Stays(NamedTuple):
    """Stays of leads or deals in a stage that they can leave.

    Attributes
    ----------
    account
        Account code, at least 0.
    stage
        Number of the stage.
    entered, left
        UTC microseconds; `MISSING` where it has not been left.
    moved_on
        Whether it was left for a later stage; not for a rejection, a loss or an earlier one.
    n_without_account
        Stays left out because their lead has no account.
    """

    account: Codes
    stage: IntArray
    entered: IntArray
    left: IntArray
    moved_on: BoolArray
    n_without_account: int


class StagePeriods(NamedTuple):
    """Periods of stays.

    Attributes
    ----------
    stay
        Which stay.
    age
        Periods it had lasted for when this one began.
    begins
        UTC microseconds.
    moved_on
        Whether it moved on within the period.
    """

    stay: IntArray
    age: IntArray
    begins: IntArray
    moved_on: BoolArray


def stays_of_leads(business: Business) -> Stays:
    """Return the stays of leads, by their history of stages; recycled is no stage to move on from."""
    stays, leads, stages = stage_stays(business, StageMoves()), business.leads, list(LeadStage)
    progress = np.array([PROGRESS.get(stage, -1) for stage in stages])
    is_setback = np.isin(np.arange(len(stages)), [stages.index(LeadStage.LOST), stages.index(LeadStage.REJECTED)])
    following = np.roll(stays.stage, -1)
    moved_on = (stays.left_at != MISSING) & (progress[following] > progress[stays.stage]) & ~is_setback[following]
    can_leave = (progress[stays.stage] >= 0) & ~np.isin(stays.stage, [stages.index(end) for end in _ENDS])
    account = leads.account_id[stays.lead]
    kept = can_leave & (account >= 0)
    return Stays(
        account=account[kept],
        stage=stays.stage[kept].astype(np.int64),
        entered=stays.entered_at[kept],
        left=stays.left_at[kept],
        moved_on=moved_on[kept],
        n_without_account=int(np.count_nonzero(can_leave & ~kept)),
    )


def stays_of_opportunities(business: Business, order: Sequence[str]) -> Stays:
    """Return the stays of opportunities; winning is moving on, and in a stage not in the order the one before lasts on.

    Raises
    ------
    UnknownNameError
        For a stage that no opportunity was in.
    """
    history, deals = business.opportunity_stage_history, business.opportunities
    names = history.vocabulary("stage")
    if any(name not in names for name in order):
        raise UnknownNameError("influence: stages must be stages of opportunities, in their order; check their names")
    place = np.full(len(names) + 1, -1, dtype=np.int64)
    place[[names.code(name) for name in order]] = np.arange(len(order))
    deal, stage = deals.row_of("opportunity_id")[history.opportunity_id], place[history.stage]
    closed = np.append(deals.closed_at, MISSING)[deal]
    # A move after the close is none.
    known = (deal >= 0) & (stage >= 0) & ((closed == MISSING) | (history.entered_at <= closed))
    deal, stage, entered, closed = deal[known], stage[known], history.entered_at[known], closed[known]
    same = deal == np.append(deal[1:], -1)[: len(deal)]
    left = np.where(same, np.roll(entered, -1), closed)
    moved_on = np.where(same, np.roll(stage, -1) > stage, deals.outcome[deal] == WON) & (left != MISSING)
    return Stays(
        account=deals.account_id[deal],
        stage=stage,
        entered=entered,
        left=left,
        moved_on=moved_on,
        n_without_account=0,
    )


def stage_periods(stays: Stays, as_of: int, days: int, not_before: int) -> StagePeriods:
    """Return every period that was over at ``as_of``, began at or after a moment, and that a stay began.

    A period that was not over is left out whether the stay moved on in it or not: keeping it only where it did would
    count moves more eagerly than waits.
    """
    length = days * DAY
    over = np.maximum((as_of - stays.entered) // length, 0)
    lasted = np.maximum(np.where(stays.left == MISSING, 0, stays.left - stays.entered), 0)
    # One that left at once, or on the first instant of a period, was there for none of the next.
    leaves_in = np.maximum(lasted - 1, 0) // length
    n = np.where(stays.left == MISSING, over, np.minimum(leaves_in + 1, over))
    unknown = np.clip(-((stays.entered - not_before) // length), 0, n)
    stay = np.repeat(np.arange(len(n)), n - unknown)
    age = concatenate_ranges(unknown, n - unknown)
    return StagePeriods(
        stay=stay,
        age=age,
        begins=stays.entered[stay] + age * length,
        moved_on=stays.moved_on[stay] & (leaves_in[stay] == age),
    )
