import math
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import Adoption, Beta, LeadEconomics, Normal, Perception, Triangular, Uniform, monte_carlo
from servicelead.exceptions import InvalidValueError, UnknownNameError

BASE = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
UNCERTAIN = {"n_leads": Triangular(low=12, mode=15, high=35), "close_rate": Beta(alpha=12.5, beta=48.5)}


def test_the_same_seed_gives_the_same_draws() -> None:
    """In whatever order the inputs are named; another seed gives others."""
    first = monte_carlo(BASE, "revenue", UNCERTAIN, seed=1, n=200)
    again = monte_carlo(BASE, "revenue", dict(reversed(UNCERTAIN.items())), seed=1, n=200)
    other = monte_carlo(BASE, "revenue", UNCERTAIN, seed=2, n=200)
    assert first.draws["revenue"].tolist() == again.draws["revenue"].tolist()
    assert first.draws["revenue"].tolist() != other.draws["revenue"].tolist()


def test_each_draw_is_a_direct_evaluation() -> None:
    """The output of the calculator with the inputs drawn."""
    draws = monte_carlo(BASE, ["revenue", "expected_wins"], UNCERTAIN, seed=1, n=50).draws
    for row in draws.rows():
        case = evolve(BASE, n_leads=row["n_leads"], close_rate=row["close_rate"])
        assert (case.revenue, case.expected_wins) == (row["revenue"], row["expected_wins"])


def test_the_mean_is_that_of_the_inputs() -> None:
    """Leads and close rates are drawn independently, so means multiply, within 4 standard errors."""
    result = monte_carlo(BASE, "revenue", UNCERTAIN, seed=1, n=4_000)
    row = result.summary().row(output="revenue")
    expected = (12 + 15 + 35) / 3 * 12.5 / 61 * 15_000
    assert abs(row["mean"] - expected) < 4 * row["sd"] / math.sqrt(row["n"])
    assert row["lower"] < row["median"] < row["upper"]
    assert (36_000, 4_000, 0) == (row["base"], row["n"], row["n_undefined"])
    known = np.quantile(result.draws["revenue"], [0.05, 0.5, 0.95])
    assert known.tolist() == [row["lower"], row["median"], row["upper"]]


def test_the_probability_is_counted() -> None:
    """Of the draws above a value, as a rate."""
    result = monte_carlo(BASE, "revenue", {"n_leads": Uniform(low=0, high=20)}, seed=3, n=1_000)
    rate = result.probability("revenue", above=30_000)
    assert int((result.draws["revenue"] > 30_000).sum()) == rate.successes
    assert (rate.interval(0.999).lower or 0) < 0.5 < (rate.interval(0.999).upper or 0)


def test_undefined_draws_are_counted_and_left_out() -> None:
    """A number of licences that rounds to 0 has no utilisation."""
    case = Perception(n_better=3, n_same=0, n_worse=0)
    result = monte_carlo(case, "better_share", {"n_better": Uniform(low=0, high=2)}, seed=1, n=400)
    row = result.summary().row(output="better_share")
    assert 400 == row["n"] + row["n_undefined"]
    assert 60 < row["n_undefined"] < 140
    assert (1.0, 0.0) == (row["mean"], row["sd"])
    assert row["n"] == result.probability("better_share").trials


def test_nothing_defined_is_a_row_of_nothing() -> None:
    """NaN, no error, and a rate of no trials."""
    result = monte_carlo(
        Adoption(n_sold=0, n_used=1), "licence_utilisation_ratio", {"n_used": Uniform(low=0, high=9)}, seed=1, n=9
    )
    row = result.summary().row(output="licence_utilisation_ratio")
    assert np.isnan([row["base"], row["mean"], row["median"]]).all()
    assert (9, False) == (row["n_undefined"], result.probability("licence_utilisation_ratio").is_defined)


def test_what_is_whole_is_drawn_whole() -> None:
    """Rounded, so that the calculator takes it."""
    case = Perception(n_better=45, n_same=30, n_worse=15)
    draws = monte_carlo(case, "better_share", {"n_worse": Normal(mean=15, sd=4)}, seed=1, n=100).draws
    assert "i" == draws["n_worse"].dtype.kind


def test_money_gives_figures_in_its_currency() -> None:
    """Amounts drawn are rounded to the cent."""
    dollars = evolve(BASE, deal_value=Money.of(15_000, "USD"))
    result = monte_carlo(dollars, "revenue", {"deal_value": Uniform(low=10_000, high=20_000)}, seed=1, n=100)
    assert {"revenue": "USD"} == dict(result.outputs)
    assert 36_000 == pytest.approx(result.summary().row(output="revenue")["mean"], rel=0.1)


@pytest.mark.parametrize(
    ("error", "outputs", "distributions", "n"),
    [
        (UnknownNameError, "profit", UNCERTAIN, 10),
        (UnknownNameError, "revenue", {"leads": Uniform(low=0, high=1)}, 10),
        (InvalidValueError, "revenue", {}, 10),
        (InvalidValueError, [], UNCERTAIN, 10),
        (InvalidValueError, "revenue", UNCERTAIN, 0),
        (InvalidValueError, "revenue", {"lead_rate": Uniform(low=0, high=1)}, 10),
        (InvalidValueError, "revenue", {"close_rate": Uniform(low=20, high=30)}, 10),
    ],
)
def test_bad_input_is_refused(error: type[Exception], outputs: Any, distributions: Any, n: int) -> None:
    """Before anything is drawn."""
    with pytest.raises(error):
        monte_carlo(BASE, outputs, distributions, seed=1, n=n)


def test_only_what_was_watched_has_a_probability() -> None:
    """And a summary's confidence lies between 0 and 1."""
    result = monte_carlo(BASE, "revenue", UNCERTAIN, seed=1, n=10)
    with pytest.raises(UnknownNameError, match="revenue"):
        result.probability("net_value")
    with pytest.raises(InvalidValueError):
        result.summary(90)
