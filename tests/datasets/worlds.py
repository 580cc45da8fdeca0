"""Simulated worlds taken apart, for tests that look inside them."""

import datetime as dt

import numpy as np

from servicelead._typing import BoolArray, IntArray
from servicelead.datasets._accounts import Traits, draw_traits
from servicelead.datasets._effects import draw_effects, touch_type_labels
from servicelead.datasets._expectation import World
from servicelead.datasets._feedback import draw_all_touches
from servicelead.datasets._hazard import AccountWeeks, account_weeks
from servicelead.datasets._recipe import Recipe
from servicelead.datasets._scenarios import SCENARIOS
from servicelead.datasets._touches import Touches


def recipe_of(scenario: str = "default", *, n_accounts: int = 40, weeks: int = 40, seed: int = 3) -> Recipe:
    """Return a recipe that ends on the usual day."""
    as_of = dt.date(2026, 6, 30)
    return Recipe(n_accounts=n_accounts, seed=seed, scenario=SCENARIOS[scenario], weeks=weeks, as_of=as_of, zone="UTC")


def world_of(recipe: Recipe) -> World:
    """Draw a world."""
    traits = draw_traits(recipe)
    return World(recipe=recipe, traits=traits, touches=draw_all_touches(recipe, traits))


def weeks_of(recipe: Recipe, traits: Traits, touches: Touches) -> AccountWeeks:
    """Return every account-week."""
    return account_weeks(recipe, traits, touches, draw_effects(recipe), everyone(recipe))


def everyone(recipe: Recipe) -> IntArray:
    """Return every account."""
    return np.arange(recipe.n_accounts)


def of_channel(recipe: Recipe, touches: Touches, name: str) -> BoolArray:
    """Return which touches are of a channel."""
    names = [channel.name for channel in recipe.scenario.channels]
    chosen: BoolArray = touches.channel == names.index(name)
    return chosen


def touch_type(recipe: Recipe, label: str) -> int:
    """Return the signed touch type of a label."""
    return next(k for k, name in touch_type_labels(recipe.scenario.channels).items() if name == label)
