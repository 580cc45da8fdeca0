"""Who gets into trouble, who is visited for it, and who leaves: where the scenario says that visits keep customers.

Trouble, a critical support case, makes a customer leave and brings people to see him. Seeing him makes him stay. The
odds of leaving in a week depend on the thirteen weeks before it and on nothing else:

    log(h / (1 - h)) = log_odds + trouble_log_odds * weeks in trouble + visit_log_odds * 1(visited)
"""

import numpy as np

from servicelead._typing import MISSING, BoolArray, IntArray
from servicelead.datasets._accounts import Traits
from servicelead.datasets._recipe import DAY, Recipe, whole_seconds
from servicelead.datasets._scenario import Departures
from servicelead.datasets._touches import Touches

#: Weeks for which trouble and visits count, and days in which a visit follows trouble.
MEMORY_WEEKS = 13
_VISIT_WITHIN = 5.0
_UNHAPPY = -0.8


def in_trouble(recipe: Recipe, traits: Traits, departures: Departures) -> BoolArray:
    """Return (n, weeks) the weeks in which a customer from before the first week opens a critical case."""
    draws = recipe.stream("trouble").random((traits.n, recipe.weeks))
    return (draws < departures.trouble_rate) & traits.is_customer[:, None]


def trouble_touches(recipe: Recipe, traits: Traits, departures: Departures) -> list[Touches]:
    """Return the cases that trouble opens and the visits that follow some of them."""
    rng = recipe.stream("trouble_touches")
    names = [channel.name for channel in recipe.scenario.channels]
    account, week = np.nonzero(in_trouble(recipe, traits, departures))
    opened_at = recipe.moments(week, rng.random(week.size))
    answered_at = whole_seconds(opened_at + np.maximum(rng.exponential(1.5, week.size), 0.01) * DAY)
    is_known = answered_at < recipe.end
    cases = Touches(
        account=account,
        occurred_at=opened_at,
        week=week,
        channel=np.full(week.size, names.index("support_case")),
        sentiment=np.where(is_known, _UNHAPPY, np.nan),
        known_at=np.where(is_known, answered_at, MISSING),
    )
    visited = rng.random(week.size) < departures.visit_chance
    visited_at = whole_seconds(opened_at + rng.uniform(0.1, _VISIT_WITHIN, week.size) * DAY)
    rows = np.flatnonzero(visited & (visited_at < recipe.end))
    visits = Touches(
        account=account[rows],
        occurred_at=visited_at[rows],
        week=(visited_at[rows] - recipe.start) // (7 * DAY),
        channel=np.full(rows.size, names.index(departures.visit_channel)),
        sentiment=np.full(rows.size, np.nan),
        known_at=np.full(rows.size, MISSING),
    )
    return [cases, visits]


def is_trouble(recipe: Recipe, traits: Traits, departures: Departures, touches: Touches) -> BoolArray:
    """Return which of the touches are the cases that trouble opened."""
    cases = trouble_touches(recipe, traits, departures)[0]
    span = recipe.end - recipe.start
    ours, theirs = (part.account * span + part.occurred_at - recipe.start for part in (touches, cases))
    is_case: BoolArray = np.isin(ours, theirs)
    return is_case


def draw_departures(
    recipe: Recipe, traits: Traits, touches: Touches, since: IntArray, departures: Departures
) -> tuple[BoolArray, IntArray]:
    """Return which accounts leave, and the day after the last of each as a customer.

    Nobody leaves in the week in which it became a customer.
    """
    names = [channel.name for channel in recipe.scenario.channels]
    visits = np.flatnonzero(touches.channel == names.index(departures.visit_channel))
    visited = np.zeros((traits.n, recipe.weeks), dtype=np.bool_)
    visited[touches.account[visits], touches.week[visits]] = True
    log_odds = (
        departures.log_odds
        + departures.trouble_log_odds * _lately(in_trouble(recipe, traits, departures))
        + departures.visit_log_odds * (_lately(visited) > 0)
    )
    rng = recipe.stream("departures")
    begins = recipe.first_day + 7 * np.arange(recipe.weeks)
    is_customer = begins > since[:, None]
    leaves: BoolArray = (rng.random(log_odds.shape) < 1 / (1 + np.exp(-log_odds))) & is_customer
    week = leaves.argmax(axis=1)
    return np.any(leaves, axis=1), begins[week] + rng.integers(1, 7, traits.n)


def _lately(weeks: BoolArray) -> IntArray:
    """Return for each week how many of the few before it are such."""
    running = np.cumsum(weeks, axis=1)
    before = np.pad(running, ((0, 0), (MEMORY_WEEKS + 1, 0)))[:, : weeks.shape[1]]
    lately: IntArray = np.pad(running, ((0, 0), (1, 0)))[:, :-1] - before
    return lately
