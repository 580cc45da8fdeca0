from typing import Any

import pytest

from servicelead import Money
from servicelead.calculators import Milestone, SuccessPlan
from servicelead.exceptions import InvalidValueError, UndefinedRateError


def test_the_published_number() -> None:
    """180k on 120k in 12 months is a return of .5, paid back in 8.0 months."""
    plan = SuccessPlan(benefit_value=180_000, plan_cost=120_000, period_months=12)
    assert (0.5, 8.0) == (plan.return_on_investment_ratio, plan.payback_months)


def test_amounts_may_be_money() -> None:
    """A ratio of two amounts of one currency has none."""
    plan = SuccessPlan(benefit_value=Money.of(180_000, "EUR"), plan_cost=Money.of(120_000, "EUR"))
    assert 0.5 == plan.return_on_investment_ratio


def test_milestones_count_by_their_weight() -> None:
    """3 of 4 by weight, though one of two by number."""
    milestones = [Milestone(name="live", is_done=True, weight=3), Milestone(name="trained", is_done=False)]
    plan = SuccessPlan(benefit_value=1, plan_cost=1, milestones=milestones)
    assert 0.75 == plan.milestone_share


@pytest.mark.parametrize(
    ("output", "given"),
    [
        ("return_on_investment_ratio", {"plan_cost": 0}),
        ("payback_months", {"benefit_value": 0}),
        ("milestone_share", {}),
    ],
)
def test_a_ratio_to_nothing_is_undefined(output: str, given: dict[str, Any]) -> None:
    """No cost, no benefit, no milestones: no figure."""
    with pytest.raises(UndefinedRateError, match=output):
        getattr(SuccessPlan(**{"benefit_value": 1, "plan_cost": 1, **given}), output)


def test_only_milestones_with_weight_count() -> None:
    """Anything else is refused with the remedy."""
    with pytest.raises(InvalidValueError, match=r"Milestone\.weight"):
        Milestone(name="live", is_done=True, weight=0)
    wrong: Any = ["live"]
    with pytest.raises(InvalidValueError, match=r"Milestone\(name="):
        SuccessPlan(benefit_value=1, plan_cost=1, milestones=wrong)
