"""What was kept of last year's recurring revenue, and what moved on the way."""

import numpy as np
from attrs import frozen

from servicelead.retention import MovementLedger, RetentionRates
from servicelead.tables import Business
from servicelead.uncertainty import Estimate

__all__ = ["Kept", "kept_revenue"]

_KINDS = ("new", "expansion", "reactivation", "contraction", "churn")


@frozen(kw_only=True)
class Kept:
    """Recurring revenue a year, from the close of one month to that of another.

    Attributes
    ----------
    start, end
        The two months, at most a year apart.
    opening, closing
        Recurring revenue at their closes, in major units.
    movements
        What lay between, by kind; contraction and churn are taken away.
    customers, net, gross
        What is kept of those that were customers then: of their number, of their revenue, and of it without growth.
    n_proved
        Number of monthly closes that equal the sum of the subscriptions, of `n_months`.
    """

    start: str
    end: str
    opening: float
    closing: float
    movements: tuple[tuple[str, float], ...]
    customers: Estimate
    net: Estimate
    gross: Estimate
    n_proved: int
    n_months: int


def kept_revenue(business: Business) -> Kept | None:
    """Return what was kept in the last twelve months that are over; None without two months or a currency."""
    if not len(business.subscriptions) or business.currency is None:
        return None
    ledger = MovementLedger.from_business(business)
    months = ledger.periods.labels
    if len(months) < 2:
        return None
    start, end = months[max(len(months) - 13, 0)], months[-1]
    rates = RetentionRates.between(ledger, start, end)
    table = ledger.statement()
    between = (table["period"] > start) & (table["period"] <= end)
    proof = ledger.reconcile()
    return Kept(
        start=start,
        end=end,
        opening=float(table["opening"][between][0]),
        closing=float(table["closing"][between][-1]),
        movements=tuple((kind, float(np.sum(table[kind][between]))) for kind in _KINDS),
        customers=rates.customer_retention_rate.interval(rates.confidence),
        net=rates.net_revenue_retention_ratio,
        gross=rates.gross_revenue_retention_ratio,
        n_proved=int(np.count_nonzero(proof["difference"] == 0)),
        n_months=len(proof),
    )
