"""Signs that figures were made rather than earned: leads after the fact, leads twice, edits in bulk."""

from datetime import timedelta
from typing import ClassVar

import numpy as np
from attrs import field, frozen

from servicelead._fields import duration
from servicelead._typing import MISSING, IntArray
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.tables.business import Business
from servicelead.tables.lead_stages import own_leads

__all__ = ["DuplicatedLeads", "LeadsAfterClose", "lead_rows_of_deals"]


def lead_rows_of_deals(business: Business) -> tuple[IntArray, IntArray]:
    """Return the rows of leads and opportunities that name one another, either way round, each pair once."""
    leads, deals = business.leads, business.opportunities
    row_of_lead, row_of_deal = leads.row_of("lead_id"), deals.row_of("opportunity_id")
    pairs = np.concatenate(
        [
            np.stack([np.arange(len(leads)), row_of_deal[leads.opportunity_id]], axis=1),
            np.stack([row_of_lead[deals.lead_id], np.arange(len(deals))], axis=1),
        ]
    )
    lead, deal = np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0).T
    return lead, deal


@frozen(kw_only=True)
class LeadsAfterClose:
    """Leads created on the day their opportunity closed, or later: somebody claims what was won without them."""

    name: ClassVar[str] = "leads_after_close"
    sign: ClassVar[str] = "gaming"
    says: ClassVar[str] = "leads created on or after the day their opportunity closed"

    def find(self, business: Business) -> ResultTable:
        """Return them: ``lead_id, opportunity_id, owner, created_at, closed_at``."""
        leads, deals = business.leads, business.opportunities
        lead, deal = lead_rows_of_deals(business)
        closed, created = deals.closed_at[deal], leads.created_at[lead]
        day, last = (business.zone.to_local(each) // DAY for each in (created, closed))
        late = (closed != MISSING) & (day >= last)
        lead, deal = lead[late], deal[late]
        return ResultTable(
            {
                "lead_id": leads.vocabulary("lead_id").decode(leads.lead_id[lead]),
                "opportunity_id": deals.vocabulary("opportunity_id").decode(deals.opportunity_id[deal]),
                "owner": leads.vocabulary("owner").decode(leads.owner[lead]),
                "created_at": created[late].astype("datetime64[us]"),
                "closed_at": closed[late].astype("datetime64[us]"),
            },
            backend=business.backend,
        )


@frozen(kw_only=True)
class DuplicatedLeads:
    """Leads of one account, contact and need, created soon after one another.

    A lead without an account, or with neither a contact nor a need, is no duplicate of anything.

    Attributes
    ----------
    within
        Longest time since the lead before it, a positive timedelta.
    """

    name: ClassVar[str] = "duplicated_leads"
    sign: ClassVar[str] = "gaming"
    says: ClassVar[str] = "leads of one account, contact and need within days of one another"

    within: timedelta = field(default=timedelta(days=7), validator=duration())

    def find(self, business: Business) -> ResultTable:
        """Return the later lead of each pair: ``lead_id, duplicate_of, account_id, owner, created_at, days_after``."""
        leads, rows = business.leads, own_leads(business)
        rows = rows[(leads.account_id[rows] >= 0) & ((leads.contact_id[rows] >= 0) | (leads.need[rows] >= 0))]
        keys = np.stack([leads.account_id[rows], leads.contact_id[rows], leads.need[rows]])
        order = np.lexsort((rows, leads.created_at[rows], *keys))
        rows, keys = rows[order], keys[:, order]
        gap = np.diff(leads.created_at[rows])
        again = np.flatnonzero(
            (keys[:, 1:] == keys[:, :-1]).all(axis=0) & (gap <= self.within // timedelta(microseconds=1))
        )
        later, earlier = rows[again + 1], rows[again]
        ids = leads.vocabulary("lead_id")
        return ResultTable(
            {
                "lead_id": ids.decode(leads.lead_id[later]),
                "duplicate_of": ids.decode(leads.lead_id[earlier]),
                "account_id": leads.vocabulary("account_id").decode(leads.account_id[later]),
                "owner": leads.vocabulary("owner").decode(leads.owner[later]),
                "created_at": leads.created_at[later].astype("datetime64[us]"),
                "days_after": gap[again] / DAY,
            },
            backend=business.backend,
        )
