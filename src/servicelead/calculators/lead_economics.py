"""What a lead is worth, from interaction to revenue."""

from fractions import Fraction
from typing import Annotated, Any

from attrs import Attribute, field, frozen

from servicelead._fields import refuse
from servicelead.calculators.amounts import Amount, Number, UnitRate, amount, exact, quotient, undefined, unit_rate
from servicelead.calculators.inputs import count, money, rate, unit_cost

__all__ = ["LeadEconomics"]


@frozen(kw_only=True)
class LeadEconomics:
    """Leads, the pipeline and revenue they bring, and what one of them costs and is worth.

    All outputs but the prices of one are linear in the number of leads: no leads give nothing.

    Attributes
    ----------
    n_leads
        Leads in the period, at least 0; or else `n_interactions` and `lead_rate`.
    n_interactions
        Talks with customers in the period, at least 0.
    lead_rate
        Share of interactions that give a lead, in [0, 1].
    close_rate
        Share of leads that are won, in [0, 1].
    deal_value
        Mean value of a won deal: `Money` or a plain number, at least 0.
    cost_per_lead
        What one lead costs, in major units, at least 0.

    Raises
    ------
    InvalidValueError
        For neither or both of `n_leads` and `n_interactions`, or interactions without a `lead_rate`.
    UndefinedRateError
        By `cost_per_win` at a `close_rate` of 0, and by `cost_per_interaction` without a `lead_rate`.

    Examples
    --------
    >>> base = LeadEconomics(n_leads=12, close_rate=0.20, deal_value=15_000)
    >>> base.pipeline_value, base.expected_wins, base.revenue
    (180000.0, 2.4, 36000.0)
    >>> from servicelead import Money
    >>> print(LeadEconomics(n_leads=35, close_rate=0.20, deal_value=Money.of(15_000, "USD")).revenue)
    USD 105000.00
    """

    n_leads: Number | None = field(
        default=None, **count("leads in the period; or give n_interactions and lead_rate", unit="leads", optional=True)
    )
    n_interactions: Number | None = field(
        default=None, **count("talks with customers in the period", unit="interactions", optional=True)
    )
    lead_rate: Number | None = field(default=None, **rate("share of interactions that give a lead", optional=True))
    close_rate: Number = field(**rate("share of leads that are won"))
    deal_value: Amount = field(**money("mean value of a won deal"))
    cost_per_lead: Amount = field(default=0, **unit_cost("what one lead costs", per="lead"))

    @n_leads.validator
    def _come_one_way(self, attribute: "Attribute[Any]", value: float | None) -> None:
        rule, remedy = "given, or else n_interactions with lead_rate", "give one of the two"
        if value is not None and self.n_interactions is not None:
            refuse(self, attribute, rule, "both", remedy)
        if value is None and (self.n_interactions is None or self.lead_rate is None):
            refuse(self, attribute, rule, "neither", remedy)

    @property
    def expected_leads(self) -> Annotated[float, "leads"]:
        """``n_leads``, or ``n_interactions * lead_rate``."""
        return float(self._leads)

    @property
    def pipeline_value(self) -> Annotated[Amount, "money"]:
        """``expected_leads * deal_value``."""
        return amount(self, self._leads * exact(self.deal_value))

    @property
    def expected_wins(self) -> Annotated[float, "wins"]:
        """``expected_leads * close_rate``."""
        return float(self._leads * exact(self.close_rate))

    @property
    def revenue(self) -> Annotated[Amount, "money"]:
        """``pipeline_value * close_rate``."""
        return amount(self, self._revenue)

    @property
    def lead_cost(self) -> Annotated[Amount, "money"]:
        """``expected_leads * cost_per_lead``."""
        return amount(self, self._leads * exact(self.cost_per_lead))

    @property
    def net_value(self) -> Annotated[Amount, "money"]:
        """``revenue - lead_cost``."""
        return amount(self, self._revenue - self._leads * exact(self.cost_per_lead))

    @property
    def value_per_lead(self) -> Annotated[UnitRate, "money per lead"]:
        """``close_rate * deal_value - cost_per_lead``."""
        return unit_rate(self, exact(self.close_rate) * exact(self.deal_value) - exact(self.cost_per_lead))

    @property
    def cost_per_win(self) -> Annotated[UnitRate, "money per win"]:
        """``cost_per_lead / close_rate``."""
        cost, close = exact(self.cost_per_lead), exact(self.close_rate)
        return unit_rate(self, quotient(self, "cost_per_win", cost, close, nothing="a close_rate of 0"))

    @property
    def cost_per_interaction(self) -> Annotated[UnitRate, "money per interaction"]:
        """``cost_per_lead * lead_rate``: what finding leads adds to one interaction."""
        if self.lead_rate is None:
            undefined(self, "cost_per_interaction", "no lead_rate")
        return unit_rate(self, exact(self.cost_per_lead) * exact(self.lead_rate))

    @property
    def _leads(self) -> Fraction:
        if self.n_leads is not None:
            return exact(self.n_leads)
        return exact(self.n_interactions or 0) * exact(self.lead_rate or 0)

    @property
    def _revenue(self) -> Fraction:
        return self._leads * exact(self.deal_value) * exact(self.close_rate)
