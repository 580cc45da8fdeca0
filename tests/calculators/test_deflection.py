import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from servicelead.calculators import Deflection, deflection_interval, inputs_of, outputs_of, overstated_deflection
from servicelead.domain import Money
from servicelead.exceptions import InvalidValueError, MixedCurrencyError, UndefinedRateError
from servicelead.uncertainty import Estimate, VerdictStatus

PUBLISHED = Deflection(
    n_events=10_000,
    success_rate=0.48,
    intent_given_success_rate=0.60,
    no_further_action_given_intent_rate=0.80,
    n_assisted_cases=7_713,
    assisted_case_cost=45,
    self_help_event_cost=2.50,
)
RATES = ("success_rate", "intent_given_success_rate", "no_further_action_given_intent_rate")

rates = st.floats(0, 1)
counts = st.integers(0, 10**7)


def changed(**inputs: Any) -> Deflection:
    """Return the published example with other inputs."""
    return evolve(PUBLISHED, **inputs)


def test_the_three_numbers_of_the_definitions() -> None:
    """2,304 cases; .2304 of events; .230009 of demand: three numbers, never one for another."""
    assert (2304, 0.2304) == (PUBLISHED.deflected_cases, PUBLISHED.event_deflection_rate)
    assert Fraction(2304, 2304 + 7713) == pytest.approx(PUBLISHED.demand_deflection_rate, rel=1e-15)
    assert 0.23000898 == pytest.approx(PUBLISHED.demand_deflection_rate, abs=5e-9)


def test_the_money_of_the_definitions() -> None:
    """$45 a case and $2.50 an event: 103,680 gross, 25,000 cost, 78,680 net."""
    assert [103_680, 25_000, 78_680] == [PUBLISHED.gross_value, PUBLISHED.self_help_cost, PUBLISHED.net_value]


def test_money_in_gives_money_out() -> None:
    """With costs in a currency, values are `Money` of it, to the cent."""
    money = evolve(PUBLISHED, assisted_case_cost=Money.of(45, "USD"), self_help_event_cost=Decimal("2.5"))
    values = [money.gross_value, money.self_help_cost, money.net_value]
    assert [Money.of(amount, "USD") for amount in (103_680, 25_000, 78_680)] == values


def test_two_currencies_are_refused() -> None:
    """Dollars and euros never meet in one sum."""
    with pytest.raises(MixedCurrencyError, match="EUR and USD"):
        evolve(PUBLISHED, assisted_case_cost=Money.of(45, "USD"), self_help_event_cost=Money.of(2, "EUR"))


@pytest.mark.parametrize(("wrong", "cases"), [(0.384, 1105.92), (0.2304, 663.552)])
def test_a_joint_rate_given_as_a_conditional_one_counts_success_twice(wrong: float, cases: float) -> None:
    """What the mistake costs: 1,105.92 or 663.55 instead of 2,304."""
    assert cases == evolve(PUBLISHED, no_further_action_given_intent_rate=wrong).deflected_cases


def test_joint_rates_have_a_door_of_their_own() -> None:
    """.48, .288 and .2304 of all events are the same deflection as .48, .60 and .80."""
    joint = Deflection.from_joint(
        n_events=10_000,
        success_rate=0.48,
        success_and_intent_rate=0.288,
        success_intent_and_no_further_action_rate=0.2304,
        n_assisted_cases=7_713,
        assisted_case_cost=45,
        self_help_event_cost=2.50,
    )
    assert [0.48, 0.60, 0.80] == [float(getattr(joint, name)) for name in RATES]
    for output in (each.name for each in outputs_of(Deflection)):
        assert getattr(PUBLISHED, output) == getattr(joint, output)


@pytest.mark.parametrize(
    ("given_rates", "name", "words"),
    [
        ((0.48, 0.60, 0.80), "success_and_intent_rate", "is conditional: make Deflection"),
        ((0.60, 0.48, 0.80), "success_intent_and_no_further_action_rate", "is conditional: make Deflection"),
        ((48, 0.3, 0.2), "success_rate", "23% is .23"),
        ((0.5, -0.1, 0.0), "success_and_intent_rate", "23% is .23"),
        ((0.5, 0.4, float("nan")), "success_intent_and_no_further_action_rate", "23% is .23"),
    ],
)
def test_joint_rates_never_rise(given_rates: tuple[float, float, float], name: str, words: str) -> None:
    """A part cannot exceed the whole: conditional rates, and percentages, are refused with the remedy."""
    success, intent, no_more = given_rates
    with pytest.raises(InvalidValueError, match=rf"from_joint: {name} .*{re.escape(words)}"):
        Deflection.from_joint(
            n_events=1,
            success_rate=success,
            success_and_intent_rate=intent,
            success_intent_and_no_further_action_rate=no_more,
        )


