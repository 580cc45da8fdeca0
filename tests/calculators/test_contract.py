from typing import Annotated, Any

import pytest
from attrs import evolve, field, frozen

from servicelead.calculators import Adoption, Output, inputs_of, outputs_of
from servicelead.calculators.contract import input_of, output_of
from servicelead.calculators.inputs import count, rate
from servicelead.exceptions import InvalidValueError, UnknownNameError


@frozen(kw_only=True)
class Calls:
    """Somebody else's calculator."""

    n_calls: float = field(**count("calls in the period", unit="calls"))
    note: str = ""

    @property
    def n_twice(self) -> Annotated[float, "calls"]:
        """``2 * n_calls``, whatever they were about.

        More words.
        """
        return 2 * self.n_calls

    @property
    def unmeasured(self) -> float:
        """A property without a unit is no output."""
        return 0.0


@frozen(kw_only=True)
class Referrals(Calls):
    """One built on another."""

    lead_rate: float = field(**rate("share of calls that give a lead"))

    @property
    def expected_leads(self) -> Annotated[float, "leads"]:
        """``n_calls * lead_rate``."""
        return self.n_calls * self.lead_rate


def test_a_class_of_yours_says_what_it_takes_and_gives() -> None:
    """Inherited fields and properties first; the formula is the docstring's first paragraph."""
    assert ["n_calls", "lead_rate"] == [each.name for each in inputs_of(Referrals)]
    expected = (
        Output(name="n_twice", unit="calls", formula="2 * n_calls, whatever they were about."),
        Output(name="expected_leads", unit="leads", formula="n_calls * lead_rate."),
    )
    assert expected == outputs_of(Referrals)


def test_an_instance_says_the_same_as_its_class() -> None:
    """Whatever its values."""
    adoption = Adoption(n_sold=500, n_used=380)
    assert inputs_of(Adoption) == inputs_of(adoption) == inputs_of(evolve(adoption, n_sold=1))
    assert outputs_of(Adoption) == outputs_of(adoption)


def test_an_unknown_name_lists_the_known_ones() -> None:
    """Of inputs and outputs."""
    with pytest.raises(UnknownNameError, match="its inputs are n_calls"):
        input_of(Calls, "calls")
    with pytest.raises(UnknownNameError, match="its outputs are n_twice"):
        output_of(Calls, "twice")


def test_an_unknown_name_is_named_with_the_nearest() -> None:
    """Where one is near."""
    with pytest.raises(UnknownNameError, match=r"no such input as 'ncalls' \(did you mean 'n_calls'\?\);"):
        input_of(Calls, "ncalls")
    with pytest.raises(UnknownNameError, match="no such output as 'profit'; its"):
        output_of(Calls, "profit")


@pytest.mark.parametrize("other", [3, "Adoption", dict, frozen(type("Plain", (), {}))])
def test_what_is_no_calculator_is_refused(other: Any) -> None:
    """A class whose fields say nothing of units is none."""
    with pytest.raises(InvalidValueError, match="an attrs class whose fields come from"):
        inputs_of(other)
