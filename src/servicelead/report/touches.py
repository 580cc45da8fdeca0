"""How much of the touching services do."""

import numpy as np

from servicelead._typing import FloatArray
from servicelead.domain import Team
from servicelead.tables import Business
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["services_share"]


def services_share(business: Business) -> Estimate:
    """Return the share of services in all touches of known accounts.

    A ratio linearised over accounts like `servicelead.refinery.touch_ratio`: touches of one account are not
    independent, and counting each as a trial would promise too narrow an interval.
    """
    services, everything = _per_account(business, Team.SERVICES), _per_account(business)
    method, unit, n = "linearised ratio over accounts, Student t", "share of touches", len(everything)
    if not n:
        return Estimate.undefined("there are no touches", method=method, unit=unit)
    whole = float(np.sum(everything))
    share = float(np.sum(services)) / whole
    if n == 1:
        return Estimate(
            value=share,
            lower=None,
            upper=None,
            confidence=DEFAULT_CONFIDENCE,
            method=method,
            n=n,
            unit=unit,
            reason="one account says nothing of how accounts vary",
        )
    from scipy.stats import t as student  # noqa: PLC0415 - heavy, loaded on first use

    variance = n / (n - 1) * float(np.sum((services - share * everything) ** 2)) / whole**2
    half = float(student.ppf((1 + DEFAULT_CONFIDENCE) / 2, n - 1)) * variance**0.5
    return Estimate(
        value=share,
        lower=max(share - half, 0.0),
        upper=min(share + half, 1.0),
        confidence=DEFAULT_CONFIDENCE,
        method=method,
        n=n,
        unit=unit,
    )


def _per_account(business: Business, team: Team | None = None) -> FloatArray:
    """Return the touches, of one team or of all, of every account that has any touch."""
    touches = business.touches
    known = touches.account_id >= 0
    n_accounts = len(touches.vocabularies["account_id"])
    all_of_them = np.bincount(touches.account_id[known], minlength=n_accounts)
    chosen = known if team is None else known & (touches.team == list(Team).index(team))
    counts = np.bincount(touches.account_id[chosen], minlength=n_accounts)
    return counts[all_of_them > 0].astype(np.float64)
