import pytest

from servicelead import Journeys
from servicelead.attribution import Linear, MarkovChain, Shapley, Strategy, attribute
from servicelead.datasets import simulate_business
from servicelead.studies.stated_harm import stated_harm

#: Whoever sees an ad is lost more often than whoever is called.
PATHS = Journeys.from_paths(
    {"path": ["ad", "call"], "won": [1, 8], "lost": [9, 2]},
    path="path",
    conversions="won",
    nonconversions="lost",
)


@pytest.mark.parametrize("strategy", [MarkovChain(removal="redistribute"), Shapley(game="rate")])
def test_models_that_can_say_so(strategy: Strategy) -> None:
    """A removal effect below 0 is a statement of harm, and so is a Shapley value."""
    assert {"ad"} == stated_harm(attribute(PATHS, strategy), "channel")


@pytest.mark.parametrize("strategy", [Linear(), MarkovChain(), Shapley()])
def test_models_that_cannot(strategy: Strategy) -> None:
    """A rule, a chain whose visits are lost, and the sum game call nothing harmful."""
    assert set() == stated_harm(attribute(PATHS, strategy), "channel")


@pytest.mark.parametrize(
    "strategy", [MarkovChain(removal="redistribute", by=("team", "channel")), Shapley(game="rate", by="channel")]
)
def test_only_of_the_dimension_it_was_fitted_by(strategy: Strategy) -> None:
    """A model of channels says nothing of teams, and one of pairs nothing of either."""
    journeys = Journeys.from_business(simulate_business(60, 1).business)
    assert set() == stated_harm(attribute(journeys, strategy), "team")
