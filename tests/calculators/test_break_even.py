from typing import Annotated, Any

import pytest
from attrs import evolve, field, frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from budget import examples
from servicelead import Money
from servicelead.calculators import LeadEconomics, MoveDownMarket, Perception, SalesCycle, SupportPrice, break_even
from servicelead.calculators.inputs import number
from servicelead.exceptions import InvalidValueError, SolveError, UnknownNameError

BASE = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000, cost_per_lead=600)


def test_it_is_found_where_the_sum_comes_out_even() -> None:
    """600 of 15,000 is a close rate of .04."""
    found = break_even(BASE, "close_rate", "net_value")
    assert 0.04 == pytest.approx(found.value, abs=1e-15)
    assert ("close_rate", "proportion", 0.2, 0) == (found.name, found.unit, found.base, found.target)


@settings(max_examples=examples(40))
@given(target=st.floats(1e-3, 1e9))
def test_it_meets_the_target_to_1e_9(target: float) -> None:
    """An input without an upper end is followed as far as it takes."""
    found = break_even(BASE, "deal_value", "revenue", target)
    assert abs(float(evolve(BASE, deal_value=found.value).revenue) - target) <= 1e-9 * max(1, target)  # type: ignore[arg-type]  # plain numbers


@settings(max_examples=examples(40))
@given(rate=st.floats(0.001, 0.5), years=st.integers(2, 9))
def test_it_meets_a_target_that_is_no_straight_line(rate: float, years: int) -> None:
    """The escalator that gives a total, found again."""
    quote = SupportPrice(base_value=100_000, price_rate=0.156, escalator_ratio=rate, n_years=years)
    total = quote.last_year_price
    found = break_even(evolve(quote, escalator_ratio=0.01), "escalator_ratio", "last_year_price", total)
    assert rate == pytest.approx(found.value, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "output", "target", "expected"),
    [
        ("close_rate", "net_value", 4_000, "net_value is 4,000 at close_rate = 0.0622 (proportion), from 0.2"),
        ("n_leads", "revenue", 100_000, "revenue is 100,000 at n_leads = 33.33 (leads), from 12"),
        ("deal_value", "revenue", 7_200_000, "revenue is 7,200,000 at deal_value = 3,000,000 (money), from 15,000"),
    ],
)
def test_it_is_printed_as_finely_as_a_reader_needs(name: str, output: str, target: float, expected: str) -> None:
    """Three digits of a share, hundredths from 1 on, separators and no exponents."""
    assert expected == str(break_even(BASE, name, output, target))


def test_a_falling_output_is_solved_too() -> None:
    """100 days become 80 at a gain of .25."""
    cycle = SalesCycle(cycle_days=100, speed_gain_ratio=0.43)
    assert 0.25 == pytest.approx(break_even(cycle, "speed_gain_ratio", "faster_cycle_days", 80).value, rel=1e-12)


def test_money_is_solved_without_rounding() -> None:
    """The target may be money; the answer is the same as in plain numbers, not to the nearest cent."""
    dollars = evolve(BASE, deal_value=Money.of(15_000, "USD"))
    target = Money.of("10000.01", "USD")
    found = break_even(dollars, "deal_value", "revenue", target)
    assert 10_000.01 / 2.4 == pytest.approx(found.value, rel=1e-12)
    assert 10_000.001 / 2.4 == pytest.approx(break_even(dollars, "deal_value", "revenue", 10_000.001).value, rel=1e-12)
    assert "USD" == found.unit


def test_the_present_value_may_be_the_answer() -> None:
    """And is returned as it is."""
    assert 0.2 == break_even(BASE, "close_rate", "revenue", 36_000).value


@frozen(kw_only=True)
class Wave:
    """Somebody else's calculator, with two answers, a jump and a pole."""

    x: float = field(**number("place", unit="metres", lowest=-10, highest=10))

    @property
    def hill(self) -> Annotated[float, "metres"]:
        """``x ** 2``."""
        return self.x**2

    @property
    def step(self) -> Annotated[float, "metres"]:
        """-1 below 3, 1 from there."""
        return 1.0 if self.x >= 3 else -1.0

    @property
    def pole(self) -> Annotated[float, "metres"]:
        """``1 / (x - 1)``, which its present value divides by 0."""
        return 1 / (self.x - 1)


@pytest.mark.parametrize(("base", "expected"), [(2.0, 3.0), (-2.0, -3.0)])
def test_of_several_answers_the_nearest_is_taken(base: float, expected: float) -> None:
    """On either side."""
    assert expected == pytest.approx(break_even(Wave(x=base), "x", "hill", 9).value)


@pytest.mark.parametrize(
    ("case", "name", "output", "target"),
    [
        (Wave(x=1), "x", "step", 0),
        (Wave(x=1), "x", "pole", 0),
        (Wave(x=1), "x", "hill", -1),
        (Wave(x=1), "x", "hill", 101),
        (BASE, "close_rate", "revenue", 180_001),
        (BASE, "n_leads", "cost_per_win", 1),
    ],
)
def test_no_answer_says_so(case: Any, name: str, output: str, target: float) -> None:
    """A jump over the target, a pole, a target out of reach, an output that does not depend on the input."""
    with pytest.raises(SolveError, match="never meets the target"):
        break_even(case, name, output, target)


def test_where_the_calculator_has_no_answer_there_is_no_solution() -> None:
    """A cheaper edition is never dearer, though the range of its field has no end."""
    move = MoveDownMarket(
        n_accounts=200, downgrade_rate=0.1, current_value=12_000, cheaper_value=4_000, n_priced_out=500, win_rate=0.1
    )
    assert 240_000 / 70 == pytest.approx(break_even(move, "cheaper_value", "net_revenue").value)
    with pytest.raises(SolveError):
        break_even(move, "cheaper_value", "net_revenue", 600_001)


def test_bad_input_is_refused() -> None:
    """Unknown names, and inputs in whole numbers."""
    with pytest.raises(UnknownNameError):
        break_even(BASE, "leads", "revenue")
    with pytest.raises(UnknownNameError):
        break_even(BASE, "n_leads", "profit")
    with pytest.raises(InvalidValueError, match="whole numbers"):
        break_even(Perception(n_better=1, n_same=1, n_worse=1), "n_better", "better_share", 0.5)


@settings(max_examples=examples(40))
@given(close=st.floats(0.01, 1), cost=st.floats(0.1, 1e4))
def test_whatever_the_numbers(close: float, cost: float) -> None:
    """The cost of a lead at which a win costs so much, by the formula."""
    assume(close > 0)
    case = evolve(BASE, close_rate=close, cost_per_lead=1)
    assert cost * close == pytest.approx(break_even(case, "cost_per_lead", "cost_per_win", cost).value, rel=1e-9)
