"""Outcomes: chance decides which account-weeks open an opportunity, when it closes, what it is worth, who wins it."""

import math

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._effects import draw_effects
from servicelead.datasets._hazard import AccountWeeks, account_weeks, blocks
from servicelead.datasets._opportunities import LOST, NEW, OPEN, WON, Opportunities
from servicelead.datasets._recipe import DAY, Recipe
from servicelead.datasets._touches import Touches

# A deal is worth its account's price times a number of quarters, whatever the touches were.
_QUARTERS = np.array([1, 2, 3, 4, 6, 8, 16])
_QUARTER_CHANCES = np.array([0.10, 0.20, 0.20, 0.20, 0.16, 0.10, 0.04])
# Days from opening to close: a log-normal number, rounded and bounded.
_TYPICAL_DAYS, _PACE_SPREAD = 26.0, 0.55
_FEWEST_DAYS, _MOST_DAYS = 2, 200
_KIND_SHARES = (0.45, 0.30, 0.25)


def draw_opportunities(
    recipe: Recipe, traits: Traits, touches: Touches, accounts: IntArray, *, luck: str = "outcomes"
) -> Opportunities:
    """Let the hazard decide for some accounts (ascending), and the random numbers called ``luck``.

    Every account-week has its own numbers, used or not: the same world without some touches meets the same chance.
    """
    effects = draw_effects(recipe)
    parts = []
    for block in blocks(traits.n):
        chosen = accounts[slice(*np.searchsorted(accounts, [block.start, block.stop]))]
        rng = recipe.stream(luck, str(block.start))
        shape = (block.stop - block.start, recipe.weeks)
        numbers = np.stack([*rng.random((5, *shape)), rng.standard_normal(shape)])[:, chosen - block.start]
        weeks = account_weeks(recipe, traits, touches, effects, chosen)
        parts.append(_decide(recipe, traits, chosen, weeks, numbers.reshape(6, -1)))
    return Opportunities.in_order(*parts)


def _decide(
    recipe: Recipe, traits: Traits, accounts: IntArray, weeks: AccountWeeks, numbers: FloatArray
) -> Opportunities:
    score = weeks.score()
    cell = np.flatnonzero(numbers[0] < weeks.opening_probabilities(score))
    _, win, worth, moment, kind, pace = numbers[:, cell]
    row, week = np.divmod(cell, recipe.weeks)
    account = accounts[row]
    opened_at = recipe.moments(week, moment)
    days = np.clip(np.rint(np.exp(np.log(_TYPICAL_DAYS) + _PACE_SPREAD * pace)), _FEWEST_DAYS, _MOST_DAYS)
    closes_at = opened_at + days.astype(np.int64) * DAY
    is_win = win < weeks.win_probabilities(score[cell])
    outcome = np.where(closes_at >= recipe.end, OPEN, np.where(is_win, WON, LOST))
    quarters = _QUARTERS[np.searchsorted(np.cumsum(_QUARTER_CHANCES)[:-1], worth, side="right")]
    customer_since = np.where(traits.is_customer, recipe.start, recipe.end)
    np.minimum.at(customer_since, account[outcome == WON], closes_at[outcome == WON])
    other = 1 + np.searchsorted(np.cumsum(_KIND_SHARES)[:-1], kind, side="right")
    return Opportunities(
        account=account,
        opened_at=opened_at,
        closes_at=closes_at,
        outcome=outcome,
        # New business until the account's first win has closed.
        kind=np.where(opened_at < customer_since[account], NEW, other).astype(np.int64),
        # Prices are multiples of 480, so this is exact.
        amount=traits.price[account] * quarters // 4,
    )


def expected_amounts(traits: Traits) -> FloatArray:
    """Return the mean amount of a deal of each account."""
    return traits.price.astype(np.float64) * (float(_QUARTERS @ _QUARTER_CHANCES) / 4)


def chances_to_close(recipe: Recipe) -> FloatArray:
    """Return, for each week, the chance that an opportunity opened in it closes before the simulation ends.

    It opens on any of seven days alike and closes whole days later at the same time of day, so it closes in time if
    it does so on one of the days simulated.
    """
    days_left = 7 * recipe.weeks - 1 - np.arange(7 * recipe.weeks)
    chances = [_chance_within(days) for days in days_left.tolist()]
    by_week: FloatArray = np.array(chances).reshape(recipe.weeks, 7).sum(axis=1) / 7
    return by_week


def _chance_within(days: int) -> float:
    """Return the chance that an opportunity takes at most so many days; rounding takes in the half day above."""
    if not _FEWEST_DAYS <= days < _MOST_DAYS:
        return float(days >= _MOST_DAYS)
    pace = math.log((days + 0.5) / _TYPICAL_DAYS) / _PACE_SPREAD
    return (1 + math.erf(pace / math.sqrt(2))) / 2
