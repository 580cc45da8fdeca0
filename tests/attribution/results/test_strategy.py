from typing import Any

import numpy as np
import pytest

import servicelead as sl
from attribution.hand import paths
from servicelead.attribution import Attribution, FirstTouch, Linear, MarkovChain, attribute
from servicelead.attribution.results.credit import Block, Equal
from servicelead.attribution.results.strategy import Rule
from servicelead.exceptions import (
    InvalidValueError,
)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        (FirstTouch, r"not its class; write FirstTouch\(\), not FirstTouch"),
        (MarkovChain, r"not its class; write MarkovChain\(\), not MarkovChain"),
        ("linear", r"got text; write e\.g\. Linear\(\)"),
        (None, r"got None; write e\.g\. Linear\(\)"),
        (3, r"got an object of type int; write e\.g\. Linear\(\)"),
    ],
)
def test_attribute_needs_an_instance_of_a_strategy(strategy: Any, words: str) -> None:
    """A class, a name or nothing is refused with the remedy."""
    with pytest.raises(InvalidValueError, match=rf"attribute\(\) needs a strategy, .*{words}"):
        attribute(paths(("ad", 1, "1")), strategy)


@pytest.mark.parametrize("given", [None, [1], {"path": ["ad"]}])
def test_attribute_needs_journeys(given: Any) -> None:
    """Anything else is refused with the two ways to make them."""
    with pytest.raises(InvalidValueError, match="from_business"):
        attribute(given, Linear())


def test_anything_that_attributes_is_a_model() -> None:
    """A model from outside needs no registration and no fit."""

    class Halves:
        def attribute(self, found: sl.Journeys) -> Attribution:
            return Attribution.from_shares(found, np.full(found.n_placements, 0.5), strategy="halves")

    assert [0.5, 0.5] == attribute(paths(("ad > call", 1, "1")), Halves()).share.tolist()


def test_a_rule_of_one_s_own_states_credit_and_reasons() -> None:
    """A rule that states neither cannot be made; one that does is a strategy like any other."""

    class Mine(Rule):
        def credit(self, journeys: sl.Journeys, block: Block) -> Equal:
            del journeys, block
            return Equal()

        def reasons(self, journeys: sl.Journeys, journey: int) -> list[str]:
            return ["mine"] * int(journeys.lengths[journey])

    with pytest.raises(TypeError, match="abstract"):
        Rule()  # type: ignore[abstract]
    assert [0.5, 0.5] == attribute(paths(("ad > call", 1, "1")), Mine()).share.tolist()
