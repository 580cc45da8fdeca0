"""How far a customer's success plan has come, and what it returned."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any

from attrs import Attribute, field, frozen

from servicelead._fields import above, flag, refuse, text
from servicelead.calculators.amounts import Amount, Number, exact, quotient
from servicelead.calculators.inputs import money, number

__all__ = ["Milestone", "SuccessPlan"]


@frozen(kw_only=True)
class Milestone:
    """One thing that a customer wants to have reached.

    Attributes
    ----------
    name
        What it is.
    is_done
        Whether it is reached.
    weight
        What it counts for, above 0.
    """

    name: str = field(validator=text())
    is_done: bool = field(validator=flag())
    weight: Number = field(default=1, validator=above(0))


def _milestones(value: Iterable[Milestone]) -> tuple[Milestone, ...]:
    return tuple(value)


@frozen(kw_only=True)
class SuccessPlan:
    """Milestones reached, and what the customer got for what it cost.

    Attributes
    ----------
    benefit_value
        What the customer gained in the period: `Money` or a plain number, at least 0.
    plan_cost
        What it cost the customer, at least 0.
    period_months
        Months in which the benefit came, at least 0.
    milestones
        What was planned.

    Raises
    ------
    UndefinedRateError
        By an output whose denominator is 0: no cost, no benefit, no milestones.

    Examples
    --------
    >>> plan = SuccessPlan(
    ...     benefit_value=180_000, plan_cost=120_000,
    ...     milestones=[Milestone(name="live", is_done=True, weight=3), Milestone(name="trained", is_done=False)],
    ... )
    >>> plan.return_on_investment_ratio, plan.payback_months, plan.milestone_share
    (0.5, 8.0, 0.75)
    """

    benefit_value: Amount = field(**money("what the customer gained in the period"))
    plan_cost: Amount = field(**money("what it cost the customer"))
    period_months: Number = field(default=12, **number("months in which the benefit came", unit="months", lowest=0))
    milestones: tuple[Milestone, ...] = field(default=(), converter=_milestones)

    @milestones.validator
    def _are_milestones(self, attribute: "Attribute[Any]", value: tuple[Any, ...]) -> None:
        if not all(isinstance(each, Milestone) for each in value):
            refuse(self, attribute, "milestones", "something else among them", "write Milestone(name=..., is_done=...)")

    @property
    def return_on_investment_ratio(self) -> Annotated[float, "ratio"]:
        """``(benefit_value - plan_cost) / plan_cost``, over the period."""
        benefit, cost = exact(self.benefit_value), exact(self.plan_cost)
        gain = quotient(self, "return_on_investment_ratio", benefit - cost, cost, nothing="a plan_cost of 0")
        return float(gain)

    @property
    def payback_months(self) -> Annotated[float, "months"]:
        """``plan_cost / (benefit_value / period_months)``, for a benefit that comes evenly."""
        cost, benefit = exact(self.plan_cost), exact(self.benefit_value)
        months = exact(self.period_months)
        return float(quotient(self, "payback_months", cost * months, benefit, nothing="a benefit_value of 0"))

    @property
    def milestone_share(self) -> Annotated[float, "proportion"]:
        """``sum(weight of milestones done) / sum(weight of milestones planned)``."""
        planned = sum((exact(each.weight) for each in self.milestones), Fraction(0))
        done = sum((exact(each.weight) for each in self.milestones if each.is_done), Fraction(0))
        return float(quotient(self, "milestone_share", done, planned, nothing="no milestones"))
