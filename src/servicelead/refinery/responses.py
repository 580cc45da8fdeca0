"""When something first happened to each lead: a stage was entered, somebody got in touch."""

from collections.abc import Collection

import numpy as np

from servicelead._typing import MISSING, BoolArray, Codes, IntArray
from servicelead.domain.leads import LeadStage
from servicelead.domain.touchpoints import Team
from servicelead.kernels.windows import places_among_own
from servicelead.tables.business import Business

__all__ = ["ACCEPTED", "earliest", "first_entries", "first_touches", "has_reached"]

#: Stages of a lead that somebody accepted.
ACCEPTED = (LeadStage.ACCEPTED, LeadStage.OPPORTUNITY, LeadStage.WON, LeadStage.LOST)


def first_entries(business: Business, rows: IntArray, after: IntArray, stages: Collection[LeadStage]) -> IntArray:
    """Return when each lead first entered one of some stages at or after a moment; `MISSING` where it did not.

    Parameters
    ----------
    rows : int64 (n,)
        Rows of leads.
    after : int64 (n,)
        `MISSING`: at any time.
    """
    history = business.stage_history
    kept = np.isin(history.stage, [list(LeadStage).index(stage) for stage in stages])
    lead = business.leads.lead_id[rows]
    return _first(history.lead_id[kept], history.entered_at[kept], lead, after)


def first_touches(
    business: Business, rows: IntArray, after: IntArray, teams: Collection[Team], *, account_touches: bool
) -> IntArray:
    """Return when some teams first touched each lead after a moment; `MISSING` where they did not.

    A touch at that very moment is what the lead came from, not an answer to it. Touches of the lead itself count; with
    `account_touches` those of its account count too that name no lead.
    """
    later = np.where(after == MISSING, MISSING, after + 1)
    touches, leads = business.touches, business.leads
    kept = np.isin(touches.team, [list(Team).index(team) for team in teams])
    own = kept & (touches.lead_id >= 0)
    found = _first(touches.lead_id[own], touches.occurred_at[own], leads.lead_id[rows], later)
    if not account_touches:
        return found
    general = kept & (touches.lead_id < 0) & (touches.account_id >= 0)
    of_account = _first(touches.account_id[general], touches.occurred_at[general], leads.account_id[rows], later)
    return earliest(found, of_account)


def has_reached(business: Business, rows: IntArray, stages: Collection[LeadStage]) -> BoolArray:
    """Return whether each lead stands in one of some stages, or has ever entered one."""
    codes = [list(LeadStage).index(stage) for stage in stages]
    history, leads = business.stage_history, business.leads
    ever = np.zeros(len(leads.vocabularies["lead_id"]), dtype=bool)
    ever[history.lead_id[np.isin(history.stage, codes)]] = True
    reached: BoolArray = ever[leads.lead_id[rows]] | np.isin(leads.stage[rows], codes)
    return reached


def earliest(*moments: IntArray) -> IntArray:
    """Return the earliest of several moments, row by row; `MISSING` only where all are."""
    latest = np.iinfo(np.int64).max
    found = np.minimum.reduce([np.where(each == MISSING, latest, each) for each in moments])
    return np.where(found == latest, MISSING, found)


def _first(owner: Codes, when: IntArray, wanted: Codes, after: IntArray) -> IntArray:
    """Return each wanted owner's first moment at or after a bound; a code of -1 owns nothing."""
    order = np.lexsort((when, owner))
    owner, when = owner[order], when[order]
    known = np.flatnonzero(wanted >= 0)
    place = places_among_own(owner, when, wanted[known], after[known])
    found = np.full(len(wanted), MISSING)
    is_there = np.append(owner, -1)[place] == wanted[known]
    found[known[is_there]] = when[place[is_there]]
    return found
