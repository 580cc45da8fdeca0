from datetime import timedelta

import pytest

import servicelead as sl
from attribution.hand import paths
from servicelead.attribution import Linear, MarkovChain, Shapley, Strategy, TimeDecay
from servicelead.attribution.comparing.wording import choices, meaning


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        (MarkovChain(), "order 1, removal to null, of conversions"),
        (MarkovChain(removal="redistribute", measure="value"), "order 1, removal by redistributing, of value"),
        (
            MarkovChain(order=3, by=("team", "channel")),
            "order 3 by team and channel, removal to null, of conversions",
        ),
        (Shapley(), "game of value won"),
        (Shapley(game="rate", by="team"), "game of rates by team"),
        (TimeDecay(half_life=timedelta(hours=36)), "1.5 days"),
        (Linear(), ""),
    ],
)
def test_choices_tell_models_of_one_class_apart(strategy: Strategy, words: str) -> None:
    """Two chains differ by order, labels, removal and measure; a rule without choices needs no words."""
    assert words == choices(strategy)
    assert f" ({words})." in meaning(strategy) if words else meaning(strategy).endswith("counts.")


def test_what_was_fitted_means_what_it_learned_by() -> None:
    """A fitted model is explained by its strategy, wherever it was fitted."""
    journeys = paths(("ad > call", 9, "1.00"), ("call", 1, "1.00"))
    for strategy in (MarkovChain(order=2), Shapley(game="rate")):
        fitted = sl.attribute(journeys, strategy.fit(journeys)).strategy
        assert meaning(strategy) == meaning(fitted)
        assert meaning(fitted).startswith("Share the value by what")
