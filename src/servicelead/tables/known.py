"""A business as it was known strictly before a moment: what happened later is gone, what was learnt later is hidden."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from attrs import evolve, fields

from servicelead._typing import MISSING, Array, BoolArray
from servicelead.tables import accounting
from servicelead.tables.base import Table, frozen_array
from servicelead.tables.business import Business
from servicelead.tables.finish import sort_order
from servicelead.tables.leads import Leads
from servicelead.tables.line_accounting import lines_table
from servicelead.tables.opportunities import OPEN
from servicelead.tables.rejected_rows import Rejects
from servicelead.tables.schema import specs

__all__ = ["known_before"]

#: Cells that are learnt only when their row ends: the column that says when, and what is hidden until then.
_LEARNT_AT_THE_END = {
    "cases": ("closed_at", ("closed_at", "sentiment")),
    "opportunities": ("closed_at", ("closed_at", "outcome", "amount", "kind", "lead_id", "owner")),
    "subscriptions": ("ended_at", ("ended_at", "end_reason")),
}
#: Cells that say how things stand today, with no date of their own.
_CURRENT = {
    "accounts": ("name", "seats", "industry", "annual_recurring_revenue", "parent_account_id"),
    "leads": ("stage", "opportunity_id", "owner"),
}
#: When rows are known whose table has no instant at which they happened.
_KNOWN_FROM = {"accounts": "created_at", "subscriptions": "started_at", "spend": "end"}


def known_before(business: Business, instant: int, assume_constant: Collection[str] = ()) -> Business:
    """Return a business with nothing in it that was not known strictly before an instant.

    * A row is there if it happened before: touches, cases, usage, payments and stages by their moment, deals and leads
      by their creation, subscriptions by their start, spend by its end, states of accounts by ``valid_from``.
    * Of a deal that had not closed there is nothing but its account, creation and hand-off; of a case that had not
      closed neither close nor sentiment; of a subscription that had not ended neither end nor reason.
    * A touch that names a lead alone has the account of its lead if that had been created before.
    * A sentiment is there if ``sentiment_known_at``, where given, lies before; so are promises and follow-ups of leads.
    * What says how things stand today, without a date, is hidden: a lead's stage, opportunity and owner, an account's
      attributes, all contacts; unless `assume_constant` names the column, or ``"contacts"``.

    Identity is taken as it is known today: rows of merged accounts, contacts and leads are those of the survivor, and
    labels keep their codes. Every other cell, the account a lead names among them, is taken to have been
    known with its row.

    Parameters
    ----------
    business
        Not changed.
    instant
        UTC microseconds.
    assume_constant
        Columns that never change, canonical or further ones.

    Returns
    -------
    Business
        As of the microsecond before the instant, without rejects and findings: they tell of later rows.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=30, seed=1).business
    >>> known = known_before(business, business.as_of + 1 - 365 * 86_400_000_000)
    >>> 0 < len(known.touches) < len(business.touches)
    True
    """
    changes: dict[str, Any] = {}
    for column in fields(Business):
        table = getattr(business, column.name)
        if isinstance(table, Table):
            rows = _known_rows(table, instant, assume_constant)
            known = table if rows.all() else table.take(rows)
            changes[column.name] = _hide(known, _unknown_cells(known, instant, assume_constant))
    return evolve(
        business,
        **changes,
        as_of=instant - 1,
        reject_list=Rejects(),
        finding_list=(),
        conflicting_ids={},
        counts=accounting.counts_table({}, None),
        lines=lines_table({}, None),
    )


def _known_rows(table: Table, instant: int, assume_constant: Collection[str]) -> BoolArray:
    rows = np.full(len(table), table.title != "contacts" or "contacts" in assume_constant)
    moments = [name for name, spec in specs(type(table)).items() if spec.observed]
    if table.title in _KNOWN_FROM:
        moments.append(_KNOWN_FROM[table.title])
    for name in moments:
        rows &= getattr(table, name) < instant  # a missing moment, of an account without a date, lies before all others
    return rows


def _unknown_cells(table: Table, instant: int, assume_constant: Collection[str]) -> dict[str, BoolArray]:
    """Return where each column, or each further one, holds what was not known."""
    unknown: dict[str, BoolArray] = {}
    for name, spec in specs(type(table)).items():
        if spec.learnt or spec.known_at:
            unknown[name] = getattr(table, spec.known_at or name) >= instant
    if table.title in _LEARNT_AT_THE_END:
        end, names = _LEARNT_AT_THE_END[table.title]
        runs_on = (getattr(table, end) == MISSING) | (getattr(table, end) >= instant)
        unknown |= dict.fromkeys(names, runs_on)
        if table.title == "opportunities":
            unknown |= dict.fromkeys(table.attributes, runs_on)
    if table.title in _CURRENT:
        current = {*_CURRENT[table.title], *table.attributes} - {*assume_constant}
        unknown |= dict.fromkeys(current, np.full(len(table), fill_value=True))
    if isinstance(table, Leads):
        unknown["follow_up_due_at"] = table.follow_up_promised_at >= instant
    return unknown


def _hide(table: Table, unknown: Mapping[str, BoolArray]) -> Table:
    changes: dict[str, Any] = {}
    attributes = dict(table.attributes)
    for name, rows in unknown.items():
        if rows.any():
            home = attributes if name in attributes else changes
            values = attributes[name] if name in attributes else getattr(table, name)
            home[name] = frozen_array(np.where(rows, _blank(name, values), values))
    hidden = evolve(table, attributes=attributes, **changes)
    if not changes.keys() & set(table.order):
        return hidden
    columns = {name: getattr(hidden, name) for name in specs(type(table))}
    order = sort_order(type(table), columns, attributes, len(table))
    return hidden if order is None else hidden.take(order)


def _blank(name: str, values: Array) -> Any:
    if name == "outcome":
        return np.int8(OPEN)
    if values.dtype.kind == "f":
        return np.nan
    return MISSING if values.dtype == np.int64 else values.dtype.type(-1)
