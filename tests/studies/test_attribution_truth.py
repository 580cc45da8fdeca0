import math
from typing import Any

import numpy as np
import pytest

from servicelead import attribution
from servicelead.attribution import Attribution, FirstTouch, Linear, MarkovChain, Shapley, attribute
from servicelead.attribution.learned.summary import Learned
from servicelead.attribution.results.strategy import Rule
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.rank_correlation import rank_correlation
from servicelead.studies import AttributionTruth, attribution_truth
from servicelead.studies.standard_models import STANDARD
from servicelead.tables import Journeys, JourneyWindow

SCENARIOS = ["strong_negatives", "no_confounding"]
N = 150


@pytest.fixture(scope="module")
def study() -> AttributionTruth:
    """Return all models on two small businesses of each of two scenarios."""
    return attribution_truth(scenarios=SCENARIOS, seeds=[3, 1], n_accounts=N)


def run(study: AttributionTruth, **where: Any) -> dict[str, Any]:
    """Return one row of the runs."""
    return study.runs.row(**where)


def test_figures_follow_from_credit_and_truth(study: AttributionTruth) -> None:
    """One model on one business, worked out again label by label."""
    simulated = simulate_business(N, 1, scenario="strong_negatives")
    truth = {row["touch_type"]: row for row in simulated.truth.by("touch_type").rows()}
    journeys = Journeys.from_business(simulated.business).split_by_sentiment()
    credit = {row["channel"]: row["value"] for row in attribute(journeys, Linear()).by("channel").rows()}
    effects = {label: row["incremental_value"] for label, row in truth.items()}
    size = math.fsum(map(abs, effects.values()))
    whole, credited = math.fsum(effects.values()), math.fsum(credit.values())
    off, scaled_off = (
        math.fsum(abs(k * credit.get(label, 0.0) - effect) for label, effect in effects.items())
        for k in (1.0, whole / credited)
    )
    row = run(study, dimension="touch_type", scenario="strong_negatives", seed=1, strategy="linear")
    assert credited == pytest.approx(row["credited_value"])
    assert whole == pytest.approx(row["true_value"])
    assert off / 2 / size == pytest.approx(row["money_error"])
    assert scaled_off / 2 / size == pytest.approx(row["allocation_error"])
    assert credit["email"] / credited == pytest.approx(row["nil_share"])
    harmful = [label for label, effect in effects.items() if effect <= -0.01 * size]
    assert len(harmful) == row["n_negative"]
    assert len([label for label in harmful if credit.get(label, 0.0) > 0]) == row["sign_errors"]
    expected = simulated.truth.value_without_touches / simulated.truth.expected_value
    assert expected == row["anyway_share"]


def test_all_credit_meets_a_truth(study: AttributionTruth) -> None:
    """What is credited to touch types is what is credited to teams: all revenue with touches, by any model."""
    for scenario in SCENARIOS:
        simulated = simulate_business(N, 3, scenario=scenario)
        whole = attribute(Journeys.from_business(simulated.business), Linear()).attributed_value
        for dimension in ("touch_type", "team"):
            for name in STANDARD:
                row = run(study, dimension=dimension, scenario=scenario, seed=3, strategy=name)
                assert whole == pytest.approx(row["credited_value"])


def test_types_without_touches_do_not_count() -> None:
    """Nobody can rank what never happened."""
    simulated = simulate_business(20, 1, scenario="rare_channel")
    types = simulated.truth.by("touch_type")
    assert (types["n_touches"] == 0).any()
    journeys = Journeys.from_business(simulated.business).split_by_sentiment()
    table = attribute(journeys, Linear()).by("channel")
    credit = dict(zip(table["channel"].tolist(), table["value"].tolist(), strict=True))
    there = types.take(types["n_touches"] > 0)
    given = np.array([credit.get(label, 0.0) for label in there["touch_type"].tolist()])
    study = attribution_truth([Linear()], scenarios="rare_channel", seeds=[1], n_accounts=20)
    row = run(study, dimension="touch_type", strategy="linear")
    assert rank_correlation(given, there["incremental_value"]) == pytest.approx(row["rank_correlation"])


def test_runs_are_every_combination_once(study: AttributionTruth) -> None:
    """By dimension, then scenarios, seeds and strategies in the order given."""
    expected = [
        (dimension, scenario, seed, strategy)
        for dimension in ("touch_type", "team")
        for scenario in SCENARIOS
        for seed in (3, 1)
        for strategy in STANDARD
    ]
    names = ("dimension", "scenario", "seed", "strategy")
    assert expected == list(zip(*(study.runs[name].tolist() for name in names), strict=True))


def test_the_same_arguments_give_the_same_bits() -> None:
    """Nothing is drawn but by the seeds."""
    first, second = (attribution_truth(scenarios="default", seeds=[5], n_accounts=80) for _ in range(2))
    assert repr(first.runs.to_dict()) == repr(second.runs.to_dict())


def test_every_strategy_is_scored_unless_it_needs_the_callers_numbers() -> None:
    """A new model is among the standard ones, or is named here with its reason."""
    needs_numbers, same_as_last_touch = {"Weighted", "Custom"}, {"LastNonDirect"}
    exported = [getattr(attribution, name) for name in attribution.__all__]
    strategies = {
        model.__name__
        for model in exported
        if isinstance(model, type) and (issubclass(model, Rule | Learned) or model.__name__ == "Custom")
    }
    assert strategies - needs_numbers - same_as_last_touch == {type(model).__name__ for model in STANDARD.values()}
    removals = {model.removal for model in STANDARD.values() if isinstance(model, MarkovChain)}
    games = {model.game for model in STANDARD.values() if isinstance(model, Shapley)}
    assert ({"to_null", "redistribute"}, {"sum", "rate"}) == (removals, games)


