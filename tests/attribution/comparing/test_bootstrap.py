from typing import Any

import numpy as np
import pytest
from attrs import frozen
from scipy import stats

import servicelead as sl
from attribution.hand import deal, journeys, touch
from servicelead.attribution import Linear, TimeDecay, attribute, bootstrap
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError, UnknownNameError


@frozen
class Learned:
    """A model that has to be fitted, and then is a rule."""

    def fit(self, journeys: sl.Journeys) -> Linear:
        """Return the rule it becomes."""
        del journeys
        return Linear()


@pytest.fixture(scope="module")
def simulated() -> sl.Journeys:
    """Return the journeys of 300 simulated accounts."""
    return sl.Journeys.from_business(simulate_business(300, seed=3).business)


def two_accounts() -> sl.Journeys:
    """One account won 10.00 by ads, another 30.00 by calls."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "call", account="bolt")]
    return journeys(touches, [deal("o1", "05-02", "10.00"), deal("o2", "05-02", "30.00", account="bolt")])


def test_accounts_count_a_poisson_number_of_times() -> None:
    """Each of two accounts is drawn 0, 1, 2 ... times with the chances of a Poisson number, apart from the other."""
    found = bootstrap(two_accounts(), Linear(), "channel", n=4000, seed=1)
    by_channel = dict(zip(found.labels["channel"].tolist(), found.values.T, strict=True))
    for channel, amount in (("ad", 10.0), ("call", 30.0)):
        drawn, times = np.unique(by_channel[channel] / amount, return_counts=True)
        assert drawn[:4].tolist() == [0.0, 1.0, 2.0, 3.0]
        assert times[:4] / 4000 == pytest.approx(stats.poisson.pmf([0, 1, 2, 3], 1.0), abs=0.03)
    assert abs(np.corrcoef(by_channel["ad"], by_channel["call"])[0, 1]) < 0.06
    assert found.n_units == 2


def test_walks_of_a_path_are_drawn_one_by_one() -> None:
    """Three conversions of 5: a Poisson number of conversions of 5 whose mean is 3."""
    paths = {"path": ["ad"], "won": [3], "value": [15.0], "lost": [1]}
    given = sl.Journeys.from_paths(paths, path="path", conversions="won", value="value", nonconversions="lost")
    drawn, times = np.unique(bootstrap(given, Linear(), "channel", n=4000).values, return_counts=True)
    assert drawn[:5].tolist() == [0.0, 5.0, 10.0, 15.0, 20.0]
    assert times[:5] / 4000 == pytest.approx(stats.poisson.pmf([0, 1, 2, 3, 4], 3.0), abs=0.03)


def test_a_rule_needs_no_refit(simulated: sl.Journeys) -> None:
    """The matrix product of a rule gives what fitting and attributing every replicate gives."""
    by_product = bootstrap(simulated, Linear(), "team", "month", n=10, seed=5)
    by_refit = bootstrap(simulated, Learned(), "team", "month", n=10, seed=5)
    assert by_refit.labels.to_dict() == by_product.labels.to_dict()
    np.testing.assert_allclose(by_product.values, by_refit.values, rtol=1e-10, atol=1e-6)


@pytest.mark.parametrize("strategy", [TimeDecay(), Learned()])
def test_a_replicate_is_the_same_however_many_there_are(simulated: sl.Journeys, strategy: Any) -> None:
    """Replicate i depends on the seed alone: not on n, not on the number of threads."""
    many = bootstrap(simulated, strategy, "channel", n=70, seed=9, n_jobs=2)
    few = bootstrap(simulated, strategy, "channel", n=40, seed=9)
    np.testing.assert_array_equal(few.values, many.values[:40])
    assert not np.array_equal(few.values, bootstrap(simulated, strategy, "channel", n=40, seed=10).values)


def test_it_agrees_with_the_closed_form(simulated: sl.Journeys) -> None:
    """Standard errors of values and shares lie within a tenth of half the Student interval's width."""
    closed = attribute(simulated, Linear()).by("channel", method="student")
    drawn = bootstrap(simulated, Linear(), "channel", n=4000).table()
    for name in ("value", "share"):
        half_width = (closed[f"{name}_upper"] - closed[f"{name}_lower"]) / 2
        errors = [drawn.row(channel=label)[f"{name}_standard_error"] for label in closed["channel"]]
        assert 1.96 * np.array(errors) == pytest.approx(half_width, rel=0.1)
    assert closed["value"] == pytest.approx([drawn.row(channel=label)["value"] for label in closed["channel"]])


def test_intervals_are_percentiles() -> None:
    """The interval is cut from the replicates, at any confidence."""
    found = bootstrap(two_accounts(), Linear(), "channel", n=500)
    row = found.table(confidence=0.4).row(channel="call")
    values = found.values[:, found.labels["channel"].tolist().index("call")]
    assert [row["value_lower"], row["value_upper"]] == np.quantile(values, [0.3, 0.7]).tolist()
    with pytest.raises(InvalidValueError, match="confidence"):
        found.table(confidence=1.0)


def test_replicates_that_win_nothing_have_no_shares() -> None:
    """A replicate of lost deals only is 0 in value, and left out of the shares."""
    touches = [touch("t1", "05-01", "ad"), touch("t2", "05-01", "call", account="bolt")]
    given = journeys(touches, [deal("o1", "05-02", "10.00"), deal("o2", "05-02", None, account="bolt", outcome="lost")])
    found = bootstrap(given, Linear(), "channel", n=100)
    assert (found.values.sum(axis=1) == 0).any()
    row = found.table().row(channel="ad")
    assert [row["share_lower"], row["share_upper"], row["share_standard_error"]] == [1.0, 1.0, 0.0]


def test_one_account_says_nothing_of_its_spread() -> None:
    """With one unit there is a value and no interval; with none there is nothing at all."""
    given = journeys([touch("t1", "05-01", "ad")], [deal("o1", "05-02", "10.00")])
    row = bootstrap(given, Linear(), "channel").table().row(channel="ad")
    assert row["value"] == 10.0
    assert np.isnan([row["value_lower"], row["value_upper"], row["share_standard_error"]]).all()
    assert len(bootstrap(journeys([], []), Linear(), "channel").table()) == 0


def test_it_says_what_it_is(simulated: sl.Journeys) -> None:
    """Printed, it tells how many replicates there are, of how many units."""
    found = bootstrap(simulated, Linear(), "team", n=2)
    assert str(found).startswith(f"2 replicates over {found.n_units} units")
    assert "services" in found._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"n": 1}, InvalidValueError),
        ({"n": 10.0}, InvalidValueError),
        ({"seed": -1}, InvalidValueError),
        ({"seed": True}, InvalidValueError),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], error: type[Exception]) -> None:
    """A number of replicates below two or no whole seed is refused by name."""
    with pytest.raises(error, match=next(iter(arguments))):
        bootstrap(two_accounts(), Linear(), "channel", **arguments)
    with pytest.raises(UnknownNameError):
        bootstrap(two_accounts(), Linear(), "colour")
    with pytest.raises(InvalidValueError, match="dimension"):
        bootstrap(two_accounts(), Linear())
