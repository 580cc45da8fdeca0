"""Survival in plain Python, written from the definitions: loops over times, rows and accounts, in fractions."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import NamedTuple


class Life(NamedTuple):
    """One row: seen on (entry, duration], or from the very start where entry is 0."""

    duration: int
    event: bool
    entry: int = 0
    weight: int = 1
    account: Hashable = None

    def is_at_risk(self, time: int) -> bool:
        """Whether it was under observation just before a time."""
        return time <= self.duration and (self.entry < time or self.entry == 0)


def times(lives: Sequence[Life]) -> list[int]:
    """Return the times at which something ended."""
    return sorted({life.duration for life in lives if life.event})


def at_risk(lives: Sequence[Life], time: int) -> Fraction:
    """Return the weight under observation just before a time."""
    return Fraction(sum(life.weight for life in lives if life.is_at_risk(time)))


def lost(lives: Sequence[Life], time: int) -> Fraction:
    """Return the weight that ends at a time."""
    return Fraction(sum(life.weight for life in lives if life.event and life.duration == time))


def survival(lives: Sequence[Life], time: int) -> Fraction:
    """Return the share that survives a time."""
    share = Fraction(1)
    for at in times(lives):
        if at <= time:
            share *= 1 - lost(lives, at) / at_risk(lives, at)
    return share


def greenwood(lives: Sequence[Life], time: int) -> Fraction:
    """Return Greenwood's variance of the logarithm of the survival."""
    total = Fraction(0)
    for at in times(lives):
        if at <= time:
            risk, gone = at_risk(lives, at), lost(lives, at)
            total += gone / (risk * (risk - gone))
    return total


def jackknife(lives: Sequence[Life], time: int) -> Fraction:
    """Return the sum over accounts of the squared derivative of the logarithm of the survival by their weights."""
    moved: dict[Hashable, Fraction] = defaultdict(Fraction)
    for place, life in enumerate(lives):
        account = place if life.account is None else life.account
        for at in times(lives):
            if at <= time and life.is_at_risk(at):
                risk, gone = at_risk(lives, at), lost(lives, at)
                own = Fraction(int(life.event and life.duration == at))
                # d log(1 - gone / risk) when this row weighs a little more, times its weight
                moved[account] += life.weight * (gone / risk - own) / (risk - gone)
    return sum((value**2 for value in moved.values()), Fraction(0))


def log_rank(lives: Sequence[Life], groups: Sequence[str]) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Return the expected events of each group, and the hypergeometric variance of observed less expected."""
    expected = dict.fromkeys(groups, Fraction(0))
    variance = dict.fromkeys(groups, Fraction(0))
    for at in times(lives):
        here = [(life, group) for life, group in zip(lives, groups, strict=True) if life.is_at_risk(at)]
        gone = sum(1 for life, _ in here if life.event and life.duration == at)
        for group in expected:
            own = Fraction(sum(1 for _, label in here if label == group), len(here))
            expected[group] += gone * own
            if len(here) > 1:
                variance[group] += gone * own * (1 - own) * Fraction(len(here) - gone, len(here) - 1)
    return expected, variance


def shifted_beta_geometric(alpha: Fraction, beta: Fraction, n_periods: int) -> list[Fraction]:
    """Return the share lost in each period, by the recursion over periods."""
    lost_shares = [alpha / (alpha + beta)]
    for period in range(2, n_periods + 1):
        lost_shares.append(lost_shares[-1] * (beta + period - 2) / (alpha + beta + period - 1))
    return lost_shares
