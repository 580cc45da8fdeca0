"""How much of the touching services do."""

import math

import numpy as np

from servicelead._typing import IntArray
from servicelead.domain import Team
from servicelead.kernels.ratios import linearised_ratios
from servicelead.tables import Business
from servicelead.uncertainty import Estimate

__all__ = ["services_share"]


def services_share(business: Business) -> Estimate:
    """Return the share of services in all touches of known accounts.

    A ratio linearised over accounts like `servicelead.refinery.touch_ratio`: touches of one account are not
    independent, and counting each as a trial would promise too narrow an interval.
    """
    services, everything = _per_account(business, Team.SERVICES), _per_account(business)
    above, below, error, n = linearised_ratios(np.zeros(len(everything), dtype=np.int64), services, everything, 1)
    return Estimate.of_ratio(
        float(above[0] / below[0]) if below[0] else math.nan,
        float(error[0]),
        n=int(n[0]),
        unit="share of touches",
        nothing="there are no touches",
        limits=(0.0, 1.0),
    )


def _per_account(business: Business, team: Team | None = None) -> IntArray:
    """Return the touches, of one team or of all, of every account that has any touch."""
    touches = business.touches
    known = touches.account_id >= 0
    n_accounts = len(touches.vocabularies["account_id"])
    all_of_them = np.bincount(touches.account_id[known], minlength=n_accounts)
    chosen = known if team is None else known & (touches.team == list(Team).index(team))
    return np.bincount(touches.account_id[chosen], minlength=n_accounts)[all_of_them > 0]
