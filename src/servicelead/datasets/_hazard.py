"""What touches truly do: the weekly chance that an account opens an opportunity, and that it is won.

Both are pure functions of the touches and the account's traits. With x_k(w) the exposure of an account in week w to
a signed touch type k (a channel's touches, or those of them known to have left somebody unhappy)::

    x_k(w)   = sum of carry(w - week of touch) over its earlier touches      (nothing in the touch's own week)
    score(w) = responsiveness * (sum of effect_k * (1 - exp(-x_k)) + synergy * joint presence of sales and services)
    P(opportunity opens in week w) = 1 - exp(-weekly_hazard * propensity * exp(health_to_hazard * health + score))
    P(it is won) = 1 / (1 + exp(-(win_log_odds + win_per_score * score)))

The joint presence is the product, over the two teams, of 1 - exp(-x) with x the exposure to all helpful touches of
the team. The carry-over is a hump, effects saturate, accounts differ and teams interact: no attribution model has
this form.
"""

from collections.abc import Collection, Iterator, Mapping

import attrs
import numpy as np

from servicelead._typing import Array, FloatArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._effects import Effects
from servicelead.datasets._recipe import PERIOD_WEEKS, Recipe
from servicelead.datasets._scenario import Scenario
from servicelead.datasets._touches import Touches

#: Weeks after which a touch is forgotten.
MEMORY_WEEKS = 13
# Accounts whose account-by-week arrays fit the processor's cache together.
_BLOCK = 2048
_EVERY = slice(None)


def blocks(n_accounts: int) -> Iterator[slice]:
    """Yield ranges of accounts to work on one after the other; with no accounts there is still one, of none."""
    for start in range(0, max(n_accounts, 1), _BLOCK):
        yield slice(start, min(start + _BLOCK, n_accounts))


def carry_over(lag_weeks: float) -> FloatArray:
    """Return the weight of a touch 1, 2, ... weeks later: a gamma-shaped hump, 1 at its highest."""
    lag = np.arange(1, MEMORY_WEEKS + 1)
    weight = lag * np.exp(-2.0 * lag / lag_weeks)
    highest: FloatArray = weight / weight.max()
    return highest


@attrs.frozen(kw_only=True, eq=False)
class AccountWeeks:
    """Every week of some accounts, in one long row of cells: account by account, week by week.

    Attributes
    ----------
    scenario, effects
        What is true.
    absence
        exp(-x_k) of every signed touch type k that does anything: 1 without such touches.
    responsiveness
        Factor of the score.
    quiet_hazard
        Hazard of an opportunity at a score of zero.
    """

    scenario: Scenario
    effects: Effects
    absence: Mapping[int, FloatArray]
    responsiveness: FloatArray
    quiet_hazard: FloatArray

    def score(self, cells: Array | slice = _EVERY, without: Collection[int] = ()) -> FloatArray:
        """Return the score of some cells as it would be without some signed touch types."""
        score = np.zeros_like(self.quiet_hazard[cells])
        alone = [np.ones_like(score) for _ in self.effects.helpful]
        for k, absence in self.absence.items():
            if k not in without:
                absent = absence[cells]
                score += self.effects.of_type[k] * (1.0 - absent)
                for team, helpful in enumerate(self.effects.helpful):
                    if k in helpful:
                        alone[team] *= absent
        sales, services = alone
        score += self.effects.synergy * (1.0 - sales) * (1.0 - services)
        score *= self.responsiveness[cells]
        return score

    def reached_by(self, types: Collection[int]) -> IntArray:
        """Return the cells with any exposure to some signed touch types: no other depends on them."""
        is_reached = np.zeros(self.quiet_hazard.size, dtype=np.bool_)
        for k in self.absence.keys() & types:
            is_reached |= self.absence[k] < 1.0
        return np.flatnonzero(is_reached)

    def chances_to_win(self, cells: Array | slice = _EVERY, without: Collection[int] = ()) -> FloatArray:
        """Return the chance that an opportunity opens in each cell that will be won, whenever that is."""
        score = self.score(cells, without)
        chance: FloatArray = self.opening_probabilities(score, cells) * self.win_probabilities(score)
        return chance

    def opening_probabilities(self, score: FloatArray, cells: Array | slice = _EVERY) -> FloatArray:
        """Return the chance that an opportunity opens in each cell at this score."""
        probability: FloatArray = -np.expm1(-self.quiet_hazard[cells] * np.exp(score))
        return probability

    def win_probabilities(self, score: FloatArray) -> FloatArray:
        """Return the chance that an opportunity opened at this score is won."""
        log_odds = self.scenario.win_log_odds + self.scenario.win_per_score * score
        probability: FloatArray = 1 / (1 + np.exp(-log_odds))
        return probability


def account_weeks(
    recipe: Recipe, traits: Traits, touches: Touches, effects: Effects, accounts: IntArray
) -> AccountWeeks:
    """Return what is true of some accounts (ascending), week by week."""
    scenario = recipe.scenario
    week = np.arange(recipe.weeks)
    health = traits.health[accounts][:, week // PERIOD_WEEKS]
    hazard = scenario.weekly_hazard * traits.propensity[accounts, None] * np.exp(scenario.health_to_hazard * health)
    # Nothing opens before an account's life began.
    hazard[week < traits.active_from[accounts, None]] = 0.0
    return AccountWeeks(
        scenario=scenario,
        effects=effects,
        absence={k: np.exp(-exposure) for k, exposure in _exposures(recipe, touches, effects, accounts)},
        responsiveness=np.repeat(traits.responsiveness[accounts], recipe.weeks),
        quiet_hazard=hazard.ravel(),
    )


def _exposures(
    recipe: Recipe, touches: Touches, effects: Effects, accounts: IntArray
) -> Iterator[tuple[int, FloatArray]]:
    """Yield the signed touch types that do anything, each with the sum of its carried-over touches by cell."""
    touches = touches.of_accounts(accounts)
    row, touch_type = np.searchsorted(accounts, touches.account), touches.touch_type
    for k in effects.of_type:
        chosen = touch_type == k
        carry = carry_over(recipe.scenario.channels[k // 2].lag_weeks)
        later = touches.week[chosen] + np.arange(1, carry.size + 1)[:, None]
        in_time = later < recipe.weeks
        cell = (row[chosen] * recipe.weeks + later)[in_time]
        weight = np.broadcast_to(carry[:, None], later.shape)[in_time]
        exposure = np.bincount(cell, weights=weight, minlength=accounts.size * recipe.weeks)
        yield k, exposure.astype(np.float64, copy=False)
