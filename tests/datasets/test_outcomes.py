"""Chance decides by the hazard, with numbers of its own for every account-week."""

import math
from statistics import NormalDist

import numpy as np

from datasets.worlds import everyone, of_channel, recipe_of, touch_type, weeks_of, world_of
from servicelead._typing import Array
from servicelead.datasets._effects import draw_effects
from servicelead.datasets._hazard import account_weeks
from servicelead.datasets._opportunities import NEW, OPEN, WON, Opportunities
from servicelead.datasets._outcomes import chances_to_close, draw_opportunities, expected_amounts
from servicelead.datasets._recipe import DAY, WEEK, Recipe

RECIPE = recipe_of(n_accounts=2_000)
WORLD = world_of(RECIPE)
DEALS = draw_opportunities(RECIPE, WORLD.traits, WORLD.touches, everyone(RECIPE))


def cells(recipe: Recipe, deals: Opportunities) -> Array:
    """Return the account-week of each opportunity."""
    return deals.account * recipe.weeks + (deals.opened_at - recipe.start) // WEEK


def rows(deals: Opportunities) -> set[tuple[int, ...]]:
    """Return what there is to know of each opportunity, but its kind, which depends on earlier wins."""
    names = ("account", "opened_at", "closes_at", "outcome", "amount")
    return set(zip(*(getattr(deals, name).tolist() for name in names), strict=True))


def test_outcomes_average_to_the_hazard() -> None:
    """Opportunities and wins number what their chances add up to, within four deviations."""
    weeks = weeks_of(RECIPE, WORLD.traits, WORLD.touches)
    score = weeks.score()
    opens, wins = weeks.opening_probabilities(score), weeks.win_probabilities(score)
    assert abs(len(DEALS) - opens.sum()) < 4 * math.sqrt((opens * (1 - opens)).sum())
    of_deals = wins[cells(RECIPE, DEALS)]
    is_closed = DEALS.outcome != OPEN
    expected = of_deals[is_closed].sum()
    deviation = math.sqrt((of_deals * (1 - of_deals))[is_closed].sum())
    assert abs((DEALS.outcome == WON).sum() - expected) < 4 * deviation


def test_parts_of_the_accounts_meet_the_same_chance() -> None:
    """Drawn for some accounts, opportunities are those of all accounts."""
    some = np.array([1, 5, 900, 1999])
    part = draw_opportunities(RECIPE, WORLD.traits, WORLD.touches, some)
    assert rows(part) == rows(DEALS.select(np.isin(DEALS.account, some)))


def test_a_world_of_several_blocks_is_as_its_blocks() -> None:
    """Accounts beyond one block have numbers of their own, and the hazard rules them alike."""
    recipe = recipe_of(n_accounts=4_100, weeks=30)
    world = world_of(recipe)
    deals = draw_opportunities(recipe, world.traits, world.touches, everyone(recipe))
    some = np.array([5, 2_047, 2_048, 4_099])
    part = draw_opportunities(recipe, world.traits, world.touches, some)
    assert rows(part) == rows(deals.select(np.isin(deals.account, some)))
    assert np.array_equal(np.lexsort((deals.opened_at, deals.account)), np.arange(len(deals)))
    for block in (np.arange(2_048), np.arange(2_048, 4_096)):
        weeks = account_weeks(recipe, world.traits, world.touches, draw_effects(recipe), block)
        opens = weeks.opening_probabilities(weeks.score())
        assert abs(np.isin(deals.account, block).sum() - opens.sum()) < 4 * math.sqrt((opens * (1 - opens)).sum())


