import numpy as np
import pytest

import servicelead as sl
from attribution.hand import paths
from servicelead.attribution import Linear, MarkovChain, bootstrap, compare
from servicelead.attribution.results.wholes import credited_value, rounding_of, shares_of_credited
from servicelead.tables import Journeys

#: What was won and given back: 10.00 - 6.37 - 3.63, which floats make 1.8e-15 of; credited in thirds and halves.
CANCELLED = (("ad > call > mail", 10, "10.00"), ("ad > call", 10, "-6.37"), ("mail", 10, "-3.63"))


@pytest.fixture(params=["EUR", None], ids=["money", "measures"])
def cancelled(request: pytest.FixtureRequest) -> Journeys:
    """Return journeys whose values add up to 0."""
    return paths(*CANCELLED, currency=request.param)


def test_value_that_adds_up_to_nothing_has_no_shares(cancelled: Journeys) -> None:
    """Of a total of 0.00 no part can be told, whatever rounding leaves of it: neither by a rule nor by what learns."""
    for strategy in (Linear(), MarkovChain()):
        attribution = sl.attribute(cancelled, strategy)
        assert 0.0 == attribution.attributed_value
        table = attribution.by("channel")
        assert np.abs(table["value"]).max() > 0.1
        for name in ("share", "share_lower", "share_upper"):
            assert np.isnan(table[name]).all()


def test_models_cannot_be_compared_by_it(cancelled: Journeys) -> None:
    """Shares and distances are unknown by value, and known by conversions."""
    comparison = compare(cancelled, {"linear": Linear(), "markov": MarkovChain()})
    assert np.isnan(comparison.by()["linear"]).all()
    assert np.isnan(comparison.distances()["markov"]).all()
    assert 1.0 == pytest.approx(float(np.sum(comparison.by(of="conversions")["linear"])))


def test_nor_do_replicates_know_it(cancelled: Journeys) -> None:
    """Values have their errors still, shares have none."""
    table = bootstrap(cancelled, Linear(), "channel", n=20).table()
    assert (table["value_standard_error"] > 0).all()
    for name in ("share", "share_standard_error", "share_lower", "share_upper"):
        assert np.isnan(table[name]).all()


def test_one_cent_is_a_total() -> None:
    """Money is counted in minor units: a cent beside billions is no rounding."""
    journeys = paths(("ad", 1, "20000000000.01"), ("call", 1, "-20000000000.00"))
    assert 0.01 == credited_value(journeys)
    assert np.isfinite(sl.attribute(journeys, Linear()).by("channel", intervals=False)["share"]).all()


def test_what_has_no_touches_is_not_credited() -> None:
    """Only the value of journeys with touches counts."""
    journeys = paths(("ad", 1, "5.00"), ("", 1, "3.00"))
    assert (5.0, 5.0) == (credited_value(journeys), sl.attribute(journeys, Linear()).attributed_value)


def test_shares_are_of_the_last_axis() -> None:
    """Each row of totals has its own sum; a row that adds up to 0 has no shares."""
    journeys = paths(("ad", 1, "5.00"))
    shares = shares_of_credited(journeys, np.array([[1.0, 3.0], [2.0, -2.0]]))
    assert [0.25, 0.75] == shares[0].tolist()
    assert np.isnan(shares[1]).all()


def test_rounding_is_relative_to_sizes() -> None:
    """Signs apart, and nothing where there is nothing."""
    assert (2e-12, 0.0) == (rounding_of(np.array([1.0, -1.0])), rounding_of(np.zeros(0)))


def test_no_touches_no_distance() -> None:
    """Where no journey has a touch nothing is credited, and models are not apart by any number."""
    journeys = paths(("", 3, "9.00"))
    comparison = compare(journeys, {"linear": Linear(), "markov": MarkovChain()})
    table = comparison.distances()
    assert np.isnan(table["from_last_touch"]).all()
    assert np.isnan(table["linear"]).all()
