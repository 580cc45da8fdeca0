import math
from typing import Any

import numpy as np
import pytest

import servicelead as sl
from attribution.hand import deal, journeys, touch
from servicelead.attribution import FittedMarkovChain, Linear, MarkovChain, Shapley, bootstrap_fit
from servicelead.attribution.results.replicates import Units, reweighted
from servicelead.datasets import simulate_business
from servicelead.exceptions import InvalidValueError


@pytest.fixture(scope="module")
def simulated() -> sl.Journeys:
    """Return the journeys of 200 simulated accounts."""
    return sl.Journeys.from_business(simulate_business(200, seed=3).business)


def test_a_chain_states_its_removal_effects(simulated: sl.Journeys) -> None:
    """Each label's effect, largest first, with the percentiles of chains fitted to accounts drawn by the same seeds."""
    model = MarkovChain()
    table = bootstrap_fit(simulated, model, n=30, seed=4, confidence=0.8)
    fitted = model.fit(simulated)
    assert fitted.removal_effect["channel"].tolist() == table["name"].tolist()
    assert fitted.removal_effect["removal_effect"].tolist() == table["value"].tolist()
    units = Units.of(simulated)
    draws = []
    for child in np.random.SeedSequence(4).spawn(30):
        again = model.fit(reweighted(simulated, units, units.drawn(np.random.default_rng(child))))
        draws.append(dict(zip((label for (label,) in again.summary.labels), again.effects.tolist(), strict=True)))
    for row in table.rows():
        drawn = [effects.get(row["name"], 0.0) for effects in draws]
        lower, upper = np.quantile(drawn, [0.1, 0.9], method="weibull").tolist()
        assert [min(lower, row["value"]), max(upper, row["value"])] == pytest.approx([row["lower"], row["upper"]])
        assert float(np.std(drawn, ddof=1)) == pytest.approx(row["standard_error"])


def test_labels_of_several_dimensions_are_joined(simulated: sl.Journeys) -> None:
    """Of teams and channels together, the name says both."""
    table = bootstrap_fit(simulated, MarkovChain(by=("team", "channel")), n=2)
    assert "sales / call" in table["name"].tolist()


@pytest.mark.parametrize("game", ["sum", "rate"])
def test_a_game_states_its_values(simulated: sl.Journeys, game: str) -> None:
    """Both games' values, in the order and unit of the fit; rates that hardly any journey tells vary as well."""
    model = Shapley(game=game, by="team")
    table = bootstrap_fit(simulated, model, n=20)
    values = model.fit(simulated).values
    assert values["team"].tolist() == table["name"].tolist()
    assert values["value"].tolist() == table["value"].tolist()
    assert (table["lower"] < table["value"]).all()
    assert (table["value"] < table["upper"]).all()
    assert (table["standard_error"] > 0).all()


def test_any_number_may_be_asked_for(simulated: sl.Journeys) -> None:
    """A function of the fitted model is asked of every replicate; the seed decides, not the number of threads."""

    def asked(chain: FittedMarkovChain) -> dict[str, float]:
        return {"services": chain.effect_of(team="services"), "rate": chain.conversion_probability}

    model = MarkovChain(by="team")
    table, again = (bootstrap_fit(simulated, model, asked, n=10, seed=7, n_jobs=jobs) for jobs in (1, 2))
    assert table.rows() == again.rows()
    assert table.rows() != bootstrap_fit(simulated, model, asked, n=10, seed=8).rows()
    assert asked(model.fit(simulated)) == dict(zip(table["name"].tolist(), table["value"].tolist(), strict=True))


def test_replicates_in_which_nothing_was_won_are_left_out() -> None:
    """One win of twelve accounts: a third of the draws have none, and then there is no effect to speak of."""
    touches = [touch(f"t{i}", "05-01", "ad" if i % 2 else "call", account=f"a{i}") for i in range(12)]
    deals = [deal(f"o{i}", "05-02", "1", account=f"a{i}", outcome="lost" if i else "won") for i in range(12)]
    found = journeys(touches, deals)
    plain = bootstrap_fit(found, MarkovChain(), n=50)
    asked = bootstrap_fit(found, MarkovChain(), lambda chain: {"call": chain.effect_of(channel="call")}, n=50)
    for table in (plain, asked):
        row = table.row(name="call")
        found_row = [row["value"], row["standard_error"], row["lower"], row["upper"]]
        assert [1.0, 0.0, 1.0, 1.0] == pytest.approx(found_row, abs=1e-12)
    # In a draw without that account the channel is not there at all, and its effect 0: nothing was won either.
    assert 0.0 == plain.row(name="ad")["upper"]


def test_a_label_that_no_drawn_account_has_counts_as_nothing() -> None:
    """The only account with a visit is in six draws of ten: else a visit has no effect."""
    touches = [touch(f"t{i}", "05-01", "ad", account=f"a{i}") for i in range(9)]
    touches.append(touch("v", "05-01", "visit", account="b"))
    deals = [deal(f"o{i}", "05-02", "1", account=f"a{i}") for i in range(9)]
    found = journeys(touches, [*deals, deal("p", "05-02", "1", account="b")])
    row = bootstrap_fit(found, MarkovChain(), n=200).row(name="visit")
    assert 0.1 == pytest.approx(row["value"])
    assert 0.0 == row["lower"]


def test_one_account_says_nothing_of_how_accounts_vary() -> None:
    """With a single unit there is a value, and no interval."""
    found = journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1.00")])
    (row,) = bootstrap_fit(found, MarkovChain(), n=5).rows()
    assert 1.0 == row["value"]
    assert all(math.isnan(row[name]) for name in ("standard_error", "lower", "upper"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 1}, "bootstrap_fit: n"),
        ({"seed": -1}, "bootstrap_fit: seed"),
        ({"n_jobs": 0}, "bootstrap_fit: n_jobs"),
        ({"confidence": 1.0}, "bootstrap_fit: confidence"),
        ({"journeys": None}, r"bootstrap_fit\(\)"),
        ({"strategy": MarkovChain}, r"MarkovChain\(\)"),
        ({"strategy": "markov"}, r"MarkovChain\(\)"),
        ({"strategy": Linear()}, "give a statistic"),
        ({"statistic": 3}, "a function of the fitted model"),
        ({"statistic": lambda chain: chain.conversion_probability}, "numbers by name; got a"),
    ],
)
def test_wrong_arguments_are_refused(simulated: sl.Journeys, arguments: dict[str, Any], message: str) -> None:
    """Each with its name and what to write instead; a rule has nothing of its own to state."""
    given: dict[str, Any] = {"journeys": simulated, "strategy": MarkovChain(), "n": 2} | arguments
    with pytest.raises(InvalidValueError, match=message):
        bootstrap_fit(**given)
