from typing import Any

import numpy as np
import pytest

from servicelead._arguments import require_whole, require_within
from servicelead.attribution import Linear, bootstrap, cross_validate
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
