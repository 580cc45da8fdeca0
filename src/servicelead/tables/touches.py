# ruff: noqa: RUF009 - the columns are calls that make attrs fields
"""Every touch once, sorted by account, time and identifier."""

from functools import cached_property

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING, Array, Codes, IntArray
from servicelead.domain.touchpoints import Team
from servicelead.tables import schema
from servicelead.tables.base import RowIds, Table, frozen_array

__all__ = ["TouchTable"]


@frozen(kw_only=True, eq=False)
class TouchTable(Table):
    """Touches of all accounts, sorted by (account, time, touchpoint id).

    Touches without an account come first; they are scored and never attributed.

    A simplified implementation::

        rows = sorted(touches, key=lambda t: (t.account_id, t.occurred_at, t.touchpoint_id))
        account_offsets = [first row of account 0, first row of account 1, ..., len(rows)]
    """

    title = "touchpoints"
    order = ("account_id", "occurred_at", "touchpoint_id")
    rate_dates = ("occurred_at",)
    one_of = ("account_id", "lead_id")

    touchpoint_id: RowIds = schema.row_id()
    account_id: Codes = schema.reference("account", known_at="account_known_at")
    account_known_at: IntArray = schema.instant(learnt=True)
    lead_id: Codes = schema.reference("lead")
    contact_id: Codes = schema.reference("contact")
    occurred_at: IntArray = schema.instant(required=True, observed=True, finding="date_only")
    team: Array = schema.choice(Team, required=True, on_unknown="unmapped_team")
    group: Codes = schema.label()
    channel: Codes = schema.label(required=True)
    sentiment: Array = schema.number(lower=-1.0, upper=1.0, known_at="sentiment_known_at")
    sentiment_known_at: IntArray = schema.instant(learnt=True)
    cost: Array = schema.amount()
    campaign: Codes = schema.label()

    @cached_property
    def known_of_account_at(self) -> IntArray:
        """When each touch was known to be one of its account's: as it happened, or later through its lead."""
        if (self.account_known_at == MISSING).all():
            return self.occurred_at
        return frozen_array(np.maximum(self.occurred_at, self.account_known_at))

    @cached_property
    def account_offsets(self) -> IntArray:
        """First row of each account, and the end: account `a` holds rows ``[offsets[a], offsets[a + 1])``."""
        n_accounts = len(self.vocabularies["account_id"])
        counts = np.bincount(self.account_id + 1, minlength=n_accounts + 1)
        return frozen_array(np.cumsum(counts, dtype=np.int64))
