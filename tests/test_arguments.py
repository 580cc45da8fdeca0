from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from servicelead._arguments import require_jobs, require_number, require_whole, require_within
from servicelead.attribution import (
    LiftTest,
    Linear,
    MarkovChain,
    Shapley,
    bootstrap,
    calibrate,
    choose_order,
    compare,
    cross_validate,
)
from servicelead.calculators import LeadEconomics, Uniform, monte_carlo
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError
from servicelead.tables import Journeys


@pytest.mark.parametrize(("value", "bounds"), [(2, (2,)), (np.int64(5), (2, 5)), (10**30, (0,))])
def test_whole_numbers_within_the_bounds_come_back(value: Any, bounds: tuple[int, ...]) -> None:
    """Any kind of whole number is one, and is returned as int."""
    found = require_whole("f: n", value, *bounds)
    assert (type(found), found) == (int, int(value))


@pytest.mark.parametrize(
    ("value", "got"), [(True, "bool"), (2.0, "float"), ("3", "text"), (None, "None"), (1, "smaller"), (9, "larger")]
)
def test_other_arguments_are_refused_with_the_rule(value: Any, got: str) -> None:
    """The message names the argument, its rule and the kind of thing it got."""
    with pytest.raises(InvalidValueError, match=rf"f: n must be a whole number from 2 to 8; got .*{got}"):
        require_whole("f: n", value, 2, 8)


@pytest.mark.parametrize("value", [0, 1, 1.5, -0.1, float("nan"), "0.5", True, None])
def test_a_number_strictly_between_two_bounds(value: Any) -> None:
    """The bounds themselves, what lies outside, and what is no number are refused."""
    require_within("f: confidence", 0.5)
    with pytest.raises(InvalidValueError, match="f: confidence must be a number strictly between 0 and 1"):
        require_within("f: confidence", value)


@pytest.fixture(scope="module")
def journeys() -> Journeys:
    """Return journeys of a small business."""
    return Journeys.from_business(simulate_business(40, seed=1).business)


@pytest.mark.parametrize("arguments", [{"folds": 2.5}, {"folds": 1}, {"seed": -1}, {"confidence": "0.9"}])
def test_validation_refuses_what_it_cannot_use(journeys: Journeys, arguments: dict[str, Any]) -> None:
    """Arguments of other kinds are typed errors too, not those of numpy."""
    with pytest.raises(InvalidValueError, match=next(iter(arguments))):
        cross_validate(journeys, {"linear": Linear()}, **arguments)


@pytest.mark.parametrize("arguments", [{"n": 2.5}, {"n": 0}, {"seed": -1}])
def test_monte_carlo_refuses_what_it_cannot_use(arguments: dict[str, Any]) -> None:
    """Likewise in sensitivity analysis."""
    base = LeadEconomics(n_leads=12, close_rate=0.2, deal_value=15_000)
    with pytest.raises(InvalidValueError, match=next(iter(arguments))):
        monte_carlo(base, "revenue", {"n_leads": Uniform(low=10, high=14)}, **{"seed": 1, **arguments})


@pytest.mark.parametrize("confidence", ["0.9", None, 1])
def test_a_confidence_of_another_kind_is_refused(journeys: Journeys, confidence: Any) -> None:
    """Text and None are refused with the remedy, wherever a confidence is taken."""
    with pytest.raises(InvalidValueError, match="confidence"):
        bootstrap(journeys, Linear(), "team", n=2).table(confidence)


@pytest.mark.parametrize("value", [1, -1, 4, np.int64(-2)])
def test_jobs_count_up_or_down(value: Any) -> None:
    """As in joblib: from 1, or down from -1."""
    require_jobs("f: n_jobs", value)


@pytest.mark.parametrize(
    ("value", "got"), [(0, "0"), (0.0, "0"), ("x", "text"), (2.5, "float"), (True, "bool"), (None, "None")]
)
def test_no_jobs_are_refused(value: Any, got: str) -> None:
    """Neither none at all, nor what is no whole number."""
    with pytest.raises(InvalidValueError, match=rf"f: n_jobs must be a whole number other than 0; got .*{got}"):
        require_jobs("f: n_jobs", value)


