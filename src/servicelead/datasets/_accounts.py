"""Accounts: their traits, what was recorded of them over time, and the people in them."""

import attrs
import numpy as np

from servicelead._typing import Array, BoolArray, Codes, FloatArray, IntArray
from servicelead.datasets._recipe import (
    DAY,
    PERIOD_WEEKS,
    WEEK,
    Recipe,
    instants,
    named,
    numbered,
    whole_seconds,
)

INDUSTRIES = ("education", "finance", "health", "manufacturing", "retail", "software")
ORG_LEVELS = ("executive", "director", "manager", "practitioner", "unknown")
TIERS = ("low_touch", "hybrid", "high_touch")

_INDUSTRY_FACTOR = np.array([0.8, 1.1, 1.0, 0.9, 0.9, 1.3])
_TIER_SEATS = (3, 10)
_TIER_FACTOR = np.array([0.85, 1.0, 1.15])
_ORG_LEVEL_SHARES = (0.06, 0.14, 0.25, 0.45, 0.10)


@attrs.frozen(kw_only=True, eq=False)
class Traits:
    """What is true of each account, whatever was recorded; n accounts, p periods.

    Attributes
    ----------
    active_from
        First week of its life that lies in the simulation.
    is_customer
        It had bought before the first week.
    is_perpetual
        It buys licences and pays maintenance instead of subscribing.
    price
        Annual value of the usual deal, a multiple of 480.
    fit
        How good a customer its size, industry and tier promise, on a log scale; all three are on record.
    activity
        How often it is touched, relative to others of its fit and health.
    propensity, responsiveness
        Factors of its hazard of opening an opportunity and of what touches do to it.
    health
        (n, p) hidden satisfaction, standardised.
    seats
        (n, p) users.
    """

    created_at: IntArray
    active_from: IntArray
    industry: IntArray
    is_customer: BoolArray
    is_perpetual: BoolArray
    price: IntArray
    fit: FloatArray
    activity: FloatArray
    propensity: FloatArray
    responsiveness: FloatArray
    health: FloatArray
    seats: IntArray

    @property
    def n(self) -> int:
        """Number of accounts."""
        return int(self.created_at.size)


