"""Which accounts are looked at: those that were active just before the cutoff, as it was known then."""

from datetime import timedelta

import numpy as np

from servicelead._typing import MISSING, BoolArray, IntArray
from servicelead.propensity.snapshots.charges import charges
from servicelead.propensity.snapshots.recurring import recurring_amounts
from servicelead.tables import WON, Business
from servicelead.tables.panel import Panel

__all__ = ["active"]


def active(business: Business, panel: Panel, payment_gap: timedelta) -> BoolArray:
    """Return which accounts had a paid subscription or recurring payments just before each cutoff.

    Payments recur while the latest lies no further back than the gap. Where nobody had yet subscribed or paid anything
    before a cutoff, accounts are those that had won us: with a deal won before it.

    Returns
    -------
    bool (accounts, cutoffs)
    """
    spans, deals = recurring_amounts(business), business.opportunities
    subscribed = panel.running(spans.account, spans.started, spans.ended) > 0
    payer, paid_at = charges(business)
    latest = panel.latest(payer, paid_at)
    paying = (latest != MISSING) & (panel.instants - latest <= payment_gap // timedelta(microseconds=1))
    bought: IntArray = np.flatnonzero(deals.outcome == WON)
    won = panel.count(deals.account_id[bought], np.maximum(deals.created_at, deals.closed_at)[bought]) > 0
    began = np.concatenate([spans.started, paid_at])
    is_recorded = panel.instants > began.min(initial=np.iinfo(np.int64).max)
    return np.where(is_recorded, subscribed | paying, won)