def test_removed_touches_leave_other_luck_alone() -> None:
    """Without some touches every account-week out of their reach has the same deal, to the second and the cent."""
    weeks = weeks_of(RECIPE, WORLD.traits, WORLD.touches)
    for name in ("field_visit", "demo"):
        fewer = WORLD.touches.select(~of_channel(RECIPE, WORLD.touches, name))
        without = draw_opportunities(RECIPE, WORLD.traits, fewer, everyone(RECIPE))
        k = touch_type(RECIPE, name)
        reached = weeks.reached_by({k, k + 1})
        alike = [rows(deals.select(np.isin(cells(RECIPE, deals), reached, invert=True))) for deals in (DEALS, without)]
        assert alike[0] == alike[1]
        assert rows(without) != rows(DEALS)


def test_fewer_helpful_touches_open_fewer_of_the_same_weeks() -> None:
    """Without helpful touches fewer account-weeks open, and those that do are among the ones that did."""
    silent = WORLD.touches.select(WORLD.touches.sentiment < 0)
    without = draw_opportunities(RECIPE, WORLD.traits, silent, everyone(RECIPE))
    assert set(cells(RECIPE, without)) < set(cells(RECIPE, DEALS))


def test_other_luck_is_other_luck() -> None:
    """Under another name of the stream the same chances fall out another way."""
    again = draw_opportunities(RECIPE, WORLD.traits, WORLD.touches, everyone(RECIPE), luck="outcomes again")
    assert rows(again) != rows(DEALS)


def test_chances_to_close_in_time() -> None:
    """They equal the sum over days of opening and whole days to close, each at both ends of the office hours."""
    recipe = recipe_of(weeks=33)
    pace = NormalDist()

    def chance(days: int) -> float:
        low, high = ((math.log(edge) - math.log(26)) / 0.55 for edge in (days - 0.5, days + 0.5))
        below = 0.0 if days == 2 else pace.cdf(low)
        return (1.0 if days == 200 else pace.cdf(high)) - below

    of_days = {days: chance(days) for days in range(2, 201)}
    assert math.isclose(math.fsum(of_days.values()), 1.0)
    for second in (0.0, 1 - 1e-9):
        opening = (np.arange(7) + second) / 7
        expected = [
            math.fsum(
                probability / 7
                for opened_at in recipe.moments(np.full(7, week), opening).tolist()
                for days, probability in of_days.items()
                if opened_at + days * DAY < recipe.end
            )
            for week in range(33)
        ]
        np.testing.assert_allclose(chances_to_close(recipe), expected, rtol=1e-12, atol=1e-15)


def test_openings_lie_in_the_office_hours_of_their_week() -> None:
    """A number of [0, 1) stands for a second of seven days from eight to six, evenly."""
    week = np.array([0, 0, 5, 5])
    since_midnight = RECIPE.moments(week, np.array([0.0, 1 - 2**-53, 1 / 7, 0.5])) - RECIPE.start - week * WEEK
    hour = 3_600_000_000
    assert since_midnight.tolist() == [8 * hour, 6 * DAY + 18 * hour - 1_000_000, DAY + 8 * hour, 3 * DAY + 13 * hour]


def test_amounts_average_to_the_mean() -> None:
    """A deal is worth a number of quarters of its account's price, on average what is expected of it."""
    ratio = DEALS.amount / expected_amounts(WORLD.traits)[DEALS.account]
    assert abs(ratio.mean() - 1) < 4 * ratio.std() / math.sqrt(len(DEALS))
    quarters = 4 * DEALS.amount / WORLD.traits.price[DEALS.account]
    assert set(quarters.tolist()) == {1, 2, 3, 4, 6, 8, 16}


def test_new_business_ends_with_the_first_win() -> None:
    """An opportunity is new business if and only if its account is no customer and has not won anything before."""
    traits = WORLD.traits
    assert {True, False} == set((DEALS.kind == NEW).tolist())
    for account, opened_at, kind in zip(DEALS.account, DEALS.opened_at, DEALS.kind, strict=True):
        wins = DEALS.closes_at[(DEALS.account == account) & (DEALS.outcome == WON)]
        assert (kind == NEW) == (not traits.is_customer[account] and not (wins <= opened_at).any())