def draw_traits(recipe: Recipe) -> Traits:
    """Draw every account's traits."""
    rng = recipe.stream("accounts")
    n = recipe.n_accounts
    seats = np.clip(np.ceil(rng.lognormal(2.2, 1.1, n)), 1, 5000)
    industry = rng.integers(0, len(INDUSTRIES), n)
    is_customer = rng.random(n) < 0.6
    is_late = ~is_customer & (rng.random(n) < 0.4)
    active_from = np.where(is_late, rng.integers(0, max(1, recipe.weeks * 3 // 4), n), 0)
    days_before = np.where(is_late, 7 * rng.random(n), rng.uniform(60, 3 * 365, n))
    fit = np.log((seats / 10) ** 0.25 * _INDUSTRY_FACTOR[industry] * _TIER_FACTOR[_tiers(seats)])
    spread = recipe.scenario.activity_spread
    return Traits(
        created_at=whole_seconds(recipe.start + active_from * WEEK - days_before * DAY),
        active_from=active_from,
        industry=industry,
        is_customer=is_customer,
        is_perpetual=rng.random(n) < 0.08,
        price=480 * np.maximum(1, np.rint(1.6 * seats**0.85)).astype(np.int64),
        fit=fit,
        activity=rng.lognormal(-(spread**2) / 2, spread, n),
        propensity=np.exp(recipe.scenario.fit_to_hazard * fit) * rng.lognormal(-0.125, 0.5, n),
        responsiveness=rng.lognormal(-0.045, 0.3, n),
        health=_drifting(recipe.stream("health"), n, recipe.periods, recipe.scenario.health_persistence),
        seats=_growing(recipe.stream("seats"), seats, recipe.periods),
    )


def _tiers(seats: Array) -> IntArray:
    return np.searchsorted(_TIER_SEATS, seats)


def _drifting(rng: np.random.Generator, n: int, periods: int, persistence: float) -> FloatArray:
    """Return standard normal paths whose neighbouring periods correlate by ``persistence``."""
    health = rng.standard_normal((n, periods))
    for period in range(1, periods):
        news = np.sqrt(1 - persistence**2) * health[:, period]
        health[:, period] = persistence * health[:, period - 1] + news
    return health


def _growing(rng: np.random.Generator, seats: FloatArray, periods: int) -> IntArray:
    steps = rng.normal(0.015, 0.06, (seats.size, periods))
    steps[:, 0] = 0.0
    return np.maximum(1, np.rint(seats[:, None] * np.exp(np.cumsum(steps, axis=1)))).astype(np.int64)


def account_table(recipe: Recipe, traits: Traits, recurring_revenue: FloatArray) -> dict[str, Array]:
    """Return the accounts as they stand at the end; about one in twenty belongs to another."""
    rng = recipe.stream("parents")
    number = np.arange(traits.n)
    # Parents have even numbers and children odd ones, so nobody is both.
    has_parent = (number % 2 == 1) & (rng.random(traits.n) < 0.1)
    parent = (rng.random(traits.n) * (number // 2)).astype(np.int64) * 2
    parent_ids = numbered("A", parent)
    parent_ids[~has_parent] = None
    return {
        "account_id": numbered("A", number),
        "name": numbered("Company ", number + 1, width=6),
        "created_at": instants(traits.created_at),
        "seats": traits.seats[:, -1].copy(),
        "industry": named(INDUSTRIES, traits.industry),
        "annual_recurring_revenue": recurring_revenue,
        "parent_account_id": parent_ids,
    }


def account_history_table(recipe: Recipe, traits: Traits) -> dict[str, Array]:
    """Return what was known when: seats, tier and a health score, noisy and a quarter behind."""
    rng = recipe.stream("account_history")
    period = np.arange(recipe.periods)
    score = 50 + 15 * traits.health[:, np.maximum(period - 1, 0)] + rng.normal(0, 8, traits.health.shape)
    first_period = np.minimum(traits.active_from // PERIOD_WEEKS, recipe.periods - 1)
    known_from = np.broadcast_to(recipe.start + period * PERIOD_WEEKS * WEEK, score.shape)
    is_first = period == first_period[:, None]
    account, column = np.nonzero(period >= first_period[:, None])
    seats = traits.seats[account, column]
    valid_from = np.where(is_first, traits.created_at[:, None], known_from)[account, column]
    return {
        "account_id": numbered("A", account),
        "valid_from": instants(valid_from),
        "seats": seats,
        "tier": named(TIERS, _tiers(seats)),
        "health_score": np.round(np.clip(score, 0, 100), 1)[account, column],
    }


def draw_contacts(recipe: Recipe, traits: Traits) -> tuple[IntArray, Codes]:
    """Return the offsets of each account's contacts and the organisational level of every contact."""
    rng = recipe.stream("contacts")
    counts = 1 + np.minimum(rng.poisson(0.6 * np.log1p(traits.seats[:, 0])), 11)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    levels = np.searchsorted(np.cumsum(_ORG_LEVEL_SHARES)[:-1], rng.random(offsets[-1]), side="right")
    return offsets, levels.astype(np.int32)


def contact_table(recipe: Recipe, offsets: IntArray, levels: Codes) -> dict[str, Array]:
    """Return the people, known by a pseudonym of their address."""
    keys = recipe.stream("email_keys").integers(0, 2**62, levels.size)
    return {
        "contact_id": numbered("P", np.arange(levels.size)),
        "account_id": numbered("A", np.repeat(np.arange(offsets.size - 1), np.diff(offsets))),
        "org_level": named(ORG_LEVELS, levels),
        "email_key": numbered("", keys, base=16, width=16),
    }
