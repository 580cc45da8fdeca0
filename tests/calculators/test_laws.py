"""What holds of every calculator."""

from decimal import Decimal
from fractions import Fraction
from inspect import getdoc
from typing import Any

import attrs
import numpy as np
import pytest
from attrs import evolve

from calculators.examples import EXAMPLES, OURS
from servicelead import Money, calculators
from servicelead.calculators import inputs_of, outputs_of
from servicelead.calculators.contract import Kind
from servicelead.calculators.varying import changed, figure

#: Output, and the inputs in which it is linear, by class.
LINEAR = {
    "LeadEconomics": {
        "expected_leads": ["n_interactions", "lead_rate"],
        "pipeline_value": ["n_interactions", "lead_rate", "deal_value"],
        "revenue": ["n_interactions", "lead_rate", "deal_value", "close_rate"],
        "lead_cost": ["n_interactions", "cost_per_lead"],
        "cost_per_win": ["cost_per_lead"],
    },
    "Adoption": {"licence_utilisation_ratio": ["n_used"]},
    "OutboundProgramme": {"expected_leads": ["n_attempts"], "outbound_cost": ["n_attempts", "cost_per_attempt"]},
    "LeadSource": {"cost_per_lead": ["source_cost"], "cost_per_win": ["source_cost"]},
    "StaffingPlan": {"required_revenue": ["n_people", "salary_cost", "revenue_multiple_ratio"]},
    "MoveDownMarket": {"lost_revenue": ["n_accounts", "downgrade_rate"], "won_revenue": ["n_priced_out", "win_rate"]},
    "MoveUpMarket": {"won_revenue": ["n_accounts", "upgrade_rate"], "lost_revenue": ["n_accounts", "leave_rate"]},
    "HighTouchPackage": {"total_margin_value": ["n_packages"]},
    "SalesCycle": {"faster_cycle_days": ["cycle_days"], "saved_days": ["cycle_days"]},
    "SuccessPlan": {"payback_months": ["plan_cost", "period_months"]},
    "LeadProgramme": {"leads_per_rep_per_month": ["n_leads"]},
    "ExpansionEconomics": {"acquisition_cost_ratio": ["acquisition_cost"]},
}
#: Output, the input in which it never falls (+) or never rises (-), by class.
MONOTONE = [
    ("LeadEconomics", "net_value", "close_rate", +1),
    ("LeadEconomics", "cost_per_win", "close_rate", -1),
    ("LeadEconomics", "net_value", "cost_per_lead", -1),
    ("Adoption", "licence_utilisation_ratio", "n_sold", -1),
    ("SupportPrice", "last_year_price", "escalator_ratio", +1),
    ("SupportPrice", "total_price", "price_rate", +1),
    ("SupportPrice", "margin_value", "delivery_cost", -1),
    ("SuccessPlan", "payback_months", "benefit_value", -1),
    ("SuccessPlan", "return_on_investment_ratio", "plan_cost", -1),
    ("SalesCycle", "faster_cycle_days", "speed_gain_ratio", -1),
    ("StaffingPlan", "n_contracts", "contract_value", -1),
    ("MoveDownMarket", "net_revenue", "downgrade_rate", -1),
    ("MoveUpMarket", "net_value", "touch_cost", -1),
    ("ExpansionEconomics", "advantage_ratio", "expansion_cost", -1),
    ("AutomationReadiness", "readiness_score", "content_ready", +1),
    ("TouchExperiment", "net_value", "touch_cost", -1),
    ("LeadProgramme", "leads_per_rep_per_month", "n_months", -1),
]
BY_NAME = {kind.__name__: example for kind, example in EXAMPLES.items()}
CASES = [pytest.param(example, id=name) for name, example in BY_NAME.items()]
LINES = [(name, output, each) for name, outputs in LINEAR.items() for output, of in outputs.items() for each in of]


def test_every_calculator_has_an_example() -> None:
    """A new calculator is covered by the laws below once it is exported, or this test fails."""
    assert OURS == set(EXAMPLES)


@pytest.mark.parametrize("example", CASES)
def test_it_is_a_frozen_value(example: Any) -> None:
    """Compared by value, made by keywords only, never changed."""
    assert evolve(example) == example
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(example, inputs_of(example)[0].name, 1)
    with pytest.raises(TypeError):
        type(example)(1)


@pytest.mark.parametrize("example", CASES)
def test_its_docstring_explains_every_input(example: Any) -> None:
    """By name; every input and output has its unit and words."""
    words = getdoc(type(example)) or ""
    assert [] == [each.name for each in inputs_of(example) if each.name not in words]
    assert all(each.description and each.unit for each in inputs_of(example))
    assert all(each.formula and each.unit for each in outputs_of(example))


@pytest.mark.parametrize("example", CASES)
def test_plain_numbers_give_floats(example: Any) -> None:
    """Finite ones, or whole counts, or words; never money."""
    for output in outputs_of(example):
        value = getattr(example, output.name)
        assert isinstance(value, int | float | str)
        assert isinstance(value, str) or np.isfinite(value)


@pytest.mark.parametrize("example", CASES)
def test_money_in_is_money_out(example: Any) -> None:
    """Every amount is money, the plain one rounded half-even; what one costs is a decimal; the rest does not change."""
    amounts = {each.name: getattr(example, each.name) for each in inputs_of(example) if each.kind is Kind.MONEY}
    case = evolve(example, **{name: Money.of(value, "USD") for name, value in amounts.items()})
    for output in outputs_of(example):
        value, plain = getattr(case, output.name), getattr(example, output.name)
        if not amounts or not output.unit.startswith("money"):
            assert plain == value
        elif output.unit in {"money", "money per account"}:
            cents = round(Fraction(repr(plain)) * 100)
            assert Money(cents, "USD") == value
        else:
            assert isinstance(value, Decimal)
            assert plain == float(value)


@pytest.mark.parametrize(("name", "output", "of"), LINES)
def test_linear_where_it_says_so(name: str, output: str, of: str) -> None:
    """Half of an input halves the output; none of it gives none."""
    example = BY_NAME[name]
    value = figure(example, output)
    half = changed(example, **{of: getattr(example, of) / 2})
    assert value / 2 == pytest.approx(figure(half, output), rel=1e-14)
    assert 0 == figure(changed(example, **{of: 0}), output)
    assert value


@pytest.mark.parametrize(("name", "output", "of", "sense"), MONOTONE)
def test_monotone_where_it_says_so(name: str, output: str, of: str, sense: int) -> None:
    """More of an input moves the output one way only."""
    example = BY_NAME[name]
    base = getattr(example, of)
    values = [figure(changed(example, **{of: base * step}), output) for step in np.linspace(0.5, 1.3, 9).tolist()]
    assert (sense * np.diff(values) > 0).all()


def test_every_public_name_is_explained() -> None:
    """Each export has a docstring."""
    assert [] == [name for name in calculators.__all__ if not getdoc(getattr(calculators, name))]
