"""What accounts pay for: subscriptions that start, expand, contract and end, and perpetual licences.

Every change is an event on a day; a subscription row is the span between two events of one account.
"""

import attrs
import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._departures import draw_departures
from servicelead.datasets._opportunities import RENEWAL, WON, Opportunities
from servicelead.datasets._recipe import PERIOD_WEEKS, Recipe, instants, named, numbered
from servicelead.datasets._touches import Touches

_PERIODS = ("month", "quarter", "year")
_PER_YEAR = np.array([12, 4, 1])
_PRODUCTS = ("core", "plus")
_END_REASONS = ("competitor", "price", "quality", "closed down")
_DAYS_A_WEEK = 7
#: Later than any day that is simulated.
_NEVER = int(np.iinfo(np.int64).max)


@attrs.frozen(kw_only=True, eq=False)
class Purchases:
    """What each account bought and when; days count from 1970.

    Attributes
    ----------
    account, day, amount
        Every purchase by account and day, with its annual value; renewals are worth nothing more.
    since, until
        First day as a customer (a day never reached if none) and the day it left (likewise), by account.
    """

    account: IntArray
    day: IntArray
    amount: IntArray
    since: IntArray
    until: IntArray


def draw_purchases(recipe: Recipe, traits: Traits, touches: Touches, deals: Opportunities) -> Purchases:
    """Start with what customers had, add every deal won the day after, and let some customers leave."""
    rng = recipe.stream("purchases")
    created_day = recipe.day_of(traits.created_at)
    before = np.maximum(recipe.first_day - created_day - 2, 1)
    first_day = created_day + 2 + (rng.random(traits.n) * before).astype(np.int64)
    had = np.flatnonzero(traits.is_customer)
    won_day = recipe.day_of(deals.closes_at) + 1
    won = np.flatnonzero((deals.outcome == WON) & (won_day <= recipe.last_day))
    account = np.concatenate([had, deals.account[won]])
    day = np.concatenate([first_day[had], won_day[won]])
    amount = np.concatenate([traits.price[had], np.where(deals.kind[won] == RENEWAL, 0, deals.amount[won])])
    order = np.lexsort((day, account))
    since = np.full(traits.n, _NEVER)
    np.minimum.at(since, account, day)
    leaving = rng.random(traits.n) < 0.22 / (1 + np.exp(traits.health[:, -1]))
    day_left = _later_day(rng, recipe, since)
    if recipe.scenario.departures:
        leaving, day_left = draw_departures(recipe, traits, touches, since, recipe.scenario.departures)
    is_leaver = leaving & (day_left <= recipe.last_day)
    return Purchases(
        account=account[order],
        day=day[order],
        amount=amount[order],
        since=since,
        until=np.where(is_leaver, day_left, _NEVER),
    )


def _later_day(rng: np.random.Generator, recipe: Recipe, since: IntArray) -> IntArray:
    """Return a day inside the simulation, at least four weeks after the first as a customer."""
    earliest = np.minimum(np.maximum(since, recipe.first_day), recipe.last_day) + 28
    later: IntArray = earliest + (rng.random(since.size) * np.maximum(recipe.last_day - earliest, 1)).astype(np.int64)
    return later


