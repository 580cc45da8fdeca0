"""The hazard is an exact, pure function of touches and traits."""

import datetime as dt
import math

import attrs
import numpy as np
import pytest

from servicelead._typing import FloatArray
from servicelead.datasets._accounts import Traits, draw_traits
from servicelead.datasets._hazard import carry_over, opening_probabilities, weekly_scores, win_probabilities
from servicelead.datasets._opportunities import Opportunities, draw_opportunities
from servicelead.datasets._recipe import WEEK, Recipe
from servicelead.datasets._scenarios import SCENARIOS, Channel
from servicelead.datasets._touches import UNHAPPY_BELOW, Touches, draw_touches

RECIPE = Recipe(n_accounts=40, seed=3, scenario=SCENARIOS["default"], weeks=40, as_of=dt.date(2026, 6, 30), zone="UTC")
TRAITS = draw_traits(RECIPE)
TOUCHES = draw_touches(RECIPE, TRAITS)
EVERYONE = slice(0, RECIPE.n_accounts)


def slow_score(traits: Traits, touches: Touches, account: int, week: int) -> float:
    """Compute one score from its definition, touch by touch."""
    exposure: dict[tuple[Channel, bool], float] = {}
    for row in np.flatnonzero(touches.account == account):
        channel = RECIPE.scenario.channels[touches.channel[row]]
        lag = week - int(touches.week[row])
        if 1 <= lag <= 13:
            kind = channel, bool(touches.sentiment[row] < UNHAPPY_BELOW)
            exposure[kind] = exposure.get(kind, 0.0) + float(carry_over(channel.lag_weeks)[lag - 1])
    score = 0.0
    together = {"sales": 0.0, "services": 0.0, "marketing": 0.0}
    for (channel, is_negative), amount in exposure.items():
        effect = channel.negative_effect if is_negative else channel.effect
        score += effect * (1 - math.exp(-amount))
        together[channel.team] += amount if effect > 0 else 0.0
    score += RECIPE.scenario.synergy * (1 - math.exp(-together["sales"])) * (1 - math.exp(-together["services"]))
    return score * float(traits.responsiveness[account])


def test_score_follows_its_definition() -> None:
    """The vectorised score equals the sum written in the module, for every account and week."""
    scores = weekly_scores(RECIPE, TRAITS, TOUCHES, EVERYONE)
    expected = np.array([[slow_score(TRAITS, TOUCHES, a, w) for w in range(RECIPE.weeks)] for a in range(40)])
    np.testing.assert_allclose(scores, expected, rtol=1e-12, atol=1e-12)


def test_blocks_of_accounts_agree() -> None:
    """Scores of a part of the accounts are that part of all scores."""
    whole = weekly_scores(RECIPE, TRAITS, TOUCHES, EVERYONE)
    assert np.array_equal(weekly_scores(RECIPE, TRAITS, TOUCHES, slice(7, 19)), whole[7:19])


def test_a_touch_acts_from_the_next_week_on() -> None:
    """Deleting a touch changes nothing up to its own week."""
    row = int(np.argmax(TOUCHES.week))
    account, week = TOUCHES.account[row], TOUCHES.week[row]
    without = TOUCHES.select(np.arange(len(TOUCHES)) != row)
    before = slice(0, int(week) + 1)
    expected = weekly_scores(RECIPE, TRAITS, TOUCHES, EVERYONE)[account, before]
    assert np.array_equal(expected, weekly_scores(RECIPE, TRAITS, without, EVERYONE)[account, before])


def opening(touches: Touches) -> FloatArray:
    """Return the chance of an opportunity by account and week."""
    score = weekly_scores(RECIPE, TRAITS, touches, EVERYONE)
    return opening_probabilities(RECIPE.scenario, TRAITS, score, EVERYONE)


def test_email_does_nothing_and_unhappy_touches_dissuade() -> None:
    """Without email the hazard is unchanged; without unhappy touches it nowhere falls and somewhere rises."""
    names = [channel.name for channel in RECIPE.scenario.channels]
    no_email = TOUCHES.select(TOUCHES.channel != names.index("email"))
    assert len(no_email) < len(TOUCHES)
    assert np.array_equal(opening(no_email), opening(TOUCHES))
    change = opening(TOUCHES.select(~(TOUCHES.sentiment < UNHAPPY_BELOW))) - opening(TOUCHES)
    assert (change >= 0).all()
    assert (change > 0).any()


def test_probabilities_are_probabilities() -> None:
    """Chances lie in [0, 1], and nothing opens before an account's life begins."""
    score = np.array([[-800.0, 0.0, 800.0]])
    one = attrs.evolve(RECIPE, n_accounts=1)
    traits = attrs.evolve(draw_traits(one), active_from=np.array([1]))
    with np.errstate(over="ignore"):
        opens = opening_probabilities(RECIPE.scenario, traits, score, slice(0, 1))
        wins = win_probabilities(RECIPE.scenario, score)
    assert opens[0, 0] == 0.0
    assert opens[0, 2] == 1.0
    assert wins[0, 0] == pytest.approx(0.0)
    assert wins[0, 2] == pytest.approx(1.0)


def test_outcomes_average_to_the_hazard() -> None:
    """Opportunities and wins of a large business number what their chances add up to, within four deviations."""
    recipe = attrs.evolve(RECIPE, n_accounts=4_000, weeks=80)
    traits = draw_traits(recipe)
    touches = draw_touches(recipe, traits)
    everyone = slice(0, recipe.n_accounts)
    score = weekly_scores(recipe, traits, touches, everyone)
    chance = opening_probabilities(recipe.scenario, traits, score, everyone)
    deals = draw_opportunities(recipe, traits, touches)
    assert abs(len(deals) - chance.sum()) < 4 * math.sqrt((chance * (1 - chance)).sum())


def cells(deals: Opportunities) -> set[tuple[int, int]]:
    """Return the account-weeks in which an opportunity opened."""
    week = (deals.opened_at - RECIPE.start) // WEEK
    return set(zip(deals.account.tolist(), week.tolist(), strict=True))


def test_removed_touches_leave_other_luck_alone() -> None:
    """Without helpful touches fewer account-weeks open, and those that do are among the ones that did."""
    recipe = attrs.evolve(RECIPE, n_accounts=2_000)
    traits = draw_traits(recipe)
    touches = draw_touches(recipe, traits)
    silent = touches.select(touches.sentiment < UNHAPPY_BELOW)
    with_all, with_few = draw_opportunities(recipe, traits, touches), draw_opportunities(recipe, traits, silent)
    assert cells(with_few) < cells(with_all)


def test_a_new_stream_leaves_the_others_alone() -> None:
    """A stream depends on the seed and its own name, not on the order of asking."""
    first = RECIPE.stream("touches", "email").random(3)
    RECIPE.stream("something new").random(100)
    assert np.array_equal(first, RECIPE.stream("touches", "email").random(3))
    assert not np.array_equal(first, RECIPE.stream("touches", "call").random(3))