@given(counts, rates, rates, rates)
def test_joint_and_conditional_agree(n: int, success: float, intent: float, no_more: float) -> None:
    """Whatever the rates, making the joint ones conditional again changes nothing, also where nobody succeeded."""
    exact = [Fraction(rate) for rate in (success, intent, no_more)]
    joint = Deflection.from_joint(
        n_events=n,
        success_rate=exact[0],
        success_and_intent_rate=exact[0] * exact[1],
        success_intent_and_no_further_action_rate=exact[0] * exact[1] * exact[2],
    )
    assert float(n * exact[0] * exact[1] * exact[2]) == joint.deflected_cases


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize("bad", [23, 1.0001, -0.1, float("nan"), "0.2", None, True])
def test_rates_are_proportions(name: str, bad: Any) -> None:
    """A rate outside [0, 1], or no number, is refused; a percentage is told how to be written."""
    with pytest.raises(InvalidValueError, match=rf"Deflection\.{name} .*23% is \.23"):
        changed(**{name: bad})


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("n_events", -1),
        ("n_assisted_cases", -5),
        ("n_repeated_events", float("inf")),
        ("assisted_case_cost", -45),
        ("self_help_event_cost", Money.of(-1, "USD")),
        ("assisted_case_cost", "45"),
    ],
)
def test_counts_and_prices_count_upwards_from_zero(name: str, bad: Any) -> None:
    """Negative counts and prices are refused."""
    with pytest.raises(InvalidValueError, match=rf"Deflection\.{name} "):
        changed(**{name: bad})


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("demand_deflection_rate", "n_assisted_cases"),
        ("gross_value", "assisted_case_cost"),
        ("self_help_cost", "self_help_event_cost"),
        ("net_value", "assisted_case_cost"),
        ("net_value", "self_help_event_cost"),
        ("break_even_rate", "assisted_case_cost"),
    ],
)
def test_an_output_names_the_input_it_lacks(output: str, name: str) -> None:
    """An input left out is never taken for 0."""
    with pytest.raises(UndefinedRateError, match=f"no {name};"):
        getattr(changed(**{name: None}), output)


def test_no_events_give_nothing() -> None:
    """Zero in, zero out; but of no demand at all no rate is 0."""
    idle = evolve(PUBLISHED, n_events=0)
    assert [0, 0, 0, 0] == [idle.deflected_cases, idle.demand_deflection_rate, idle.gross_value, idle.self_help_cost]
    with pytest.raises(UndefinedRateError, match="no demand at all"):
        _ = evolve(idle, n_assisted_cases=0).demand_deflection_rate
    with pytest.raises(UndefinedRateError, match="break_even_rate"):
        _ = idle.break_even_rate


def test_repeated_events_cost_and_deflect_nothing() -> None:
    """A second visit on an issue costs as much as the first."""
    visited = evolve(PUBLISHED, n_repeated_events=2_000)
    assert (2304, 30_000, 73_680) == (visited.deflected_cases, visited.self_help_cost, visited.net_value)


@given(counts, rates, rates, rates, st.integers(1, 9))
def test_linear_in_events_and_in_costs(n: int, success: float, intent: float, no_more: float, factor: int) -> None:
    """Twice the events deflect twice the cases and save twice the money; twice the costs, twice the money."""
    one = evolve(PUBLISHED, n_events=n, **dict(zip(RATES, (success, intent, no_more), strict=True)))
    many = evolve(one, n_events=n * factor)
    dear = evolve(one, assisted_case_cost=45 * factor, self_help_event_cost=2.5 * factor)
    assert one.deflected_cases * factor == pytest.approx(many.deflected_cases)
    assert float(one.net_value) * factor == pytest.approx(float(many.net_value), abs=1e-6)  # type: ignore[arg-type]
    assert many.net_value == pytest.approx(dear.net_value, abs=1e-6)


@pytest.mark.parametrize("name", RATES)
@given(low=rates, high=rates)
def test_rising_in_every_rate(name: str, low: float, high: float) -> None:
    """No rate, raised, lowers a figure."""
    low, high = sorted((low, high))
    less, more = (changed(**{name: rate}) for rate in (low, high))
    for output in ("deflected_cases", "event_deflection_rate", "demand_deflection_rate", "net_value"):
        assert getattr(less, output) <= getattr(more, output)


def test_break_even() -> None:
    """At the break-even rate self-service saves what it costs."""
    even = evolve(PUBLISHED, **dict(zip(RATES, (PUBLISHED.break_even_rate, 1, 1), strict=True)))
    assert 0 == pytest.approx(even.net_value, abs=1e-9)


