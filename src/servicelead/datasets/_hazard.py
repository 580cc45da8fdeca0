"""What touches truly do: the weekly chance that an account opens an opportunity, and that it is won.

Both are pure functions of the touches and the account's traits. With x_k(w) the exposure of an account in week w to
a signed touch type k (a channel, or the unhappy touches of a channel)::

    x_k(w)   = sum of carry(w - week of touch) over its earlier touches      (nothing in the touch's own week)
    score(w) = responsiveness * (sum of effect_k * (1 - exp(-x_k)) + synergy * joint presence of sales and services)
    P(opportunity opens in week w) = 1 - exp(-weekly_hazard * propensity * exp(score))
    P(it is won) = 1 / (1 + exp(-(win_log_odds + win_per_score * score)))

The carry-over is a hump, effects saturate, accounts differ and teams interact: no attribution model has this form.
"""

import numpy as np

from servicelead._typing import FloatArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._recipe import Recipe
from servicelead.datasets._scenarios import Scenario
from servicelead.datasets._touches import UNHAPPY_BELOW, Touches

#: Weeks after which a touch is forgotten.
MEMORY_WEEKS = 13


def carry_over(lag_weeks: float) -> FloatArray:
    """Return the weight of a touch 1, 2, ... weeks later: a gamma-shaped hump, 1 at its highest."""
    lag = np.arange(1, MEMORY_WEEKS + 1)
    weight = lag * np.exp(-2.0 * lag / lag_weeks)
    highest: FloatArray = weight / weight.max()
    return highest


def weekly_scores(recipe: Recipe, traits: Traits, touches: Touches, accounts: slice) -> FloatArray:
    """Return the score of a range of accounts, (accounts, weeks)."""
    scenario = recipe.scenario
    rows = slice(*np.searchsorted(touches.account, [accounts.start, accounts.stop]))
    account, week = touches.account[rows] - accounts.start, touches.week[rows]
    channel, is_negative = touches.channel[rows], touches.sentiment[rows] < UNHAPPY_BELOW
    shape = (accounts.stop - accounts.start, recipe.weeks)
    score = np.zeros(shape)
    helpful = {"sales": np.zeros(shape), "services": np.zeros(shape)}
    for position, kind in enumerate(scenario.channels):
        carry = carry_over(kind.lag_weeks)
        is_kind = channel == position
        for effect, chosen in ((kind.effect, is_kind & ~is_negative), (kind.negative_effect, is_kind & is_negative)):
            if effect == 0.0 or not chosen.any():
                continue
            exposure = _exposure(account[chosen], week[chosen], carry, shape)
            score += effect * -np.expm1(-exposure)
            if effect > 0.0 and kind.team in helpful:
                helpful[kind.team] += exposure
    score += scenario.synergy * np.expm1(-helpful["sales"]) * np.expm1(-helpful["services"])
    score *= traits.responsiveness[accounts, None]
    return score


def _exposure(account: IntArray, week: IntArray, carry: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Return the sum of carried-over touches by account and week."""
    later = week + np.arange(1, carry.size + 1)[:, None]
    in_time = later < shape[1]
    cell = (account * shape[1] + later)[in_time]
    weight = np.broadcast_to(carry[:, None], later.shape)[in_time]
    total: FloatArray = np.bincount(cell, weights=weight, minlength=shape[0] * shape[1]).astype(np.float64, copy=False)
    return total.reshape(shape)


def opening_probabilities(scenario: Scenario, traits: Traits, score: FloatArray, accounts: slice) -> FloatArray:
    """Return the chance that each account opens an opportunity in each week; 0 before its life began."""
    hazard = scenario.weekly_hazard * traits.propensity[accounts, None] * np.exp(score)
    hazard[np.arange(score.shape[1]) < traits.active_from[accounts, None]] = 0.0
    probability: FloatArray = -np.expm1(-hazard)
    return probability


def win_probabilities(scenario: Scenario, score: FloatArray) -> FloatArray:
    """Return the chance that an opportunity opened at this score is won."""
    probability: FloatArray = 1 / (1 + np.exp(-(scenario.win_log_odds + scenario.win_per_score * score)))
    return probability