def subscription_table(recipe: Recipe, traits: Traits, purchases: Purchases) -> tuple[dict[str, Array], FloatArray]:
    """Return one row per span at one price (an account's rows share a contract), and what each account pays a year."""
    rng = recipe.stream("subscriptions")
    account, day, total, until, is_last = _spans(rng, recipe, traits, purchases)
    rhythm = rng.integers(0, len(_PERIODS), traits.n)[account]
    product = (rng.random(traits.n) < 0.3).astype(np.int64)[account]
    week = np.clip((day - recipe.first_day) // _DAYS_A_WEEK, 0, recipe.weeks - 1)
    reason = np.where(is_last, rng.integers(0, len(_END_REASONS), account.size), -1)
    ended_at = np.where(until == _NEVER, 0, until).view("datetime64[D]")
    ended_at[until == _NEVER] = np.datetime64("NaT", "D")
    pays = until == _NEVER
    revenue = np.bincount(account[pays], weights=total[pays], minlength=traits.n)
    table = {
        "subscription_id": numbered("S", np.arange(account.size)),
        "contract_id": numbered("K", account),
        "account_id": numbered("A", account),
        "started_at": day.view("datetime64[D]"),
        "ended_at": ended_at,
        "amount": (total // _PER_YEAR[rhythm]).astype(np.float64),
        "period": named(_PERIODS, rhythm),
        "seats": traits.seats[account, week // PERIOD_WEEKS],
        "product": named(_PRODUCTS, product),
        "end_reason": named(_END_REASONS, reason),
    }
    return table, revenue.astype(np.float64)


def _spans(
    rng: np.random.Generator, recipe: Recipe, traits: Traits, purchases: Purchases
) -> tuple[IntArray, IntArray, IntArray, IntArray, BoolArray]:
    """Return account, first day, annual value, day after the last and whether the customer left then."""
    subscribed = ~traits.is_perpetual[purchases.account]
    account, day, amount = purchases.account[subscribed], purchases.day[subscribed], purchases.amount[subscribed]
    is_first = _starts(account)
    cut_amount = amount[is_first] // 4 // 120 * 120
    cut_day = _later_day(rng, recipe, purchases.since)[account[is_first]]
    is_cut = (
        (rng.random(cut_amount.size) < 0.15)
        & (cut_amount > 0)
        & (cut_day < np.minimum(purchases.until[account[is_first]], recipe.last_day))
    )
    left = np.flatnonzero((purchases.until < _NEVER) & ~traits.is_perpetual)
    account = np.concatenate([account, account[is_first][is_cut], left])
    day = np.concatenate([day, cut_day[is_cut], purchases.until[left]])
    change = np.concatenate([amount, -cut_amount[is_cut], np.zeros_like(left)])
    is_leaving = np.arange(account.size) >= account.size - left.size
    # On the day it leaves, what an account bought comes first and is lost with the rest.
    order = np.lexsort((is_leaving, day, account))
    account, day, change, is_leaving = account[order], day[order], change[order], is_leaving[order]
    restarts = _starts(account)
    restarts[1:] |= is_leaving[:-1]
    running = np.cumsum(change)
    total = running - (running - change)[restarts][np.cumsum(restarts) - 1] if account.size else running
    until = np.full(account.size, _NEVER)
    same = ~_starts(account)[1:]
    until[:-1][same] = day[1:][same]
    is_last = np.zeros(account.size, dtype=np.bool_)
    is_last[:-1] = is_leaving[1:] & same
    kept = ~is_leaving & (total > 0) & (until > day)
    return account[kept], day[kept], total[kept], until[kept], is_last[kept]


def _starts(account: IntArray) -> BoolArray:
    """Return where a new account begins in a sorted column."""
    starts = np.ones(account.size, dtype=np.bool_)
    starts[1:] = account[1:] != account[:-1]
    return starts


def payment_table(recipe: Recipe, traits: Traits, purchases: Purchases) -> dict[str, Array]:
    """Return the payments of perpetual customers: each licence once, then a sixth of it every year."""
    bought = np.flatnonzero(traits.is_perpetual[purchases.account] & (purchases.amount > 0))
    account, day, amount = purchases.account[bought], purchases.day[bought], purchases.amount[bought]
    stops = np.minimum(purchases.until[account], recipe.last_day + 1)
    anniversaries = np.maximum(stops - day - 1, 0) // 365
    row = np.repeat(np.arange(account.size), anniversaries + 1)
    year = np.arange(row.size) - np.repeat(np.cumsum(anniversaries + 1) - anniversaries - 1, anniversaries + 1)
    paid_on = day[row] + 365 * year
    return {
        "payment_id": numbered("Y", np.arange(row.size)),
        "account_id": numbered("A", account[row]),
        "paid_at": instants(recipe.noon_of(paid_on)),
        "amount": np.where(year == 0, amount[row], amount[row] // 6).astype(np.float64),
        "kind": named(("licence", "maintenance"), np.minimum(year, 1)),
    }


def usage_table(recipe: Recipe, traits: Traits, purchases: Purchases) -> dict[str, Array]:
    """Return use of the basic feature, and for half the customers of the advanced one, every four weeks."""
    rng = recipe.stream("usage")
    is_advanced = rng.random(traits.n) < 0.5
    week = np.arange(0, recipe.weeks, 4)
    day = recipe.first_day + _DAYS_A_WEEK * week
    is_active = (day > purchases.since[:, None]) & (day + _DAYS_A_WEEK < purchases.until[:, None])
    account, column = np.nonzero(is_active)
    basic_rows = account.size
    again = np.flatnonzero(is_advanced[account])
    account, column = np.concatenate([account, account[again]]), np.concatenate([column, column[again]])
    feature = (np.arange(account.size) >= basic_rows).astype(np.int64)
    seats = traits.seats[account, week[column] // PERIOD_WEEKS]
    keenness = np.where(feature == 0, 0.75, 0.3) * (0.8 + 0.4 * rng.random(traits.n))[account]
    users = rng.binomial(seats, np.minimum(keenness, 1))
    occurred_at = recipe.moments(week[column], rng.random(column.size))
    order = np.lexsort((feature, occurred_at, account))
    return {
        "account_id": numbered("A", account[order]),
        "occurred_at": instants(occurred_at[order]),
        "feature": named(("basic", "advanced"), feature[order]),
        "quantity": rng.poisson(8 * users)[order].astype(np.float64),
        "users": users[order],
    }
