import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servicelead as sl
from attribution.walks import WALKS, journeys_of_walks
from budget import drawn, examples
from reference.markov import Walk, effect
from servicelead.attribution import MarkovChain
from servicelead.attribution.learned import markov, worth
from servicelead.attribution.learned.worth import Accuracy
from servicelead.exceptions import ConvergenceError
from servicelead.kernels import sweeps

Removal = Literal["to_null", "redistribute"]
#: Chains of any size iterated.
ITERATED = Accuracy(largest_direct=1, tolerance=1e-10)


@pytest.fixture
def _iterated() -> Iterator[None]:
    """Iterate chains of any size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markov, "EXACT", ITERATED)
        yield


@pytest.mark.usefixtures("_iterated")
def test_settling_between_classes_may_not_help() -> None:
    """A chain in which it would lead further and further away is iterated all the same."""
    walks = [Walk(("c", "a", "c"), 2, Fraction(0), 0), Walk(("c", "c", "a", "b", "c"), 2, Fraction(0), 0)]
    chain = MarkovChain(order=3, removal="redistribute").fit(journeys_of_walks(walks))
    exact = [effect(walks, [label], order=3, removal="redistribute") for (label,) in chain.summary.labels]
    assert [float(it or 0) for it in exact] == pytest.approx(chain.effects.tolist(), abs=1e-10)


def long_memory(n: int, seed: int = 0) -> sl.Journeys:
    """Return n random journeys over six channels, some likelier to convert than others."""
    rng = np.random.default_rng(seed)
    steps = [rng.choice(list("abcdef"), size=rng.integers(1, 9)) for _ in range(n)]
    won = [int(rng.random() < 0.2 + 0.1 * (path == "b").any()) for path in steps]
    return sl.Journeys.from_paths(
        {
            "path": [" > ".join(path) for path in steps],
            "won": won,
            "lost": [1 - it for it in won],
            "value": [float(it) * 10 for it in won],
        },
        path="path",
        conversions="won",
        nonconversions="lost",
        value="value",
    )


@pytest.mark.usefixtures("_iterated")
@settings(max_examples=examples(50))
@given(walks=WALKS, order=st.integers(1, 3), kind=st.sampled_from(["to_null", "redistribute"]), seed=st.integers(0, 9))
def test_iterated_effects_are_within_their_proven_error(walks: list[Walk], order: int, kind: Any, seed: int) -> None:
    """Every channel's, and that of two together, is as near to rational arithmetic as the result says."""
    measure = ["conversions", "value"][seed % 2]
    chain = MarkovChain(order=order, removal=kind, measure=measure).fit(journeys_of_walks(walks))
    assert chain.residual_bound <= 1e-10
    if (kind, measure) == ("to_null", "conversions"):
        assert not (chain.effects < 0).any()
    labels = [label for (label,) in chain.summary.labels]
    for label, found in zip(labels, chain.effects.tolist(), strict=True):
        exact = effect(walks, [label], order=order, removal=kind, measure=measure)
        assert (exact is None) == math.isnan(found)
        assert exact is None or abs(float(exact) - found) <= chain.residual_bound + 1e-13
    if chain.total:
        exact = effect(walks, labels[:2], order=order, removal=kind, measure=measure)
        assert float(exact or 0) == pytest.approx(chain.effect_of(channel=labels[:2]), abs=1e-10)


@settings(max_examples=examples(200))
@given(walks=WALKS, order=st.integers(1, 3))
def test_no_more_than_all_is_lost(walks: list[Walk], order: int) -> None:
    """An effect of 1.0000000000000002 would be one: neither of one channel nor of several."""
    chain = MarkovChain(order=order).fit(journeys_of_walks(walks))
    if chain.total:
        labels = [label for (label,) in chain.summary.labels]
        assert 0.0 <= chain.effects.min() <= chain.effects.max() <= 1.0
        assert chain.effect_of(channel=labels) <= 1.0


