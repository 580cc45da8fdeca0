"""Retention in plain Python, written from the definitions: days, dictionaries and loops."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

KINDS = ("new", "expansion", "reactivation", "contraction", "churn")


class Item(NamedTuple):
    """One subscription: active from its start to the day before its end."""

    account: str
    start: date
    end: date | None
    annual: int
    product: str = ""


def annual(amount: int, per_year: int, count: int = 1) -> int:
    """Return minor units a year, half-even."""
    return round(Fraction(amount * per_year, count))


def balances(items: Iterable[Item], day: date, *, by_product: bool = False) -> dict[tuple[str, ...], int]:
    """Return what each account (and product) has on a day."""
    found: dict[tuple[str, ...], int] = defaultdict(int)
    for item in items:
        if item.start <= day and (item.end is None or item.end > day):
            found[(item.account, item.product) if by_product else (item.account,)] += item.annual
    return found


def month_ends(first: date, last: date) -> list[date]:
    """Return the last day of each month that is over by a day."""
    found: list[date] = []
    day = date(first.year, first.month, 1)
    while True:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        if following - timedelta(days=1) > last:
            return found
        found.append(following - timedelta(days=1))
        day = following


def movements(items: Sequence[Item], days: Sequence[date]) -> list[tuple[int, str, str, int, int]]:
    """Return (position of the day, account, kind, amount, opening) of every movement between pictures of days."""
    before: dict[tuple[str, ...], int] = {}
    known: set[str] = set()
    found = []
    for position, day in enumerate(days):
        now = balances(items, day)
        for (account,) in sorted({*before, *now}):
            opening, closing = before.get((account,), 0), now.get((account,), 0)
            if opening == closing:
                continue
            if opening == 0:
                kind = "reactivation" if account in known else "new"
            elif closing == 0:
                kind = "churn"
            else:
                kind = "expansion" if closing > opening else "contraction"
            found.append((position, account, kind, abs(closing - opening), opening))
            if closing:
                known.add(account)
        before = now
    return found


class Kept(NamedTuple):
    """What became of those who were active at the first of several pictures."""

    n_start: int
    n_kept: int
    then: int
    now: int
    smaller: int
    lost: int
    brought: int


def kept(items: Sequence[Item], days: Sequence[date]) -> Kept:
    """Return counts and sums for the accounts of the first day: at the last, and losses on the way."""
    pictures = [balances(items, day) for day in days]
    start, end = pictures[0], pictures[-1]
    accounts = [account for account, amount in start.items() if amount > 0]
    lost = 0
    for one, two in pairwise(pictures):
        lost += sum(max(one.get(account, 0) - two.get(account, 0), 0) for account in accounts)
    earlier = {item.account for item in items if item.start <= days[0]}
    return Kept(
        n_start=len(accounts),
        n_kept=sum(end.get(account, 0) > 0 for account in accounts),
        then=sum(start.values()),
        now=sum(end.get(account, 0) for account in accounts),
        smaller=sum(min(start[account], end.get(account, 0)) for account in accounts),
        lost=lost,
        brought=sum(amount for (name,), amount in end.items() if amount > 0 and name not in earlier),
    )
