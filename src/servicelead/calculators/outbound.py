"""What the same effort gives when strangers are called and written to."""

from fractions import Fraction
from typing import Annotated

from attrs import field, frozen

from servicelead.calculators.amounts import Amount, Number, UnitRate, amount, exact, quotient, unit_rate
from servicelead.calculators.inputs import count, rate, unit_cost

__all__ = ["OutboundProgramme"]


@frozen(kw_only=True)
class OutboundProgramme:
    """Leads of outbound calls and mails: the comparator of leads that services find.

    Attributes
    ----------
    n_attempts
        Calls and mails together, at least 0.
    call_share
        Share of the attempts that are calls, in [0, 1]; the rest are mails.
    call_lead_rate, mail_lead_rate
        Share of calls, and of mails, that give a lead, in [0, 1].
    cost_per_attempt
        What one attempt costs, in major units, at least 0.

    Raises
    ------
    UndefinedRateError
        By `cost_per_lead` when no lead is expected.

    Examples
    --------
    >>> OutboundProgramme(n_attempts=100, call_share=0.5, call_lead_rate=0.02, mail_lead_rate=0.04).expected_leads
    3.0
    """

    n_attempts: Number = field(**count("calls and mails together", unit="attempts"))
    call_share: Number = field(default=0.5, **rate("share of the attempts that are calls"))
    call_lead_rate: Number = field(**rate("share of calls that give a lead"))
    mail_lead_rate: Number = field(**rate("share of mails that give a lead"))
    cost_per_attempt: Amount = field(default=0, **unit_cost("what one attempt costs", per="attempt"))

    @property
    def expected_leads(self) -> Annotated[float, "leads"]:
        """``n_attempts * (call_share * call_lead_rate + (1 - call_share) * mail_lead_rate)``."""
        return float(self._leads)

    @property
    def outbound_cost(self) -> Annotated[Amount, "money"]:
        """``n_attempts * cost_per_attempt``."""
        return amount(self, self._cost)

    @property
    def cost_per_lead(self) -> Annotated[UnitRate, "money per lead"]:
        """``outbound_cost / expected_leads``."""
        return unit_rate(self, quotient(self, "cost_per_lead", self._cost, self._leads, nothing="no expected leads"))

    @property
    def _cost(self) -> Fraction:
        return exact(self.n_attempts) * exact(self.cost_per_attempt)

    @property
    def _leads(self) -> Fraction:
        calls = exact(self.call_share)
        lead_rate = calls * exact(self.call_lead_rate) + (1 - calls) * exact(self.mail_lead_rate)
        return exact(self.n_attempts) * lead_rate