@pytest.mark.parametrize(("value", "got"), [("x", "text"), (None, "None"), (float("nan"), "NaN"), (True, "bool")])
def test_a_finite_number(value: Any, got: str) -> None:
    """Text, nothing, NaN and a bool are none."""
    require_number("f: below", -0.5)
    with pytest.raises(InvalidValueError, match=rf"f: below must be a finite number; got .*{got}"):
        require_number("f: below", value)


@pytest.mark.parametrize("below", ["x", None, float("nan")])
def test_a_bound_of_sentiment_is_a_number(journeys: Journeys, below: Any) -> None:
    """NaN would leave out nothing, in silence."""
    with pytest.raises(InvalidValueError, match="drop_negative: below"):
        journeys.drop_negative(below)


@pytest.mark.parametrize("n_jobs", [0, "x"])
def test_the_bootstrap_needs_jobs(journeys: Journeys, n_jobs: Any) -> None:
    """Typed errors, not those of joblib."""
    with pytest.raises(InvalidValueError, match="bootstrap: n_jobs"):
        bootstrap(journeys, Linear(), "team", n=2, n_jobs=n_jobs)


@pytest.mark.parametrize(
    "arguments", [{"orders": 3}, {"orders": "12"}, {"orders": [1.5, 2]}, {"orders": []}, {"folds": 2.5}, {"folds": "5"}]
)
def test_the_choice_of_an_order_refuses_what_it_cannot_use(journeys: Journeys, arguments: dict[str, Any]) -> None:
    """Orders are whole numbers in a sequence, folds a whole number."""
    with pytest.raises(InvalidValueError, match=f"choose_order: {next(iter(arguments))}"):
        choose_order(journeys, **arguments)


@pytest.mark.parametrize(
    "use",
    [
        Linear().fit,
        Linear().attribute,
        MarkovChain().fit,
        Shapley().fit,
        MarkovChain().summarize,
        Shapley(game="rate").summarize,
        choose_order,
        lambda journeys: bootstrap(journeys, Linear(), "team"),
        lambda journeys: compare(journeys, [Linear(), MarkovChain()]),
        lambda journeys: cross_validate(journeys, [MarkovChain()]),
    ],
)
@pytest.mark.parametrize("journeys", [None, "folder"])
def test_journeys_are_asked_for(use: Callable[[Any], object], journeys: Any) -> None:
    """Whatever needs them says so, with the remedy."""
    with pytest.raises(InvalidValueError, match=r"needs Journeys; got .*Journeys.from_business"):
        use(journeys)


@pytest.mark.parametrize("model", [MarkovChain(), Shapley(), Shapley(game="rate")])
def test_a_summary_is_asked_for(model: MarkovChain | Shapley) -> None:
    """Neither nothing, nor journeys that were not summarized."""
    nothing: Any = None
    with pytest.raises(InvalidValueError, match=r"solve\(\) needs a Summary; got None; make it with summarize"):
        model.solve(nothing)


def test_calibration_asks_for_an_attribution() -> None:
    """Likewise."""
    nothing: Any = None
    with pytest.raises(InvalidValueError, match=r"calibrate: attribution .* got None; write attribute\(journeys"):
        calibrate(nothing, [LiftTest(labels="ad", effect=1, standard_error=1)])


@pytest.mark.parametrize("models", [[Linear, MarkovChain], {"a": Linear, "b": MarkovChain}])
@pytest.mark.parametrize("use", [compare, cross_validate])
def test_classes_are_no_strategies(journeys: Journeys, use: Callable[..., object], models: Any) -> None:
    """Brackets are easily forgotten, and the error says so."""
    with pytest.raises(InvalidValueError, match=r"write Linear\(\), not Linear"):
        use(journeys, models)
