"""Where visits keep customers, the recorded trouble explains who is visited, and nothing else does."""

import math

import numpy as np
import pytest

from datasets.worlds import recipe_of
from servicelead.datasets._accounts import Traits, draw_traits
from servicelead.datasets._departures import MEMORY_WEEKS, _lately, draw_departures, in_trouble
from servicelead.datasets._feedback import draw_all_touches
from servicelead.datasets._recipe import Recipe
from servicelead.datasets._scenario import Departures
from servicelead.datasets._touches import Touches
from servicelead.kernels.logistic import fit_logistic

NAME = "visits_to_troubled"
N_ACCOUNTS = 6_000


@pytest.fixture(scope="module")
def world() -> tuple[Recipe, Traits, Touches, Departures]:
    """Return a world in which visits keep customers."""
    recipe = recipe_of(NAME, n_accounts=N_ACCOUNTS, weeks=104, seed=2)
    traits = draw_traits(recipe)
    departures = recipe.scenario.departures
    assert departures is not None
    return recipe, traits, draw_all_touches(recipe, traits), departures


def test_only_the_few_weeks_before_count() -> None:
    """A week's count is that of the thirteen before it, its own not among them."""
    weeks = np.random.default_rng(4).random((3, 40)) < 0.3
    slow = [[int(row[max(0, at - MEMORY_WEEKS) : at].sum()) for at in range(40)] for row in weeks]
    assert slow == _lately(weeks).tolist()


def test_trouble_draws_visits(world: tuple[Recipe, Traits, Touches, Departures]) -> None:
    """Four in five troubled customers are visited within days, where one in sixty is in any other week."""
    recipe, traits, touches, departures = world
    account, week = np.nonzero(in_trouble(recipe, traits, departures))
    assert traits.is_customer[account].all()
    names = [channel.name for channel in recipe.scenario.channels]
    visits = touches.channel == names.index(departures.visit_channel)
    visited = np.zeros((traits.n, recipe.weeks + 1), dtype=np.bool_)
    visited[touches.account[visits], touches.week[visits]] = True
    assert 0.78 < (visited[account, week] | visited[account, week + 1]).mean() < 0.86
    assert visited.mean() < 0.03


def test_a_visit_keeps_and_trouble_drives_away(world: tuple[Recipe, Traits, Touches, Departures]) -> None:
    """The log-odds found with trouble held equal are those the scenario states; without it the sign is wrong."""
    recipe, traits, touches, departures = world
    since = np.full(traits.n, recipe.first_day - 1)
    leaves, day = draw_departures(recipe, traits, touches, since, departures)
    names = [channel.name for channel in recipe.scenario.channels]
    visits = touches.channel == names.index(departures.visit_channel)
    visited = np.zeros((traits.n, recipe.weeks), dtype=np.bool_)
    visited[touches.account[visits], touches.week[visits]] = True
    last = np.where(leaves, (day - recipe.first_day) // 7, recipe.weeks)
    week = np.arange(recipe.weeks)
    there = week <= np.minimum(last, recipe.weeks - 1)[:, None]
    gone = (week == last[:, None])[there]
    columns = [
        np.ones(there.sum()),
        (_lately(visited) > 0)[there],
        _lately(in_trouble(recipe, traits, departures))[there],
    ]
    design = np.column_stack(columns).astype(np.float64)
    naive, _ = fit_logistic(design[:, :2], gone, np.zeros(2))
    adjusted, _ = fit_logistic(design, gone, np.zeros(3))
    assert naive[1] > 0.3
    assert [-6.2, -0.8, 2.4] == pytest.approx(adjusted.tolist(), abs=0.25)


def test_nobody_leaves_before_becoming_a_customer(world: tuple[Recipe, Traits, Touches, Departures]) -> None:
    """The day lies inside the simulation, after the first as a customer."""
    recipe, traits, touches, departures = world
    since = recipe.first_day + np.arange(traits.n) % (7 * recipe.weeks)
    leaves, day = draw_departures(recipe, traits, touches, since, departures)
    assert leaves.any()
    assert (day[leaves] > since[leaves]).all()
    assert (day <= recipe.last_day).all()
    assert math.isclose(0, leaves[since > recipe.last_day - 7].mean())
