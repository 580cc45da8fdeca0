"""Intervals of credited totals and shares: the account is the independent unit (definitions section 1).

A column of credit is a mapping from *every* account that has a closed journey to the value credited there, zero
included: the number of accounts is part of the formula.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import fsum, sqrt
from typing import TypeAlias, TypeVar

from scipy import stats

from reference.journeys import Journey
from reference.touches import Touch

Credit: TypeAlias = Mapping[str, float | Fraction]
L = TypeVar("L", bound=Hashable)


def student_quantile(confidence: float, n: int) -> float:
    """Return the two-sided quantile of Student's t with n - 1 degrees of freedom."""
    return float(stats.t.ppf((1 + confidence) / 2, n - 1))


def total_interval(credit: Credit, confidence: float = 0.95) -> tuple[float, float, float] | None:
    """Return total, lower and upper; None with fewer than two accounts.

    variance = n / (n - 1) * sum of y_a squared, uncentred: the number of accounts is itself random.
    """
    values = [float(value) for value in credit.values()]
    n = len(values)
    if n < 2:
        return None
    total = fsum(values)
    variance = n / (n - 1) * fsum(value * value for value in values)
    reach = student_quantile(confidence, n) * sqrt(variance)
    return total, total - reach, total + reach


def share_interval(part: Credit, whole: Credit, confidence: float = 0.95) -> tuple[float, float, float] | None:
    """Return share, lower and upper, linearised; None with fewer than two accounts or a whole of zero.

    variance = n / (n - 1) * sum over accounts of ((part_a - share * whole_a) / total whole) squared. The bounds
    are not clipped.
    """
    n = len(whole)
    denominator = fsum(float(value) for value in whole.values())
    if n < 2 or denominator == 0:
        return None
    share = fsum(float(value) for value in part.values()) / denominator
    influence = [(float(part.get(account, 0)) - share * float(whole[account])) / denominator for account in whole]
    variance = n / (n - 1) * fsum(value * value for value in influence)
    reach = student_quantile(confidence, n) * sqrt(variance)
    return share, share - reach, share + reach


def credit_by_account(
    journeys: Iterable[Journey],
    shares: Iterable[Sequence[Fraction]],
    label: Callable[[Touch], L],
    minor_per_major: int = 100,
) -> dict[L, dict[str, Fraction]]:
    """Return the value credited to each label in each account that has a closed journey, in major units."""
    closed = [(journey, row) for journey, row in zip(journeys, shares, strict=True) if journey.outcome != "open"]
    accounts = sorted({journey.account_id for journey, _ in closed})
    credit: dict[L, dict[str, Fraction]] = {}
    for journey, row in closed:
        for touch, share in zip(journey.touches, row, strict=True):
            column = credit.setdefault(label(touch), dict.fromkeys(accounts, Fraction(0)))
            column[journey.account_id] += share * Fraction(journey.minor_units, minor_per_major)
    return credit
