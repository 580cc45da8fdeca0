"""Every scenario is plausible, and has the difficulty it is named for and no other."""

import math
from functools import cache

import numpy as np
import pytest
from attrs import evolve

import servicelead as sl
from datasets.worlds import of_channel, recipe_of, touch_type, weeks_of, world_of
from servicelead._typing import BoolArray
from servicelead.attribution import Linear
from servicelead.datasets import SimulatedBusiness, simulate_business
from servicelead.datasets._accounts import draw_traits
from servicelead.datasets._expectation import World
from servicelead.datasets._hazard import AccountWeeks
from servicelead.datasets._scenarios import SCENARIOS
from servicelead.datasets._touches import draw_touches
from servicelead.datasets.truth import truth_of

PURE = ("no_confounding", "strong_negatives", "rare_channel", "services_heavy")


@pytest.fixture(scope="module", params=sorted(SCENARIOS))
def simulated(request: pytest.FixtureRequest) -> SimulatedBusiness:
    """Simulate each scenario once."""
    return simulate_business(1_000, seed=8, scenario=str(request.param))


def test_every_scenario_is_documented() -> None:
    """The docstring of `simulate_business` describes each scenario by name."""
    assert all(f"``{name}``\n" in str(simulate_business.__doc__) for name in SCENARIOS)


def test_every_row_is_accepted(simulated: SimulatedBusiness) -> None:
    """As a Business nothing of any scenario is rejected, duplicated or remarked upon."""
    business = simulated.business
    assert len(business.touches) == simulated.tables["touchpoints"]["touchpoint_id"].size
    assert (len(business.rejects), len(business.findings)) == (0, 0)


def test_magnitudes_are_plausible(simulated: SimulatedBusiness) -> None:
    """Deals, win rate, services per sales touch and the part that comes anyway lie where they do in such companies."""
    outcome = simulated.tables["opportunities"]["outcome"]
    n_won, n_lost = int((outcome == "won").sum()), int((outcome == "lost").sum())
    # Half of what 2,000 accounts have: 500.
    assert n_won >= 250
    assert 0.25 <= n_won / (n_won + n_lost) <= 0.5
    teams = simulated.tables["touchpoints"]["team"]
    assert 5 <= (teams == "services").sum() / (teams == "sales").sum() <= 17
    truth = simulated.truth
    assert 0.36 <= truth.wins_without_touches / truth.expected_wins <= 0.67


def test_email_does_nothing_and_is_credited(simulated: SimulatedBusiness) -> None:
    """E-mail is worth exactly nothing, and the linear rule gives it a tenth to a fifth of the money."""
    assert simulated.truth.without(channels="email").incremental_wins == 0.0
    journeys = sl.Journeys.from_business(simulated.business)
    share = sl.attribute(journeys, Linear()).by("channel", intervals=False).row(channel="email")["share"]
    assert 0.09 < share < 0.21


def test_health_is_measured_with_noise_and_late(simulated: SimulatedBusiness) -> None:
    """The score on record goes with the hidden health of the quarter before, and not all the way."""
    table = simulated.tables["account_history"]
    world = world_of(recipe_of(simulated.scenario, n_accounts=1_000, weeks=104, seed=8))
    # An account's first row is of the quarter its life begins in; the last row is of the last quarter.
    is_last = np.append(table["account_id"][1:] != table["account_id"][:-1], True)
    score = table["health_score"][is_last]
    before, now = world.traits.health[:, -2], world.traits.health[:, -1]
    correlation = np.corrcoef([score, before, now])[0]
    assert 0.8 < correlation[1] < 0.95
    assert correlation[2] <= correlation[1]


@cache
def opened(name: str) -> tuple[World, AccountWeeks]:
    """Return a world of usual size and its account-weeks."""
    recipe = recipe_of(name, n_accounts=2_000, weeks=104, seed=0)
    world = world_of(recipe)
    return world, weeks_of(recipe, world.traits, world.touches)


def baseline_ratio(world: World, weeks: AccountWeeks, label: str) -> float:
    """Return how much likelier, without any touch, a deal is where a touch type reaches than where it does not."""
    is_reached = reach(world, weeks, label)
    is_alive = weeks.quiet_hazard > 0
    return float(weeks.quiet_hazard[is_reached].mean() / weeks.quiet_hazard[is_alive & ~is_reached].mean())


def reach(world: World, weeks: AccountWeeks, label: str) -> BoolArray:
    """Return the account-weeks that touches of a type reach."""
    is_reached = np.zeros(weeks.quiet_hazard.size, dtype=np.bool_)
    is_reached[weeks.reached_by({touch_type(world.recipe, label)})] = True
    return is_reached


@pytest.mark.parametrize("name", PURE)
def test_nothing_is_confounded(name: str) -> None:
    """What makes accounts buy has nothing to do with how often they are touched, nor with how that left them."""
    world, weeks = opened(name)
    traits = world.traits
    assert abs(np.corrcoef(traits.activity, traits.propensity)[0, 1]) < 4 / math.sqrt(traits.n)
    counts = np.bincount(world.touches.account, minlength=traits.n) / (104 - traits.active_from)
    assert abs(np.corrcoef(np.log1p(counts), np.log(traits.propensity))[0, 1]) < 4 / math.sqrt(traits.n)
    known = ~np.isnan(world.touches.sentiment)
    felt, drive = world.touches.sentiment[known], np.log(traits.propensity)[world.touches.account[known]]
    assert abs(np.corrcoef(felt, drive)[0, 1]) < 0.02
    assert world.recipe.scenario.health_to_hazard == 0.0
    for label in ("call", "support_case", "support_case (negative)", "field_visit"):
        assert abs(math.log(baseline_ratio(world, weeks, label))) < 0.1, label


