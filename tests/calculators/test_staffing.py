from typing import Any

import pytest
from attrs import evolve

from servicelead import Money
from servicelead.calculators import StaffingPlan
from servicelead.exceptions import InvalidValueError, UndefinedRateError
from servicelead.reference_points import reference_point

TRIO = StaffingPlan(n_people=3, salary_cost=100_000, revenue_multiple_ratio=10, contract_value=10_000, core_share=0.6)


def test_the_published_numbers() -> None:
    """A trio at $100k must bring $3M, which is 300 contracts of $10k."""
    assert (3_000_000, 300) == (TRIO.required_revenue, TRIO.n_contracts)
    dollars = evolve(TRIO, salary_cost=Money.of(100_000, "USD"), contract_value=Money.of(10_000, "USD"))
    assert (Money.of(3_000_000, "USD"), 300) == (dollars.required_revenue, dollars.n_contracts)


def test_specialists_give_the_published_share_to_core_channels() -> None:
    """60% of three people on the core, 40% on the specialities."""
    plan = evolve(TRIO, core_share=reference_point("specialist_core_time_share").value)
    assert (1.8, 1.2) == (plan.core_capacity, plan.speciality_capacity)


def test_capacity_adds_up_to_the_team() -> None:
    """Core channels share equally; each speciality has its own people's time."""
    table = TRIO.capacity({"events": 1, "video": 2}, core=["calls", "mail"])
    assert ["calls", "mail", "events", "video"] == table["channel"].tolist()
    assert [0.9, 0.9, 0.4, 0.8] == table["n_people"].tolist()


@pytest.mark.parametrize(
    ("specialists", "core"),
    [
        ({"events": 1}, ["calls"]),
        ({"events": 4, "video": -1}, ["calls"]),
        ({"events": 3}, []),
        ({"events": 3}, ["calls", "calls"]),
        ({"events": 3}, "calls"),
    ],
)
def test_bad_capacity_is_refused(specialists: dict[str, float], core: Any) -> None:
    """People who do not add up to the team, no core channel, one twice, or text in place of a list."""
    with pytest.raises(InvalidValueError, match=r"StaffingPlan\.capacity"):
        TRIO.capacity(specialists, core)


def test_contracts_without_value_are_undefined() -> None:
    """No number of them pays for a team."""
    with pytest.raises(UndefinedRateError, match="n_contracts"):
        _ = evolve(TRIO, contract_value=0).n_contracts
