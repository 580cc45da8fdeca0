"""Remarks across tables: references without a row, things before their account, contradictions in time."""

from collections.abc import Mapping, Sequence

import numpy as np

from servicelead._typing import MISSING, BoolArray, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.tables.draft import KEPT, Draft
from servicelead.tables.entities import ENTITY_TABLES
from servicelead.tables.opportunities import OPEN, WON
from servicelead.tables.schema import Kind, specs

__all__ = ["check"]

# Where each table says when its row happened.
_HAPPENED = {
    "touchpoints": "occurred_at",
    "cases": "opened_at",
    "usage": "occurred_at",
    "self_help_events": "occurred_at",
    "opportunities": "created_at",
    "subscriptions": "started_at",
    "payments": "paid_at",
}
_SPANS = {"subscriptions": ("started_at", "ended_at"), "spend": ("start", "end"), "cases": ("opened_at", "closed_at")}


def check(drafts: Mapping[str, Sequence[Draft]], vocabularies: Mapping[str, Vocabulary], as_of: int) -> None:
    """Reject contradictions and remark on oddities, before duplicates are looked for."""
    for draft in drafts.get("opportunities", ()):
        _opportunities(draft, as_of)
    _spans(drafts)
    known = {entity: _rows_of(drafts.get(table), entity, vocabularies) for entity, table in ENTITY_TABLES.items()}
    for group in drafts.values():
        for draft in group:
            _references(draft, known)
    _before_creation(drafts, len(vocabularies["account"]))
    for group in drafts.values():
        for draft in group:  # a row refused since is no longer one of the kept rows that findings are about
            found = {finding: rows & (draft.fate == KEPT) for finding, rows in draft.findings.items()}
            draft.findings = {finding: rows for finding, rows in found.items() if rows.any()}


def _spans(drafts: Mapping[str, Sequence[Draft]]) -> None:
    for title, (begin, finish) in _SPANS.items():
        for draft in drafts.get(title, ()):
            if begin in draft.columns and finish in draft.columns:
                ended = draft.columns[finish]
                draft.reject((ended != MISSING) & (ended < draft.columns[begin]), "ends_before_start", finish)


def _before_creation(drafts: Mapping[str, Sequence[Draft]], n_accounts: int) -> None:
    created = _account_creation(drafts.get("accounts", ()), n_accounts)
    for title, moment in _HAPPENED.items():
        for draft in drafts.get(title, ()):
            account = draft.columns.get("account_id")
            if account is not None and moment in draft.columns:
                begin_at = np.append(created, MISSING)[account]
                happened = draft.columns[moment]
                early = (begin_at != MISSING) & (happened != MISSING) & (happened < begin_at)
                draft.remark(early, "before_account_created", moment)


def _opportunities(draft: Draft, as_of: int) -> None:
    outcome = draft.columns.get("outcome")
    if outcome is None:
        return
    closed = draft.columns.get("closed_at", np.full(draft.n, MISSING, dtype=np.int64))
    settled = (outcome >= 0) & (outcome != OPEN)
    draft.reject(settled & (closed == MISSING), "missing_close", "closed_at")
    later = settled & (closed > as_of)
    draft.remark(later, "closes_after_as_of", "closed_at")
    created = draft.columns["created_at"]
    draft.remark(settled & ~later & (closed < created) & (closed != MISSING), "closed_before_created", "closed_at")
    draft.columns["outcome"] = np.where(later, np.int8(OPEN), outcome)
    # The close of an open opportunity is a forecast: it says nothing that happened.
    draft.columns["closed_at"] = np.where(draft.columns["outcome"] == OPEN, MISSING, closed)
    draft.remark((draft.columns["outcome"] == WON) & draft.missing("amount"), "won_without_amount", "amount")


def _rows_of(drafts: Sequence[Draft] | None, entity: str, vocabularies: Mapping[str, Vocabulary]) -> BoolArray | None:
    """Return which codes have a row in their table; None when there is no such table to look in."""
    if not drafts:
        return None
    present = np.zeros(len(vocabularies[entity]), dtype=bool)
    for draft in drafts:
        own = draft.columns.get(f"{entity}_id")
        if own is not None:
            present[own[(own >= 0) & (draft.fate == KEPT)]] = True
    return present


def _references(draft: Draft, known: Mapping[str, BoolArray | None]) -> None:
    for name, spec in specs(draft.table).items():
        present = known.get(spec.entity)
        if spec.kind is Kind.REFERENCE and present is not None and name in draft.columns:
            codes = draft.columns[name]
            draft.remark((codes >= 0) & ~np.append(present, True)[codes], f"unknown_{spec.entity}", name)


def _account_creation(drafts: Sequence[Draft], n: int) -> IntArray:
    """Return when each account, or the first of those merged into it, was created."""
    latest = np.iinfo(np.int64).max
    created = np.full(n, latest, dtype=np.int64)
    for draft in drafts:
        if "created_at" in draft.columns:
            account, created_at = draft.columns["account_id"], draft.columns["created_at"]
            into = draft.columns.get("merged_into", np.full(draft.n, -1, dtype=np.int32))
            rows = (draft.fate == KEPT) & (created_at != MISSING)
            np.minimum.at(created, np.where(into >= 0, into, account)[rows], created_at[rows])
    return np.where(created == latest, MISSING, created)
