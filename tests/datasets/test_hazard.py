"""The hazard is an exact, pure function of touches and traits."""

import math

import attrs
import numpy as np
import pytest

from datasets.worlds import of_channel, recipe_of, touch_type, weeks_of
from servicelead._typing import FloatArray
from servicelead.datasets._accounts import Traits, draw_traits
from servicelead.datasets._effects import draw_effects
from servicelead.datasets._hazard import account_weeks, carry_over
from servicelead.datasets._touches import Touches, draw_touches

RECIPE = recipe_of("hidden_targeting")
TRAITS = draw_traits(RECIPE)
TOUCHES = draw_touches(RECIPE, TRAITS)
EFFECTS = draw_effects(RECIPE)


def slow_score(traits: Traits, touches: Touches, account: int, week: int) -> float:
    """Compute one score from its definition, touch by touch."""
    exposure: dict[int, float] = {}
    for row in np.flatnonzero(touches.account == account):
        channel = int(touches.channel[row])
        lag = week - int(touches.week[row])
        if 1 <= lag <= 13:
            k = 2 * channel + int(touches.sentiment[row] < 0)
            carry = carry_over(RECIPE.scenario.channels[channel].lag_weeks)
            exposure[k] = exposure.get(k, 0.0) + float(carry[lag - 1])
    score = 0.0
    together = {"sales": 0.0, "services": 0.0, "marketing": 0.0}
    for k, amount in exposure.items():
        effect = EFFECTS.of_type.get(k, 0.0)
        score += effect * (1 - math.exp(-amount))
        together[RECIPE.scenario.channels[k // 2].team] += amount if effect > 0 else 0.0
    score += EFFECTS.synergy * (1 - math.exp(-together["sales"])) * (1 - math.exp(-together["services"]))
    return score * float(traits.responsiveness[account])


def scores(touches: Touches) -> FloatArray:
    """Return the score by account and week."""
    return weeks_of(RECIPE, TRAITS, touches).score().reshape(-1, RECIPE.weeks)


def test_score_follows_its_definition() -> None:
    """The vectorised score equals the sum written in the module, for every account and week."""
    expected = np.array([[slow_score(TRAITS, TOUCHES, a, w) for w in range(RECIPE.weeks)] for a in range(40)])
    np.testing.assert_allclose(scores(TOUCHES), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("label", ["support_case", "support_case (negative)", "demo", "field_visit"])
def test_a_score_without_a_type_is_that_of_the_touches_without_it(label: str) -> None:
    """Leaving a touch type out of the sum is the same as deleting its touches, and changes no cell out of its reach."""
    k = touch_type(RECIPE, label)
    weeks = weeks_of(RECIPE, TRAITS, TOUCHES)
    without = weeks_of(RECIPE, TRAITS, TOUCHES.select(TOUCHES.touch_type != k)).score()
    reached = weeks.reached_by({k})
    assert 0 < reached.size < without.size
    np.testing.assert_allclose(weeks.score(reached, without={k}), without[reached], rtol=1e-12, atol=1e-12)
    beyond = np.setdiff1d(np.arange(without.size), reached)
    assert np.array_equal(weeks.score()[beyond], without[beyond])


def test_parts_of_the_accounts_agree() -> None:
    """Scores of some accounts are those of all accounts, in the same order."""
    some = np.array([0, 3, 7, 19, 39])
    part = account_weeks(RECIPE, TRAITS, TOUCHES, EFFECTS, some)
    assert np.array_equal(part.score().reshape(-1, RECIPE.weeks), scores(TOUCHES)[some])


def test_a_touch_acts_from_the_next_week_on() -> None:
    """Deleting a touch changes nothing up to its own week, and something after it."""
    row = int(np.flatnonzero(of_channel(RECIPE, TOUCHES, "demo") & (TOUCHES.week < 30))[0])
    account, week = TOUCHES.account[row], int(TOUCHES.week[row])
    change = scores(TOUCHES) - scores(TOUCHES.select(np.arange(len(TOUCHES)) != row))
    assert np.array_equal(np.flatnonzero(change[account])[:1], [week + 1])
    assert not change[np.arange(RECIPE.n_accounts) != account].any()


def opening(touches: Touches) -> FloatArray:
    """Return the chance of an opportunity by account-week."""
    weeks = weeks_of(RECIPE, TRAITS, touches)
    return weeks.opening_probabilities(weeks.score())


def test_email_does_nothing_and_unhappy_touches_dissuade() -> None:
    """Without email the hazard is unchanged; without unhappy touches it nowhere falls and somewhere rises."""
    is_email = of_channel(RECIPE, TOUCHES, "email")
    assert is_email.any()
    assert np.array_equal(opening(TOUCHES.select(~is_email)), opening(TOUCHES))
    change = opening(TOUCHES.select(~(TOUCHES.sentiment < 0))) - opening(TOUCHES)
    assert (change >= 0).all()
    assert (change > 0).any()


def test_health_moves_the_hazard_and_nothing_else() -> None:
    """One more unit of hidden health multiplies the hazard of an untouched account by what the scenario says."""
    healthier = attrs.evolve(TRAITS, health=TRAITS.health + 1.0)
    here, there = (weeks_of(RECIPE, traits, TOUCHES) for traits in (TRAITS, healthier))
    factor = math.exp(RECIPE.scenario.health_to_hazard)
    np.testing.assert_allclose(there.quiet_hazard, factor * here.quiet_hazard)
    assert np.array_equal(here.score(), there.score())


def test_probabilities_are_probabilities() -> None:
    """Chances lie in [0, 1], and nothing opens before an account's life begins."""
    one = recipe_of(n_accounts=1, weeks=3)
    traits = attrs.evolve(draw_traits(one), active_from=np.array([1]))
    weeks = weeks_of(one, traits, draw_touches(one, traits))
    score = np.array([-800.0, 0.0, 800.0])
    with np.errstate(over="ignore"):
        opens, wins = weeks.opening_probabilities(score), weeks.win_probabilities(score)
    assert opens[0] == 0.0
    assert opens[2] == 1.0
    assert wins[0] == pytest.approx(0.0)
    assert wins[2] == pytest.approx(1.0)


def test_the_seed_jitters_effects_and_keeps_their_signs() -> None:
    """Effects differ between seeds by a factor near one; those of nothing stay nothing."""
    kinds = RECIPE.scenario.channels
    of_scenario = {2 * i + sign: e for i, c in enumerate(kinds) for sign, e in enumerate((c.effect, c.negative_effect))}
    drawn = [draw_effects(attrs.evolve(RECIPE, seed=seed)) for seed in range(100)]
    for k, effect in of_scenario.items():
        factors = np.array([effects.of_type.get(k, 0.0) for effects in drawn]) / (effect or 1.0)
        assert (factors > 0).all() if effect else not factors.any()
        assert effect == 0.0 or 0.1 < np.log(factors).std() < 0.3
    assert len({effects.synergy for effects in drawn}) == 100