@pytest.mark.parametrize("kind", ["to_null", "redistribute"])
@pytest.mark.parametrize("measure", ["conversions", "value"])
def test_elimination_and_iteration_agree(kind: Removal, measure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a chain of several hundred states both give the same effects, to the bound of the iteration."""
    journeys = long_memory(drawn(1500))
    model = MarkovChain(order=3, removal=kind, measure=measure)
    direct = model.fit(journeys)
    pair = direct.effect_of(channel=["a", "b"])
    monkeypatch.setattr(markov, "EXACT", ITERATED)
    iterated = model.fit(journeys)
    assert 0.0 == direct.residual_bound < iterated.residual_bound <= 1e-10
    assert direct.effects.tolist() == pytest.approx(iterated.effects.tolist(), abs=iterated.residual_bound + 1e-13)
    assert pair == pytest.approx(iterated.effect_of(channel=["a", "b"]), abs=1e-10)
    other = "value" if measure == "conversions" else "conversions"
    paying = attrs.evolve(model, measure=other).fit(journeys).paying(measure)
    assert iterated.effects.tobytes() == paying.effects.tobytes()
    assert paying.residual_bound == iterated.residual_bound


def test_one_deal_may_be_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deal a million times as large as the others: where it is won decides, and how surely is known there."""
    walks = [
        Walk(tuple(path), 1, Fraction(int(i % 3 == 0)), i % 2) for i, path in enumerate(["abc", "cab", "bca"] * 40)
    ]
    walks.append(Walk(("b", "c", "b", "a"), 1, Fraction(10**6), 0))
    model = MarkovChain(order=3, measure="value")
    direct = model.fit(journeys_of_walks(walks))
    monkeypatch.setattr(markov, "EXACT", ITERATED)
    monkeypatch.setattr(worth, "_ALIKE", 10.0)
    iterated = model.fit(journeys_of_walks(walks))
    assert 0.0 < iterated.residual_bound <= 1e-10
    assert direct.effects.tolist() == pytest.approx(iterated.effects.tolist(), abs=iterated.residual_bound + 1e-13)
    pair = {"channel": ["a", "c"]}
    assert direct.effect_of(**pair) == pytest.approx(iterated.effect_of(**pair), abs=1e-10)


@pytest.mark.parametrize("kind", ["to_null", "redistribute"])
def test_a_replicate_is_fitted_roughly(kind: Removal) -> None:
    """Of several hundred states it is iterated, to a millionth of the whole, and no further."""
    journeys, model = long_memory(400), MarkovChain(order=4, removal=kind)
    exact, rough = model.fit(journeys), model.refit(journeys, np.random.default_rng(0))
    assert 300 < rough.n_states <= 2_000
    assert 1e-10 < rough.residual_bound <= 1e-6
    assert exact.effects.tolist() == pytest.approx(rough.effects.tolist(), abs=rough.residual_bound)


def test_a_replicate_that_cannot_be_iterated_is_eliminated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain that hardly ever ends is no worse off in a replicate than it is in a fit."""
    journeys, model = long_memory(400), MarkovChain(order=4)
    monkeypatch.setattr(sweeps, "_CYCLES", 0)
    found = model.refit(journeys, np.random.default_rng(0))
    assert 0.0 == found.residual_bound
    assert model.fit(journeys).effects.tobytes() == found.effects.tobytes()


def test_small_replicates_are_fitted_exactly() -> None:
    """Up to 300 states elimination is as fast, and nothing is gained by less accuracy."""
    journeys, model = long_memory(50), MarkovChain()
    found = model.refit(journeys, np.random.default_rng(0))
    assert model.fit(journeys).effects.tobytes() == found.effects.tobytes()


def test_a_large_chain_is_iterated() -> None:
    """Above 2,000 states the result reports a bound; the probability of conversion is exact all the same."""
    journeys = long_memory(3000)
    chain = MarkovChain(order=5).fit(journeys)
    assert chain.n_states > 2_000
    assert 0 < chain.residual_bound <= 1e-10
    rate = journeys.weight[journeys.is_won].sum() / journeys.weight.sum()
    assert rate == pytest.approx(chain.conversion_probability, rel=1e-12)


@pytest.mark.usefixtures("_iterated")
def test_an_error_that_cannot_be_proven_small_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the steps run out before the bound is reached, there is no result."""
    monkeypatch.setattr(sweeps, "_CYCLES", 1)
    with pytest.raises(ConvergenceError, match="lower the order"):
        MarkovChain(order=2, removal="redistribute").fit(long_memory(200))
