import math
from typing import Annotated, Any

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from servicelead import Money
from servicelead.calculators import Deflection, LeadEconomics, Perception, TouchModel, tornado
from servicelead.calculators.inputs import count, number
from servicelead.exceptions import InvalidValueError, UndefinedRateError, UnknownNameError

BASE = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
RANGES = {"close_rate": (0.20, 0.30), "deal_value": (10_000, 20_000), "n_leads": (12, 35)}


def test_the_published_order() -> None:
    """Leads 12 to 35 swing revenue by 69,000, deals 10k to 20k by 24,000, close rates .20 to .30 by 18,000."""
    found = tornado(BASE, "revenue", RANGES)
    assert ["n_leads", "deal_value", "close_rate"] == found.table["input"].tolist()
    assert [69_000, 24_000, 18_000] == found.table["swing"].tolist()
    assert (36_000, "money") == (found.base, found.unit)


def test_money_gives_the_same_in_its_currency() -> None:
    """Ends may be money or plain numbers."""
    dollars = evolve(BASE, deal_value=Money.of(15_000, "USD"))
    ends: dict[str, Any] = {**RANGES, "deal_value": (Money.of(10_000, "USD"), 20_000)}
    found = tornado(dollars, "revenue", ends)
    assert [69_000, 24_000, 18_000] == found.table["swing"].tolist()
    assert "USD" == found.unit


@given(
    low=st.tuples(st.integers(0, 40), st.floats(0, 1), st.floats(0, 1e6)),
    high=st.tuples(st.integers(0, 40), st.floats(0, 1), st.floats(0, 1e6)),
)
def test_each_bar_is_a_direct_evaluation(low: tuple[Any, ...], high: tuple[Any, ...]) -> None:
    """The output with this input alone at either end; ordered by swing."""
    names = ("n_leads", "close_rate", "deal_value")
    ranges = {name: (min(a, b), max(a, b)) for name, a, b in zip(names, low, high, strict=True)}
    table = tornado(BASE, "revenue", ranges).table
    for row in table.rows():
        for end, at in (("low", "at_low"), ("high", "at_high")):
            assert evolve(BASE, **{row["input"]: row[end]}).revenue == row[at]
        assert abs(row["at_high"] - row["at_low"]) == row["swing"]
    assert sorted(table["swing"], reverse=True) == table["swing"].tolist()


def test_by_default_each_input_moves_a_fifth_within_its_range() -> None:
    """Inputs of 0 and those not given stay; a rate stops at 1; whole counts stay whole."""
    found = tornado(evolve(BASE, close_rate=0.9), "revenue").table
    ends = {row["input"]: (row["low"], row["high"]) for row in found.rows()}
    assert {"n_leads", "close_rate", "deal_value"} == set(ends)
    assert ((9.6, 14.4), 1.0) == ((round(ends["n_leads"][0], 9), round(ends["n_leads"][1], 9)), ends["close_rate"][1])
    answers = tornado(Perception(n_better=45, n_same=30, n_worse=12), "better_share", spread=0.1).table
    assert (40, 50) == (answers.row(input="n_better")["low"], answers.row(input="n_better")["high"])


@frozen(kw_only=True)
class Commute:
    """Somebody else's calculator, in floats."""

    n_days: float = field(**count("days at the office", unit="days"))
    hours: float = field(**number("hours there and back", unit="hours", lowest=0, highest=24))

    @property
    def hours_lost(self) -> Annotated[float, "hours"]:
        """``n_days * sqrt(hours)``, to be odd."""
        return self.n_days * math.sqrt(self.hours)


def test_a_class_of_yours_works_as_well() -> None:
    """Without any registration."""
    found = tornado(Commute(n_days=200, hours=4), "hours_lost", {"hours": (1, 9), "n_days": (180, 220)})
    assert [("hours", 400.0), ("n_days", 80.0)] == [(row["input"], row["swing"]) for row in found.table.rows()]
    assert "hours" == found.unit


def test_deflection_needs_no_code_of_its_own() -> None:
    """Its rates and counts move like any other's."""
    deflection = Deflection(
        n_events=10_000, success_rate=0.48, intent_given_success_rate=0.60, no_further_action_given_intent_rate=0.80
    )
    found = tornado(deflection, "deflected_cases", {"success_rate": (0.4, 0.5), "n_events": (5_000, 10_000)})
    assert [1_152, 480] == found.table["swing"].tolist()


def test_millions_are_printed_with_separators() -> None:
    """And without exponents."""
    assert str(tornado(evolve(BASE, deal_value=1_500_000), "revenue")).startswith("revenue, money: 3,600,000 in the")


def test_equal_swings_stay_in_the_order_of_the_fields() -> None:
    """Whatever the order of the ranges."""
    found = tornado(Commute(n_days=4, hours=4), "hours_lost", {"hours": (4, 4), "n_days": (4, 4)})
    assert ["n_days", "hours"] == found.table["input"].tolist()


@pytest.mark.parametrize(
    ("error", "output", "ranges"),
    [
        (UnknownNameError, "profit", RANGES),
        (UnknownNameError, "revenue", {"leads": (1, 2)}),
        (InvalidValueError, "revenue", {"n_leads": (35, 12)}),
        (InvalidValueError, "revenue", {"n_leads": (12,)}),
        (InvalidValueError, "revenue", {"n_leads": ("a", "b")}),
        (InvalidValueError, "revenue", {"close_rate": (20, 30)}),
        (InvalidValueError, "revenue", {"lead_rate": (0, 1)}),
        (UndefinedRateError, "cost_per_win", {"close_rate": (0, 0.3)}),
    ],
)
def test_bad_ranges_are_refused(error: type[Exception], output: str, ranges: Any) -> None:
    """Unknown names, swapped ends, one end, percentages, inputs not given, ends where the output is undefined."""
    with pytest.raises(error):
        tornado(BASE, output, ranges)


def test_a_word_has_no_tornado() -> None:
    """Nor does a spread beyond the whole."""
    account = TouchModel(n_users=7, price_value=24_000, price_threshold=10_000, complexity=0.8)
    with pytest.raises(InvalidValueError, match="got a word"):
        tornado(account, "touch_level")
    for spread in (0, 1.5, math.nan):
        with pytest.raises(InvalidValueError, match="spread"):
            tornado(BASE, "revenue", spread=spread)
