"""How often one team touches customers for every touch of another."""

import math

import numpy as np

from servicelead.domain import Team
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.ratios import linearised_ratios
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
        np.bincount(account[team == list(Team).index(name)], minlength=n_accounts)[touched] for name in (ours, theirs)
    )
    above, below, error, n = linearised_ratios(np.zeros(len(above), dtype=np.int64), above, below, 1)
    return Estimate.of_ratio(
        float(above[0] / below[0]) if below[0] else math.nan,
        float(error[0]),
        n=int(n[0]),
        unit=f"touches of {ours} per touch of {theirs}",
        nothing=f"{theirs} has no touches",
        limits=(0.0, math.inf),
        confidence=confidence,
    )


def _team(name: Team | str) -> Team:
    try:
        return Team(name)
    except ValueError:
        raise InvalidValueError(f"touch_ratio needs teams among {', '.join(Team)}, got another name") from None
