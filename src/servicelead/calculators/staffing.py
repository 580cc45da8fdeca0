"""How much a high-touch team must sell, and who covers which channel."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated

import numpy as np
from attrs import field, frozen

from servicelead._fields import is_number
from servicelead.calculators.amounts import Amount, Number, amount, exact, quotient
from servicelead.calculators.inputs import count, money, rate, ratio
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError

__all__ = ["StaffingPlan"]


@frozen(kw_only=True)
class StaffingPlan:
    """A team, the revenue that pays for it, and the capacity it has.

    Attributes
    ----------
    n_people
        People in the team, at least 0.
    salary_cost
        Yearly salary of one: `Money` or a plain number, at least 0.
    revenue_multiple_ratio
        Yearly revenue wanted for each unit of salary, at least 0.
    contract_value
        Yearly value of one contract, at least 0.
    core_share
        Share of a specialist's time that goes to the core channels, in [0, 1]; the rest goes to the speciality.

    Raises
    ------
    UndefinedRateError
        By `n_contracts` at a `contract_value` of 0.

    Examples
    --------
    >>> trio = StaffingPlan(
    ...     n_people=3, salary_cost=100_000, revenue_multiple_ratio=10, contract_value=10_000, core_share=0.6
    ... )
    >>> trio.required_revenue, trio.n_contracts
    (3000000.0, 300.0)
    >>> print(trio.capacity({"events": 1, "video": 2}, core=["calls", "mail"]))
    channel  kind        n_people
    calls    core          0.9000
    mail     core          0.9000
    events   speciality    0.4000
    video    speciality    0.8000
    """

    n_people: Number = field(**count("people in the team", unit="people"))
    salary_cost: Amount = field(**money("yearly salary of one"))
    revenue_multiple_ratio: Number = field(**ratio("yearly revenue wanted for each unit of salary"))
    contract_value: Amount = field(**money("yearly value of one contract"))
    core_share: Number = field(**rate("share of a specialist's time that goes to the core channels"))

    @property
    def required_revenue(self) -> Annotated[Amount, "money"]:
        """``n_people * salary_cost * revenue_multiple_ratio``."""
        return amount(self, self._revenue)

    @property
    def n_contracts(self) -> Annotated[float, "contracts"]:
        """``required_revenue / contract_value``."""
        nothing = "a contract_value of 0"
        return float(quotient(self, "n_contracts", self._revenue, exact(self.contract_value), nothing=nothing))

    @property
    def core_capacity(self) -> Annotated[float, "people"]:
        """``n_people * core_share``, over all core channels."""
        return float(exact(self.n_people) * exact(self.core_share))

    @property
    def speciality_capacity(self) -> Annotated[float, "people"]:
        """``n_people * (1 - core_share)``, over all specialities."""
        return float(exact(self.n_people) * (1 - exact(self.core_share)))

    @property
    def _revenue(self) -> Fraction:
        return exact(self.n_people) * exact(self.salary_cost) * exact(self.revenue_multiple_ratio)

    def capacity(self, specialists: Mapping[str, Number], core: Sequence[str]) -> ResultTable:
        """Return the full-time people each channel has.

        Parameters
        ----------
        specialists
            How many of the team have each speciality, at least 0; together `n_people`.
        core
            Core channels, at least one, which share `core_capacity` equally.

        Returns
        -------
        ResultTable
            ``channel, kind, n_people``: core channels first; the people add up to the team's.

        Raises
        ------
        InvalidValueError
            Specialists who do not add up to the team, no core channel, or one named twice.
        """
        if not all(is_number(n) and n >= 0 for n in specialists.values()):
            raise InvalidValueError(
                "StaffingPlan.capacity: specialists must be numbers of at least 0; got another; count people"
            )
        if sum((exact(n) for n in specialists.values()), Fraction(0)) != exact(self.n_people):
            raise InvalidValueError(
                "StaffingPlan.capacity: specialists must add up to n_people; got another sum; "
                "name each person's speciality once",
            )
        if isinstance(core, str) or not core or len(set(core)) < len(core):
            raise InvalidValueError(
                "StaffingPlan.capacity: core must name at least one channel, each once; got something else; give a list"
            )
        time = exact(self.core_share)
        each_core = float(exact(self.n_people) * time / len(core))
        special = [float(exact(n) * (1 - time)) for n in specialists.values()]
        return ResultTable(
            {
                "channel": np.array([*core, *specialists], dtype=object),
                "kind": np.array(["core"] * len(core) + ["speciality"] * len(special), dtype=object),
                "n_people": [each_core] * len(core) + special,
            }
        )
