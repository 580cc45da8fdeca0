"""How often one team touches customers for every touch of another."""

import numpy as np

from servicelead.domain import Team
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.totals import label_totals
from servicelead.tables.business import Business
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["touch_ratio"]


def touch_ratio(
    business: Business,
    *,
    of: Team | str = Team.SERVICES,
    to: Team | str = Team.SALES,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Estimate:
    r"""Return the measured ratio of touches of one team to touches of another, with an interval.

    With :math:`s_a` and :math:`t_a` the touches of account a by either team, over the n accounts with a touch:

    .. math:: R = \frac{\sum_a s_a}{\sum_a t_a}, \qquad
              V(R) = \frac{n}{n-1} \frac{\sum_a (s_a - R\, t_a)^2}{(\sum_a t_a)^2}

    (a ratio linearised over independent accounts; Student t with n - 1 degrees). Services touch customers 5 to 15
    times as often as sales, by the published range in `servicelead.reference_points`.

    Parameters
    ----------
    business
        The tables.
    of, to
        Teams of the numerator and the denominator.
    confidence
        Of the interval.

    Returns
    -------
    Estimate
        Undefined, with the reason, when the second team has no touches; without bounds for a single account. The
        lower bound is at least 0.

    Raises
    ------
    InvalidValueError
        For an unknown team, or a confidence not between 0 and 1.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> 5 < touch_ratio(simulate_business(n_accounts=300, seed=1).business).value < 15
    True
    """
    ours, theirs = (_team(name) for name in (of, to))
    touches = business.touches
    known = touches.account_id >= 0
    account, team = touches.account_id[known], touches.team[known]
    n_accounts = len(touches.vocabularies["account_id"])
    touched = np.bincount(account, minlength=n_accounts) > 0
    above, below = (
        label_totals(account, (team == list(Team).index(name)).astype(np.float64), n_accounts)[touched]
        for name in (ours, theirs)
    )
    n = int(np.count_nonzero(touched))
    method = "linearised ratio over accounts, Student t"
    unit = f"touches of {ours} per touch of {theirs}"
    if not below.any():
        return Estimate.undefined(
            reason=f"{theirs} has no touches", confidence=confidence, method=method, n=n, unit=unit
        )
    ratio = float(np.sum(above) / np.sum(below))
    if n < 2:
        return Estimate(
            value=ratio,
            lower=None,
            upper=None,
            confidence=confidence,
            method=method,
            n=n,
            unit=unit,
            reason="one account says nothing of how accounts vary",
        )
    from scipy.stats import t as student  # noqa: PLC0415 - heavy, loaded on first use

    variance = n / (n - 1) * float(np.sum((above - ratio * below) ** 2)) / float(np.sum(below)) ** 2
    half = float(student.ppf((1 + confidence) / 2, n - 1)) * variance**0.5
    return Estimate(
        value=ratio,
        lower=max(ratio - half, 0.0),
        upper=ratio + half,
        confidence=confidence,
        method=method,
        n=n,
        unit=unit,
    )


def _team(name: Team | str) -> Team:
    try:
        return Team(name)
    except ValueError:
        raise InvalidValueError(f"touch_ratio needs teams among {', '.join(Team)}, got another name") from None
