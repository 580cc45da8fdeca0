"""Deals draw touches, which act on later weeks only, until nothing changes."""

import math

import attrs
import numpy as np
import pytest

from datasets.worlds import everyone, of_channel, recipe_of, world_of
from servicelead.datasets._accounts import draw_traits
from servicelead.datasets._feedback import draw_all_touches, follow_ups
from servicelead.datasets._opportunities import LOST, WON
from servicelead.datasets._outcomes import draw_opportunities
from servicelead.datasets._recipe import WEEK
from servicelead.datasets._touches import Touches, draw_touches

RECIPE = recipe_of("outcome_feedback", n_accounts=600, weeks=80)
WORLD = world_of(RECIPE)
DEALS = draw_opportunities(RECIPE, WORLD.traits, WORLD.touches, everyone(RECIPE))
UNPROMPTED = draw_touches(RECIPE, WORLD.traits)


def rows(touches: Touches) -> set[tuple[int, int, int]]:
    """Return what tells touches apart."""
    columns = (touches.account, touches.occurred_at, touches.channel)
    return set(zip(*(column.tolist() for column in columns), strict=True))


def drawn_by_deals() -> Touches:
    """Return the touches that would not have happened without a deal."""
    before = rows(UNPROMPTED)
    keys = zip(WORLD.touches.account, WORLD.touches.occurred_at, WORLD.touches.channel, strict=True)
    return WORLD.touches.select(np.array([key not in before for key in keys]))


def test_unprompted_touches_all_happen() -> None:
    """Follow-ups are added, nothing is taken away, and all are in order."""
    assert rows(UNPROMPTED) < rows(WORLD.touches)
    order = np.lexsort((WORLD.touches.occurred_at, WORLD.touches.account))
    assert np.array_equal(WORLD.touches.account[order], WORLD.touches.account)
    assert (np.diff(WORLD.touches.occurred_at)[np.diff(WORLD.touches.account) == 0] >= 0).all()
    assert np.array_equal(WORLD.touches.week, (WORLD.touches.occurred_at - RECIPE.start) // WEEK)
    assert (WORLD.touches.occurred_at < RECIPE.end).all()


def test_every_follow_up_has_its_deal() -> None:
    """Calls and demos lie in an open deal, onboarding follows a win, e-mails follow a loss."""
    drawn = drawn_by_deals()
    spans = {
        "call": (DEALS.opened_at, DEALS.closes_at),
        "demo": (DEALS.opened_at, DEALS.closes_at),
        "onboarding": tuple(DEALS.closes_at[DEALS.outcome == WON] + lag * WEEK for lag in (0, 8)),
        "email": tuple(DEALS.closes_at[DEALS.outcome == LOST] + lag * WEEK for lag in (0, 26)),
    }
    owners = {"call": DEALS.account, "demo": DEALS.account}
    owners |= {"onboarding": DEALS.account[DEALS.outcome == WON], "email": DEALS.account[DEALS.outcome == LOST]}
    names = [channel.name for channel in RECIPE.scenario.channels]
    assert {names[channel] for channel in set(drawn.channel.tolist())} == set(spans)
    for account, moment, channel in zip(drawn.account, drawn.occurred_at, drawn.channel, strict=True):
        (begins, ends), owner = spans[names[channel]], owners[names[channel]]
        assert ((owner == account) & (begins <= moment) & (moment <= ends)).any()


def test_follow_ups_are_as_many_as_the_scenario_says() -> None:
    """Wins that closed early enough draw the expected number of onboarding touches, within four deviations."""
    drawn = drawn_by_deals()
    n_early = int(((DEALS.outcome == WON) & (DEALS.closes_at + 8 * WEEK < RECIPE.end)).sum())
    n_wins = int((DEALS.outcome == WON).sum())
    follow_up = next(f for f in RECIPE.scenario.follow_ups if f.channel == "onboarding")
    mean, deviation = follow_up.at_most * follow_up.chance, math.sqrt(follow_up.at_most * 0.25)
    seen = int(of_channel(RECIPE, drawn, "onboarding").sum())
    assert (
        mean * n_early - 4 * deviation * math.sqrt(n_early) < seen < mean * n_wins + 4 * deviation * math.sqrt(n_wins)
    )


def test_week_by_week_comes_out_the_same() -> None:
    """Deciding one week after the other, with the follow-ups of the weeks before, gives the same touches."""
    recipe = recipe_of("outcome_feedback", n_accounts=150, weeks=40, seed=1)
    traits = draw_traits(recipe)
    unprompted = touches = draw_touches(recipe, traits)
    for week in range(recipe.weeks):
        deals = draw_opportunities(recipe, traits, touches, everyone(recipe))
        settled = deals.select((deals.opened_at - recipe.start) // WEEK <= week)
        touches = Touches.in_order(unprompted, *follow_ups(recipe, settled))
    assert len(touches) > len(unprompted)
    assert rows(touches) == rows(draw_all_touches(recipe, traits))


def test_follow_ups_bring_about_more_deals() -> None:
    """With the touches that deals draw there are more deals than without them."""
    assert len(draw_opportunities(RECIPE, WORLD.traits, UNPROMPTED, everyone(RECIPE))) < len(DEALS)


@pytest.mark.parametrize("n_accounts", [0, 1])
def test_tiny_worlds_settle(n_accounts: int) -> None:
    """No accounts, or no deals, draw nothing."""
    recipe = attrs.evolve(RECIPE, n_accounts=n_accounts, weeks=1)
    traits = draw_traits(recipe)
    assert len(draw_all_touches(recipe, traits)) >= len(draw_touches(recipe, traits))
