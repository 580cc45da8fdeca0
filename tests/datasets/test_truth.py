"""The truth of a simulated business is exact, and what repeated chance would show."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve, fields_dict

from budget import examples
from datasets.worlds import everyone, recipe_of, touch_type, weeks_of, world_of
from servicelead._typing import IntArray
from servicelead.datasets import Removal, SimulatedBusiness, Truth, simulate_business
from servicelead.datasets._accounts import draw_traits
from servicelead.datasets._expectation import World
from servicelead.datasets._opportunities import WON
from servicelead.datasets._outcomes import chances_to_close, draw_opportunities
from servicelead.datasets._touches import Touches, draw_touches
from servicelead.datasets.truth import truth_of
from servicelead.exceptions import UnknownNameError
from servicelead.tables.sentiment import by_sentiment

#: What a deal is worth in years of its account's price, and how likely.
WORTH = {"0.25": "0.1", "0.5": "0.2", "0.75": "0.2", "1": "0.2", "1.5": "0.16", "2": "0.1", "4": "0.04"}


@pytest.fixture(scope="module")
def simulated() -> SimulatedBusiness:
    """Simulate once for every test that only looks."""
    return simulate_business(400, seed=2)


@pytest.fixture(scope="module")
def truth(simulated: SimulatedBusiness) -> Truth:
    """Work the truth out once."""
    return simulated.truth


def tree(world: World, touches: Touches) -> tuple[float, float]:
    """Walk every combination of account-weeks that do and do not win in time: expected wins and value."""
    weeks = weeks_of(world.recipe, world.traits, touches)
    score = weeks.score()
    in_time = np.tile(chances_to_close(world.recipe), world.recipe.n_accounts)
    chances = (weeks.opening_probabilities(score) * weeks.win_probabilities(score) * in_time).tolist()
    years = sum(Fraction(worth) * Fraction(chance) for worth, chance in WORTH.items())
    prices = [int(price) * float(years) for price in world.traits.price]
    wins = value = 0.0
    for outcome in itertools.product((False, True), repeat=len(chances)):
        probability = math.prod(p if is_win else 1 - p for p, is_win in zip(chances, outcome, strict=True))
        wins += probability * sum(outcome)
        value += probability * sum(prices[cell // world.recipe.weeks] for cell, is_win in enumerate(outcome) if is_win)
    return wins, value


@pytest.mark.parametrize("scenario", ["default", "drifting_health"])
def test_a_tiny_truth_is_its_probability_tree(scenario: str) -> None:
    """With two accounts and six weeks, every expectation equals the walk over all 4,096 outcomes."""
    recipe = recipe_of(scenario, n_accounts=2, weeks=6, seed=7)
    drawn = draw_traits(recipe)
    traits = evolve(drawn, activity=drawn.activity * 10, active_from=np.array([0, 1]))
    world = World(recipe=recipe, traits=traits, touches=draw_touches(recipe, traits))
    truth = truth_of(world, "USD")
    assert (truth.expected_wins, truth.expected_value) == pytest.approx(tree(world, world.touches), rel=1e-12)
    nothing = world.touches.select(np.zeros(len(world.touches), dtype=np.bool_))
    without_any = (truth.wins_without_touches, truth.value_without_touches)
    assert without_any == pytest.approx(tree(world, nothing), rel=1e-12)
    assert len(set(world.touches.touch_type.tolist())) > 7
    for label in ("support_case", "support_case (negative)", "field_visit", "call", "email"):
        removal = truth.without(touch_types=label)
        fewer = world.touches.select(world.touches.touch_type != touch_type(recipe, label))
        assert removal.n_touches == len(world.touches) - len(fewer) > 0
        assert (removal.wins_without, removal.value_without) == pytest.approx(tree(world, fewer), rel=1e-12)


CHANGES = (
    {"channels": ["field_visit"]},
    {"teams": ["services"]},
    {"touch_types": ["support_case (negative)"]},
    {"teams": ["marketing", "sales", "services"]},
)


@pytest.mark.parametrize("scenario", ["default", "hidden_targeting", "strong_negatives", "outcome_feedback"])
def test_the_same_chance_with_and_without_touches(scenario: str) -> None:
    """Over many draws of chance, wins and value differ by what the truth says, within four standard errors.

    The touches that happened stay as they are, also where deals drew them; each draw meets both worlds with the same
    numbers.
    """
    recipe = recipe_of(scenario, n_accounts=300, weeks=60)
    world = world_of(recipe)
    truth = truth_of(world, "USD")

    def won(touches: Touches, draw: int) -> tuple[int, int]:
        deals = draw_opportunities(recipe, world.traits, touches, everyone(recipe), luck=f"outcomes {draw}")
        is_won = deals.outcome == WON
        return int(is_won.sum()), int(deals.amount[is_won].sum())

    draws = range(max(20, examples(20)))  # fewer tell nothing of how far a mean may lie off
    whole = np.array([won(world.touches, draw) for draw in draws])
    check(whole, [truth.expected_wins, truth.expected_value])
    for change in CHANGES:
        removal = truth.without(**change)
        gone = world.types("team", change.get("teams", ())) | world.types("channel", change.get("channels", ()))
        gone |= world.types("touch_type", change.get("touch_types", ()))
        fewer = world.touches.select(~np.isin(world.touches.touch_type, list(gone)))
        assert len(fewer) == len(world.touches) - removal.n_touches
        part = np.array([won(fewer, draw) for draw in draws])
        check(whole - part, [removal.incremental_wins, removal.incremental_value])


def check(drawn: IntArray, expected: list[float]) -> None:
    """Compare means with what is expected of them."""
    error = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
    assert (error > 0).all()
    assert (np.abs(drawn.mean(axis=0) - expected) < 4 * error).all()


def test_a_removal_is_what_is_expected_less_what_is_left(truth: Truth) -> None:
    """Both parts of a removal add up to what is expected with all touches, in every row of every table."""
    for dimension in ("touch_type", "channel", "team"):
        table = truth.by(dimension)
        np.testing.assert_allclose(table["wins_without"] + table["incremental_wins"], truth.expected_wins, rtol=1e-14)
        np.testing.assert_allclose(
            table["value_without"] + table["incremental_value"], truth.expected_value, rtol=1e-14
        )


def test_rows_of_a_dimension_name_what_they_belong_to(truth: Truth) -> None:
    """A touch type names its channel and team, a channel its team, and each row is the removal of its label."""
    assert truth.by("touch_type").names[:3] == ("touch_type", "channel", "team")
    assert truth.by("channel").names[:2] == ("channel", "team")
    assert truth.by("team")["team"].tolist() == ["marketing", "sales", "services"]
    row = truth.by("touch_type").row(touch_type="training (negative)")
    assert (row["channel"], row["team"]) == ("training", "services")
    removal = truth.without(touch_types="training (negative)")
    assert removal == Removal(**{name: row[name] for name in fields_dict(Removal)})
    assert truth.by("team").row(team="sales")["wins_without"] == truth.without(teams=["sales"]).wins_without
    assert truth.by("channel").row(channel="demo")["n_touches"] == truth.without(channels="demo").n_touches


def test_labels_and_counts_are_those_of_split_by_sentiment(simulated: SimulatedBusiness, truth: Truth) -> None:
    """Touch types are called, and number, what journeys split by sentiment say; channels and teams likewise."""
    split = by_sentiment(simulated.business.touches)
    for dimension, touches in (
        ("touch_type", split),
        ("channel", simulated.business.touches),
        ("team", simulated.business.touches),
    ):
        name = "channel" if dimension == "touch_type" else dimension
        expected: Counter[str] = Counter(touches.vocabularies[name].decode(getattr(touches, name)).tolist())
        table = truth.by(dimension)
        assert expected == dict(zip(table[dimension].tolist(), table["n_touches"].tolist(), strict=True))


def test_signs_are_those_of_the_effects(truth: Truth) -> None:
    """E-mail is worth exactly nothing, negative touches less than nothing, every other type more."""
    table = truth.by("touch_type")
    for label, wins, value in zip(
        table["touch_type"], table["incremental_wins"], table["incremental_value"], strict=True
    ):
        expected = 0 if label == "email" else -1 if "negative" in label else 1
        assert (np.sign(wins), np.sign(value)) == (expected, expected), label


def test_removals_do_not_add_up(truth: Truth) -> None:
    """Teams work together: their removals take away more in sum than that of all touches, and some wins come anyway."""
    together = truth.without(teams=["marketing", "sales", "services"])
    assert together.wins_without == truth.wins_without_touches > 0
    assert truth.by("team")["incremental_wins"].sum() > 1.01 * together.incremental_wins


def test_without_nothing_is_nothing(truth: Truth) -> None:
    """No label takes nothing away; overlapping labels count once."""
    nothing = truth.without()
    assert nothing == Removal(
        n_touches=0,
        wins_without=truth.expected_wins,
        value_without=truth.expected_value,
        incremental_wins=0.0,
        incremental_value=0.0,
    )
    assert truth.without(channels=["call", "demo"], touch_types=["call"]) == truth.without(teams="sales")


def test_unknown_labels_and_dimensions_name_the_known_ones(truth: Truth) -> None:
    """What the scenario does not have is refused with a list of what it has."""
    with pytest.raises(UnknownNameError, match=r"a team must be one of .* choose among marketing, sales, services"):
        truth.without(teams=["accounting"])
    with pytest.raises(UnknownNameError, match=r"choose among paid_search, email"):
        truth.without(channels=["support_case (negative)"])
    with pytest.raises(UnknownNameError, match=r"Truth.by: .* choose among touch_type, channel, team"):
        truth.by("campaign")


def test_truth_is_worked_out_once_and_the_same_again(simulated: SimulatedBusiness, truth: Truth) -> None:
    """The truth is cached, and the same arguments give the same figures to the last bit."""
    assert simulated.truth is truth
    again = simulate_business(400, seed=2).truth
    assert (again.expected_wins, again.wins_without_touches) == (truth.expected_wins, truth.wins_without_touches)
    assert again.by("touch_type").to_dict() == truth.by("touch_type").to_dict()
    assert (truth.currency, repr(truth).startswith("Truth(expected_wins=")) == ("USD", True)


@pytest.mark.parametrize(("n_accounts", "weeks"), [(0, 104), (1, 1), (3, 2)])
def test_tiny_businesses_have_a_truth(n_accounts: int, weeks: int) -> None:
    """Nothing is expected of no accounts, and of a single week, in which no touch can act."""
    truth = simulate_business(n_accounts, weeks=weeks).truth
    assert truth.expected_wins >= truth.wins_without_touches >= 0
    if n_accounts == 0 or weeks == 1:
        assert not truth.by("touch_type")["incremental_wins"].any()
        assert truth.expected_value == truth.value_without_touches
