"""Charges: the payments that brought money in. A refund is no payment."""

import numpy as np

from servicelead._typing import Codes, IntArray
from servicelead.tables import Business

__all__ = ["charges"]


def charges(business: Business) -> tuple[Codes, IntArray]:
    """Return account and moment of each payment above 0; one without an amount may be a refund, and is left out."""
    payments = business.payments
    rows = np.flatnonzero(payments.amount > 0)
    return payments.account_id[rows], payments.paid_at[rows]
