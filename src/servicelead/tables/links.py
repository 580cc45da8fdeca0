"""What rows know through leads: the account of a touch, and the lead behind an opportunity."""

from collections.abc import Mapping, Sequence

import numpy as np

from servicelead._typing import MISSING, Codes
from servicelead.tables.draft import KEPT, Draft

__all__ = ["accounts_of_touches", "leads_of_opportunities"]


def accounts_of_touches(drafts: Mapping[str, Sequence[Draft]], n_leads: int) -> None:
    """Give a touch without an account that of its lead, known once there is the lead.

    What has none is scored, never attributed.
    """
    account = np.full(n_leads + 1, -1, dtype=np.int32)
    created = np.full(n_leads + 1, np.iinfo(np.int64).max)
    for draft in drafts.get("leads", ()):
        if "account_id" in draft.columns:
            rows = draft.fate == KEPT
            lead, own = draft.columns["lead_id"][rows], draft.columns["account_id"][rows]
            account[lead] = own
            account[lead[account[lead] != own]] = -1  # conflicting rows of one lead say nothing
            np.minimum.at(created, lead, draft.columns["created_at"][rows])
    for draft in drafts.get("touchpoints", ()):
        own, lead = _codes(draft, "account_id"), _codes(draft, "lead_id")
        draft.columns["account_id"] = np.where(own >= 0, own, account[lead])
        late = (own < 0) & (account[lead] >= 0) & (created[lead] > draft.columns.get("occurred_at", MISSING))
        if late.any():
            stated = draft.columns.get("account_known_at", MISSING)
            draft.columns["account_known_at"] = np.where(late, np.maximum(created[lead], stated), stated)
        draft.remark(draft.columns["account_id"] < 0, "no_account", "account_id")


def leads_of_opportunities(drafts: Mapping[str, Sequence[Draft]], n_opportunities: int) -> None:
    """Give an opportunity without a lead the earliest one that names it: some systems link only that way round."""
    lead = np.full(n_opportunities + 1, -1, dtype=np.int32)
    created = np.full(n_opportunities + 1, np.iinfo(np.int64).max)
    for draft in drafts.get("leads", ()):
        if "lead_id" not in draft.columns:  # a source without columns has no rows either
            continue
        deal, merged = _codes(draft, "opportunity_id"), _codes(draft, "merged_into")
        rows = np.flatnonzero((deal >= 0) & (draft.fate == KEPT))
        own = np.where(merged >= 0, merged, draft.columns["lead_id"])
        rows = rows[np.lexsort((own[rows], draft.columns["created_at"][rows]))[::-1]]  # the earliest is written last
        rows = rows[draft.columns["created_at"][rows] < created[deal[rows]]]
        lead[deal[rows]], created[deal[rows]] = own[rows], draft.columns["created_at"][rows]
    for draft in drafts.get("opportunities", ()):
        given, deal = _codes(draft, "lead_id"), _codes(draft, "opportunity_id")
        draft.columns["lead_id"] = np.where(given >= 0, given, lead[deal])


def _codes(draft: Draft, name: str) -> Codes:
    codes: Codes = draft.columns.get(name, np.full(draft.n, -1, dtype=np.int32))
    return codes