@pytest.mark.parametrize(
    ("assisted", "plausible", "status"),
    [
        (7_713, 10_016, VerdictStatus.FIRES),
        (7_713, 10_017, VerdictStatus.DOES_NOT_FIRE),
        (None, 10_000, VerdictStatus.TOO_LITTLE_DATA),
        (7_713, None, VerdictStatus.TOO_LITTLE_DATA),
    ],
)
def test_demand_cannot_be_exceeded(assisted: int | None, plausible: int | None, status: VerdictStatus) -> None:
    """The check fires only above the plausible demand, and holds its evidence."""
    verdict = evolve(PUBLISHED, n_assisted_cases=assisted, n_plausible_cases=plausible).demand_check()
    assert status == verdict.status
    known = {"n_assisted_cases": assisted, "n_plausible_cases": plausible}
    expected = {"deflected_cases": 2304, **{name: n for name, n in known.items() if n is not None}}
    assert expected == dict(verdict.evidence)


def test_overstating_as_worked_out() -> None:
    """Each short cut, and how many times the truth it claims."""
    table = overstated_deflection(evolve(PUBLISHED, n_repeated_events=2_000, n_unentitled_events=5_000))
    expected = {
        "as defined": 2304,
        "counting every visit on an issue": 2764.8,
        "counting everyone, entitled or not": 3456,
        "ignoring further action": 2880,
        "ignoring intent": 3840,
        "success alone": 4800,
        "every event a deflected case": 17_000,
    }
    assert expected == dict(zip(table["reckoning"].tolist(), table["deflected_cases"].tolist(), strict=True))
    assert [n / 2304 for n in expected.values()] == pytest.approx(table["times"].tolist())


@given(counts, counts, counts, st.lists(rates, min_size=3, max_size=3))
def test_no_short_cut_understates(n: int, again: int, others: int, three: list[float]) -> None:
    """Leaving a condition out never gives less than the definition."""
    events = {"n_events": n, "n_repeated_events": again, "n_unentitled_events": others}
    table = overstated_deflection(Deflection(**events, **dict(zip(RATES, three, strict=True))))
    assert table["deflected_cases"].min() == table["deflected_cases"][0]


def estimate(value: float | None, lower: float | None, upper: float | None, unit: str = "proportion") -> Estimate:
    """Return an estimate with those ends."""
    reason = "one account" if lower is None else None
    return Estimate(
        value=value, lower=lower, upper=upper, confidence=0.95, method="wilson", n=9, unit=unit, reason=reason
    )


def test_the_interval_is_carried_through() -> None:
    """Each figure ends where the rate's interval puts it."""
    table = deflection_interval(PUBLISHED, estimate(0.23, 0.18, 0.29))
    assert ["value", "lower", "upper"] == table["bound"].tolist()
    assert [2300, 1800, 2900] == pytest.approx(table["deflected_cases"].tolist())
    assert [78_500, 56_000, 105_500] == pytest.approx(table["net_value"].tolist())
    assert [n / (n + 7713) for n in (2300, 1800, 2900)] == pytest.approx(table["demand_deflection_rate"].tolist())


def test_without_bounds_or_costs_there_are_none() -> None:
    """What is not known is NaN, and figures that lack an input are left out."""
    table = deflection_interval(evolve(PUBLISHED, assisted_case_cost=None), estimate(0.23, None, None))
    assert ("bound", "event_deflection_rate", "deflected_cases", "demand_deflection_rate") == table.names
    assert [False, True, True] == np.isnan(table["deflected_cases"]).tolist()


def test_a_bound_without_demand_is_undefined() -> None:
    """No assisted case and a lower bound of 0: that end of the demand rate is unknown, the others are 1."""
    table = deflection_interval(evolve(PUBLISHED, n_assisted_cases=0), estimate(0.23, 0.0, 0.29))
    assert [1, None, 1] == [None if np.isnan(x) else x for x in table["demand_deflection_rate"].tolist()]


def test_only_a_rate_is_carried_through() -> None:
    """An estimate in another unit is refused."""
    with pytest.raises(InvalidValueError, match="in proportions"):
        deflection_interval(PUBLISHED, estimate(2300, 1800, 2900, unit="cases"))


def test_inputs_and_outputs_say_what_they_are() -> None:
    """Sensitivity and the command line find units in the class itself."""
    units = {each.name: each.unit for each in inputs_of(Deflection)}
    assert ("proportion", "events", "money per case") == tuple(
        units[name] for name in ("success_rate", "n_events", "assisted_case_cost")
    )
    expected = {
        "deflected_cases", "event_deflection_rate", "demand_deflection_rate",
        "gross_value", "self_help_cost", "net_value", "break_even_rate",
    }  # fmt: skip
    assert expected == {each.name for each in outputs_of(Deflection)}
