"""Labels: whether, and by how much, an account expanded in the window after its cutoff."""

from collections.abc import Collection
from decimal import Decimal
from math import ceil
from typing import NamedTuple

import numpy as np

from servicelead._typing import MISSING, Array, Codes, IntArray
from servicelead.domain.currencies import currency_exponent
from servicelead.domain.opportunities import OpportunityKind
from servicelead.kernels.movements import EXPANSION, movements, net_changes
from servicelead.tables import WON, Business
from servicelead.tables.movements import OPEN_END, spans_of_subscriptions
from servicelead.tables.panel import Panel

__all__ = ["Expansions", "labels_of", "movements_up", "won_deals"]


class Expansions(NamedTuple):
    """What counts as an expansion: account code, moment, and money (minor units, or float64 without a currency)."""

    account: Codes
    at: IntArray
    value: Array


def won_deals(business: Business, kinds: Collection[OpportunityKind]) -> Expansions:
    """Return the deals of some kinds that were won, at their close; one without an amount is worth 0."""
    deals = business.opportunities
    wanted = np.isin(deals.kind, [list(OpportunityKind).index(kind) for kind in kinds])
    rows = np.flatnonzero(wanted & (deals.outcome == WON))
    amount = deals.amount[rows]
    value = amount if business.currency is None else np.where(amount == MISSING, 0, amount)
    return Expansions(deals.account_id[rows], deals.closed_at[rows], value)


def movements_up(business: Business, minimum: Decimal) -> Expansions:
    """Return the moments at which an active account's annualised amount rose by at least so much, all else netted.

    Raises
    ------
    NoCurrencyError
        When the business has no currency.
    """
    spans = spans_of_subscriptions(business.subscriptions, business.as_of)
    ends = np.flatnonzero(spans.ended != OPEN_END)
    account = np.concatenate([spans.account, spans.account[ends]])
    moments, rank = np.unique(np.concatenate([spans.started, spans.ended[ends]]), return_inverse=True)
    change = np.concatenate([spans.annual, -spans.annual[ends]])
    account, when, change = net_changes(account, rank.astype(np.int64), change)
    kind, _ = movements(account, when, change)
    least = ceil(minimum * 10 ** currency_exponent(business.currency or ""))
    rows = np.flatnonzero((kind == EXPANSION) & (change >= least))
    return Expansions(account[rows].astype(np.int32), moments[when[rows]], change[rows])


def labels_of(panel: Panel, expansions: Expansions, gap: int, horizon: int) -> tuple[Array, Array]:
    """Return whether each account expanded in ``[cutoff + gap, cutoff + gap + horizon)``, and by how much in all.

    Parameters
    ----------
    gap, horizon
        Days of 24 hours.

    Returns
    -------
    label : int8 (accounts, cutoffs)
    value : int64 or float64 (accounts, cutoffs)
    """
    end = panel.earlier(-gap - horizon)
    who, at, value = expansions
    label = (end.count(who, at, days=horizon) > 0).astype(np.int8)
    add_up = end.total if value.dtype.kind == "f" else end.add_up
    return label, add_up(who, at, value, days=horizon)