@pytest.mark.parametrize(
    ("name", "label", "at_least"),
    [
        ("default", "support_case", 1.03),
        ("observed_targeting", "call", 1.25),
        ("observed_targeting", "event", 1.1),
        ("hidden_targeting", "call", 1.1),
        ("hidden_targeting", "success_review", 1.1),
        ("drifting_health", "call", 1.1),
        ("outcome_feedback", "call", 1.1),
    ],
)
def test_touches_go_where_deals_come_anyway(name: str, label: str, at_least: float) -> None:
    """Where the scenario confounds, touched account-weeks would have bought more even without any touch."""
    world, weeks = opened(name)
    assert baseline_ratio(world, weeks, label) > at_least
    probability = weeks.opening_probabilities(weeks.score())
    is_reached, is_alive = reach(world, weeks, label), weeks.quiet_hazard > 0
    naive = probability[is_reached].mean() - probability[is_alive & ~is_reached].mean()
    without = weeks.opening_probabilities(weeks.score(without={touch_type(world.recipe, label)}))
    assert naive > 1.25 * (probability - without)[is_reached].mean() > 0


@pytest.mark.parametrize("name", ["hidden_targeting", "drifting_health"])
def test_support_looks_worse_than_it_is(name: str) -> None:
    """Troubled accounts call support and buy less: compared with the others, help looks useless and trouble worse."""
    world, weeks = opened(name)
    probability = weeks.opening_probabilities(weeks.score())
    is_alive = weeks.quiet_hazard > 0
    for label, share in (("support_case", 0.5), ("support_case (negative)", 2.0)):
        is_reached = reach(world, weeks, label)
        assert baseline_ratio(world, weeks, label) < 0.85
        naive = probability[is_reached].mean() - probability[is_alive & ~is_reached].mean()
        without = weeks.opening_probabilities(weeks.score(without={touch_type(world.recipe, label)}))
        assert naive < share * (probability - without)[is_reached].mean()


def test_hidden_health_is_constant_or_drifts() -> None:
    """Hidden health stays for good in one scenario, and loses a third of its variance in a quarter of the other."""
    constant = draw_traits(recipe_of("hidden_targeting", n_accounts=2_000)).health
    drifting = draw_traits(recipe_of("drifting_health", n_accounts=2_000)).health
    assert np.array_equal(constant, np.broadcast_to(constant[:, :1], constant.shape))
    assert 0.75 < np.corrcoef(drifting[:, 0], drifting[:, 1])[0, 1] < 0.85
    assert np.corrcoef(drifting[:, 0], drifting[:, 3])[0, 1] < 0.6


def test_strong_negatives_cost_more_than_elsewhere() -> None:
    """Bad support costs at least twice the wins it costs without that difficulty."""
    lost = [
        simulate_business(500, scenario=name).truth.without(touch_types="support_case (negative)").incremental_wins
        for name in ("no_confounding", "strong_negatives")
    ]
    assert lost[1] < 2 * lost[0] < 0


def test_the_rare_channel_is_rare_and_strong() -> None:
    """One touch in 350 to 700 is an event, and a touch of no other channel is worth as much."""
    truth = truth_of(opened("rare_channel")[0], "USD")
    table = truth.by("touch_type")
    n_touches, wins = table["n_touches"], table["incremental_wins"]
    event = table["touch_type"].tolist().index("event")
    assert 350 < n_touches.sum() / n_touches[event] < 700
    assert np.argmax(wins / n_touches) == event


def test_services_heavy_has_long_tails() -> None:
    """Services touches are about fifteen times those of sales, and some accounts have very many."""
    world, _ = opened("services_heavy")
    team = np.array([channel.team for channel in world.recipe.scenario.channels])[world.touches.channel]
    assert 13 < (team == "services").sum() / (team == "sales").sum() < 17
    counts = np.bincount(world.touches.account)
    assert np.percentile(counts, 99) > 4 * counts.mean()


@pytest.mark.parametrize("name", ["default", "outcome_feedback"])
def test_a_channel_less_leaves_every_other_touch_alone(name: str) -> None:
    """Removing a channel's touches leaves the others as they were, and so does a world that never had it."""
    recipe = recipe_of(name, n_accounts=300)
    traits = draw_traits(recipe)
    touches = draw_touches(recipe, traits)
    fewer = tuple(channel for channel in recipe.scenario.channels if channel.name != "demo")
    without = draw_touches(evolve(recipe, scenario=evolve(recipe.scenario, channels=fewer)), traits)
    rest = touches.select(~of_channel(recipe, touches, "demo"))
    for column in ("account", "occurred_at", "week", "sentiment", "known_at"):
        assert np.array_equal(getattr(rest, column), getattr(without, column), equal_nan=column == "sentiment")
