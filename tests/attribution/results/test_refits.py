from itertools import product

import attrs
import numpy as np
import pytest

import servicelead as sl
from servicelead.attribution import MarkovChain, attribute
from servicelead.attribution.results.dimensions import cells
from servicelead.attribution.results.intervals import credit_bounds
from servicelead.attribution.results.refits import Again, fits_for
from servicelead.attribution.results.replicates import Units, reweighted
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError


@pytest.fixture(scope="module")
def simulated() -> sl.Journeys:
    """Return the journeys of 150 simulated accounts."""
    return sl.Journeys.from_business(simulate_business(150, seed=5).business)


def test_a_surer_interval_of_a_fitted_model_is_fitted_oftener() -> None:
    """One end in a thousand cannot be read off a hundred fits."""
    assert [100, 100, 200, 2000] == [fits_for(confidence) for confidence in (0.5, 0.98, 0.99, 0.999)]
    with pytest.raises(InvalidValueError, match="fits; lower it"):
        fits_for(0.9999)


def test_where_effects_may_be_below_nothing_each_end_is_looked_at(simulated: sl.Journeys) -> None:
    """A channel's effect at one end of its interval and all others at the other: what that credits is within bounds."""
    model = MarkovChain(removal="redistribute")
    attribution = attribute(simulated, model)
    table = cells(simulated, ["channel"])
    again = Again.of(simulated, model, attribution.strategy, table, 0.9)
    chain, units = model.fit(simulated), Units.of(simulated)
    labels = [label for (label,) in chain.summary.labels]
    drawn = []
    for child in np.random.SeedSequence(0).spawn(100):
        other = model.refit(
            reweighted(simulated, units, units.drawn(np.random.default_rng(child))), np.random.default_rng()
        )
        effects = dict(zip((label for (label,) in other.summary.labels), other.effects.tolist(), strict=True))
        drawn.append([effects.get(label, 0.0) for label in labels])
    lower, upper = np.quantile(drawn, [0.05, 0.95], axis=0, method="weibull")
    ends = np.minimum(lower, chain.effects), np.maximum(upper, chain.effects)
    credited = []
    for i, (own, others) in product(range(len(labels)), [(0, 1), (1, 0)]):
        effects = ends[others].copy()
        effects[i] = ends[own][i]
        credit = attrs.evolve(chain, effects=effects).attribute(simulated)
        credited.append(np.bincount(table.codes, weights=credit.value, minlength=table.n))
    expected = np.array(credited)
    assert np.allclose(expected, again.extremes, rtol=1e-6, atol=1e-6)
    assert (100, table.n) == again.values.shape
    narrow = credit_bounds(
        simulated, table, attribution.value, confidence=0.9, again=Again(again.values, again.extremes[:0])
    )
    wide = credit_bounds(simulated, table, attribution.value, confidence=0.9, again=again)
    for place, sign in enumerate([-1, 1, -1, 1]):
        assert (sign * (wide[place] - narrow[place])[:-1] > 0).any()
        assert (sign * (wide[place] - narrow[place]) >= 0).all()
    row = attribution.by("channel", confidence=0.9).row(channel=labels[0])
    code = table.labels()["channel"].tolist().index(labels[0])
    assert [wide.value_lower[code], wide.share_upper[code]] == [row["value_lower"], row["share_upper"]]


def test_where_no_sign_is_in_doubt_there_are_no_extremes(simulated: sl.Journeys) -> None:
    """Effects of removal to nowhere are never below 0."""
    model = MarkovChain()
    again = Again.of(simulated, model, model.fit(simulated), cells(simulated, ["team"]), 0.5)
    assert 0 == len(again.extremes)