def test_models_that_can_call_a_type_harmful_are_held_to_it(study: AttributionTruth) -> None:
    """What a chain that redistributes says of each type counts as its sign; of teams it says nothing."""
    simulated = simulate_business(N, 3, scenario="strong_negatives")
    types = simulated.truth.by("touch_type")
    chain = MarkovChain(removal="redistribute").fit(Journeys.from_business(simulated.business).split_by_sentiment())
    effects = chain.removal_effect
    harmful = set(effects["channel"][effects["removal_effect"] < 0].tolist())
    size = float(np.sum(np.abs(types["incremental_value"])))
    helps = set(types["touch_type"][types["incremental_value"] >= 0.01 * size].tolist())
    row = run(study, dimension="touch_type", scenario="strong_negatives", seed=3, strategy="markov_redistribute")
    assert len(helps & harmful) == row["false_harms"]
    assert row["false_harms"] > 0
    teams = study.runs.take(study.runs["dimension"] == "team")
    assert not teams["false_harms"].any()


def test_means_over_seeds(study: AttributionTruth) -> None:
    """The summary is the mean of the runs of one dimension, with an interval of two seeds."""
    table = study.summary("money_error", "team", confidence=0.9)
    assert ["scenario", "strategy", "n_seeds", "mean", "standard_error", "lower", "upper"] == list(table.names)
    assert len(SCENARIOS) * len(STANDARD) == len(table)
    of_runs = [
        run(study, dimension="team", scenario="no_confounding", seed=seed, strategy="linear")["money_error"]
        for seed in (1, 3)
    ]
    row = table.row(scenario="no_confounding", strategy="linear")
    assert np.mean(of_runs) == pytest.approx(row["mean"])
    assert 2 == row["n_seeds"]
    assert row["lower"] < row["mean"] < row["upper"]
    assert "money error by team" == table.title


def test_it_prints_what_matters(study: AttributionTruth) -> None:
    """The size of the study, what would have come anyway, and every model's means."""
    first, second, _, header, *rows = str(study).splitlines()
    assert "scenarios: 2, seeds: 2, accounts: 150, weeks: 104" == first
    assert "without any touch" in second
    assert header.startswith("strategy")
    assert list(STANDARD) == [row.split()[0] for row in rows]


def test_an_attributor_of_the_callers_and_a_window() -> None:
    """Anything with ``attribute`` can be scored, and the window is that of its journeys."""
    seen: list[int] = []

    class Mine:
        def attribute(self, journeys: Journeys) -> Attribution:
            seen.append(journeys.n_placements)
            return attribute(journeys, FirstTouch())

    one = JourneyWindow(max_touches=1)
    for window in (None, one):
        found = attribution_truth({"mine": Mine()}, scenarios="default", seeds=[2], n_accounts=60, window=window)
        assert {"mine"} == set(found.runs["strategy"].tolist())
    assert seen[0] > seen[1]


@pytest.mark.parametrize(("accounts", "weeks"), [(0, 104), (1, 1), (3, 4)])
def test_nothing_won_is_no_error(accounts: int, weeks: int) -> None:
    """A business too small to win anything has undefined figures, and no warning."""
    study = attribution_truth(scenarios="default", seeds=[0], n_accounts=accounts, weeks=weeks)
    assert np.isnan(study.runs["allocation_error"]).all()
    assert np.isnan(study.summary()["mean"]).all()
    assert "expected revenue" in str(study)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strategies": {}}, "at least one strategy"),
        ({"strategies": [Linear]}, "needs a strategy"),
        ({"scenarios": "sunshine"}, "scenario"),
        ({"scenarios": ["default", "default"]}, "scenarios must be distinct"),
        ({"scenarios": []}, "scenarios must be distinct, and at least one; got none"),
        ({"scenarios": 3}, "scenarios must be a collection"),
        ({"seeds": 20}, "seeds must be a collection"),
        ({"seeds": [1, 1]}, "seeds must be distinct"),
        ({"seeds": [-1]}, "seeds"),
        ({"seeds": [0.5]}, "seeds"),
        ({"n_accounts": -1}, "n_accounts"),
        ({"weeks": 0}, "weeks"),
        ({"materiality": 0}, "materiality"),
        ({"materiality": 2}, "materiality"),
    ],
)
def test_what_is_refused(arguments: dict[str, Any], message: str) -> None:
    """Each argument out of range is named, before a minute goes by."""
    given = {"scenarios": "default", "seeds": [0], "n_accounts": 5, "weeks": 4, **arguments}
    with pytest.raises(InvalidValueError, match=message):
        attribution_truth(**given)


@pytest.mark.parametrize("arguments", [{"scenarios": ["default", "sunshine"]}, {"seeds": [0, -1]}])
def test_the_last_argument_is_checked_before_the_first_business(arguments: dict[str, Any]) -> None:
    """A slip at the end of a list does not cost the minutes that those before it take."""

    class Never:
        def attribute(self, journeys: Journeys) -> Attribution:
            del journeys
            raise AssertionError

    given = {"scenarios": "default", "seeds": [0], "n_accounts": 5, **arguments}
    with pytest.raises(InvalidValueError):
        attribution_truth({"never": Never()}, **given)


@pytest.mark.parametrize(
    "arguments", [{"figure": "error"}, {"dimension": "channel"}, {"confidence": 1.0}, {"figure": "seed"}]
)
def test_summaries_that_are_refused(study: AttributionTruth, arguments: dict[str, Any]) -> None:
    """Figures, dimensions and confidences that there are not."""
    with pytest.raises(InvalidValueError, match=r"AttributionTruth\.summary"):
        study.summary(**arguments)
